"""Who is erased takes along only what is theirs of those who were one with them for a time (R31, R33)."""

from contextlib import closing
from uuid import UUID

import pytest

from projections.projector.rebuild import fold_into
from projections.state.sqlite.file import StateFile
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.intake import (
    apart_message,
    erasure_message,
    merge_message,
    number_message,
    order_message,
    row,
    row_message,
    tracked,
)
from tests.projections.full_text import index, lines, remains
from tests.projections.proof import anew, faults, live

FIRST, SECOND = (UUID(int=number) for number in (1, 2))


@pytest.fixture
def split(room):
    """Gavin and Asha, who were one for a time under Gavin's number, in which things were said of both."""
    gavin, asha, *_ = room.take(
        tracked(phone=GAVIN, userId="g", traits={"name": "Gavin", "city": "Pune"}),
        row(1, ASHA, traits={"name": "Asha"}),
        merge_message(FIRST, SECOND),
        tracked(phone=ASHA, traits={"city": "Agra"}),
        tracked(userId="g", traits={"points": 3}),
        tracked(phone=ASHA, userId="g", traits={"area": "Kothrud"}),
        apart_message(SECOND),
    )
    return gavin, asha


@pytest.mark.parametrize("is_projected", [True, False], ids=["already folded", "yet to be folded"])
@pytest.mark.parametrize(
    ("erased", "phone", "traits"),
    [(0, ASHA, {"name": "Asha", "city": "Agra"}), (1, GAVIN, {"name": "Gavin", "city": "Pune", "points": 3})],
    ids=["the survivor", "the other"],
)
def test_who_was_split_is_erased_alone_and_the_other_keeps_what_is_its_own(
    room, split, is_projected, erased, phone, traits
):
    if is_projected:
        room.project()
    room.erase(split[erased])
    room.project()
    assert [(one["phone"], one["traits"]) for one in room.contacts()] == [(phone, traits)]
    assert faults(room) == []
    assert live(room) == anew(room)


@pytest.mark.parametrize("is_projected", [True, False], ids=["already folded", "yet to be folded"])
@pytest.mark.parametrize(("said_by", "row_by", "gone"), [(ASHA, GAVIN, SECOND), (GAVIN, ASHA, FIRST)])
def test_a_row_that_came_while_the_two_were_one_is_told_by_what_is_left_of_them(
    room, said_by, row_by, gone, is_projected
):
    """It changed nothing, as the erased one had said the same before; nothing of that is known any more."""
    room.take(
        tracked(phone=GAVIN),
        tracked(phone=ASHA),
        tracked(phone=said_by, traits={"city": "Agra"}),
        merge_message(FIRST, SECOND),
        row(1, row_by, traits={"city": "Agra"}),
        apart_message(SECOND),
    )
    if is_projected:
        room.project()
    room.erase(str(gone))
    room.project()
    assert faults(room) == []
    assert live(room) == anew(room)


@pytest.mark.parametrize("is_projected", [True, False], ids=["already folded", "yet to be folded"])
def test_a_contact_that_a_changed_number_made_goes_with_all_that_was_said_by_the_number(room, is_projected):
    """Nothing that is left would make it, and what is empty is still about it."""
    room.take(
        tracked(userId="u"),
        number_message(FIRST, GAVIN),
        row(2, GAVIN, traits={"city": "Agra"}),
        apart_message(SECOND),
        tracked(phone=GAVIN, traits={"city": "Pune"}),
    )
    if is_projected:
        room.project()
    room.erase(str(SECOND))
    room.project()
    assert faults(room) == []
    assert live(room) == anew(room)


@pytest.mark.parametrize("is_projected", [True, False], ids=["already folded", "yet to be folded"])
def test_one_that_stays_begins_with_the_first_that_is_left(room, is_projected):
    """The message that had made it named the erased one too."""
    room.take(
        tracked(phone=GAVIN, userId="g"),
        tracked(phone=ASHA, traits={"city": "Agra"}),
        number_message(FIRST, RAVI),
        tracked(phone=RAVI, userId="g", traits={"city": "Pune"}),
        apart_message(UUID(int=3)),
        number_message(UUID(int=3), ASHA),
    )
    if is_projected:
        room.project()
    room.erase(str(FIRST))
    room.project()
    assert [(one["id"], one["phone"]) for one in room.contacts()] == [(str(UUID(int=3)), ASHA)]
    assert faults(room) == []
    assert live(room) == anew(room)


