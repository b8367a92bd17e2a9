"""What the append decides of undos and redos of imports, and of identities while one is undone (R32)."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.bus.port import Record
from ledger.log.sqlite.writer import SqliteEventLog
from tests.examples import ASHA, GAVIN, PHONES, RAVI
from tests.intake import (
    NOON,
    Intake,
    identity_faults,
    message,
    order_message,
    reasons,
    row,
    row_message,
    split_message,
    tracked,
)
from tests.worlds import bounded, folder, shuffled


def undo(id="o1"):
    return order_message("ImportUndone", id, published=0)


def redo(id="o2"):
    return order_message("ImportRedone", id)


def test_an_undo_of_an_import_that_the_log_does_not_know_is_rejected(intake):
    (entry,) = intake.take(undo())
    assert (entry.reason, entry.detail) == ("wrong_state", "the log has no message of this import")


def test_an_undo_does_not_overtake_the_rows_that_are_on_the_bus(intake, log):
    """With several partitions it comes before rows that were published before it."""
    early, late = (order_message("ImportUndone", id) for id in ("early", "late"))
    entries = intake.take(row(1, GAVIN), split_message(3), early, row(2, ASHA), row(3, RAVI), early, late)
    assert reasons(entries) == [None, None, "wrong_state", None, None, None]
    assert entries[2].detail == "2 rows of the import are on the bus and not in the log: undo it again when they are"
    assert log.identities(0, 9) == []


def test_an_undo_of_an_import_that_is_not_whole_on_the_bus_is_rejected_and_changes_nothing(intake, log):
    entries = intake.take(row(1, GAVIN), order_message("ImportUndone", "o1"), order_message("ImportRedone", "o2"))
    assert reasons(entries) == [None, "wrong_state", "wrong_state"]
    assert "undo it when it is done" in entries[1].detail
    assert log.holder_of_phone(GAVIN).contact == 1
    assert reasons(intake.take(row(2, ASHA), split_message(2), order_message("ImportUndone", "o3"))) == [None] * 3


def test_a_row_is_awaited_up_to_its_last_message(intake):
    first = row_message(1, "u", {"phone": GAVIN}, is_last=False)
    second = row_message(1, "t", {"phone": GAVIN, "tags": ["vip"]}, is_last=True)
    undos = [order_message("ImportUndone", id) for id in ("o1", "o2")]
    assert reasons(intake.take(first, split_message(1), undos[0])) == [None, None, "wrong_state"]
    assert reasons(intake.take(second)) == [None]
    assert reasons(intake.take(undos[1])) == [None]


def test_a_rejected_row_is_decided_and_what_a_stranger_sends_in_its_name_is_not(intake):
    intake.take(message("UserTracked", {"phone": ASHA, "userId": "u1"}))
    forged = row(2, RAVI).replace(b'"ledgersig":"', b'"ledgersig":"0')
    assert reasons(intake.take(row(1, GAVIN, userId="u1"), forged, split_message(2))) == [
        "identity_conflict", "reserved", None,
    ]  # fmt: skip
    assert reasons(intake.take(order_message("ImportUndone", "o1"))) == ["wrong_state"]
    assert reasons(intake.take(row(2, RAVI), order_message("ImportUndone", "o2"))) == [None, None]


def test_rows_are_counted_whatever_bytes_are_around_them(intake):
    spaced = row(1, GAVIN).replace(b'"rowend":true}}', b'"rowend":true}\n }')
    assert reasons(intake.take(spaced, split_message(1), order_message("ImportUndone", "o1"))) == [None] * 3


def test_an_import_without_any_row_on_the_bus_can_be_undone(intake):
    assert reasons(intake.take(split_message(0), order_message("ImportUndone", "o1"))) == [None, None]


def test_an_order_about_an_import_that_failed_says_how_many_rows_to_wait_for(intake):
    undos = [order_message("ImportUndone", id, published=2) for id in ("o1", "o2")]
    assert reasons(intake.take(row(1, GAVIN), undos[0])) == [None, "wrong_state"]
    assert reasons(intake.take(row(2, ASHA), undos[1])) == [None, None]


@bounded(40)
@given(st.data())
def test_however_partitions_interleave_no_row_is_lost_to_an_undo(data):
    """An import's rows in two partitions, its end and orders in a third, each in its order."""
    rows = [[row(number, phone) for number, phone in enumerate(PHONES[start::2], 10 * start + 1)] for start in (0, 1)]
    orders = [order_message("ImportUndone", f"o{number}") for number in range(3)]
    stream = shuffled(data.draw, [*rows, [split_message(len(PHONES)), *orders]])
    with folder() as here, closing(Intake(here / "log.db")) as intake:
        size = data.draw(st.integers(1, len(stream)))
        entries = [one for start in range(0, len(stream), size) for one in intake.take(*stream[start : start + size])]
        assert {one.reason for one in entries} <= {None, "wrong_state"}
        assert sum(one.type == "UserTracked" and one.is_accepted for one in entries) == len(PHONES)
        undone = [place for place, one in enumerate(entries) if one.type == "ImportUndone" and one.is_accepted]
        assert all(one.type == "ImportUndone" for place in undone for one in entries[place:])
        assert intake.take(order_message("ImportUndone", "last"))[0].is_accepted == (not undone)


