"""An erased contact is nowhere: not in the log, not in the state, and both still prove themselves (R31)."""

from projections.projector.projection import Projection
from tests.examples import ASHA, GAVIN, RAVI
from tests.intake import (
    erasure_message,
    message,
    order_message,
    row,
    tracked,
)
from tests.projections.proof import anew, faults, live


def test_an_erased_contact_is_gone_from_log_and_state(room):
    gavin, _ = room.take(tracked(phone=GAVIN, traits={"name": "Gavin"}), tracked(phone=ASHA))
    room.project()
    room.erase(gavin)
    room.project()
    assert [one["phone"] for one in room.contacts()] == [ASHA]
    assert room.reader.entry(1).is_erased
    assert faults(room) == []
    assert live(room) == anew(room)


def test_the_same_holds_where_the_state_had_not_seen_the_contact_yet(room):
    gavin, _ = room.take(tracked(phone=GAVIN, traits={"name": "Gavin"}), tracked(phone=ASHA))
    room.erase(gavin)
    room.project()
    assert [one["phone"] for one in room.contacts()] == [ASHA]
    assert faults(room) == []


def test_rows_of_imports_are_counted_as_erased(room):
    first, *_ = room.take(row(1, GAVIN), row(2, ASHA), row(3, GAVIN, userId="u1"))
    room.project()
    room.erase(first)
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
    room.erase(gavin)
    assert [room.reader.entry(position).is_erased for position in range(1, 6)] == [True, False, True, True, False]
    room.project()
    assert faults(room) == []


def test_an_import_with_erased_rows_is_undone_and_redone(room):
    first, *_ = room.take(row(1, GAVIN), row(2, ASHA))
    room.take(order_message("ImportUndone", "o1", published=2))
    room.project()
    room.erase(first)
    room.project()
    assert faults(room) == []
    room.take(order_message("ImportRedone", "o2", published=2))
    room.project()
    assert [one["phone"] for one in room.contacts()] == [ASHA]
    assert faults(room) == []
    assert live(room) == anew(room)


def test_a_contact_that_was_erased_is_not_erased_again(room):
    (gavin,) = room.take(tracked(phone=GAVIN))
    room.erase(gavin)
    (again,) = room.take(erasure_message(gavin))
    assert again.reason == "wrong_state"


def test_nobody_can_erase_without_the_deployments_signature(room):
    room.take(tracked(phone=GAVIN))
    (forged,) = room.take(message("ContactErased", {"contact": "00000000-0000-0000-0000-000000000001"}))
    assert forged.reason == "reserved"


def test_who_comes_back_is_a_new_contact(room):
    (gavin,) = room.take(tracked(phone=GAVIN, traits={"name": "Gavin"}))
    room.erase(gavin)
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
    room.erase(other)
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
    room.erase(gavin)
    room.project()
    assert faults(room) == []


def test_who_opted_in_is_counted_off_once_where_an_undo_and_an_erasure_follow_each_other(room):
    first, _ = room.take(row(1, GAVIN, traits={"whatsapp_opted": True}), tracked(phone=ASHA))
    room.project()
    room.take(order_message("ImportUndone", "o1", published=1), tracked(phone=RAVI), erasure_message(first))
    room.project(1)
    assert faults(room) == []


def test_who_never_went_is_not_counted_as_back_where_a_redo_and_an_erasure_follow_each_other(room):
    """The entries are empty when the projector comes to the redo: nothing tells that the undo had left somebody."""
    first, *_ = room.take(row(1, GAVIN), tracked(phone=GAVIN), order_message("ImportUndone", "o1", published=1))
    room.project()
    room.take(order_message("ImportRedone", "o2", published=1), tracked(phone=RAVI), erasure_message(first))
    room.project(1)
    assert faults(room) == []
