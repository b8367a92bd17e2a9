"""The people of some erasures, looked for together: every place is gone through once for all of them (R31)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ledger.bus.port import Record
from ledger.events.mentions import Mentions, NameFound
from ledger.events.phone import split
from ledger.log.erasure import Sought, Span
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

    @cached_property
    def mentions(self) -> Mentions:
        """All of them, by whatever was theirs at any time."""
        phones = {phone for one in self._sought for phone in one.phones}
        phones |= {span.phone for one in self._in_spans for span in one.spans}
        return _mentions(phones, self._sought)

    @cached_property
    def names(self) -> NamedIn:
        """Whether a text, of which nobody knows when it was written, names one of them."""
        mentions = self.mentions
        if self._in_spans:
            mentions = _mentions({phone for one in self._sought for phone in one.last_phones}, self._sought)
        return NamedIn(mentions, [value for one in self._sought for value in one.values])

    def are_in(self, record: Record) -> bool:
        """Whether a message on the bus is about somebody whose order came after it."""
        if not self._is_named_in(record):
            return False
        if record.offset < self.first_offset and not self._in_spans:
            return True
        named = self.mentions.named_in_message(record.key, record.headers, record.value)
        return any(self._is_meant(name, record) for name in named)

    def _is_named_in(self, record: Record) -> bool:
        return self.mentions.in_message(record.key, record.headers, record.value) is not None

    def _is_meant(self, name: NameFound, record: Record) -> bool:
        """Whether it was, when a message came, the name of somebody whose order came after it."""
        return record.offset < self._until.get(name, 0) or any(
            record.offset < until and span.has(record.time, record.time) for until, span in self._spans.get(name, ())
        )

    @cached_property
    def _until(self) -> Mapping[NameFound, int]:
        """Up to which offset a message is about somebody that has one of these names: that of the last order."""
        found = dict[NameFound, int]()
        for one in self._sought:  # whose offsets rise
            for name in _names(one.phones, one.user_ids):
                found[name] = one.offset
        return found

    @cached_property
    def _spans(self) -> Mapping[NameFound, Sequence[tuple[int, Span]]]:
        """As `_until`, of the phones that were theirs for a time."""
        found = defaultdict[NameFound, list[tuple[int, Span]]](list)
        for one in self._in_spans:
            for span in one.spans:
                for name in _names([span.phone], ()):
                    found[name].append((one.offset, span))
        return found

    def in_files(self, rows: Mapping[str, set[int]]) -> "PeopleInFiles":
        """Of them in files; `rows` is as `PersonInFiles` takes it."""
        return PeopleInFiles(self._sought, rows, None if self._in_spans else self.mentions)


@dataclass
class PeopleInFiles:
    """Called with from when to when a file was taken in, in microseconds since the epoch: whom to look for in it.

    `everybody` finds them all, where that does not depend on the time: it is large, and made once.
    """

    sought: Sequence[Sought]
    rows: Mapping[str, set[int]]
    everybody: Mentions | None
    _last: tuple[int, frozenset[str], PersonInFiles] | None = field(default=None, init=False)

    def __call__(self, began: int, ended: int) -> PersonInFiles | None:
        later = [one for one in self.sought if one.at >= began]
        if not later:
            return None
        phones = frozenset(_phones(later, began, ended))
        if self._last is None or self._last[:2] != (len(later), phones):  # most files come before all orders
            mentions = self.everybody if len(later) == len(self.sought) else None
            person = PersonInFiles(mentions or _mentions(phones, later), phones, rows=self.rows)
            self._last = len(later), phones, person
        return self._last[2]


def _offset(one: Sought) -> int:
    return one.offset


def _names(phones: Collection[str], user_ids: Collection[str]) -> Iterator[NameFound]:
    """All that they can be found by."""
    for phone in phones:
        yield "phone", phone.removeprefix("+")
        yield "national number", split(phone)[1]
    for user_id in user_ids:
        yield "user id", user_id


def _phones(some: Sequence[Sought], began: int, ended: int) -> set[str]:
    """The phones that were theirs all the while."""
    phones = {phone for one in some for phone in one.phones}
    return phones | {span.phone for one in some for span in one.spans if span.has(began, ended)}


def _mentions(phones: Collection[str], some: Sequence[Sought]) -> Mentions:
    return Mentions(phones, {user_id for one in some for user_id in one.user_ids})
