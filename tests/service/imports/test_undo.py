"""Undo and redo of an import, as whoever brought the file meets them (R32)."""

import io
from contextlib import closing

import pytest

from ledger.bus.port import NotConfirmed, Unavailable
from ledger.events import moments
from projections.lists import catalogue
from projections.state.digest import content_digest
from service.imports.columns.choices import Choices
from service.imports.record.registry import ImportUnknown
from service.imports.run.undo_import import Order, UndoNotPossible
from service.queries import contact as documents
from service.queries.find import Unknown, at, find
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.broken import IMPATIENT, MANY, Breaking, importer_with
from tests.service.imports.imported import silent

FILE = f"Name,Phone,User ID,City\nGavin,{GAVIN},u1,Pune\nAsha,{ASHA},u2,Goa\n"
UNDO = Order(is_redo=False, by="cli:asha", reason="the wrong file")
REDO = Order(is_redo=True, by="cli:asha", reason="it was right")


def order(imports, document, order):
    """Give an order and have everybody take notice; the Import JSON then."""
    imports.importer.order(document["id"], order)
    imports.world.settle()
    return imports.importer.results.show(document["id"])


def digest(world):
    with closing(world.state()) as state:
        return content_digest(state.by_identity())


def in_use(world):
    """The custom attributes and the tags that contacts have."""
    with closing(world.state()) as state:
        named = [one["name"] for one in catalogue.attributes(state) if not one["default"]]
        return named, [one["tag"] for one in catalogue.tags(state)]


def test_contacts_that_only_the_import_made_are_gone_and_free_for_others(imports, world):
    brought = imports.bring(FILE, tags=("vip",))
    order(imports, brought, UNDO)
    assert world.contacts() == []
    world.track(phone=RAVI, user_id="u1")
    world.track(phone=GAVIN)
    world.settle()
    assert [(one["phone"], one["user_id"]) for one in world.contacts()] == [(RAVI, "u1"), (GAVIN, None)]


@pytest.mark.parametrize("who", [GAVIN, "u1"])
def test_before_the_undo_a_phone_and_a_user_id_find_who_had_them_then(imports, world, who):
    """R29."""
    brought = imports.bring(FILE)
    with closing(world.log()) as log:
        then, first = log.head().position, find(log, who).contact
    order(imports, brought, UNDO)
    world.track(phone=RAVI, note="came later")
    world.track(phone=GAVIN)
    world.track(user_id="u1", note="somebody else")
    world.settle()
    with closing(world.log()) as log:
        assert find(log, who).contact != first
        assert at(log, find(log, who), then).contact == first
        with pytest.raises(Unknown):
            at(log, find(log, who), 1)


def test_what_the_import_had_overwritten_comes_back_and_what_came_later_stays(imports, world):
    world.track(phone=GAVIN, city="Agra", time="2020-01-01T00:00:00Z")
    world.settle()
    brought = imports.bring(FILE, tags=("vip",))
    world.track(phone=GAVIN, area="Old town")
    world.settle()
    order(imports, brought, UNDO)
    (gavin,) = world.contacts()
    assert (gavin["traits"], gavin["tags"], gavin["user_id"]) == ({"city": "Agra", "area": "Old town"}, [], None)


def test_a_contact_that_others_told_something_about_stays_under_its_id_with_what_they_said(imports, world):
    brought = imports.bring(FILE)
    world.track(user_id="u2", note="called back")
    world.settle()
    id = world.contact(ASHA)["id"]
    order(imports, brought, UNDO)
    (asha,) = world.contacts()
    assert (asha["id"], asha["phone"], asha["user_id"], asha["traits"]) == (id, None, "u2", {"note": "called back"})
    with closing(world.log()) as log:
        said = log.entry(asha["position"] - 1)
    assert moments.text(said.recorded) == asha["created_at"]


