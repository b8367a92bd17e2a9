"""The people of some erasures, looked for together: every place is gone through once for all of them (R31)."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ledger.bus.port import Record
from ledger.events.mentions import Mentions
from ledger.log.erasure import Sought
from service.imports.record.person_records import PersonInFiles
from service.jobs.erasing.named_in import NamedIn


class SoughtPeople:
    """Whom erasures look for, by the positions of these in the log.

    What came after an order is about somebody new, and a phone that was given up is looked for in one person's time
    alone, so whoever asks about something says when it came.
    """

    def __init__(self, sought: Mapping[int, Sought]) -> None:
        self._sought = sorted(sought.values(), key=_offset)
        self.positions = sorted(sought)
        self.first_offset = self._sought[0].offset
        self.last_offset = self._sought[-1].offset
        self.is_shared = any(one.is_shared for one in self._sought)
        self._in_spans = [one for one in self._sought if one.spans]
        self._last: tuple[int, frozenset[str], Mentions] | None = None

    @cached_property
    def mentions(self) -> Mentions:
        """All of them, by whatever was theirs at any time."""
        phones = {phone for one in self._sought for phone in one.phones}
        phones |= {span.phone for one in self._in_spans for span in one.spans}
        return _mentions(phones, self._sought)

    @cached_property
    def names(self) -> NamedIn:
        """Whether a text, of which nobody knows when it was written, names one of them."""
        phones = {phone for one in self._sought for phone in one.last_phones}
        return NamedIn(_mentions(phones, self._sought), [value for one in self._sought for value in one.values])

    def are_in(self, record: Record) -> bool:
        """Whether a message on the bus is about somebody whose order came after it."""
        if not _is_in(self.mentions, record):
            return False
        if record.offset < self.first_offset and (not self._in_spans or _is_in(self._throughout, record)):
            return True
        return _is_in(self._later_than(record), record)

    def _later_than(self, record: Record) -> Mentions:
        """Whom a message can be about: slow to make for many, and that of most messages is that of the one before."""
        at = bisect_right(self._sought, record.offset, key=_offset)
        spans = [span for one in self._in_spans if one.offset > record.offset for span in one.spans]
        for_a_time = frozenset(span.phone for span in spans if span.has(record.time, record.time))
        if self._last is None or self._last[:2] != (at, for_a_time):
            later = self._sought[at:]
            phones = {phone for one in later for phone in one.phones} | for_a_time
            self._last = at, for_a_time, _mentions(phones, later)
        return self._last[2]

    @cached_property
    def _throughout(self) -> Mentions:
        return _mentions({phone for one in self._sought for phone in one.phones}, self._sought)

    def in_files(self, rows: Mapping[str, set[int]]) -> "PeopleInFiles":
        """Of them in files; `rows` is as `PersonInFiles` takes it."""
        return PeopleInFiles(self._sought, rows)


@dataclass
class PeopleInFiles:
    """Called with from when to when a file was taken in, in microseconds since the epoch: whom to look for in it."""

    sought: Sequence[Sought]
    rows: Mapping[str, set[int]]
    _last: tuple[int, frozenset[str], PersonInFiles] | None = field(default=None, init=False)

    def __call__(self, began: int, ended: int) -> PersonInFiles | None:
        later = [one for one in self.sought if one.at >= began]
        if not later:
            return None
        phones = frozenset(_phones(later, began, ended))
        if self._last is None or self._last[:2] != (len(later), phones):  # most files come before all orders
            self._last = len(later), phones, PersonInFiles(_mentions(phones, later), phones, rows=self.rows)
        return self._last[2]


def _offset(one: Sought) -> int:
    return one.offset


def _phones(some: Sequence[Sought], began: int, ended: int) -> set[str]:
    """The phones that were theirs all the while."""
    phones = {phone for one in some for phone in one.phones}
    return phones | {span.phone for one in some for span in one.spans if span.has(began, ended)}


def _mentions(phones: Collection[str], some: Sequence[Sought]) -> Mentions:
    return Mentions(phones, {user_id for one in some for user_id in one.user_ids})


def _is_in(mentions: Mentions, record: Record) -> bool:
    return mentions.in_message(record.key, record.headers, record.value) is not None
