"""Erasures from the order to the receipt: given, finished at every place, and gone on with after a crash (R31)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ledger.bus.port import Message
from ledger.events.data import erasure_order_of
from ledger.events.signing import Signer
from ledger.log.entry import Entry, public_id
from ledger.log.erasure import ANY_OFFSET, Sought
from ledger.log.port import LogReader, StoredLog
from service.commands.erase_contact import ErasedPerson, ErasureTerms, erasure_message, people_of, person_of
from service.deployment.locks import Held, holding
from service.deployment.tables.erasures import BulkStep, ErasureTable, PendingErasure
from service.jobs.erasing.orders import ErasureRefused, GivenOrders
from service.jobs.erasing.places import (
    ELSEWHERE,
    LOG,
    ON_ITS_WAY,
    READ,
    ErasedPlace,
    PlaceReceipt,
    erase_everywhere,
    is_done,
)
from service.jobs.erasing.rests import Rests
from service.queries.contact.find import FoundContact, Unknown, find_id
from service.queries.in_time import in_time

_BETWEEN_LOOKS = 0.05
_AT_ONCE = 1_000


def going_on(ordered: PendingErasure, *, keep_out: bool) -> PendingErasure:
    """An erasure that is on its way, for whoever orders it once more. Raises ErasureRefused where they want more."""
    if keep_out and not erasure_order_of((), ordered.message).keeps_out:
        raise ErasureRefused(
            "an erasure of this contact without keep-out is on its way, and cannot be changed any more"
        )
    return ordered


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases contacts. `source` is that of the orders; `places` are those of some erasures, by their positions.

    Whom to look for there is kept in `stored_log` until all is done. `publish` returns once messages are durable on the
    bus. `clock` gives microseconds since the epoch. Whoever holds `lock` goes through the places: one at a time. Safe
    for threads as far as its parts are.
    """

    source: str
    stored_log: StoredLog
    table: ErasureTable
    signer: Signer
    publish: Callable[[Sequence[Message]], None]
    places: Callable[[Mapping[int, Sought]], Sequence[ErasedPlace]]
    new_id: Callable[[], str]
    clock: Callable[[], int]
    lock: Path

    def person(self, find: Callable[[LogReader], FoundContact]) -> ErasedPerson:
        """Whom an erasure would be about, for a look before it. Raises Unknown, Erased."""
        with self.stored_log.reading() as log:
            return person_of(log, find(log))

    def order(
        self, find: Callable[[LogReader], FoundContact], by: str, reason: str, *, keep_out: bool = False
    ) -> PendingErasure:
        """Order an erasure, which is finished from then on, whatever ends; where one is on its way, that one goes on.

        `keep_out`: nobody brings the person back; ErasureRefused where the one that is on its way does not say so.

        Raises Unknown, Erased, ReasonUnfit, BusError.
        """
        person = self.person(find)
        for ordered in self.table.pending():
            if ordered.contact == person.contact:
                return going_on(ordered, keep_out=keep_out)
        (pending,) = self._ordered([person], ErasureTerms(by, reason, keep_out))
        return pending

    def order_all(
        self, contacts: Sequence[str], terms: ErasureTerms, *, source: str | None = None, step: BulkStep | None = None
    ) -> list[PendingErasure]:
        """As `order` for many, by their ids: each gets an order of its own, and all are published at once.

        Whoever is erased by now, or is being erased, is passed over, and so is an id that nobody has. `source` is the
        orders', where it is not this one's; `step` as `ErasureTable.add` takes it. Nothing is ordered where it raises
        ReasonUnfit. Raises BusError.
        """
        begun = self.table.pending_among(contacts)
        with self.stored_log.reading() as log:
            people = people_of(log, [contact for contact in contacts if contact not in begun])
        return self._ordered(people, terms, source, step)

    def _ordered(
        self,
        people: Sequence[ErasedPerson],
        terms: ErasureTerms,
        source: str | None = None,
        step: BulkStep | None = None,
    ) -> list[PendingErasure]:
        source, at, orders = source or self.source, self.clock(), list[PendingErasure]()
        fit = terms.fit_for(people)
        for person in people:
            id = self.new_id()
            message = erasure_message(person, fit, source=source, id=id, at=at, signer=self.signer)
            orders.append(PendingErasure(id, person.contact, source, at, message.value))
        self.table.add(*orders, step=step)
        self.give_again(orders)
        return orders

    def give_again(self, orders: Sequence[PendingErasure]) -> None:
        """See `GivenOrders.give_again`."""
        self._given.give_again(orders)

    def begun(self, who: str) -> PendingErasure | None:
        """The erasure that is not done everywhere of whom an id, a phone in E.164 or a user id has found."""
        if not self.stored_log.exists():
            return None
        with self.stored_log.reading() as log:
            unfinished = log.unfinished_erasures()
            found = [at for at, sought in unfinished.items() if who in (*sought.last_phones, *sought.user_ids)]
            ids = {entry.message_id for entry in log.entries_at(found).values()}
        return next((one for one in self.table.pending() if one.contact == who or one.id in ids), None)

    def order_again(self, ordered: PendingErasure) -> list[PendingErasure]:
        """Give the very order of another copy of this ledger to this one, as where an older backup was restored.

        Whoever went with the contact there, and is not one with it here, is ordered to go too. Whom nobody here has the
        id of, and who is erased already, is passed over. Raises BusError.
        """
        given = []
        with suppress(Unknown):
            self.person(lambda log: find_id(log, ordered.contact))
            self.table.add(ordered)
            self.publish([Message(None, ordered.message)])
            given.append(ordered)
        if ordered.gone_with:
            said = erasure_order_of((), ordered.message)
            terms = ErasureTerms(said.by or "", said.reason or "", said.keeps_out)
            given += self.order_all(ordered.gone_with, terms, source=ordered.source)
        return given

    def finish(self, pending: PendingErasure, seconds: float) -> list[PlaceReceipt] | None:
        """Go through the places until all is done, for so many seconds at most; what was done by then.

        None: the ledger has not taken the order. Raises ErasureRefused.
        """

        def look() -> list[PlaceReceipt] | None:
            position = self._taken(pending)
            return None if position is None else self._erase({position: pending})

        return _until(seconds, look)

    def finish_all(self, orders: Sequence[PendingErasure], seconds: float) -> list[PlaceReceipt] | None:
        """As `finish` for many, whose places are gone through once; what the ledger refuses is forgotten.

        None: it has not taken all of them.
        """
        taken, left = dict[int, PendingErasure](), list(orders)

        def look() -> list[PlaceReceipt] | None:
            with self.stored_log.reading() as log:
                while left:
                    now_taken, waiting = self._given.taken_of(log, left[-_AT_ONCE:])
                    taken.update(now_taken)
                    left[-_AT_ONCE:] = waiting
                    if waiting:
                        return None
            return self._erase(taken)

        return _until(seconds, look)

    def watch(self, pending: PendingErasure, seconds: float) -> list[PlaceReceipt] | None:
        """As `finish`, but that the importer goes through the places meanwhile."""

        def look() -> list[PlaceReceipt] | None:
            if self._taken(pending) is None:
                return None
            told = self.table.receipt(pending.contact)
            return None if told is None else [PlaceReceipt(**one) for one in told]

        return _until(seconds, look)

    def go_on(self, rests: Rests | None = None) -> None:
        """Go on with every erasure that is not done everywhere, but those that rest; a refused order is forgotten."""
        if not self.table.is_bulk_under_way():  # of which the log knows thousands, all of them noted
            self._note_unfinished()
        alike = dict[str, dict[int, PendingErasure]]()
        for pending in self.table.pending_alone():
            if rests is not None and not rests.is_due(pending.id):
                continue
            with suppress(ErasureRefused):
                position = self._taken(pending)
                if position is not None:
                    alike.setdefault(repr(self.table.progress(pending.id)), {})[position] = pending
        for taken in alike.values():  # those that have come as far go through the places together
            receipt = self._erase(taken)
            if rests is not None:
                for pending in taken.values():
                    rests.note(pending.id, waits=not is_done(receipt))

    def _note_unfinished(self) -> None:
        """Note the erasures that the log knows alone, as where a backup of before was restored and the bus had them."""
        if not self.stored_log.exists():
            return
        with self.stored_log.reading() as log:
            unfinished = log.unfinished_erasures()
            if not unfinished:
                return
            noted = {one.id for one in self.table.pending()}
            for entry in log.entries_at(unfinished).values():
                if entry.message_id not in noted:
                    self.table.add(_pending(log, entry))

    def _erase(self, taken: Mapping[int, PendingErasure]) -> list[PlaceReceipt]:
        """Erase those at every place, by the positions of their erasures, which have come as far; the receipt of each.

        What has come further than the others goes through its places once more, which does no harm. While another
        process is at it, the order is on its way.
        """
        if not taken:
            return []
        with suppress(Held), holding(self.lock):
            if self.table.pending_among([one.contact for one in taken.values()]):
                return self._erase_alone(taken)
            told = self.table.receipt(next(iter(taken.values())).contact) or ()  # another process has done it
            return [PlaceReceipt(**one) for one in told]
        return [ON_ITS_WAY, *ELSEWHERE]

    def _erase_alone(self, taken: Mapping[int, PendingErasure]) -> list[PlaceReceipt]:
        ids = [one.id for one in taken.values()]
        before = [self.table.progress(id) for id in ids]
        so_far = [PlaceReceipt(**one) for one in before[0]] if all(one == before[0] for one in before) else []
        if not so_far:
            self.table.note_gone_with(self._gone_with(taken))
        receipt = erase_everywhere(self.places(self._sought(taken)), so_far)
        self.table.note(ids, _told(receipt), is_done=False)
        if is_done(receipt):  # whom to look for goes last, and the note that something waits after it
            if self.stored_log.forget_sought(*taken):
                self.table.note(ids, _told(receipt), is_done=True)
            else:
                receipt = [replace(one, state="waiting", note=READ) if one.place == LOG else one for one in receipt]
                self.table.note(ids, _told(receipt), is_done=False)
        return receipt

    def _gone_with(self, taken: Mapping[int, PendingErasure]) -> dict[str, list[str]]:
        """By an erasure's id, the others who went with its contact, where there are any."""
        with self.stored_log.reading() as log:
            found = log.erasures(max(taken), min(taken) - 1)
            emptied = {at: one for at, one in found if one is not None and at in taken}
            several = {at: one.contacts for at, one in emptied.items() if len(one.contacts) > 1}
            ids = log.ids([contact for contacts in several.values() for contact in contacts])
        return {
            taken[at].id: [id for one in contacts if (id := public_id(ids[one])) != taken[at].contact]
            for at, contacts in several.items()
        }

    def _sought(self, taken: Mapping[int, PendingErasure]) -> dict[int, Sought]:
        """Whom to look for; nobody once all is done, and what an earlier version noted where the log does not say."""
        with self.stored_log.reading() as log:
            found = log.unfinished_erasures()
        return {
            position: found.get(position)
            or Sought(list(pending.phones), list(pending.user_ids), ANY_OFFSET, self.clock())
            for position, pending in taken.items()
        }

    def _taken(self, pending: PendingErasure) -> int | None:
        with self.stored_log.reading() as log:
            return self._given.position(log, pending)

    @property
    def _given(self) -> GivenOrders:
        return GivenOrders(self.table, self.publish, self.clock)


def _pending(log: LogReader, erasure: Entry) -> PendingErasure:
    assert erasure.message_id is not None
    assert erasure.source is not None
    assert erasure.contact is not None
    (contact,) = log.ids([erasure.contact]).values()
    about = public_id(contact), erasure.source, erasure.recorded
    return PendingErasure(erasure.message_id, *about, erasure.value or b"")


def _told(receipt: Sequence[PlaceReceipt]) -> list[dict[str, Any]]:
    return [asdict(one) for one in receipt]


def _until(seconds: float, look: Callable[[], list[PlaceReceipt] | None]) -> list[PlaceReceipt] | None:
    return in_time(look, seconds, _BETWEEN_LOOKS, is_done)
