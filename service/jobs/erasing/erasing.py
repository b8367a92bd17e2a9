"""Erasures from the order to the receipt: given, finished at every place, and gone on with after a crash (R31)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ledger.bus.port import Message
from ledger.events.data import erasure_order_of
from ledger.events.signing import Signer
from ledger.log.entry import Entry, public_id
from ledger.log.erasure import Sought
from ledger.log.port import LogReader, StoredLog
from service.commands.erase_contact import (
    ErasedPerson,
    ErasureTerms,
    NamedPeople,
    erasure_messages,
    names_of,
    person_of,
)
from service.deployment.locks import Held, holding
from service.deployment.tables.erasures import BulkStep, ErasureTable, PendingErasure
from service.jobs.erasing.orders import ErasureRefused, GivenOrders, going_on
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
from service.jobs.erasing.under_way import ErasuresUnderWay
from service.queries.contact.find import FoundContact, Unknown, find_id
from service.queries.in_time import in_time

_BETWEEN_LOOKS, _BETWEEN_LOOKS_AT_MANY = 0.02, 0.1  # seconds: a look at many takes some milliseconds
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases contacts. `source` is that of the orders; `places` are those of some erasures, by their positions.

    Whom to look for there is kept in `stored_log` until all is done. `publish` returns once messages are durable on the
    bus. `clock` gives microseconds since the epoch. One at a time, by `lock`, goes through places. Safe for threads.
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
        (pending,) = self._ordered([person.contact], ErasureTerms(by, reason, keep_out).fit_for(person))
        return pending

    def order_all(
        self, contacts: Sequence[str], terms: ErasureTerms, *, source: str | None = None
    ) -> list[PendingErasure]:
        """As `order_found`, by their ids; an id that nobody has is passed over."""
        with self.stored_log.reading() as log:
            found = log.contacts_of_ids(contacts)
        return self.order_found({number: id for id, number in found.items()}, terms, source=source)

    def order_found(
        self,
        contacts: Mapping[int, str],
        terms: ErasureTerms,
        *,
        source: str | None = None,
        step: BulkStep | None = None,
    ) -> list[PendingErasure]:
        """As `order` for many, by number and id: each gets an order of its own, and all are published at once.

        Whoever is erased by now, or is being erased, is passed over. `source` is the orders', where it is not this
        one's; `step` as `ErasureTable.add` takes it. Nothing is ordered where it raises ReasonUnfit. The reason of a
        rule, whose `terms` are based on a position, is nobody's words. Raises BusError.
        """
        begun = self.table.pending_among(contacts.values())
        with self.stored_log.reading() as log:
            gone = log.erased_among(contacts)
            left = {number: id for number, id in contacts.items() if number not in gone and id not in begun}
            fit = terms.fit_for(NamedPeople() if terms.based_on is not None else names_of(log, left))
        return self._ordered(list(left.values()), fit, source, step)

    def _ordered(
        self, contacts: Sequence[str], terms: ErasureTerms, source: str | None = None, step: BulkStep | None = None
    ) -> list[PendingErasure]:
        source, at = source or self.source, self.clock()
        message = erasure_messages(terms, source=source, at=at, signer=self.signer)
        orders = [PendingErasure(id := self.new_id(), one, source, at, message(id, one)) for one in contacts]
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
        under_way = ErasuresUnderWay([])

        def look() -> list[PlaceReceipt] | None:
            position = None if under_way.taken else self._taken(pending)
            if position is not None:
                under_way.taken[position] = pending
            return self._erase(under_way) if under_way.taken else None

        return _until(seconds, look)

    def finish_all(self, under_way: ErasuresUnderWay, seconds: float) -> list[PlaceReceipt] | None:
        """As `finish` for many, whose places are gone through once; what the ledger refuses is forgotten.

        None: it has not taken all of them. The next call goes on with what this one has found out.
        """
        taken, left = under_way.taken, under_way.left

        def look() -> list[PlaceReceipt] | None:
            with self.stored_log.reading() as log:
                while left:
                    now_taken, waiting = self._given.taken_of(log, left[:_AT_ONCE])
                    taken.update(now_taken)
                    left[:_AT_ONCE] = waiting
                    if waiting:
                        return None
            return self._erase(under_way)

        return _until(seconds, look, _BETWEEN_LOOKS_AT_MANY if len(left) + len(taken) > _AT_ONCE else _BETWEEN_LOOKS)

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
        alike = defaultdict[str, ErasuresUnderWay](lambda: ErasuresUnderWay([]))
        for pending in self.table.pending_alone():
            if rests is not None and not rests.is_due(pending.id):
                continue
            with suppress(ErasureRefused):
                position = self._taken(pending)
                if position is not None:
                    alike[repr(self.table.progress([pending.id]))].taken[position] = pending
        for under_way in alike.values():  # those that have come as far go through the places together
            receipt = self._erase(under_way)
            if rests is not None:
                for pending in under_way.taken.values():
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

    def _erase(self, under_way: ErasuresUnderWay) -> list[PlaceReceipt]:
        """Erase those that were taken at every place, which have come as far; the receipt of each.

        What has come further than the others goes through its places once more, which does no harm. While another
        process is at it, the order is on its way.
        """
        if not under_way.taken:
            return []
        with suppress(Held), holding(self.lock):
            if self.table.is_any_pending(under_way.ids):
                return self._erase_alone(under_way)
            told = self.table.receipt(next(iter(under_way.taken.values())).contact) or ()  # another process has done it
            return [PlaceReceipt(**one) for one in told]
        return [ON_ITS_WAY, *ELSEWHERE]

    def _erase_alone(self, under_way: ErasuresUnderWay) -> list[PlaceReceipt]:
        if under_way.receipt is None or under_way.places is None:
            under_way.receipt = [PlaceReceipt(**one) for one in self.table.progress(under_way.ids)]
            with self.stored_log.reading() as log:
                if not under_way.receipt:
                    self.table.note_gone_with(under_way.gone_with(log))
                sought = under_way.sought(log, self.clock())
            under_way.places = self.places(sought)
        receipt = erase_everywhere(under_way.places, under_way.receipt)
        self._note(under_way, receipt)
        if is_done(receipt):  # whom to look for goes last, and the note that something waits after it
            if self.stored_log.forget_sought(*under_way.taken):
                self.table.note_done(under_way.ids, _told(receipt))
            else:
                receipt = [replace(one, state="waiting", note=READ) if one.place == LOG else one for one in receipt]
                self._note(under_way, receipt)
        return receipt

    def _note(self, under_way: ErasuresUnderWay, receipt: list[PlaceReceipt]) -> None:
        if receipt == under_way.receipt:
            return
        if under_way.step is None:
            self.table.note(under_way.ids, _told(receipt))
        else:
            self.table.note_progress(under_way.step, _told(receipt))
        under_way.receipt = receipt

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


def _until(
    seconds: float, look: Callable[[], list[PlaceReceipt] | None], pause: float = _BETWEEN_LOOKS
) -> list[PlaceReceipt] | None:
    return in_time(look, seconds, pause, is_done)
