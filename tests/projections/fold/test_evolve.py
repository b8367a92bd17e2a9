"""The fold, by values alone: which value wins, what a tag keeps, what a merge joins (R4, R5, R7, R9)."""

import pytest
from msgspec.structs import replace

from ledger.events.data import Data
from projections.fold.event import event_of
from projections.fold.evolve import evolve
from projections.fold.state import Change, changes, differ


def event(position, *, stated=None, traits=None, tags=None, contact=1, id=None, phone=None, user_id=None, fill=False):
    """Recorded at 100 times its position, and stated for then unless told otherwise."""
    type = "EventTracked" if traits is tags is None else "UserTracked" if tags is None else "TagsAdded"
    import_id = "i1" if fill else None
    return event_of(
        position, position * 100, stated, type, contact, id, None, False, None, import_id, None, False, phone,
        user_id, Data(traits=traits, tags=tags, fill=fill),
    )  # fmt: skip


FIRST = event(1, stated=50, id=b"i" * 16, phone="+919967536783", traits={"city": "Pune"})


def after(state, event, absorbed=None):
    return evolve(state, event, absorbed)[0]


def folded(*events):
    state = after(None, FIRST)
    for one in events:
        state = after(state, one)
    return state


def spellings(state):
    return [spelling for spelling, _ in state.tags.values()]


def test_the_first_event_makes_the_contact():
    state = after(None, FIRST)
    assert (state.contact, state.phone, state.traits) == (1, "+919967536783", {"city": "Pune"})
    assert (state.created, state.modified, state.position) == (100, 100, 1)


def test_an_event_out_of_nothing_is_refused():
    with pytest.raises(ValueError, match="position 2 is about contact 1"):
        evolve(None, event(2))


def test_a_newer_value_replaces_the_old_one_and_others_stay():
    """R4."""
    state = folded(event(2, traits={"city": "Agra"}), event(3, traits={"area": "Taj Ganj"}))
    assert state.traits == {"city": "Agra", "area": "Taj Ganj"}


def test_a_message_stated_for_an_earlier_time_does_not_overwrite_a_newer_value():
    """R4."""
    state = folded(event(2, stated=40, traits={"city": "Agra", "area": "Taj Ganj"}))
    assert state.traits == {"city": "Pune", "area": "Taj Ganj"}


def test_of_two_values_stated_for_one_time_the_later_in_the_log_wins():
    """R4."""
    assert folded(event(2, stated=50, traits={"city": "Agra"})).traits == {"city": "Agra"}


def test_null_clears_a_trait():
    """R4."""
    assert folded(event(2, traits={"city": None})).traits == {}


def test_a_cleared_trait_stays_cleared_for_what_was_stated_before():
    """R4: the tombstone."""
    state = folded(event(2, stated=80, traits={"city": None}), event(3, stated=70, traits={"city": "Agra"}))
    assert state.traits == {}
    assert state.stamp_of("city") == (80, 2)


def test_null_stated_for_an_earlier_time_clears_nothing():
    """R4."""
    assert folded(event(2, stated=40, traits={"city": None})).traits == {"city": "Pune"}


def test_a_null_for_a_trait_nobody_had_is_remembered_too():
    """R4."""
    state = folded(event(2, stated=80, traits={"area": None}), event(3, stated=70, traits={"area": "Kothrud"}))
    assert "area" not in state.traits


def test_a_cleared_trait_can_be_set_anew():
    assert folded(event(2, traits={"city": None}), event(3, traits={"city": "Agra"})).traits == {"city": "Agra"}


def test_every_trait_remembers_what_set_it():
    """R30."""
    state = folded(event(2, traits={"city": "Agra"}), event(3, traits={"area": "Taj Ganj"}))
    assert {name: state.stamp_of(name) for name in state.traits} == {"city": (200, 2), "area": (300, 3)}
    assert state.stamp_of("name") is None


def test_tags_are_added_in_order_and_keep_the_first_spelling():
    """R5."""
    state = folded(event(2, tags=["VIP", "new"]), event(3, tags=["vip", " new  customer "]))
    assert spellings(state) == ["VIP", "new", "new customer"]


def test_tags_compare_by_unicode_casefold():
    """R5."""
    assert spellings(folded(event(2, tags=["Straße"]), event(3, tags=["STRASSE"]))) == ["Straße"]


def test_a_late_tag_does_not_take_the_place_of_an_earlier_spelling():
    """R5: in log order, whatever the time stated."""
    assert spellings(folded(event(2, tags=["VIP"]), event(3, stated=1, tags=["vip"]))) == ["VIP"]


def test_an_event_without_traits_and_tags_moves_only_the_position():
    """R9: EventTracked joins the timeline and changes nothing."""
    before = folded()
    assert after(before, event(2)) == replace(before, position=2)