def test_an_import_is_undone_once_and_redone_once(intake):
    entries = intake.take(row(1, GAVIN), redo("a"), undo("b"), undo("c"), redo("d"), redo("e"), undo("f"))
    wrong = "wrong_state"
    assert reasons(entries) == [None, wrong, None, wrong, None, wrong, None]


def test_an_undo_that_comes_twice_is_taken_once(intake):
    entries = intake.take(row(1, GAVIN), undo(), undo())
    assert reasons(entries) == [None, None]


def test_an_order_without_a_signature_is_reserved(intake):
    entries = intake.take(row(1, GAVIN), message("ImportUndone", {}, source="/imports/i1"))
    assert reasons(entries) == [None, "reserved"]


def test_a_row_of_an_undone_import_is_rejected_until_it_is_redone(intake):
    entries = intake.take(row(1, GAVIN), undo(), row(2, ASHA), redo(), row(3, RAVI))
    assert reasons(entries) == [None, None, "import_undone", None, None]


def test_other_imports_go_on_while_one_is_undone(intake):
    other = row_message(1, "u", {"phone": ASHA}, source="/imports/i2", is_last=True)
    assert reasons(intake.take(row(1, GAVIN), undo(), other)) == [None, None, None]


@pytest.mark.parametrize("batch", [1, 2, 10])
def test_a_released_phone_makes_a_new_contact_in_batches_of_any_size(intake, log, batch):
    messages = [row(1, GAVIN, userId="u1"), undo(), tracked(phone=GAVIN), tracked(userId="u1")]
    for start in range(0, len(messages), batch):
        intake.take(*messages[start : start + batch])
    assert [entry.contact for entry in log.read(0, 9)] == [1, None, 3, 4]
    assert (log.holder_of_phone(GAVIN).contact, log.holder_of_user_id("u1").contact) == (3, 4)
    assert identity_faults(log) == []


def test_a_released_phone_finds_nobody_and_remembers_who_had_it_last(intake, log):
    intake.take(row(1, GAVIN, userId="u1"), undo())
    assert (log.holder_of_phone(GAVIN), log.holder_of_user_id("u1")) == (None, None)
    assert log.holders_of_phones([GAVIN]) == {}
    assert (log.last_holder_of_phone(GAVIN).contact, log.last_holder_of_user_id("u1").contact) == (1, 1)
    assert (log.is_gone(1), log.identities(0, 9)) == (True, [])


def test_what_another_message_asserts_too_is_kept(intake, log):
    intake.take(tracked(phone=GAVIN), row(1, GAVIN, userId="u1"), undo())
    assert log.holder_of_phone(GAVIN).user_id is None
    assert log.holder_of_user_id("u1") is None


