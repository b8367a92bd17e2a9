"""The bus goes away and comes back in mid-flight: errors meanwhile, nothing lost, nothing skipped."""

import time
from functools import partial

import pytest

from ledger.bus.port import Message, NotConfirmed, Unavailable
from tests.brokers import eventually
from tests.contracts.reading import comes_through, read, values

pytestmark = pytest.mark.timeout(180)

RECOVERY_SECONDS = 60


@pytest.fixture
def place(stoppable_place):
    return stoppable_place


@pytest.fixture
def publisher(place, opened):
    return opened(place.bus().publisher())


@pytest.fixture
def reader(place, opened):
    made = opened(place.bus().reader())
    made.seek({})
    return made


def poll_in_vain(reader):
    for _ in range(20):
        assert reader.poll(10, 0.5) == []


def test_publishing_fails_in_time_while_the_bus_is_away_and_works_again_after(place, publisher, opened):
    publisher.publish([Message(None, b"before")])
    place.stop()
    late = opened(place.bus().publisher())
    for each in (publisher, publisher, late):
        call = partial(each.publish, [Message(None, b"meanwhile")])
        assert seconds_until_unavailable(call, NotConfirmed) < 5
    place.start()
    eventually(lambda: comes_through(publisher, Message(None, b"after")), RECOVERY_SECONDS, "a publish comes through")
    eventually(lambda: comes_through(late, Message(None, b"late")), RECOVERY_SECONDS, "the other publisher's too")
    reader = opened(place.bus().reader())
    reader.seek({})
    got = []
    while b"late" not in got:
        got += values(read(reader, 1))
    assert got[0] == b"before"


def test_a_reader_says_so_while_the_bus_is_away_and_goes_on_at_its_position(place, publisher, reader):
    publisher.publish([Message(None, b"%d" % number) for number in range(10)])
    assert values(read(reader, 4)) == [b"0", b"1", b"2", b"3"]
    place.stop()
    with pytest.raises(Unavailable):
        poll_in_vain(reader)
    place.start()
    got = []

    def goes_on():
        try:
            got.extend(reader.poll(10, 0.5))
        except Unavailable:
            return False
        return len(got) >= 6

    eventually(goes_on, RECOVERY_SECONDS, "the reader goes on")
    assert values(got) == [b"4", b"5", b"6", b"7", b"8", b"9"]


def test_a_bus_that_came_back_is_the_same_bus(place, publisher, reader, opened):
    publisher.publish([Message(None, b"kept")])
    place.stop()
    place.start()
    again = opened(place.bus().reader())
    again.seek({})
    assert again.bus_id == reader.bus_id
    assert values(read(again, 1)) == [b"kept"]


def seconds_until_unavailable(call, *also):
    began = time.monotonic()
    with pytest.raises((Unavailable, *also)):
        call()
    return time.monotonic() - began


def test_a_short_deadline_is_kept(stopped):
    _, publisher = stopped
    call = partial(publisher.publish, [Message(None, b"meanwhile")], timeout=0.5)
    assert seconds_until_unavailable(call, NotConfirmed) < 8


def test_a_publisher_opened_while_the_bus_is_away_says_that_nothing_was_sent(stopped, opened):
    place, _ = stopped
    publisher = opened(place.bus().publisher())
    assert seconds_until_unavailable(partial(publisher.publish, [Message(None, b"meanwhile")])) < 15


def test_no_reader_opens_while_the_bus_is_away(stopped):
    place, _ = stopped
    assert seconds_until_unavailable(place.bus().reader) < 30


def test_check_fails_within_seconds_while_the_bus_is_away(stopped):
    place, _ = stopped
    assert seconds_until_unavailable(place.bus().check) < 8