def test_a_state_behind_an_undo_and_a_redo_goes_on_where_the_contact_was_erased_since(room):
    """The redo brings back whom a merge after it takes in, although nothing is left of that contact in the log."""
    room.take(tracked(phone=GAVIN), row(1, ASHA), order_message("ImportUndone", "o1", published=1))
    room.project()
    room.take(
        order_message("ImportRedone", "o2", published=1),
        merge_message(FIRST, SECOND),
        tracked(phone=ASHA, traits={"city": "Agra"}),
    )
    (first,) = room.take(erasure_message(str(FIRST)))
    assert first.reason is None
    room.project(1)
    assert room.contacts() == []
    assert faults(room) == []


@pytest.mark.parametrize("erased", [0, 1], ids=["the survivor", "the other"])
@pytest.mark.parametrize("is_indexed", [True, False], ids=["indexed since", "not indexed since"])
def test_the_full_text_index_has_nothing_of_the_erased_in_what_it_kept_of_both(room, is_indexed, erased):
    both = room.take(tracked(phone=GAVIN, traits={"name": "Gavin"}), tracked(phone=ASHA, traits={"name": "Asha"}))
    room.take(merge_message(FIRST, SECOND), tracked(phone=ASHA, traits={"email": "asha@a.example"}))
    index(room)
    room.take(apart_message(SECOND))
    index(room) if is_indexed else room.project()
    room.erase(both[erased])
    room.project()
    with closing(room.state()) as state:
        name = ("gavin", "asha")[erased]
        assert (remains(state.rows), [one for one in lines(state.rows, 0) if name in one[1]]) == ([], [])
    index(room)
    with closing(room.state()) as state:
        assert len(lines(state.rows, 0)) == 1
    assert faults(room) == []


def test_a_past_in_which_the_erased_one_was_there_has_the_other_alone(room, split):
    room.erase(split[1])
    scratch = StateFile(room.folder / "past.db")
    for position, found in ((2, 1), (5, 1), (7, 1)):
        fold_into(scratch, room.reader, until=position)
        with scratch.reading() as state:
            assert state.count() == found


def test_a_rebuilt_state_counts_who_was_erased_as_the_state_did_that_was_there(room, split):
    room.take(tracked(phone=RAVI), row(2, MEERA))
    room.project()
    room.erase(split[0])
    room.project()
    scratch = StateFile(room.folder / "anew.db")
    fold_into(scratch, room.reader)
    with scratch.reading() as rebuilt, closing(room.state()) as there:
        assert by_quarter(rebuilt) == by_quarter(there)


def by_quarter(state):
    """Contacts made, merged, undone, redone and erased, by quarter hour."""
    found = {}
    for origin, counts in state.growth(0, 2**62):
        names = ("made", "merged", "undone", "redone", "erased", "events")
        was = found.setdefault(origin.quarter, dict.fromkeys(names, 0))
        found[origin.quarter] = {name: was[name] + getattr(counts, name) for name in names}
    return found


def test_an_undo_that_was_about_the_erased_as_another_was_merged_into_them_is_counted_without_them(room):
    first, *_ = room.take(tracked(phone=GAVIN), row(1, ASHA), merge_message(FIRST, SECOND))
    room.take(order_message("ImportUndone", "undo", published=1), apart_message(SECOND))
    room.erase(first)
    room.project()
    assert faults(room) == []
    assert live(room) == anew(room)


def test_of_whom_nothing_is_left_is_counted_off_with_the_erased(room):
    """All that was said of the number named the user id of the erased beside it."""
    room.take(
        tracked(userId="u1"),
        number_message(FIRST, GAVIN),
        tracked(phone=GAVIN, userId="u1"),
        apart_message(SECOND),
    )
    room.project()
    assert len(room.contacts()) == 2
    room.erase(str(FIRST))
    room.project()
    assert room.contacts() == []
    assert faults(room) == []


@pytest.mark.parametrize("gone", [1, 3], ids=["the first", "the second"])
def test_a_row_whose_messages_went_to_two_is_erased_with_either(room, gone):
    """R22: its number was given up in between, so the second message made somebody new."""
    room.take(
        row_message(1, "u", {"phone": GAVIN, "traits": {"city": "Pune"}}, is_last=False),
        number_message(FIRST, RAVI, oldBeginsAnew=True),
        row_message(1, "t", {"phone": GAVIN, "tags": ["vip"]}, is_last=True),
    )
    room.project()
    room.erase(str(UUID(int=gone)))
    room.project()
    assert faults(room) == []
    assert live(room) == anew(room)
    assert len(room.contacts()) == 1