def test_a_merge_that_the_import_led_to_stays_when_it_is_undone(imports, world):
    world.track(user_id="u9", city="Pune")
    world.settle()
    brought = imports.bring(f"Name,Phone\nGavin,{GAVIN}\n")
    world.track(phone=GAVIN, user_id="u9")
    world.settle()
    order(imports, brought, UNDO)
    (one,) = world.contacts()
    assert (one["phone"], one["user_id"], one["traits"]) == (GAVIN, "u9", {"city": "Pune"})


def test_a_merge_into_a_contact_that_only_the_import_made_stays_too(imports, world):
    brought = imports.bring(f"Name,Phone\nGavin,{GAVIN}\n")
    world.track(user_id="u9", city="Pune")
    world.track(phone=GAVIN, user_id="u9")
    world.settle()
    id = world.contact(GAVIN)["id"]
    order(imports, brought, UNDO)
    (one,) = world.contacts()
    assert (one["id"], one["phone"], one["user_id"], one["traits"]) == (id, GAVIN, "u9", {"city": "Pune"})


def test_attributes_and_tags_that_only_the_import_brought_are_no_longer_listed(imports, world):
    world.track(phone=RAVI, height=180)
    world.tag("vip", phone=RAVI)
    world.settle()
    brought = imports.bring(f"Phone,Shoe size\n{GAVIN},44\n", tags=("diwali", "vip"))
    assert in_use(world) == (["Shoe size", "height"], ["diwali", "vip"])
    order(imports, brought, UNDO)
    assert in_use(world) == (["height"], ["vip"])


def test_a_tag_is_spelled_as_the_first_event_that_counts_spells_it(imports, world):
    brought = imports.bring(f"Phone\n{GAVIN}\n", tags=("vip",))
    world.tag("VIP", phone=GAVIN)
    world.settle()
    assert world.contact(GAVIN)["tags"] == ["vip"]
    order(imports, brought, UNDO)
    assert world.contact(GAVIN)["tags"] == ["VIP"]


def test_a_redo_brings_everything_back(imports, world):
    world.track(phone=GAVIN, city="Agra")
    world.settle()
    brought = imports.bring(FILE, tags=("vip",))
    before, ids = digest(world), [one["id"] for one in world.contacts()]
    order(imports, brought, UNDO)
    assert digest(world) != before
    redone = order(imports, brought, REDO)
    assert digest(world) == before
    assert [one["id"] for one in world.contacts()] == ids
    assert (redone["state"], redone["not_redone"]["rows"]) == ("done", 0)


def test_a_redo_names_the_rows_whose_phone_or_user_id_is_another_contacts_now(imports, world):
    brought = imports.bring(FILE + f"Ravi,{RAVI},u3,Delhi\n", tags=("vip",))
    order(imports, brought, UNDO)
    world.track(phone=ASHA)
    world.track(user_id="u3")
    world.settle()
    redone = order(imports, brought, REDO)
    assert redone["not_redone"]["rows"] == 2
    assert [(one["line"], one["message"]) for one in redone["not_redone"]["first"]] == [
        (3, "Its phone is another contact's."),
        (4, "Its user id is another contact's."),
    ]
    assert world.contact(GAVIN)["traits"] == {"name": "Gavin", "city": "Pune"}
    assert [world.contact(who)["traits"] for who in (ASHA, "u3")] == [{}, {}]


def test_rows_that_a_redo_left_out_are_tried_again_by_the_next(imports, world):
    brought = imports.bring(f"Name,Phone\nAsha,{ASHA}\n")
    order(imports, brought, UNDO)
    other = imports.bring(f"Name,Phone\nOther,{ASHA}\n")
    assert order(imports, brought, REDO)["not_redone"]["rows"] == 1
    order(imports, brought, UNDO)
    order(imports, other, UNDO)
    assert order(imports, brought, REDO)["not_redone"]["rows"] == 0
    assert world.contact(ASHA)["traits"] == {"name": "Asha"}


