"""Batches go out in order, not far ahead of the log, and not past a failure."""

import pytest

from ledger.bus.port import Message, Unavailable
from service.imports.ledger.ports import Pace
from service.imports.run.feed import Feed, Stalled


def pace(patience):
    ticks = iter(range(10**9))
    return Pace(clock=lambda: next(ticks), sleep=lambda _: None, patience=patience)


class Away:
    """A bus that is away for the calls named, counted from 1; it keeps what it took."""

    def __init__(self, *away):
        self.calls, self.away, self.taken = 0, away, []

    def publish(self, messages, _timeout):
        self.calls += 1
        if self.calls in self.away:
            raise Unavailable("the bus is away")
        self.taken += [message.value for message in messages]


def batches(count, size=2):
    return [[Message(None, b"%d.%d" % (batch, place)) for place in range(size)] for batch in range(count)]


def feed_all(feed, sent, durable):
    try:
        for number, batch in enumerate(sent):
            feed.send(batch, lambda number=number: durable.append(number))
        feed.finish()
    finally:
        feed.close()


def test_batches_are_published_in_order_and_told_when_they_are_durable():
    bus, durable = Away(), []
    feed_all(Feed(bus, lambda: 0, pace(1)), batches(20), durable)
    assert bus.taken == [message.value for batch in batches(20) for message in batch]
    assert durable == list(range(20))


def test_a_bus_that_comes_back_is_waited_for():
    bus, durable = Away(2, 3), []
    feed_all(Feed(bus, lambda: 0, pace(1_000)), batches(5), durable)
    assert bus.taken == [message.value for batch in batches(5) for message in batch]


def test_nothing_is_published_behind_a_batch_that_failed():
    bus, durable = Away(3), []
    with pytest.raises(Unavailable):
        feed_all(Feed(bus, lambda: 0, pace(0)), batches(20), durable)
    assert bus.taken == [message.value for batch in batches(2) for message in batch]
    assert durable == [0, 1]


def test_the_log_is_never_left_further_behind_than_allowed():
    bus, appended, seen = Away(), 0, []

    def backlog():
        nonlocal appended
        seen.append(len(bus.taken) - appended)
        appended = min(len(bus.taken), appended + 3)
        return len(bus.taken) - appended

    feed_all(Feed(bus, backlog, pace(1_000), most_ahead=10), batches(40, size=4), [])
    assert len(bus.taken) == 160
    assert max(seen) <= 10


def test_a_log_that_stands_still_is_said():
    with pytest.raises(Stalled, match="is a consumer running"):
        feed_all(Feed(Away(), lambda: 25_000, pace(5)), batches(1), [])


def test_a_feed_that_waits_for_the_log_can_be_closed():
    feed = Feed(Away(), lambda: 25_000, pace(10**9))
    feed.send(batches(1)[0])
    feed.close()
    with pytest.raises(Stalled, match="broken off"):
        feed.finish()
