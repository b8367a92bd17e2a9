"""By what a row finds its contact, what counts as blank, and values that only fill (R17, R18)."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.past.verify import verify
from projections.state.sqlite.file import StateFile
from service.imports.columns.choices import Choices, import_hash
from service.imports.registry.import_order import Order
from service.imports.table.refusal import FileRefused
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import WorldImports
from tests.service.imports.test_counts import adds_up, lines, table
from tests.world import World
from tests.worlds import bounded, folder, plain

UNDO, REDO = Order(is_redo=False, by="asha", reason=None), Order(is_redo=True, by="asha", reason=None)


def order(imports, document, given):
    imports.importer.order(document["id"], given)
    imports.world.settle()


# By phone, or by either


def test_a_file_brings_the_phone_of_somebody_known_by_user_id(imports, world):
    """R17."""
    world.track(user_id="app-1", city="Goa")
    document = imports.bring(table(("Asha Rao", ASHA, "app-1", "Pune")), match="either")
    assert document["updated"] == 1
    (contact,) = world.contacts()
    assert (contact["phone"], contact["user_id"], contact["traits"]["city"]) == (ASHA, "app-1", "Pune")


def test_matched_by_phone_such_a_row_says_why_not_and_what_would_help(imports, world):
    """R17."""
    world.track(user_id="app-1")
    document = imports.bring(table(("Asha Rao", ASHA, "app-1", "")))
    (told,) = document["rejects"]
    assert (told["reason"], told["column"]) == ("user_id_conflict", "User ID")
    assert "has no phone" in told["message"]
    assert "is either" in told["hint"]


def test_two_contacts_are_never_merged_by_a_file(imports, world):
    """R17."""
    world.track(phone=ASHA)
    world.track(user_id="app-1")
    document = imports.bring(table(("Asha Rao", ASHA, "app-1", "")), match="either")
    assert lines(document) == [(2, "user_id_conflict")]
    assert len(world.contacts()) == 2


def test_a_phone_or_a_user_id_twice_in_the_file_is_a_duplicate(imports):
    """R17."""
    rows = (("Asha", ASHA, "u1", ""), ("Ravi", RAVI, "u1", ""), ("Asha", ASHA, "u2", ""))
    document = imports.bring(table(*rows), match="either")
    assert (document["created"], document["duplicate"], document["rejected"]) == (1, 2, 0)
    assert lines(document) == [(3, "duplicate_user_id"), (4, "duplicate_phone")]


@pytest.mark.parametrize(("mode", "outcome"), [("create", "skipped"), ("update", "updated")])
def test_the_mode_asks_whether_a_contact_is_known_by_either(imports, world, mode, outcome):
    """R17, R18."""
    world.track(user_id="app-1")
    assert imports.bring(table(("Asha", ASHA, "app-1", "")), match="either", mode=mode)[outcome] == 1


def test_undo_frees_the_phone_that_was_attached_and_redo_attaches_it_again(imports, world):
    """R17, R32."""
    world.track(user_id="app-1")
    document = imports.bring(table(("Asha", ASHA, "app-1", "")), match="either")
    order(imports, document, UNDO)
    (contact,) = world.contacts()
    assert (contact["phone"], contact["traits"]) == (None, {})
    order(imports, document, REDO)
    assert world.contact(ASHA)["user_id"] == "app-1"


def test_who_has_opted_out_is_found_by_user_id_too(imports, world):
    """R16, R17."""
    world.track(user_id="app-1", whatsapp_opted=False)
    world.settle()
    content = f"Phone,User ID,WhatsApp Opted\n{ASHA},app-1,TRUE\n{RAVI},,TRUE\n"
    document = imports.bring(content, match="either")
    assert lines(document) == [(2, "opt_in_not_allowed")]
    assert document["created"] == 1


# What counts as blank


def test_a_null_value_is_a_blank_cell(imports, world):
    """R18."""
    imports.bring(table(("Asha", ASHA, "", "Pune")))
    content = table(("NA", ASHA, " - ", "NA"), ("Ravi", "NA", "", "na"))
    document = imports.bring(content, null_values=("NA", "-"))
    assert (document["unchanged"], lines(document)) == (1, [(3, "phone_missing")])
    assert world.contact(ASHA)["user_id"] is None


def test_a_null_value_clears_where_a_blank_does(imports, world):
    """R18."""
    imports.bring(table(("Asha", ASHA, "", "Pune")))
    imports.bring(table(("Asha", ASHA, "", "NA")), null_values=("NA",), blank="clear")
    assert "city" not in world.contact(ASHA)["traits"]


def test_in_which_order_null_values_are_given_says_nothing():
    """R23."""
    assert import_hash("", Choices(null_values=("a", "b"))) == import_hash("", Choices(null_values=("b", "a")))


@pytest.mark.parametrize("other", [{"match": "either"}, {"fill": True}, {"null_values": ("NA",)}])
def test_an_option_makes_another_import(other):
    """R23."""
    assert import_hash("", Choices(**other)) != import_hash("", Choices())


# Values that only fill


def test_only_attributes_without_a_value_are_set(imports, world):
    """R18."""
    world.track(phone=ASHA, city="Goa")
    world.track(phone=GAVIN, city="Goa", name="Gavin")
    rows = (("Asha", ASHA, "u1", "Pune"), ("Other", GAVIN, "", "Pune"), ("Ravi", RAVI, "", "Pune"))
    document = imports.bring(table(*rows), fill=True)
    assert (document["updated"], document["unchanged"], document["created"], document["older"]) == (1, 1, 1, 0)
    assert world.contact(ASHA)["traits"] == {"name": "Asha", "city": "Goa"}
    assert world.contact(ASHA)["user_id"] == "u1"
    assert world.contact(GAVIN)["traits"] == {"name": "Gavin", "city": "Goa"}


def test_a_value_told_later_for_long_before_replaces_one_that_filled(imports, world):
    """R18."""
    imports.bring(table(("Asha", ASHA, "", "Pune")), fill=True)
    world.track(phone=ASHA, time="1950-01-01", city="Goa")
    world.settle()
    assert world.contact(ASHA)["traits"]["city"] == "Goa"


def test_filling_does_not_ask_about_opt_ins_for_it_changes_none(imports, world):
    """R16, R18."""
    world.track(phone=ASHA, whatsapp_opted=False)
    world.settle()
    document = imports.bring(f"Phone,WhatsApp Opted\n{ASHA},TRUE\n", fill=True)
    assert (document["unchanged"], document["rejected"]) == (1, 0)
    assert world.contact(ASHA)["traits"]["whatsapp_opted"] is False


def test_filling_and_clearing_contradict_each_other(imports):
    with pytest.raises(FileRefused, match="contradict"):
        imports.bring(table(("Asha", ASHA, "", "")), fill=True, blank="clear")


TOLD = st.lists(
    st.tuples(
        st.sampled_from([ASHA, GAVIN, None]), st.sampled_from(["u1", "u2"]), st.sampled_from([{}, {"city": "Goa"}])
    ),
    max_size=4,
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["Asha", ""]),
        st.sampled_from([ASHA, GAVIN, RAVI]),
        st.sampled_from(["", "u1", "u2", "u3"]),
        st.sampled_from(["", "Pune", "NA"]),
    ),
    max_size=5,
)
OPTIONS = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["upsert", "create", "update"]),
        "match": st.sampled_from(["phone", "either"]),
        "fill": st.booleans(),
        "tags": st.sampled_from([(), ("vip",)]),
    }
)


@bounded(20)
@given(before=TOLD, rows=ROWS, options=OPTIONS, after=TOLD)
def test_an_import_undone_is_as_if_it_had_never_been_and_redone_as_if_never_undone(before, rows, options, after):
    """R32, and the live state is the one that is rebuilt."""
    with folder() as path:
        world = World(path / "data")
        imports = WorldImports(world)
        for phone, user_id, traits in before:
            world.track(phone=phone, user_id=user_id, **traits)
        world.settle()
        earlier = plain(world.contacts())
        document = imports.bring(table(*rows), null_values=("NA",), **options)
        assert adds_up(document)
        brought = plain(world.contacts())
        if document["created"] + document["updated"] + document["unchanged"]:
            order(imports, document, UNDO)
            assert plain(world.contacts()) == earlier
            order(imports, document, REDO)
            assert plain(world.contacts()) == brought
        for phone, user_id, traits in after:
            world.track(phone=phone, user_id=user_id, **traits)
        world.settle()
        with closing(world.log()) as log:
            assert verify(log, world.drivers.generations().in_use(), StateFile(path / "scratch.db")).ok
        imports.close()
        world.close()
