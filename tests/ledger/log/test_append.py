"""Appending: one transaction with the offsets, or nothing; recorded times never go back."""

import pytest
from msgspec.structs import replace

from ledger.log.sqlite.writer import EventLog, OffsetMoved


class Broken(Exception):
    pass


def test_a_new_log_is_empty_and_its_head_is_the_genesis(by_hand):
    head = by_hand.reader.head()
    assert (head.position, head.hash, head.recorded) == (0, bytes(32), 0)


def test_positions_start_at_one_and_have_no_gaps(by_hand, new_entry):
    assert by_hand.append(new_entry(), new_entry()) == [1, 2]
    assert by_hand.append(new_entry()) == [3]
    assert by_hand.reader.head().position == 3


def test_offsets_are_stored_with_the_entries_by_bus_and_partition(by_hand, new_entry):
    with by_hand.log.appending("b", {}, {0: 5, 3: 7}) as batch:
        batch.add(new_entry())
    assert by_hand.log.offsets("b") == {0: 5, 3: 7}
    assert by_hand.log.offsets("another bus") == {}


def test_an_append_that_expects_other_offsets_changes_nothing_and_says_both(by_hand, new_entry):
    """Decision 2: compare-and-set."""
    by_hand.append(new_entry())
    said = r"\{0: 1\}, not \{0: 0\}"
    with pytest.raises(OffsetMoved, match=said), by_hand.log.appending("b", {0: 0}, {0: 9}) as batch:
        batch.add(new_entry())
    assert by_hand.log.offsets("b") == {0: 1}
    assert by_hand.reader.head().position == 1


def test_an_append_that_expects_a_bus_nobody_read_yet_fails_when_somebody_did(by_hand, new_entry):
    by_hand.append(new_entry())
    with pytest.raises(OffsetMoved), by_hand.log.appending("b", {}, {0: 1}):
        pass


def test_partitions_that_the_batch_does_not_touch_are_not_compared(by_hand, new_entry):
    with by_hand.log.appending("b", {}, {0: 1}) as batch:
        batch.add(new_entry())
    with by_hand.log.appending("b", {}, {1: 1}) as batch:
        batch.add(new_entry())
    assert by_hand.log.offsets("b") == {0: 1, 1: 1}


def test_two_writers_cannot_both_take_the_same_offsets(by_hand, new_entry):
    other = EventLog(by_hand.path)
    seen = other.offsets("b")
    by_hand.append(new_entry())
    with pytest.raises(OffsetMoved), other.appending("b", seen, {0: 1}) as batch:
        batch.add(new_entry())
    other.close()
    assert by_hand.reader.head().position == 1


def break_off_within_an_append(by_hand, new_entry):
    with by_hand.log.appending("b", {}, {0: 1}) as batch:
        batch.load_identities(["+919967536783"], []).create(1, "+919967536783", None)
        batch.add(new_entry(contact=1, contact_id=bytes(16), phone=919967536783))
        raise Broken


def test_a_failure_within_the_block_takes_back_entries_identities_and_offsets(by_hand, new_entry):
    with pytest.raises(Broken):
        break_off_within_an_append(by_hand, new_entry)
    assert by_hand.log.offsets("b") == {}
    assert by_hand.reader.head().position == 0
    assert by_hand.reader.holder_of_phone("+919967536783") is None


def test_a_failure_while_writing_takes_everything_back_and_the_next_append_works(by_hand, new_entry):
    by_hand.append(new_entry(message_id="m1"))
    with pytest.raises(Exception, match="UNIQUE"):
        by_hand.append(new_entry(message_id="m2"), new_entry(message_id="m1"))
    assert by_hand.append(new_entry(message_id="m2")) == [2]


def test_one_source_and_id_is_accepted_once_but_rejected_any_number_of_times(by_hand, new_entry):
    """Decision 4, as the file itself holds it."""
    rejected = new_entry(message_id="m1", reason="invalid", raw_digest=b"1")
    by_hand.append(rejected, replace(rejected, raw_digest=b"2"), new_entry(message_id="m1"))
    with pytest.raises(Exception, match="UNIQUE"):
        by_hand.append(new_entry(message_id="m1"))


def test_recorded_time_is_the_clock_for_every_entry_of_a_batch(by_hand, new_entry):
    by_hand.now = 5_000
    by_hand.append(new_entry(), new_entry())
    assert [entry.recorded for entry in by_hand.reader.read(0, 9)] == [5_000, 5_000]


def test_recorded_time_stands_still_when_the_clock_goes_back(by_hand, new_entry):
    """Decision 8; what makes "as of a moment" one position."""
    for by_hand.now in (5_000, 3_000, 6_000):
        by_hand.append(new_entry())
    assert [entry.recorded for entry in by_hand.reader.read(0, 9)] == [5_000, 5_000, 6_000]


def test_a_log_opened_again_goes_on_where_it_was(by_hand, new_entry):
    by_hand.append(new_entry())
    again = EventLog(by_hand.path, clock=lambda: 1)
    with again.appending("b", {0: 1}, {0: 2}) as batch:
        assert batch.add(new_entry()) == 2
    again.close()
    assert [entry.recorded for entry in by_hand.reader.read(0, 9)] == [1_000, 1_000]


def test_the_file_is_private(by_hand):
    assert by_hand.path.stat().st_mode & 0o777 == 0o600
