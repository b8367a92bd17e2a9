"""Every entry decided anew from its raw message, and held against what was decided then: `verify --deep` (R28).

The append's own decisions run over the raw messages from an empty log on. What no message says is taken as recorded:
when the log took it, and the ids and salts that were drawn. An entry that another program decided, or one with another
numbering plan, may have been read by other rules: whether its message was good by itself, and how a rejection is
worded, is then taken as recorded too, and told apart. Who its contact is never is: that follows from the phone and the
user id, whatever the rules of the day made of the message.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import msgspec

from consumers.appender import Appender
from consumers.effects import EFFECTS
from consumers.incoming import SECOND, Incoming
from ledger.bus.port import Record
from ledger.events import types
from ledger.log.entry import NewEntry, StoredEntry, phone_text, unpack_headers
from ledger.log.fault import Fault
from ledger.log.keeping_out import KEPT_OUT
from ledger.log.merge_orders import given_up_text
from ledger.log.port import Batch, EventLog, LogReader

ANY_CLOCK = 2**62
"""For the log beside: entries come as far apart as they were taken."""

_FEWEST, _MOST = 32, 5_000
"""Entries in one transaction: few where some differ, for what was decided before them in it is then done again."""

_SAME_DIGITS = 6
_ABOUT_OTHERS = frozenset(
    {types.IMPORT_UNDONE, types.IMPORT_REDONE, types.CONTACT_ERASED, *types.ABOUT_MESSAGES, *types.ABOUT_MERGES}
)
"""Orders about what other messages said: where some of these are erased, they cannot be decided again, nor refused for
the same reason. Nor can the second message of a row, which goes by what became of the first."""

_FOR_WHAT_OTHERS_SAID = frozenset({"identity_conflict", "precondition_failed"})
"""Reasons to refuse a message that may be in what is erased by now."""

_CLOCKS = frozenset({"stated", "bus_time"})


class Frozen(msgspec.Struct, frozen=True, gc=False):
    """An entry of the log under examination, as it was decided."""

    position: int
    recorded: int
    entry: NewEntry
    is_empty: bool = False


class Differing(Exception):
    """The n-th entry of a batch is decided otherwise today."""

    def __init__(self, number: int, decided: NewEntry | None) -> None:
        super().__init__(number)
        self.number = number
        self.decided = decided


class Clock:
    """The clock of the log beside: as late as the log took the message at hand."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        """Microseconds since the epoch."""
        return self.now


class Redeciding:
    """Decides the entries of a log anew, in an empty log beside it that ends up with the same entries.

    `appender` is that of the empty log, and `clock` the one of both. `is_todays` tells of a position whether this very
    program decided it. `otherwise` counts the entries that were read by other rules than today's.
    """

    def __init__(self, beside: EventLog, appender: Appender, clock: Clock, is_todays: Callable[[int], bool]) -> None:
        self._beside = beside
        self._appender = appender
        self._clock = clock
        self._is_todays = is_todays
        self.otherwise = 0
        self._has_erasures = False
        self._given_up: dict[int, int] = {}

    def faults(self, log: LogReader, until: int, progress: Callable[[int], None]) -> Iterator[Fault]:
        """Every entry up to position `until` whose decision does not follow; `progress` is called with positions."""
        position, size = 0, _MOST
        erasures = log.erasures(until)
        self._has_erasures = bool(erasures)
        self._given_up = {
            order: names
            for erasure in erasures
            if erasure.emptied is not None
            for order, names in erasure.emptied.given_up.items()
        }
        while rows := log.proof_page(position, size, until):
            entries = [self._frozen(row) for row in rows]
            done = self._decide(entries)
            if done < len(entries):
                yield from self._judge(entries[done])
                position, size = entries[done].position, _FEWEST
            else:
                position, size = entries[-1].position, min(_MOST, 2 * size)
            self._beside.tidy()
            progress(position)

    def _frozen(self, one: StoredEntry) -> Frozen:
        """An entry as it was decided; of one that is empty, with what its erasure says of it."""
        columns = {name: getattr(one, name) for name in NewEntry.__struct_fields__}
        if one.salt is None and one.position in self._given_up:
            columns["detail"] = given_up_text(self._given_up[one.position])
        return Frozen(one.position, one.recorded, NewEntry(**columns), one.salt is None)

    def _decide(self, entries: Sequence[Frozen]) -> int:
        """Decide these and keep them, up to the first that differs; how many."""
        try:
            self._trial(entries)
        except Differing as differing:
            if differing.number:
                self._trial(entries[: differing.number])
            return differing.number
        return len(entries)

    def _trial(self, entries: Sequence[Frozen]) -> None:
        """Decide these and keep them all, or none. Raises Differing for the first that comes out otherwise."""
        self._clock.now = entries[-1].recorded
        number = 0
        with self._beside.appending("", {}, {}) as batch:
            for is_given, some in groupby(entries, self._is_given):
                alike = list(some)
                batch.write()  # either goes by what the log has
                if is_given:
                    for one in alike:
                        _keep(batch, one)
                else:
                    self._decide_in(batch, alike, number)
                number += len(alike)

    def _decide_in(self, batch: Batch, entries: Sequence[Frozen], number: int) -> None:
        """Decide these in the batch. Raises Differing, for the first of them being the one of this number."""
        messages = self._read(entries)
        ids = iter([one.entry.contact_id for one in entries])
        drawn: bytes | None = None
        decide = self._appender.decision(batch, messages, lambda: drawn or bytes(16))
        for at, (one, message) in enumerate(zip(entries, messages, strict=True), number):
            drawn, before = next(ids), batch.position
            decide(message)
            decided = batch.last if batch.position > before else None
            if decided is None or _differences(one, decided):
                raise Differing(at, decided)

    def _is_given(self, one: Frozen) -> bool:
        """Whether an entry is taken as it was decided: what its decision went by is erased or withheld (R31), or no
        message of the bus.
        """
        type = one.entry.type if one.entry.reason is None else None
        if one.is_empty or type == types.CONTACT_ERASED or one.entry.reason == KEPT_OUT:
            return True
        if type in types.NOTES:  # which came over no bus: its signature says who wrote it
            (message,) = self._read([one])
            return message.is_signed
        is_second = one.entry.row is not None and (one.entry.message_id or "").endswith(SECOND)
        return self._has_erasures and (
            is_second or one.entry.type in _ABOUT_OTHERS or one.entry.reason in _FOR_WHAT_OTHERS_SAID
        )

    def _judge(self, one: Frozen) -> Iterator[Fault]:
        """What is wrong with an entry that is decided otherwise today; it is kept as it is, for those behind it."""
        try:
            self._trial([one])
        except Differing as differing:
            decided = differing.decided
        else:
            return
        (message,) = self._read([one])
        names = ["that it is an entry at all"] if decided is None else _differences(one, decided)
        with self._beside.appending("", {}, {}) as batch:
            is_possible = _is_named(one.entry, message) and self._is_possible(batch, one, message)
            _keep(batch, one)
        if self._is_todays(one.position) or not is_possible:
            which = ", ".join(names)
            yield Fault(one.position, f"decided otherwise than its message and the entries before it say: {which}")
        else:
            self.otherwise += 1

    def _read(self, entries: Sequence[Frozen]) -> list[Incoming]:
        return self._appender.read([_record(one) for one in entries])

    def _is_possible(self, batch: Batch, one: Frozen, message: Incoming) -> bool:
        """Whether some rules may have come to this: by whose signature it has, and whom its identities find."""
        entry = one.entry
        if entry.reason is not None:
            is_theirs = entry.reason != "reserved" or not message.is_signed
            return is_theirs and entry.raw_digest == self._appender.digest(message.record)
        if entry.raw_digest is not None and message.settles is None:
            return False
        rule = types.RULES.get(entry.type or "")
        is_open = rule is not None and rule.sender == "anybody" and not types.is_ours(entry.source or "")
        if not message.is_signed and (not is_open or entry.raw_digest is not None):
            return False
        if entry.type in types.ABOUT_MERGES:
            is_alone = entry.type == types.NUMBER_CHANGED
            return entry.contact is not None and (is_alone or entry.absorbed is not None)
        if entry.contact is None:
            return bool(entry.skipped) or (entry.phone is None and entry.user_id is None)
        return _has_said(entry, message) and _finds(batch, one)


def _is_named(entry: NewEntry, message: Incoming) -> bool:
    """Whether an entry goes by the name of its message; by none where that could not be read then."""
    envelope, recorded = message.envelope, (entry.source, entry.message_id, entry.type)
    if envelope is None or (entry.reason is not None and recorded == (None, None, None)):
        return True
    settles, type = message.settles, envelope.type
    if entry.reason is None and settles is not None:
        type = settles.type or type
    return recorded == (envelope.source, envelope.id, type)


def _has_said(entry: NewEntry, message: Incoming) -> bool:
    """Whether a message names this phone and this user id, in whatever form."""
    about = message.about
    if about is not None and message.is_signed:
        return (about.phone, about.user_id) == (phone_text(entry.phone), entry.user_id)
    digits = bytes(byte for byte in message.record.value or b"" if 48 <= byte <= 57)
    return entry.phone is None or str(entry.phone)[-_SAME_DIGITS:].encode() in digits


def _finds(batch: Batch, one: Frozen) -> bool:
    """Whether the phone and the user id of an accepted entry lead to its contact (R7), by what was bound before it."""
    entry, phone = one.entry, phone_text(one.entry.phone)
    known = batch.load_identities(_given(phone), _given(entry.user_id))
    found = [holder for holder in (known.by_phone(phone), known.by_user_id(entry.user_id)) if holder is not None]
    contacts = sorted({holder.contact for holder in found})
    if entry.contact_id is not None:
        return not contacts and entry.contact == one.position and entry.absorbed is None
    if entry.absorbed is not None:
        return contacts == [entry.contact, entry.absorbed]
    return bool(entry.skipped) or contacts == [entry.contact]


def _keep(batch: Batch, one: Frozen) -> None:
    """Take an entry as it was decided, with what that binds."""
    entry = one.entry
    effect = EFFECTS.get(entry.type or "")
    if entry.reason is None and effect is not None:
        effect.keep(entry, batch)
    batch.add(entry)


def _given(value: str | None) -> list[str]:
    return [] if value is None else [value]


def _differences(one: Frozen, decided: NewEntry) -> list[str]:
    """The columns that differ. A time is never later than when the log took the message."""
    entry = one.entry
    if entry == decided:
        return []
    return [
        name
        for name in NewEntry.__struct_fields__
        if (found := getattr(entry, name)) != (told := getattr(decided, name))
        and not (name in _CLOCKS and told is not None and found == min(told, one.recorded))
    ]


_UNREADABLE = re.compile(r"offset (\d+) of partition (\d+): (.*)", re.DOTALL).fullmatch
"""What the append says of a record that the bus itself did not give whole: as which it is taken here too."""


def _record(one: Frozen) -> Record:
    entry = one.entry
    offset, partition, fault = 0, 0, None
    if entry.reason == "unreadable" and (told := _UNREADABLE(entry.detail or "")) is not None:
        offset, partition, fault = int(told[1]), int(told[2]), told[3]
    headers = unpack_headers(entry.headers)
    return Record(partition, offset, entry.bus_time, entry.key, entry.value, headers, fault)