def test_a_skipped_message_asserts_nothing(intake, log):
    skipped = row_message(1, "u", {"phone": GAVIN, "mode": "create"}, source="/imports/i2", is_last=True)
    intake.take(row(1, GAVIN), skipped, undo())
    assert log.is_gone(1)


def test_a_redo_binds_what_is_free_and_names_the_events_that_it_leaves_undone(intake, log):
    intake.take(row(1, GAVIN, userId="u1"), row(2, ASHA), row(2, ASHA, "t", tags=["vip"]), row(3, RAVI, userId="u3"))
    intake.take(undo(), tracked(phone=ASHA), tracked(userId="u3"), redo())
    refused = log.refused(8)
    assert (refused.phone, refused.user_id) == ([2, 3], [4])
    assert (log.holder_of_phone(GAVIN).contact, log.holder_of_user_id("u1").contact) == (1, 1)
    assert [log.holder_of_phone(ASHA).contact, log.holder_of_user_id("u3").contact] == [6, 7]
    assert log.is_gone(4)


def test_a_contact_that_has_got_another_user_id_meanwhile_does_not_take_its_old_one_back(intake, log):
    intake.take(tracked(phone=GAVIN), row(1, GAVIN, userId="u1"), undo(), tracked(phone=GAVIN, userId="u2"), redo())
    assert log.refused(5).user_id == [2]
    assert log.holder_of_phone(GAVIN).user_id == "u2"


def test_a_redo_finds_its_contact_where_it_was_merged_to_meanwhile(intake, log):
    intake.take(tracked(userId="u1"), row(1, GAVIN), tracked(phone=GAVIN, userId="u1"), undo(), redo())
    assert (log.refused(5).phone, log.refused(5).user_id) == ([], [])
    assert log.holder_of_phone(GAVIN).contact == 1


def test_an_undo_whose_batch_was_rolled_back_has_changed_nothing(intake, log):
    intake.take(row(1, GAVIN))
    with pytest.raises(OSError, match="broken"):
        _decide_and_fail(intake, undo())
    assert log.holder_of_phone(GAVIN).contact == 1
    assert reasons(intake.take(undo())) == [None]


def _decide_and_fail(intake, order):
    messages = intake.appender.read([Record(0, 1, NOON, None, order)])
    with intake.log.appending("other", {}, {0: 1}) as batch:
        intake.appender.decision(batch, messages, lambda: bytes(16))(messages[0])
        assert batch.last.type == "ImportUndone"
        raise OSError("broken")


def test_the_chain_is_whole_when_a_batch_was_written_in_parts(intake, log):
    intake.take(row(1, GAVIN), undo("a"), tracked(phone=GAVIN), redo("b"), tracked(phone=ASHA))
    with closing(SqliteEventLog(intake.path)) as reopened:
        assert reopened.head().position == 5
    hashes = [log.head_at(position).hash for position in range(6)]
    assert len(set(hashes)) == 6


def test_an_undo_is_news_about_its_contacts_and_no_others(intake):
    """What was based on an older view of a contact must not pass it by."""
    intake.take(row(1, GAVIN), tracked(phone=GAVIN), tracked(phone=ASHA), undo())
    with intake.log.appending("other", {}, {0: 1}) as batch:
        assert (batch.newest(1), batch.newest(3)) == (4, 3)


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_what_was_read_before_an_order_is_too_old_for_the_very_next_message(intake, is_one_batch):
    """R32: an undo or a redo is an event of the contacts that it touches, in the batch in which it comes too."""
    intake.take(tracked(phone=GAVIN), row(1, GAVIN), split_message(1))
    for order, read in ((undo(), 3), (redo(), 4)):
        change = tracked(phone=GAVIN, basedOn=read)
        entries = intake.take(order, change) if is_one_batch else [*intake.take(order), *intake.take(change)]
        assert reasons(entries) == [None, "precondition_failed"]
