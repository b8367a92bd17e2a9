"""How the SQLite bus stamps what it takes."""

from contextlib import closing

import pytest

from ledger.bus.port import Message, Unavailable
from ledger.bus.sqlite import SqliteBus

HOUR = 3600 * 1_000_000


def test_a_message_is_stamped_with_the_clock_at_its_publish(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: 17)
    bus.publisher().publish([Message(b"k", b"v")])
    reader = bus.reader()
    reader.seek({})
    assert [(record.time, record.key, record.value) for record in reader.poll(10, 1)] == [(17, b"k", b"v")]


def test_the_stamps_never_go_backwards_even_when_the_clock_does(tmp_path):
    clock = iter([50, 20, 70]).__next__
    bus = SqliteBus(tmp_path / "bus.db", clock=clock)
    publisher = bus.publisher()
    for value in (b"1", b"2", b"3"):
        publisher.publish([Message(None, value)])
    reader = SqliteBus(tmp_path / "bus.db").reader()
    reader.seek({})
    assert [record.time for record in reader.poll(10, 1)] == [50, 50, 70]


YEAR = 366 * 24 * HOUR


BEGIN = 1_700_000_000_000_000


@pytest.fixture
def clock():
    return [BEGIN]


@pytest.fixture
def bus(tmp_path, clock):
    made = SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0])
    with closing(made.publisher()) as publisher:
        publisher.publish([Message(None, b"before")])
    return made


def stamps(bus):
    with closing(bus.reader()) as reader:
        reader.seek({})
        return [record.time for record in reader.poll(1_000, 1)]


def test_a_clock_more_than_366_days_past_the_last_message_stamps_nothing(bus, clock):
    """R4: what is stamped too late pins all later stamps."""
    publisher = bus.publisher()
    clock[0] = BEGIN + YEAR + 1
    for act in (lambda: publisher.publish([Message(None, b"too late")]), bus.check):
        with pytest.raises(Unavailable, match=r"2024-11-14T22:13:20\.000001Z, more than 366 days .*--accept-clock"):
            act()
    clock[0] = BEGIN + 5
    bus.check()
    publisher.publish([Message(None, b"after")])
    publisher.close()
    assert stamps(bus) == [BEGIN, BEGIN + 5]


def test_a_bus_that_rested_for_a_year_goes_on_without_a_question(bus, clock):
    clock[0] = BEGIN + YEAR
    with closing(bus.publisher()) as publisher:
        publisher.publish([Message(None, b"after")])
    assert stamps(bus) == [BEGIN, BEGIN + YEAR]


def test_a_clock_that_somebody_accepts_is_right_from_then_on_for_every_publisher(bus, clock, tmp_path):
    clock[0] = BEGIN + 10 * YEAR
    publisher = bus.publisher()
    bus.accept_clock()
    bus.check()
    publisher.publish([Message(None, b"after")])
    clock[0] += 1
    SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0]).publisher().publish([Message(None, b"later")])
    publisher.close()
    assert stamps(bus) == [BEGIN, BEGIN + 10 * YEAR, BEGIN + 10 * YEAR + 1]


def test_of_a_long_publish_nothing_is_stamped_by_a_clock_that_is_refused(bus, clock):
    clock[0] = BEGIN + 2 * YEAR
    with closing(bus.publisher()) as publisher, pytest.raises(Unavailable, match="366 days"):
        publisher.publish([Message(None, b"%d" % number) for number in range(2_000)])
    assert stamps(bus) == [BEGIN]
