"""Where on the bus the messages are that some entries of the log came of, so that not all of it is searched (R31).

The log takes messages in the order of the bus, and makes at most one entry of each. So where as many entries as
messages lie between two messages whose entries are known, each of them became the entry that far along. Where there are
more messages, some left no entry, such as one that was sent again: these stretches are halved, and searched when they
are short.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from ledger.bus.port import ANYWHERE, Bus, BusError, Reader, Record
from ledger.events.envelope import Unreadable, decode
from ledger.log.entry import Entry
from ledger.log.erasure import Emptied
from ledger.log.port import LogReader

READ_AT_ONCE = 1_100
"""Records among which a match is looked for: a long publish has 500 of the same time."""

_SHORT = 4_000
"""Messages that are searched rather than halved once more."""

_MOST_MATCHES = 64
"""That are looked for: each takes some milliseconds."""

_CLOSE = 4
"""Reads between where there is a match and where there is none: closer is not looked."""


def searched(bus: Bus, log: LogReader, erasures: Sequence[Emptied | None], before: int) -> Sequence[range]:
    """The offsets under `before` of what these erasures emptied, and of all that the log has nothing of.

    Everywhere where the bus cannot be read, or the log has taken from another one too.
    """
    emptied = [one for one in erasures if one is not None]
    about = Emptied(
        [contact for one in emptied for contact in one.contacts],
        [other for one in emptied for other in one.others],
        0,
        0,
    )
    if len(emptied) < len(erasures) or bus.topic is not None:
        return ANYWHERE
    with suppress(BusError), closing(bus.reader()) as reader:
        if log.buses() != {reader.bus_id}:
            return ANYWHERE
        ((begin, _),) = reader.ranges().values()
        return offsets_of(log.emptied_positions(about), begin, before, partial(_near, reader, log))
    return ANYWHERE


def _near(reader: Reader, log: LogReader, offset: int) -> "Match | None":
    (partition,) = reader.ranges()
    reader.seek({partition: offset})
    return match(reader.poll(READ_AT_ONCE, 0), log.by_message_id)


class Match(NamedTuple):
    """A message, by its offset, and the position of the entry that it became."""

    offset: int
    position: int


def match(records: Sequence[Record], entry_of: Callable[[str, str], Entry | None]) -> Match | None:
    """The first of these records, which follow each other on the bus, of which it is sure what entry it became.

    `entry_of` gives the entry of a message's id and source. That has the same name and bytes, also where the entry came
    of an earlier message that was sent again. But it also says when the bus took the message, and what the bus took
    earlier was taken at another time: so the first of a time is looked at, and no other.
    """
    for before, record in pairwise(records):
        if record.time == before.time:
            continue
        try:
            envelope = decode(record.headers, record.value)
        except Unreadable:
            continue
        entry = entry_of(envelope.id, envelope.source)
        if entry is None or not entry.is_accepted or entry.bus_time != record.time:
            continue
        if entry.value == record.value and entry.headers == record.headers:
            return Match(record.offset, entry.position)
    return None


def offsets_of(
    positions: Sequence[int],
    begin: int,
    end: int,
    near: Callable[[int], Match | None],
    *,
    at_once: int = READ_AT_ONCE,
    short: int = _SHORT,
) -> Sequence[range]:
    """The offsets, from `begin` up to before `end`, of messages that became the entries at `positions`, or no entry.

    There are others among them; stretches of up to `short` messages are taken whole. `positions` rise. `near` gives a
    match among the `at_once` records from an offset on, None where there is none. All of these messages must have been
    taken by the log, and all of its entries from one bus.
    """
    first, last = _first_match(begin, end, near, at_once), _last_match(begin, end, near, at_once)
    if first is None or last is None:
        return [range(begin, end)]
    between = _between(positions, first, last, near, at_once, short)
    return [one for one in (range(begin, first.offset), *between, range(last.offset, end)) if one]


def _first_match(begin: int, end: int, near: Callable[[int], Match | None], at_once: int) -> Match | None:
    """A match not far behind the first that there is: where many were erased, the bus begins with empty messages."""
    missed, at, found = begin, begin, None
    for far in _distances(end - begin, at_once):
        missed, at = at, begin + far
        if (found := near(at)) is not None:
            break
    while found is not None and at - missed > _CLOSE * at_once:
        middle = (missed + at) // 2
        earlier = near(middle)
        missed, at, found = (middle, at, found) if earlier is None else (missed, middle, earlier)
    return found


def _last_match(begin: int, end: int, near: Callable[[int], Match | None], at_once: int) -> Match | None:
    backwards = (near(max(begin, end - at_once - far)) for far in _distances(end - begin, at_once))
    return next(filter(None, backwards), None)


def _distances(length: int, at_once: int) -> Iterator[int]:
    """How far away a match is looked for: at once, and then ever further on, up to a share of the whole length."""
    longest, far, step = max(at_once, length // _MOST_MATCHES), 0, at_once
    while far < length:
        yield far
        far, step = far + step, min(step * 2, longest)


def _between(
    positions: Sequence[int],
    first: Match,
    last: Match,
    near: Callable[[int], Match | None],
    at_once: int,
    short: int,
) -> Iterator[range]:
    """The same between two matches, in order."""
    waiting, looked = [(first, last)], 0
    while waiting:
        begin, end = waiting.pop()
        many = end.offset - begin.offset
        if many == end.position - begin.position:
            ahead = begin.offset - begin.position
            these = positions[bisect_left(positions, begin.position) : bisect_left(positions, end.position)]
            yield from _runs(position + ahead for position in these)
            continue
        middle = None
        if many > short and looked < _MOST_MATCHES:
            middle, looked = _first_match(begin.offset + many // 2, end.offset, near, at_once), looked + 1
        if middle is None or middle.offset >= end.offset:
            yield range(begin.offset, end.offset)
        else:
            waiting += [(middle, end), (begin, middle)]


def _runs(offsets: Iterable[int]) -> Iterator[range]:
    """Offsets that rise, those right behind each other together."""
    run = range(0)
    for offset in offsets:
        if run and offset == run.stop:
            run = range(run.start, offset + 1)
            continue
        if run:
            yield run
        run = range(offset, offset + 1)
    if run:
        yield run
