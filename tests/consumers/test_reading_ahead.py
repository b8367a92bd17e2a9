"""The bus is read one batch ahead while a large one is committed; nothing is lost or taken twice by it."""

import time
from contextlib import closing
from secrets import randbits

import pytest

from consumers.appender import Appender
from consumers.consume_loop import Consumer
from consumers.reading_ahead import ReadingAhead
from ledger.bus.port import Message, Unavailable
from ledger.bus.sqlite import SqliteBus
from ledger.bus.sqlite.file import now
from ledger.events.ids import Ids
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.log.sqlite.writer import SqliteEventLog
from ledger.pacing import SMALL
from tests.intake import NOON, SECRET, message
from tests.limits import limit_files
from tests.shipped import eventually


@pytest.fixture
def bus(tmp_path):
    return SqliteBus(tmp_path / "bus.db", clock=lambda: NOON)


def publish(bus, *values):
    with closing(bus.publisher()) as publisher:
        publisher.publish([Message(None, value) for value in values])


@pytest.fixture
def reads():
    """The values of the records of each look at the bus so far."""
    return []


@pytest.fixture
def ahead(bus, reads):
    def read(records):
        reads.append([record.value for record in records])
        return reads[-1]

    publish(bus, b"1", b"2", b"3")
    with closing(bus.reader()) as reader:
        reader.seek({})
        with closing(ReadingAhead(reader, read, 2)) as made:
            yield made


def test_what_was_read_ahead_comes_next_and_then_what_is_behind_it(ahead, bus):
    assert ahead.next(0) == [b"1", b"2"]
    ahead.begin()
    publish(bus, b"4")
    assert ahead.next(0) == [b"3"]
    assert ahead.next(1) == [b"4"]


def test_where_there_was_nothing_to_read_ahead_it_waits_for_what_comes(ahead, bus, reads):
    ahead.next(0), ahead.next(0)
    ahead.begin()
    eventually(lambda: reads == [[b"1", b"2"], [b"3"], []], "it has looked ahead, and there was nothing")
    publish(bus, b"4")
    assert ahead.next(5) == [b"4"]


def test_a_fault_met_while_reading_ahead_is_told_when_its_messages_are_asked_for(ahead, tmp_path):
    (tmp_path / "bus.db").unlink()

    def drain():
        """What the file had before it was deleted comes first."""
        for _ in range(10):
            ahead.begin()
            ahead.next(0)

    with pytest.raises(Unavailable):
        drain()


@pytest.fixture
def sent(world):
    """Several batches that are large enough to read ahead beside them; gives the messages' ids."""
    made = [f"m{number}" for number in range(3 * SMALL + 10)]
    world.publish(message("UserTracked", {"userId": f"u-{id}"}, id=id) for id in made)
    return made


def test_messages_read_ahead_are_taken_in_the_order_of_the_bus_each_once(world, sent):
    world.consume(batch=SMALL)
    assert [entry.message_id for entry in world.entries()] == sent


class Healing:
    """Ends the loop once the log has so many entries; a full disk is given space again at the first fault."""

    def __init__(self, log, entries):
        self._log = log
        self._entries = entries
        self.faults = []
        self._deadline = time.monotonic() + 60

    def is_stopping(self):
        assert time.monotonic() < self._deadline, "messages are missing"
        return self._log.head().position >= self._entries

    def wait(self, seconds):
        pass

    def healthy(self):
        pass

    def faulty(self, fault):
        self.faults.append(fault)
        limit_files(None)


@pytest.mark.parametrize("batch", [SMALL, 2 * SMALL], ids=["one behind it", "nothing behind it"])
def test_a_commit_that_fails_loses_neither_its_batch_nor_one_read_ahead_however_old_they_are(tmp_path, batch):
    """Decision 3: retention takes nothing that the log has not, and what was read is not in the log yet."""
    clock = [NOON]
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0], retention=1_000)
    made = [f"m{number}" for number in range(2 * SMALL)]
    publish(bus, *(message("UserTracked", {"userId": f"u-{id}", "traits": {"about": "x" * 99}}, id=id) for id in made))
    clock[0] += 2_000
    with closing(SqliteEventLog(tmp_path / "log.db")) as log:
        appender = Appender(log, secret=SECRET, may_merge=True, clock=now, ids=Ids(now, randbits))
        watcher = Healing(log, len(made))
        try:
            limit_files((tmp_path / "log.db-wal").stat().st_size + 100_000)
            Consumer(bus, log, appender, batch=batch).run(watcher)
        finally:
            limit_files(None)
    with closing(SqliteLogReader(tmp_path / "log.db")) as reader:
        assert [entry.message_id for entry in reader.read(0, 1_000_000)] == made
    assert watcher.faults
    assert all(fault.is_passing for fault in watcher.faults)
