"""The bus is read one batch ahead while a large one is committed; nothing is lost or taken twice by it."""

from contextlib import closing
from dataclasses import replace

import pytest

from consumers.reading_ahead import ReadingAhead
from ledger.bus.port import Message, Unavailable
from ledger.bus.sqlite import SqliteBus
from ledger.pacing import SMALL
from tests.intake import NOON, message
from tests.world import UntilCaughtUp


@pytest.fixture
def bus(tmp_path):
    return SqliteBus(tmp_path / "bus.db", clock=lambda: NOON)


def publish(bus, *values):
    with closing(bus.publisher()) as publisher:
        publisher.publish([Message(None, value) for value in values])


def values(records):
    return [record.value for record in records]


@pytest.fixture
def ahead(bus):
    publish(bus, b"1", b"2", b"3")
    with closing(bus.reader()) as reader:
        reader.seek({})
        with closing(ReadingAhead(reader, values, 2)) as made:
            yield made


def test_what_was_read_ahead_comes_next_and_then_what_is_behind_it(ahead, bus):
    assert ahead.next(0) == [b"1", b"2"]
    ahead.begin()
    publish(bus, b"4")
    assert ahead.next(0) == [b"3"]
    assert ahead.next(1) == [b"4"]


def test_where_there_was_nothing_to_read_ahead_it_waits_for_what_comes(ahead, bus):
    ahead.next(0), ahead.next(0)
    ahead.begin()
    ahead._ahead.result()
    publish(bus, b"4")
    assert ahead.next(5) == [b"4"]


def test_what_is_forgotten_is_read_again_from_where_the_reader_is_sent(ahead):
    ahead.begin()
    ahead.forget()
    ahead._reader.seek({0: 1})
    assert ahead.next(0) == [b"1", b"2"]


def test_a_fault_met_while_reading_ahead_is_told_when_its_messages_are_asked_for(ahead, tmp_path):
    (tmp_path / "bus.db").unlink()
    ahead.begin()
    with pytest.raises(Unavailable):
        ahead.next(0)


@pytest.fixture
def sent(world):
    """Several batches that are large enough to read ahead beside them; gives the messages' ids."""
    made = [f"m{number}" for number in range(3 * SMALL + 10)]
    world.publish(message("UserTracked", {"userId": f"u-{id}"}, id=id) for id in made)
    return made


def test_messages_read_ahead_are_taken_in_the_order_of_the_bus_each_once(world, sent):
    world.consume(batch=SMALL)
    assert [entry.message_id for entry in world.entries()] == sent


def test_a_batch_that_was_not_committed_is_read_again_with_the_one_read_ahead_of_it(world, sent):
    class Full(UntilCaughtUp):
        faults = ()

        def faulty(self, fault):
            self.faults += (fault.sqlite_errorname,)
            self._connection.execute("PRAGMA max_page_count = 1000000")

    with world.deployment.consumer() as consumer:
        watcher = Full(world, consumer.log)
        watcher._connection = connection = consumer.log._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 150}")
        replace(consumer, batch=SMALL).run(watcher)
    assert watcher.faults == ("SQLITE_FULL",)
    assert [entry.message_id for entry in world.entries()] == sent
