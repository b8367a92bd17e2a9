"""Undo and redo of an import, as whoever brought the file meets them (R32)."""

from contextlib import closing

import pytest

from ledger.events import moments
from service.queries.contact.find import Unknown, at, find
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.orders import FILE, REDO, UNDO, digest, in_use, order


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
