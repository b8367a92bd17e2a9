"""What every log does, whatever it is made of: an append is one transaction, and entries are read back as they are."""

import pytest
from msgspec.structs import replace

from ledger.log.port import OffsetMoved, Tip
from ledger.storage import NotMadeYet


class Broken(Exception):
    pass


def test_a_log_that_nobody_made_does_not_exist_and_cannot_be_read(log_place):
    stored = log_place.stored()
    assert not stored.exists()
    assert "no event log yet" in stored.absence()
    with pytest.raises(NotMadeYet, match="no event log yet"):
        stored.open()


def test_a_log_exists_once_it_was_made_and_is_read_for_the_length_of_a_block(by_hand, new_entry):
    by_hand.append(new_entry())
    stored = by_hand.place.stored()
    assert stored.exists()
    assert stored.absence() is None
    with stored.reading() as log:
        assert log.head().position == 1


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


def test_every_bus_that_messages_were_taken_from_is_known(by_hand, new_entry):
    by_hand.append(new_entry())
    by_hand.append(new_entry(), bus="another bus")
    assert by_hand.reader.buses() == {"b", "another bus"}


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
    other = by_hand.place.log(clock=lambda: 1)
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
    again = by_hand.place.log(clock=lambda: 1)
    with again.appending("b", {0: 1}, {0: 2}) as batch:
        assert batch.add(new_entry()) == 2
    again.close()
    assert [entry.recorded for entry in by_hand.reader.read(0, 9)] == [1_000, 1_000]


def test_the_last_message_that_was_taken_of_each_partition_is_known_by_its_digest(by_hand, new_entry):
    """Decision 36."""
    with by_hand.log.appending("b", {}, {0: 5}, tips={0: Tip(4, b"d")}) as batch:
        batch.add(new_entry())
    assert by_hand.log.tips("b") == {0: Tip(4, b"d")}
    assert by_hand.log.tips("another bus") == {}


def test_a_log_that_goes_over_to_another_bus_reads_it_from_its_beginning(by_hand, new_entry):
    """R37."""
    by_hand.log.adopt("b")
    by_hand.append(new_entry())
    with by_hand.log.accepting("c") as batch:
        batch.add(new_entry(type="BusAccepted"))
    assert (by_hand.log.bus(), by_hand.reader.bus()) == ("c", "c")
    assert by_hand.log.offsets("c") == {}
    assert by_hand.log.buses() == {"b"}