def test_two_imports_of_one_contact_are_undone_each_by_itself(imports, world):
    first = imports.bring(f"Phone,City\n{GAVIN},Agra\n")
    second = imports.bring(f"Phone,City\n{GAVIN},Pune\n")
    order(imports, first, UNDO)
    assert world.contact(GAVIN)["traits"] == {"city": "Pune"}
    order(imports, second, UNDO)
    assert world.contacts() == []
    order(imports, first, REDO)
    assert world.contact(GAVIN)["traits"] == {"city": "Agra"}


def test_what_became_of_the_rows_stays_as_it_was_counted(imports):
    brought = imports.bring(FILE)
    undone = order(imports, brought, UNDO)
    assert {**undone, "state": "done"} == {**brought, "undoing": undone["undoing"]}
    assert (undone["state"], undone["undoing"]["contacts"], undone["undoing"]["done"]) == ("undone", 2, 2)
    assert (undone["undoing"]["by"], undone["undoing"]["reason"]) == ("cli:asha", "the wrong file")


def test_the_history_shows_undo_and_redo_with_what_they_changed_and_who_wanted_it(imports, world):
    brought = imports.bring(f"Name,Phone\nGavin,{GAVIN}\n", tags=("vip",))
    order(imports, brought, UNDO)
    order(imports, brought, REDO)
    with closing(world.log()) as log:
        *_, undone, redone = documents.history(log, find(log, GAVIN))["events"]
    assert [(one["type"], one["by"], one["import"]) for one in (undone, redone)] == [
        ("ImportUndone", "cli:asha", brought["id"]),
        ("ImportRedone", "cli:asha", brought["id"]),
    ]
    assert undone["changes"] == [
        {"attribute": "phone", "from": GAVIN, "to": None},
        {"attribute": "name", "from": "Gavin", "to": None},
        {"attribute": "tags", "from": "vip", "to": None},
    ]
    assert [(one["from"], one["to"]) for one in redone["changes"]] == [
        (one["to"], one["from"]) for one in undone["changes"]
    ]


def test_an_explanation_says_that_a_value_came_back_because_an_import_was_undone(imports, world):
    world.track(phone=GAVIN, city="Agra", time="2020-01-01T00:00:00Z")
    world.settle()
    undone = order(imports, imports.bring(f"Phone,City\n{GAVIN},Pune\n"), UNDO)
    with closing(world.log()) as log:
        told = documents.explain(log, find(log, GAVIN))["values"]["city"]
    assert told["value"] == "Agra"
    (lost,) = told["lost"]
    assert (lost["value"], lost["rule"]) == (
        "Pune",
        f"its import was undone at position {undone['undoing']['position']}, so it no longer counts",
    )


def test_an_explanation_shows_a_value_that_an_undo_took_away_as_null_set_by_the_undo(imports, world):
    undone = order(imports, imports.bring(f"Phone,City\n{GAVIN},Pune\n"), UNDO)
    with closing(world.log()) as log:
        told = documents.explain(log, find(log, GAVIN))["values"]
    for name, value in (("city", "Pune"), ("phone", GAVIN)):
        assert (told[name]["value"], told[name]["position"]) == (None, undone["undoing"]["position"])
        assert [one["value"] for one in told[name]["lost"]] == [value]


def test_the_past_before_an_undo_is_as_it_was_and_the_contact_is_found_by_what_it_had(imports, world):
    undone = order(imports, imports.bring(f"Phone,City\n{GAVIN},Pune\n"), UNDO)
    position = undone["undoing"]["position"]
    with closing(world.log()) as log:
        found = find(log, GAVIN)
        assert documents.contact(world.drivers.readers(), log, found, position - 1)["traits"] == {"city": "Pune"}
        with pytest.raises(Unknown):
            documents.contact(world.drivers.readers(), log, found, position)
        with pytest.raises(Unknown, match="an import was undone"):
            documents.contact(world.drivers.readers(), log, found, None)


