"""An erased contact is nowhere: not in the log, not in the state, and both still prove themselves (R31)."""

from contextlib import closing
from uuid import UUID

import pytest

from ledger.events.signing import Signer
from ledger.log.sqlite.reader import SqliteLogReader
from projections.past.verify import verify
from projections.projector.projection import Projection
from projections.projector.rebuild import fold_into
from projections.state.digest import digests
from projections.state.sqlite.file import StateFile
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.intake import (
    SECRET,
    apart_message,
    erasure_message,
    merge_message,
    message,
    number_message,
    order_message,
    row,
    tracked,
)

FIRST, SECOND = (UUID(int=number) for number in (1, 2))


def faults(room):
    with closing(SqliteLogReader(room.folder / "log.db")) as log:
        report = verify(log, room.generations.in_use(), StateFile(room.folder / "scratch.db"), signer=Signer(SECRET))
        return [(one.position, one.fault) for one in report.faults]


def anew(room):
    """The digests of the state folded from the log alone, and its outcomes."""
    scratch = StateFile(room.folder / "anew.db")
    with closing(SqliteLogReader(room.folder / "log.db")) as log:
        fold_into(scratch, log)
    with scratch.reading() as state:
        return digests(state), list(state.outcome_lines())


def live(room):
    with closing(room.state()) as state:
        return digests(state), list(state.outcome_lines())


def erase(room, entry):
    (erased,) = room.take(erasure_message(entry))
    assert erased.reason is None, erased.detail
    return erased


def test_an_erased_contact_is_gone_from_log_and_state(room):
    gavin, _ = room.take(tracked(phone=GAVIN, traits={"name": "Gavin"}), tracked(phone=ASHA))
    room.project()
    erase(room, gavin)
    room.project()
    assert [one["phone"] for one in room.contacts()] == [ASHA]
    assert room.reader.entry(1).is_erased
    assert faults(room) == []
    assert live(room) == anew(room)


def test_the_same_holds_where_the_state_had_not_seen_the_contact_yet(room):
    gavin, _ = room.take(tracked(phone=GAVIN, traits={"name": "Gavin"}), tracked(phone=ASHA))
    erase(room, gavin)
    room.project()
    assert [one["phone"] for one in room.contacts()] == [ASHA]
    assert faults(room) == []


def test_rows_of_imports_are_counted_as_erased(room):
    first, *_ = room.take(row(1, GAVIN), row(2, ASHA), row(3, GAVIN, userId="u1"))
    room.project()
    erase(room, first)
    room.project()
    assert room.outcomes() == [(1, "erased", False), (2, "created", False), (3, "erased", False)]
    assert faults(room) == []
    assert live(room) == anew(room)


def test_rejected_messages_that_name_the_person_are_emptied_too(room):
    gavin, *_ = room.take(
        tracked(phone=GAVIN, userId="u1"),
        tracked(phone=ASHA, userId="u2"),
        tracked(phone=GAVIN, userId="u2"),
        message("NoSuchType", {"tel": "99675-36783"}),
        message("NoSuchType", {"tel": "99675-36784"}),
    )
    erase(room, gavin)
    assert [room.reader.entry(position).is_erased for position in range(1, 6)] == [True, False, True, True, False]
    room.project()
    assert faults(room) == []


def test_an_import_with_erased_rows_is_undone_and_redone(room):
    first, *_ = room.take(row(1, GAVIN), row(2, ASHA))
    room.take(order_message("ImportUndone", "o1", published=2))
    room.project()
    erase(room, first)
    room.project()
    assert faults(room) == []
    room.take(order_message("ImportRedone", "o2", published=2))
    room.project()
    assert [one["phone"] for one in room.contacts()] == [ASHA]
    assert faults(room) == []
    assert live(room) == anew(room)


def test_a_contact_that_was_erased_is_not_erased_again(room):
    (gavin,) = room.take(tracked(phone=GAVIN))
    erase(room, gavin)
    (again,) = room.take(erasure_message(gavin))
    assert again.reason == "wrong_state"


def test_nobody_can_erase_without_the_deployments_signature(room):
    room.take(tracked(phone=GAVIN))
    (forged,) = room.take(message("ContactErased", {"contact": "00000000-0000-0000-0000-000000000001"}))
    assert forged.reason == "reserved"


def test_who_comes_back_is_a_new_contact(room):
    (gavin,) = room.take(tracked(phone=GAVIN, traits={"name": "Gavin"}))
    erase(room, gavin)
    (back,) = room.take(tracked(phone=GAVIN))
    room.project()
    assert back.contact == back.position
    assert [one["traits"] for one in room.contacts()] == [{}]
    assert faults(room) == []


def test_a_redo_stays_as_it_was_though_whoever_stood_in_its_way_is_erased(room):
    room.take(row(1, GAVIN, userId="u1"), row(2, ASHA))
    room.take(order_message("ImportUndone", "o1", published=2))
    (other,) = room.take(tracked(phone=GAVIN, userId="u9"))
    room.take(order_message("ImportRedone", "o2", published=2))
    room.project()
    erase(room, other)
    room.project()
    assert faults(room) == []
    assert live(room) == anew(room)


def test_the_full_text_index_is_sound_after_its_lines_have_changed_and_one_is_erased(room):
    """With `secure-delete`, FTS5 of SQLite 3.53.4 leaves a damaged index here."""

    def index():
        projection = Projection(room.reader, room.generations)
        while projection.advance() or projection.use_idle_turn():
            pass
        projection.close()

    gavin, _ = room.take(tracked(phone=GAVIN, traits={"name": "Gavin"}), tracked(phone=ASHA, traits={"name": "Asha"}))
    index()
    room.take(tracked(phone=GAVIN, traits={"name": "Zed"}), tracked(phone=ASHA, traits={"name": "Usha"}))
    index()
    erase(room, gavin)
    room.project()
    assert faults(room) == []


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
    erase(room, split[erased])
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
    (erased,) = room.take(erasure_message(str(gone)))
    assert erased.reason is None
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
    (erased,) = room.take(erasure_message(str(SECOND)))
    assert erased.reason is None
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
    (erased,) = room.take(erasure_message(str(FIRST)))
    assert erased.reason is None
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


def test_who_opted_in_is_counted_off_once_where_an_undo_and_an_erasure_follow_each_other(room):
    first, _ = room.take(row(1, GAVIN, traits={"whatsapp_opted": True}), tracked(phone=ASHA))
    room.project()
    room.take(order_message("ImportUndone", "o1", published=1), tracked(phone=RAVI), erasure_message(first))
    room.project(1)
    assert faults(room) == []


def test_a_past_in_which_the_erased_one_was_there_has_the_other_alone(room, split):
    erase(room, split[1])
    scratch = StateFile(room.folder / "past.db")
    for position, found in ((2, 1), (5, 1), (7, 1)):
        fold_into(scratch, room.reader, until=position)
        with scratch.reading() as state:
            assert state.count() == found


def test_a_rebuilt_state_counts_who_was_erased_as_the_state_did_that_was_there(room, split):
    room.take(tracked(phone=RAVI), row(2, MEERA))
    room.project()
    erase(room, split[0])
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
    erase(room, first)
    room.project()
    assert faults(room) == []
    assert live(room) == anew(room)