def test_an_event_that_changes_nothing_is_no_modification():
    state = folded(event(2, traits={"city": "Pune"}), event(3, tags=[]))
    assert (state.modified, state.position) == (100, 3)


def test_one_is_not_true():
    """R3."""
    before = folded(event(2, traits={"n": 1}))
    assert differ(before, after(before, event(3, traits={"n": True})))
    assert not differ(before, after(before, event(3, traits={"n": 1.0})))


def test_values_are_kept_in_their_canonical_form():
    """R3."""
    state = folded(event(2, traits={"at": "2022-10-31T19:30:00.000+05:30", "day": "2022-10-31", "n": 2.0}))
    assert state.traits == {"city": "Pune", "at": "2022-10-31T14:00:00.000Z", "day": "2022-10-31", "n": 2}


def test_an_identity_is_attached_and_then_never_changes():
    """R1."""
    state = folded(event(2, user_id="u1"), event(3, phone="+919820098200", user_id="u2"))
    assert (state.phone, state.user_id) == ("+919967536783", "u1")


def other(**members):
    """Another contact, made at position 2, stated for 200."""
    return after(None, event(2, contact=2, id=b"j" * 16, user_id="u1", **members))


def merged(ours, theirs, **event_members):
    return after(ours, event(9, phone="+919967536783", user_id="u1", **event_members), theirs)


def test_a_merge_keeps_the_survivors_id_and_takes_both_identities():
    """R7."""
    state = merged(folded(), other())
    assert (state.contact, state.id, state.phone, state.user_id) == (1, b"i" * 16, "+919967536783", "u1")
    assert (state.created, state.modified, state.position) == (100, 900, 9)


def test_of_two_merged_values_the_newer_wins_whoever_had_it():
    """R4, R7."""
    assert merged(folded(), other(traits={"city": "Agra"})).traits == {"city": "Agra"}
    assert merged(folded(event(3, traits={"city": "Goa"})), other(traits={"city": "Agra"})).traits == {"city": "Goa"}


def test_a_clearing_by_either_counts_in_a_merge():
    """R4, R7."""
    assert merged(folded(), other(traits={"city": None})).traits == {}


def test_the_message_that_merges_is_folded_after_the_two_are_one():
    """R7."""
    state = merged(folded(), other(traits={"city": "Agra"}), stated=60, traits={"city": "Goa", "area": "Panaji"})
    assert state.traits == {"city": "Agra", "area": "Panaji"}


def test_merged_tags_are_in_log_order_with_the_first_spelling():
    """R5, R7."""
    state = merged(folded(event(3, tags=["VIP", "late"])), other(tags=["vip"]))
    assert spellings(state) == ["vip", "late"]


def test_changes_name_what_a_person_would_see():
    """R27."""
    before = folded(event(2, tags=["VIP"]))
    told = after(before, event(3, traits={"city": None, "area": "Kothrud"}, user_id="u1"))
    assert list(changes(before, after(told, event(4, tags=["vip", "new"])))) == [
        Change("user_id", None, "u1"),
        Change("city", "Pune", None),
        Change("area", None, "Kothrud"),
        Change("tags", None, "new"),
    ]


def test_everything_about_a_new_contact_is_a_change():
    assert list(changes(None, folded())) == [Change("phone", None, "+919967536783"), Change("city", None, "Pune")]


def filling(position, traits):
    return event(position, traits=traits, fill=True)


def test_a_value_that_fills_is_set_where_there_is_none():
    """R18."""
    assert folded(filling(2, {"city": "Agra", "area": "Taj Ganj"})).traits == {"city": "Pune", "area": "Taj Ganj"}


def test_a_value_that_fills_stays_out_where_one_was_cleared():
    """R18."""
    assert folded(event(2, traits={"city": None}), filling(3, {"city": "Agra"})).traits == {}


def test_a_value_that_fills_stays_out_where_another_filled_before_it():
    """R18: there is a value by then."""
    assert folded(filling(2, {"area": "Camp"}), filling(3, {"area": "Taj Ganj"})).traits["area"] == "Camp"


@pytest.mark.parametrize("stated", [-(10**16), 0, 10**16])
def test_whatever_is_stated_replaces_a_value_that_filled(stated):
    """R18: also what is stated for long before."""
    state = folded(filling(2, {"area": "Camp"}), event(3, stated=stated, traits={"area": "Taj Ganj"}))
    assert state.traits["area"] == "Taj Ganj"


def test_contacts_that_turn_out_to_be_one_keep_what_filled_first():
    """R7, R18."""
    other = after(None, event(2, contact=2, id=b"j" * 16, user_id="u1", traits={"area": "Camp"}, fill=True))
    joined = after(folded(filling(3, {"area": "Taj Ganj"})), event(4), other)
    assert joined.traits["area"] == "Camp"
