"""Only a part of the bus is searched for a person, and whatever the log does not account for is in it (R31)."""

from bisect import bisect_left
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.bus.port import Record
from ledger.events.envelope import decode
from ledger.log.entry import Entry
from service.jobs.erasing.on_the_bus import Match, match, offsets_of

AT_ONCE = 6
"""Records that are read in one go here, so that short histories are halved many times."""


@dataclass
class History:
    """A bus and the log that took all of it, told step by step; and which message became which entry."""

    time: int = 1_000
    recorded: int = 1_000
    next_offset: int = 1
    records: list[Record] = field(default_factory=list)
    accepted: dict[str, Entry] = field(default_factory=dict)
    rejected: set[bytes] = field(default_factory=set)
    sent: list[tuple[bytes, bool]] = field(default_factory=list)
    positions: dict[int, int | None] = field(default_factory=dict)
    """By offset: the position of the entry, None where a message left none."""
    head: int = 0

    def batch(self, later, lag):
        """The next messages come `later`, and the log's clock is `lag` behind the bus's, but never goes back."""
        self.time += later
        self.recorded = max(self.recorded, self.time - lag)

    def new(self, is_fit):
        self._take(message(len(self.sent), 0), is_fit)

    def again(self, number):
        if self.sent:
            self._take(*self.sent[number % len(self.sent)])

    def mended(self, number):
        """A message with the name of another, and other bytes."""
        if self.sent:
            self._take(message(number % len(self.sent), 1), True)

    def emptied(self):
        self.records.append(Record(0, self.next_offset, self.time, None, b"emptied"))
        self.positions[self.next_offset] = None
        self.next_offset += 1

    def empty_last(self):
        """The newest message was taken, and erased since."""
        last = self.records[-1]
        self.records[-1] = Record(0, last.offset, last.time, None, b"emptied")
        self.accepted.pop(decode((), last.value).id, None)

    def gap(self, missing):
        """Messages that are gone, and the entry by which somebody went on behind them."""
        self.next_offset += missing
        self.head += 1

    def _take(self, value, is_fit):
        offset, self.next_offset = self.next_offset, self.next_offset + 1
        self.records.append(Record(0, offset, self.time, None, value))
        self.sent.append((value, is_fit))
        self.positions[offset] = None
        id = decode((), value).id
        before = self.accepted.get(id)
        if value in self.rejected or (before is not None and before.value == value):
            return
        self.head += 1
        self.positions[offset] = self.head
        if is_fit and before is None:
            self.accepted[id] = entry(self.head, id, value, min(self.time, self.recorded))
        else:
            self.rejected.add(value)

    def near(self, offset):
        start = bisect_left(self.records, offset, key=lambda one: one.offset)
        return match(self.records[start : start + AT_ONCE], lambda id, _source: self.accepted.get(id))

    def searched(self, wanted, short):
        found = offsets_of(sorted(wanted), 1, self.next_offset, self.near, at_once=AT_ONCE, short=short)
        return {offset for one in found for offset in one}


def message(number, version):
    return b'{"specversion":"1.0","id":"%d","source":"x","type":"UserTracked","version":"%d"}' % (number, version)


def entry(position, id, value, bus_time):
    nothing = dict.fromkeys(
        ("stated", "reason", "contact", "contact_id", "absorbed", "key", "phone", "user_id", "detail"), None
    )
    return Entry(
        position=position,
        recorded=bus_time,
        bus_time=bus_time,
        type="UserTracked",
        skipped=False,
        source="x",
        message_id=id,
        headers=(),
        value=value,
        is_erased=False,
        **nothing,
    )


numbers = st.integers(0, 50)
batches = st.builds(
    lambda later, lag: lambda history: history.batch(later, lag),
    st.sampled_from([0, 1, 1, 1]),
    st.sampled_from([0, 0, 2]),
)
news = st.just(lambda history: history.new(True))
others = st.one_of(
    st.just(lambda history: history.new(False)),
    st.just(History.emptied),
    numbers.map(lambda number: lambda history: history.again(number)),
    numbers.map(lambda number: lambda history: history.mended(number)),
    st.integers(1, 3).map(lambda missing: lambda history: history.gap(missing)),
)


def resent(first, order, lag):
    """What was sent from a message on is sent again, in another order, each at a time of its own."""

    def step(history):
        for number in order:
            history.batch(1, lag)
            history.again(first + number)

    return step


def mended_at_once(history):
    history.batch(1, 0)
    history.new(False)
    history.mended(len(history.sent) - 1)


stretches = st.integers(2, 12).flatmap(lambda many: st.permutations(range(many)))
steps = st.lists(
    st.one_of(
        batches,
        batches,
        news,
        news,
        news,
        others,
        st.builds(resent, numbers, stretches, st.just(0)),
        st.builds(lambda first, many: resent(first, range(many), 0), numbers, st.integers(2, 12)),
        st.just(mended_at_once),
    ),
    min_size=20,
    max_size=80,
)


@settings(max_examples=400)
@given(steps, st.sets(st.integers(1, 100)), st.sampled_from([0, 3, 20]))
def test_messages_of_the_entries_and_those_without_an_entry_are_always_searched(told, wanted, short):
    history = History()
    for step in told:
        step(history)
    must = {offset for offset, position in history.positions.items() if position is None or position in wanted}
    assert must <= history.searched(wanted, short)


def test_a_refused_message_is_not_matched_with_the_entry_of_another_under_its_name():
    history = History()
    history.new(True)
    mended_at_once(history)
    history.batch(1, 0)
    history.new(True)
    assert history.near(1) == Match(4, 4)


def test_of_a_bus_whose_messages_all_became_entries_hardly_anything_is_searched():
    history = History()
    for _ in range(5_000):
        history.batch(1, 0)
        history.new(True)
    found = history.searched({700, 2_500}, 3)
    assert {700, 2_500} <= found
    assert len(found) < 4 * AT_ONCE


def test_behind_many_that_were_emptied_before_it_is_no_other():
    """As after everybody of a file was erased: the log has their entries, and nothing says which message was whose."""
    history = History()
    for number in range(5_000):
        history.batch(1, 0)
        history.new(True)
        if number < 2_000 or 3_000 < number < 3_200:
            history.empty_last()
    found = history.searched({2_500, 4_000, 4_001}, 3)
    assert {2_500, 4_000, 4_001} <= found
    assert len(found - set(range(1, 2_001))) < 12 * AT_ONCE


def test_around_messages_that_were_sent_again_only_their_neighbours_are_searched():
    history = History()
    for number in range(5_000):
        history.batch(1, 0)
        history.new(True)
        if number in (1_000, 4_000):
            history.again(number - 10)
    found = history.searched({2_500}, 3)
    assert {1_002, 4_003} <= found
    assert len(found) < 20 * AT_ONCE