def test_a_gone_contact_asked_for_by_its_id_says_why_it_is_gone(imports, world):
    brought = imports.bring(f"Phone\n{GAVIN}\n")
    id = world.contact(GAVIN)["id"]
    order(imports, brought, UNDO)
    with closing(world.log()) as log, pytest.raises(Unknown, match="the import that made it was undone"):
        documents.contact(world.drivers.readers(), log, find(log, id), None)


@pytest.mark.parametrize(
    ("orders", "refused", "told"),
    [
        ([], REDO, "is not undone: there is nothing to redo"),
        ([UNDO], UNDO, "is undone already"),
        ([UNDO, REDO], REDO, "is not undone"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_one_sentence(imports, orders, refused, told):
    brought = imports.bring(FILE)
    for one in orders:
        order(imports, brought, one)
    with pytest.raises(UndoNotPossible, match=told):
        imports.importer.order(brought["id"], refused)


def test_an_import_that_runs_is_not_undone(imports, world):
    upload = imports.checked(f"Phone\n{GAVIN}\n")
    with pytest.raises(UndoNotPossible, match="was never confirmed"):
        imports.importer.order(upload, UNDO)
    imports.uploads.confirm(upload, allow_opt_in=False, again=False)
    with pytest.raises(UndoNotPossible, match="is running"):
        imports.importer.order(upload, UNDO)
    imports.importer.go_on(upload, silent)
    with pytest.raises(UndoNotPossible, match="is running"):
        imports.importer.order(upload, UNDO)
    world.settle()
    imports.importer.order(upload, UNDO)


def test_an_unknown_import_is_not_undone(imports):
    with pytest.raises(ImportUnknown):
        imports.importer.order("nope", UNDO)


def test_who_gives_an_order_that_somebody_gave_in_the_same_moment_is_told(imports, world):
    brought = imports.bring(FILE)
    first = imports.importer.order(brought["id"], UNDO)
    second = imports.importer.order(brought["id"], UNDO)
    world.settle()
    imports.importer.wait_for(brought["id"], first, UNDO, silent)
    with pytest.raises(UndoNotPossible, match="the import is undone already"):
        imports.importer.wait_for(brought["id"], second, UNDO, silent)


def test_what_can_be_ordered_is_among_what_is_allowed(imports):
    brought = imports.bring(FILE)
    assert imports.results.status(brought["id"])["allowed"] == ["undo"]
    order(imports, brought, UNDO)
    assert imports.results.status(brought["id"])["allowed"] == ["redo"]


def test_the_same_file_after_an_undo_is_still_that_import_and_again_makes_another(imports, world):
    """R23."""
    brought = imports.bring(FILE)
    order(imports, brought, UNDO)
    same = imports.bring(FILE)
    assert (same["id"], same["state"], world.contacts()) == (brought["id"], "undone", [])
    anew = imports.bring(FILE, again=True)
    assert (anew["id"] != brought["id"], anew["created"]) == (True, 2)


def test_a_cancelled_import_can_be_undone_and_is_told_as_cancelled_when_it_is_redone(imports, world):
    """R22: its published rows stay, and undo is offered."""
    publisher = Breaking(imports.ports.publisher, 4)
    broken = importer_with(imports, publisher=publisher, pace=IMPATIENT, batch=7, stride=14)
    with pytest.raises((Unavailable, NotConfirmed)):
        broken.bring(io.BytesIO(MANY.encode()), "many.csv", Choices(), silent)
    (listed,) = imports.importer.results.all()
    imports.importer.cancel(listed["id"], silent)
    world.settle()
    made = len(world.contacts())
    assert imports.results.status(listed["id"])["allowed"] == ["undo"]
    assert order(imports, listed, UNDO)["state"] == "undone"
    assert (made > 0, world.contacts()) == (True, [])
    assert order(imports, listed, REDO)["state"] == "cancelled"
    assert len(world.contacts()) == made
