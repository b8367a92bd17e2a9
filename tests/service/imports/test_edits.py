"""A change of many contacts at once: an import without a file, checked, confirmed, undone and redone like one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.traits import WHATSAPP_OPTED, canonical_of, clean_name
from service.imports.columns.choices import Choices
from service.imports.columns.identity_file import COLUMNS
from service.imports.registry.import_order import Order
from service.imports.rows.rows import RowChecks
from service.imports.run.undo_import import WouldOptIn
from tests.examples import ASHA, EMMA, GAVIN, RAVI
from tests.service.imports.imported import WorldImports, silent
from tests.world import World
from tests.worlds import bounded


@pytest.fixture
def some(world):
    world.track(phone=GAVIN, user_id="0123abc45d", name="Gavin Roberts", city="Pune")
    world.track(phone=ASHA, city="Pune", whatsapp_opted=False)
    world.track(user_id="nobody-s-phone", city="Pune")
    world.track(phone=RAVI, city="Goa")
    world.settle()
    return world


@pytest.fixture
def imports(some):
    made = WorldImports(some)
    yield made
    made.close()


def asked(imports, *where, tags=(), **traits):
    """A change that was checked; its id."""
    edit = {"where": list(where), "tag": [], "q": None, "match": "all", "traits": traits, "reason": "tests"}
    id = imports.uploads.edit(edit, tags, "a change", by="asha")
    imports.importer.go_on(id, silent)
    return id


def counts(document):
    return {name: document[name] for name in ("rows", "created", "updated", "unchanged", "skipped", "rejected")}


def cities(world):
    return sorted(one["traits"].get("city") or "-" for one in world.contacts())


def test_the_check_says_how_many_it_would_change_and_changes_none(imports, some):
    some.tag("vip", phone=GAVIN)
    some.settle()
    status = imports.status(asked(imports, "city=Pune", tags=("vip",)))
    assert (status["state"], status["allowed"]) == ("checked", ["check", "confirm", "cancel"])
    assert counts(status) == {"rows": 3, "created": 0, "updated": 2, "unchanged": 1, "skipped": 0, "rejected": 0}
    assert [one["tags"] for one in some.contacts()] == [["vip"], [], [], []]


def test_it_changes_just_the_selection_also_those_without_a_phone(imports, some):
    done = imports.run(asked(imports, "city=Pune", tags=("vip",), city="Mumbai", visits=3))
    assert (done["state"], counts(done)) == (
        "done", {"rows": 3, "created": 0, "updated": 3, "unchanged": 0, "skipped": 0, "rejected": 0}
    )  # fmt: skip
    assert cities(some) == ["Goa", "Mumbai", "Mumbai", "Mumbai"]
    assert some.contact("nobody-s-phone")["tags"] == ["vip"]
    assert some.contact(GAVIN)["user_id"] == "0123abc45d"


def test_a_value_is_taken_away_and_one_that_a_file_could_not_say_is_set(imports, some):
    imports.run(asked(imports, "city=Pune", city=None, name="R2-D2 !", tall=True))
    assert cities(some) == ["-", "-", "-", "Goa"]
    assert {one["traits"].get("name") for one in some.contacts()} == {"R2-D2 !", None}


def test_who_said_no_to_whatsapp_is_opted_in_only_after_a_second_yes(imports, some):
    id = asked(imports, "city=Pune", whatsapp_opted=True)
    status = imports.status(id)
    assert (status["check"]["opt_ins"], status["updated"], status["rejected"]) == (1, 2, 1)
    (fault,) = status["rejects"]
    assert fault["message"] == "WhatsApp Opted is FALSE for this contact and would become TRUE."
    imports.run(id)
    assert some.contact(ASHA)["traits"]["whatsapp_opted"] is False
    imports.run(asked(imports, "city=Pune", whatsapp_opted=True), allow_opt_in=True)
    assert some.contact(ASHA)["traits"]["whatsapp_opted"] is True


def test_the_selection_is_frozen_by_the_check(imports, some):
    id = asked(imports, "city=Pune", tags=("vip",))
    some.track(phone=EMMA, city="Pune")
    some.track(phone=GAVIN, city="Goa")
    some.settle()
    imports.run(id)
    assert (some.contact(EMMA)["tags"], some.contact(GAVIN)["tags"]) == ([], ["vip"])


def test_it_is_undone_and_redone_as_a_file_is(imports, some):
    id = imports.run(asked(imports, "city=Pune", tags=("vip",), city="Mumbai"))["id"]
    for is_redo, city in ((False, "Pune"), (True, "Mumbai")):
        imports.importer.order(id, Order(is_redo=is_redo, by="asha", reason=None))
        some.settle()
        assert cities(some) == sorted(["Goa", city, city, city])
        assert some.contact(ASHA)["tags"] == (["vip"] if is_redo else [])
        assert some.contact("nobody-s-phone")["user_id"] == "nobody-s-phone"


@pytest.mark.parametrize("yes", ["true", "TRUE", " True\n", "1", 1, 1.0, True])
@pytest.mark.parametrize("name", ["whatsapp_opted", " whatsapp_opted ", "\u2003whatsapp_opted"])
def test_a_yes_that_is_written_otherwise_opts_nobody_in_who_said_no(imports, some, name, yes):
    """R3, R16: the command line writes `--set whatsapp_opted=true` as a text."""
    status = imports.status(id := asked(imports, "city=Pune", **{name: yes}))
    assert (status["check"]["opt_ins"], status["updated"], status["rejected"]) == (1, 2, 1)
    assert status["check"]["new_attributes"] == []
    imports.run(id)
    assert some.contact(ASHA)["traits"]["whatsapp_opted"] is False
    assert some.contact(GAVIN)["traits"]["whatsapp_opted"] is True


@bounded(200)
@given(
    st.sampled_from(["whatsapp_opted", " whatsapp_opted", "whatsapp_opted\u00a0", "whatsapp opted", "city"]),
    st.sampled_from([True, False, 1, 0, 1.0, -0.0, 2, "1", "0", "yes", "tRuE ", "\ttrue", "false", None, [True]])
    | st.text("trueTRUE10 \t\u3000", max_size=6),
)
def test_an_edit_says_yes_just_where_the_fold_reads_a_yes(name, value):
    """R16."""
    edit = {"where": [], "tag": [], "q": None, "match": "all", "traits": {name: value}, "reason": "tests"}
    asked = RowChecks(COLUMNS, Choices(edit=edit)).says_opted_in
    is_yes = clean_name(name) == WHATSAPP_OPTED and canonical_of(WHATSAPP_OPTED, value) is True
    assert (asked is not None and asked([GAVIN, ""])) is is_yes


@pytest.mark.parametrize("no", ["false", "0", 0, False])
def test_the_undo_of_a_no_that_is_written_otherwise_takes_a_second_yes(imports, some, no):
    """R16."""
    some.track(phone=GAVIN, whatsapp_opted=True)
    some.settle()
    id = imports.run(asked(imports, "city=Pune", **{" whatsapp_opted": no}))["id"]
    with pytest.raises(WouldOptIn):
        imports.importer.order(id, Order(is_redo=False, by="asha", reason=None))


def test_its_undo_and_redo_take_a_second_yes_where_they_would_opt_people_in_again(imports, some):
    """R16."""
    some.track(phone=GAVIN, whatsapp_opted=True)
    some.settle()
    id = imports.run(asked(imports, "city=Pune", whatsapp_opted=False))["id"]
    undo, redo = (Order(is_redo=is_redo, by="asha", reason=None) for is_redo in (False, True))
    with pytest.raises(WouldOptIn) as refused:
        imports.importer.order(id, undo)
    assert refused.value.opt_ins == 1  # Asha had said no before
    imports.importer.order(id, replace(undo, allow_opt_in=True))
    some.settle()
    assert some.contact(GAVIN)["traits"]["whatsapp_opted"] is True
    imports.importer.order(id, redo)
    some.settle()
    assert some.contact(GAVIN)["traits"]["whatsapp_opted"] is False


def test_the_same_change_again_is_another_one_of_those_that_it_finds_by_then(imports, some):
    imports.run(asked(imports, "city=Pune", tags=("vip",)))
    some.track(phone=EMMA, city="Pune")
    some.settle()
    done = imports.run(asked(imports, "city=Pune", tags=("vip",)))
    assert (done["updated"], done["unchanged"]) == (1, 3)


def test_it_is_no_file_in_the_list_of_imports_and_cannot_be_mapped(imports):
    from service.imports.record.wanted_imports import WantedImports
    from service.imports.table.refusal import FileRefused

    id = asked(imports, "city=Pune", tags=("vip",))
    assert imports.results.page(10, None) == []
    assert [one["id"] for one in imports.results.page(10, None, WantedImports(are_edits=True))] == [id]
    with pytest.raises(FileRefused, match="make another"):
        imports.uploads.tag(id, ["other"])


def test_a_selection_that_is_not_possible_is_a_failure_that_says_why(imports):
    status = imports.status(asked(imports, "ciity=Pune", tags=("vip",)))
    assert (status["state"], "did you mean city" in status["failure"]) == ("mapped", True)


def test_a_selection_over_the_limit_is_refused_in_its_own_words(tmp_path):
    """R11."""
    world = World(tmp_path / "data", max_rows="1")
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA, city="Pune")
    world.settle()
    imports = WorldImports(world)
    failure = imports.status(asked(imports, "city=Pune", tags=("vip",)))["failure"]
    assert failure == "More than 1 contacts are chosen: add a filter, and change them in parts."
    imports.close()
    world.close()


def test_its_start_in_the_log_says_that_it_is_an_edit_and_not_by_which_filter(imports, some):
    """A filter may name a person, and an erasure empties no order that holds for all rows."""
    import orjson

    imports.run(asked(imports, "city=Pune", tags=("vip",)))
    (started,) = [entry for entry in some.entries() if entry.type == "ImportStarted"]
    data = orjson.loads(started.value)["data"]
    assert (data["kind"], data["choices"]["edit"]) == ("edit", {"traits": {}, "reason": "tests"})
    assert b"city=Pune" not in started.value
