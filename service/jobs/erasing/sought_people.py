"""The people of some erasures, looked for together: every place is gone through once for all of them (R31)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ledger.bus.port import Message
from ledger.events.mentions import Mentions
from ledger.log.erasure import Sought
from service.imports.record.person_records import PersonInFiles
from service.jobs.erasing.named_in import NamedIn


class SoughtPeople:
    """Whom erasures look for, by the positions of these in the log.

    What came after an order is about somebody new, so whoever asks about something says when it came.
    """

    def __init__(self, sought: Mapping[int, Sought]) -> None:
        self._sought = list(sought.values())
        self.positions = sorted(sought)
        self.first_offset = min(one.offset for one in self._sought)
        self.last_offset = max(one.offset for one in self._sought)
        self.is_shared = any(one.is_shared for one in self._sought)
        self._first_at = min(one.at for one in self._sought)

    @cached_property
    def mentions(self) -> Mentions:
        """All of them."""
        return _mentions(self._sought)

    @cached_property
    def names(self) -> NamedIn:
        """Whether a text names one of them."""
        return NamedIn(self.mentions, [value for one in self._sought for value in one.values])

    def are_in(self, offset: int, message: Message) -> bool:
        """Whether a message at this offset of the bus is about somebody whose order came after it."""
        if self.mentions.in_message(message.key, message.headers, message.value) is None:
            return False
        if offset < self.first_offset:
            return True
        later = _mentions([one for one in self._sought if one.offset > offset])
        return later.in_message(message.key, message.headers, message.value) is not None

    def in_files(self, rows: Mapping[str, set[int]]) -> "PeopleInFiles":
        """Of them in files; `rows` is as `PersonInFiles` takes it."""
        return PeopleInFiles(self._sought, self._first_at, rows)


@dataclass
class PeopleInFiles:
    """Called with when a file came, in microseconds since the epoch: those whose orders came after it."""

    sought: Sequence[Sought]
    first_at: int
    rows: Mapping[str, set[int]]
    _all: PersonInFiles | None = field(default=None, init=False)

    def __call__(self, began: int) -> PersonInFiles | None:
        if began > self.first_at:
            later = [one for one in self.sought if one.at >= began]
            return self._of(later) if later else None
        if self._all is None:
            self._all = self._of(self.sought)
        return self._all

    def _of(self, some: Sequence[Sought]) -> PersonInFiles:
        phones = frozenset(phone for one in some for phone in one.phones)
        return PersonInFiles(_mentions(some), phones, rows=self.rows)


WhoIsIn = Callable[[int], PersonInFiles | None]
"""Gives whom to look for in a file that came at a time; None: in what came so late nobody is."""


def _mentions(some: Sequence[Sought]) -> Mentions:
    phones = {phone for one in some for phone in one.phones}
    return Mentions(phones, {user_id for one in some for user_id in one.user_ids})
