"""What lists, filters and searches ask of every driver of contact state."""

import pytest

from ledger.storage import StorageFault, TookTooLong
from projections.conditions.condition import Condition
from projections.conditions.wanted import Wanted
from projections.state.indexes import KINDS, TAGS, of_attribute, of_sort
from tests.contracts.states import contact

MOST = 1_000


PUNE = Wanted((Condition("city", "=", "Pune"),))


@pytest.mark.parametrize("is_indexed", [False, True])
def test_a_list_goes_on_behind_the_contact_it_ended_with(kept, is_indexed):
    kept.save(*[contact(number, city="Pune" if number % 2 else "Agra") for number in range(1, 10)])
    if is_indexed:
        kept.writer.index([of_attribute("city")])
    with kept.reading() as state:
        listed = state.listed(PUNE, MOST)
        first = listed.page("-modified", None, None, 3)
        assert [one.contact for one in first] == [9, 7, 5]
        assert [one.contact for one in listed.page("-modified", (5, 5), None, 3)] == [3, 1]
        assert [one.contact for one in listed.page("created", (5, 5), None, 3)] == [7, 9]
        assert [one.contact for one in listed.page("modified", None, 5, 9)] == [7, 9]
        assert [one.contact for one in listed.window(1, 2)] == [3, 5]
        assert (listed.count(), state.total(PUNE, MOST)) == (5, 5)


def test_a_question_that_may_take_no_longer_is_ended_and_can_be_asked_again(kept):
    kept.save(*[contact(number, city="Pune") for number in range(1, 500)])
    with kept.reading() as state:
        with pytest.raises(TookTooLong), state.for_at_most(0.0):
            state.total(PUNE, MOST)
        with state.for_at_most(60.0):
            assert state.total(PUNE, MOST) == 499


def test_a_fault_within_a_limit_is_told_as_what_it_is(kept):
    with kept.reading() as state, pytest.raises(StorageFault) as told, state.for_at_most(60.0):
        list(state.rows("SELECT nothing_like_this FROM contacts", ()))
    assert told.value.kind == "SQLITE_ERROR"


def test_a_list_tells_which_of_other_states_it_wants(kept):
    """They need not be kept, as those of contacts that an undo has yet to reach are not (R32)."""
    assert kept.ask(lambda state: state.meeting([contact(1, city="Pune"), contact(2)], PUNE)) == {1}


def test_an_index_is_kept_once_it_is_asked_for(kept):
    assert not kept.ask(lambda state: state.keeps(TAGS))
    kept.writer.index([TAGS])
    assert kept.ask(lambda state: state.keeps(TAGS))


def test_an_index_on_what_nobody_has_is_not_worthwhile(kept):
    kept.save(contact(1, city="Pune"))
    asked = {of_attribute("city"), of_attribute("nobody has this"), TAGS}
    assert kept.ask(lambda state: state.worthwhile(asked)) == {of_attribute("city"), TAGS}


@pytest.mark.parametrize("is_indexed", [False, True])
def test_attributes_are_known_by_their_types_and_how_many_have_them(kept, is_indexed):
    """R3."""
    if is_indexed:
        kept.writer.index([KINDS])
    kept.save(contact(1, n=1, day="2022-10-31"), contact(2, n="x", day="soon"), contact(3, n=2.5))
    if is_indexed:
        kept.writer.make_blocks(MOST)
    with kept.reading() as state:
        types = state.attribute_types()
        assert (types.of("n"), types.is_mixed("n"), types.shares("n")) == ("number", True, {"number": 2, "string": 1})
        assert types.shares("day") == {"datetime": 1, "string": 1}
        assert (types.of("nothing"), types.has("nothing")) == (None, False)
        assert {"n", "day"} <= types.names()
        assert {kind.name for kind in state.kinds()} == {"n", "day"}


@pytest.mark.parametrize("is_indexed", [False, True])
def test_values_that_several_contacts_have_come_in_order_whatever_their_case(kept, is_indexed):
    emails = ["b@x.example", "A@x.example", "c@x.example", "a@X.example", "B@x.example", None]
    if is_indexed:
        kept.writer.index({of_sort("email")})
    kept.save(*(contact(number, email=email) for number, email in enumerate(emails, 1) if email))
    whole = kept.ask(lambda state: state.shared_values("email", "", 9, inclusive=False))
    assert [value.lower() for value in whole.values] == ["a@x.example", "b@x.example"]
    assert whole.newest is None  # as few as these are all looked at
    for inclusive, found in ((False, ["b@x.example"]), (True, ["a@x.example", "b@x.example"])):
        rest = kept.ask(lambda state, way=inclusive: state.shared_values("email", "A@X.EXAMPLE", 9, inclusive=way))
        assert [value.lower() for value in rest.values] == found
    assert kept.ask(lambda state: state.contacts_with("email", "B@X.example", 9)) == [1, 5]
    assert len(kept.ask(lambda state: state.contacts_with("email", "B@X.example", 1))) == 1


def test_without_an_index_only_the_newest_of_many_contacts_are_looked_at_and_that_is_said(kept):
    kept.save(*(contact(number, city="Pune") for number in range(1, 5_002)))
    shares = kept.ask(lambda state: state.values("city", "", 9))
    assert (shares.values, shares.newest) == ((("Pune", 5_000),), 5_000)
    assert kept.ask(lambda state: state.shared_values("city", "", 9, inclusive=False)).newest == 5_000


def test_work_on_indexes_waits_for_contacts_that_have_just_changed(kept):
    kept.writer.index([KINDS])
    kept.save(contact(1, city="Pune"))
    assert kept.writer.make_blocks(MOST, unchanged_for=3600) == 0
    assert kept.writer.make_blocks(MOST) > 0
    assert kept.writer.make_blocks(MOST) == 0


def test_tags_come_in_every_spelling_with_how_many_have_it(kept):
    """R5."""
    kept.save(contact(1, tags=["VIP"]), contact(2, tags=["vip"]), contact(3, tags=["VIP"]))
    found = kept.ask(lambda state: sorted((one.tag, one.position, one.contacts) for one in state.spellings()))
    assert found == [("VIP", 1, 2), ("vip", 2, 1)]


def test_the_newest_contacts_tell_which_traits_there_are(kept):
    kept.save(contact(1, old=1), contact(2, n=1, city="Pune"), contact(3, n=True))
    assert kept.ask(lambda state: state.trait_types(1)) == {"n": "boolean"}
    assert kept.ask(lambda state: state.trait_types(3)).keys() == {"old", "n", "city"}


def test_who_has_not_said_yes_is_told_apart_from_who_took_it_back(kept):
    """R16."""
    yes, no, nothing = contact(1, whatsapp_opted=True), contact(2, whatsapp_opted=False), contact(3)
    cleared = contact(4)
    cleared.stamps["whatsapp_opted"] = (4, 4)
    kept.save(yes, no, nothing, cleared)
    assert kept.ask(lambda state: state.where_not_true("whatsapp_opted", [1, 2, 3, 4])) == ({2}, {4})
