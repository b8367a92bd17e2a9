"""What a merge, a split or a changed number would make of contacts, folded by the fold itself, before it is ordered."""

from collections.abc import Mapping, Sequence
from operator import itemgetter

import msgspec

from ledger.events import types
from ledger.events.traits import WHATSAPP_OPTED, canonical_of
from ledger.log.port import LogReader
from ledger.log.revisions import homes
from projections.fold.component import States, counting, steps
from projections.fold.event import Event, Stamp, Value
from projections.fold.page import ImportIds, event_in
from projections.fold.replay import last_words
from projections.fold.state import ContactState


class Foreseen:
    """Two contacts as they are at `position`, `before`, and what there would be of them, `after`; both by number.

    `opts_in`: somebody would have opted in to WhatsApp by it who had opted out (R16); of a changed number, the new one
    would have by what was said under the old one. `consent` are the traits that an order says to keep it from that.
    """

    def __init__(
        self,
        position: int,
        before: dict[int, ContactState],
        after: dict[int, ContactState],
        opts_in: bool,
        consent: Mapping[str, Value] | None = None,
    ) -> None:
        self.position = position
        self.before = before
        self.after = after
        self.opts_in = opts_in
        self.consent = consent or {}


def merged(log: LogReader, survivor: int, absorbed: int, until: int | None = None) -> Foreseen:
    """What a merge of two contacts, which no other is merged into, would leave, or would have as of `until`."""
    return _foreseen(log, types.CONTACTS_MERGED, survivor, absorbed, until)


def split(log: LogReader, contact: int, absorbed: int, until: int | None = None) -> Foreseen:
    """What a split of `absorbed` from the contact that it is merged into would leave, or would have as of `until`."""
    return _foreseen(log, types.CONTACTS_SPLIT, contact, absorbed, until)


def renumbered(
    log: LogReader, contact: int, phone: str, absorbed: int | None, until: int | None = None, *, moves_consent: bool
) -> Foreseen:
    """What a contact would be with another phone (E.164), which `absorbed` has now; None: nobody else has.

    Consent to WhatsApp was given under a number (R16). So it counts for the new one if that had its own, and nobody of
    the two said no; else only where whoever orders it says so (`moves_consent`).
    """
    told = _Told(log, [contact] if absorbed is None else [contact, absorbed], until)
    order = msgspec.structs.replace(told.order(types.NUMBER_CHANGED, contact, absorbed), phone=phone)
    after, words = told.folded(order), told.words()
    is_their_own = absorbed is not None and words.get(absorbed) is True and words.get(contact, True) is True
    opts_in = after[contact].traits.get(WHATSAPP_OPTED) is True and not is_their_own
    consent: dict[str, Value] = {}
    if opts_in and not moves_consent:
        consent = {WHATSAPP_OPTED: False if told.has_refused() else None}
        after = told.folded(msgspec.structs.replace(order, traits=consent))
    return Foreseen(told.position, told.folded(), after, opts_in, consent)


def _foreseen(log: LogReader, type: str, contact: int, absorbed: int, until: int | None) -> Foreseen:
    told = _Told(log, [contact, absorbed], until)
    after, words = told.folded(told.order(type, contact, absorbed)), told.words()
    is_out = any(word is not True for word in words.values())
    opts_in = is_out and any(state.traits.get(WHATSAPP_OPTED) is True for state in after.values())
    return Foreseen(told.position, told.folded(), after, opts_in)


class _Told:
    """What the log says of some contacts, and of all that were ever merged with them, up to a position; None: all."""

    def __init__(self, log: LogReader, contacts: Sequence[int], until: int | None) -> None:
        self._log = log
        self._contacts = contacts
        self._head = (None if until is None else log.head_at(until)) or log.head()
        self._undoings = log.undoings(self.position)
        rows, ids = log.fold_rows_about(log.components(contacts), self.position), ImportIds(log)
        self._events = [event for row in rows if (event := event_in(row, ids)) is not None]

    @property
    def position(self) -> int:
        """That of the newest entry that counts."""
        return self._head.position

    def folded(self, *orders: Event) -> dict[int, ContactState]:
        """The contacts as they are once these orders are taken, by number."""
        states = States()
        for _ in steps([*self._events, *orders], self._undoings, states):
            pass
        return {number: states[number] for number in self._contacts if number in states}

    def words(self) -> dict[int, Value]:
        """What each of the contacts said last of consent to WhatsApp, but for those that said nothing."""
        return last_words(self._log, self._contacts, WHATSAPP_OPTED, self.position)

    def has_refused(self) -> bool:
        """Whether the last word on WhatsApp that came by one of the numbers was a no, newer ones by others or not."""
        events = [event for event in self._events if not event.is_skipped]
        belonging = homes(events)
        last: dict[int, tuple[Stamp, Value]] = {}
        for event in counting(events, self._undoings, self.position):
            if (said := (event.traits or {}).get(WHATSAPP_OPTED)) is not None and event.position in belonging:
                home = belonging[event.position].contact
                last[home] = max(last.get(home, (event.stamp, said)), (event.stamp, said), key=itemgetter(0))
        survivors = self._log.survivors(last)
        return any(
            canonical_of(WHATSAPP_OPTED, said) is not True
            for home, (_, said) in last.items()
            if survivors[home] in self._contacts
        )

    def order(self, type: str, contact: int, absorbed: int | None) -> Event:
        """An order as the log would take it next."""
        position, recorded = self._head.position + 1, self._head.recorded
        return Event(
            position, recorded, (recorded, position), type, contact, None, absorbed, False, None, None, None, False,
            None, None, None, None, False,
        )  # fmt: skip
