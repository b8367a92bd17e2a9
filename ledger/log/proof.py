"""Proof of the entries: each follows from the one before it, and the ledger's own are signed (R28, R33)."""

from collections.abc import Callable, Iterator, Sequence

from ledger.events import types
from ledger.events.data import settling_of
from ledger.events.envelope import Envelope, Unreadable, decode
from ledger.events.signing import Signer
from ledger.log import chain
from ledger.log.chain import Layout
from ledger.log.entry import StoredEntry, unpack_headers
from ledger.log.erasure import Explained
from ledger.log.fault import Fault
from ledger.log.head import Head
from ledger.log.port import LogReader
from ledger.storage import StorageFault

_PAGE = 5_000
_RESERVED = types.RULES.keys() - set(types.OPEN)


def entry_faults(log: LogReader, until: int, signer: Signer | None, progress: Callable[[int], None]) -> Iterator[Fault]:
    """What is wrong with the entries up to position `until`; `progress` is called with positions.

    The chain itself needs no secret, so that who can write the file can also make it anew: by the signatures, an entry
    of the ledger's own that was made so is found. They are looked at if there is a `signer`.
    """
    links, explained = _Links(log.layouts()), Explained(log.erasures(until))
    position, recorded_before = 0, 0
    for rows in _pages(log, until):
        for one in rows:
            if isinstance(one, Fault):
                yield one
                position = one.position
                continue
            if one.position != position + 1:
                yield Fault(position + 1, f"missing: the next entry is {one.position}")
            position = one.position
            is_erasure = one.type == types.CONTACT_ERASED
            yield from explained.faults_of(position, one.contact, is_erasure, one.salt is None)
            yield from _message_faults(one)
            if one.hash != links.expected(one):
                yield Fault(position, "the entry is not the one that was recorded, or the one before it changed")
            if one.recorded < recorded_before:
                yield Fault(position, "recorded before the entry before it")
            if one.raw_digest is not None and one.reason is None:
                yield from _settling_faults(log, one)
            if signer is not None and one.reason is None and one.value is not None and _is_ours(one):
                yield from _signature_faults(signer, one, one.value)
            links.previous, recorded_before = one.hash, one.recorded
        progress(position)
    yield from explained.faults(until)
    yield from links.faults()


class _Links:
    """The hash that each entry must have, by the layout that holds at its position; `previous` is the one before it."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.previous = chain.GENESIS
        self._layouts = layouts
        self._added, self._old = chain.Added(), 0
        if len(layouts) == 2 and layouts[0].layout == 1:  # the log of a version that had the first one
            self._old = layouts[1].since - 1

    def expected(self, one: StoredEntry) -> bytes:
        """The hash that the entry behind `previous` must have."""
        kept = (
            one.commitment, one.position, one.recorded, one.stated, one.bus_time, one.contact, one.absorbed,
            one.skipped, one.type, one.reason, one.contact_id, one.raw_digest,
        )  # fmt: skip
        added = one.kind, one.import_number, one.row, one.row_end
        if one.position <= self._old:
            self._added.take(one.position, *added)
            return chain.link_of_layout_1(self.previous, *kept)
        is_first = self._old > 0 and one.position == self._old + 1
        before = chain.joined(self.previous, self._added.digest()) if is_first else self.previous
        return chain.link(before, *kept, *added)

    def faults(self) -> Iterator[Fault]:
        """What of the layouts is not as the entries have it."""
        expected = [Layout(1, chain.LAYOUT, None)]
        if self._old:
            expected = [Layout(1, 1, None), Layout(self._old + 1, chain.LAYOUT, self._added.digest())]
        if self._layouts != expected:
            yield Fault(
                self._old, "layouts: they do not say how the entries are chained, or an old one's row was changed"
            )


def _message_faults(one: StoredEntry) -> Iterator[Fault]:
    if one.salt is None:
        return
    committed = (
        one.salt, one.source, one.message_id, one.key, one.headers, one.value, one.phone, one.user_id, one.detail,
    )  # fmt: skip
    if one.commitment != chain.commitment(*committed):
        yield Fault(one.position, "the message is not the one that was recorded")
    elif not _is_origin(one):
        yield Fault(one.position, "its kind or its import is not that of its source")


def _is_origin(one: StoredEntry) -> bool:
    """Whether an entry that is not erased keeps the kind of its source, and its number where it is an import's."""
    if one.source is None:
        return one.kind is None and one.import_number is None
    expected = one.source_number if one.source.startswith(types.IMPORTS) else None
    return one.kind == types.kind_of(one.source) and one.import_number == expected


def head_faults(log: LogReader, saved: Head) -> Iterator[Fault]:
    """Whether the chain still goes through a head that was noted down earlier."""
    found = log.head_at(saved.position)
    if found is None:
        yield Fault(saved.position, f"the log ends at {log.head().position}, before the saved head")
    elif found.hash != saved.hash:
        yield Fault(saved.position, "the log's hash is not the saved head's")


def _is_ours(one: StoredEntry) -> bool:
    """Whether only the ledger itself may have sent it; that it settles a rejected message, nobody else may say."""
    is_own = one.type in _RESERVED or (one.source is not None and types.is_ours(one.source))
    return is_own or one.raw_digest is not None


def _signature_faults(signer: Signer, one: StoredEntry, value: bytes) -> Iterator[Fault]:
    try:
        envelope = decode(unpack_headers(one.headers), value)
    except (Unreadable, ValueError):
        yield Fault(one.position, "accepted from a source of this ledger's own, and no message can be read in it")
        return
    if not signer.has_signed(envelope):
        yield Fault(one.position, "accepted from a source of this ledger's own without the signature of its secret")
    elif (envelope.source, envelope.id, _type_taken(one, envelope)) != (one.source, one.message_id, one.type):
        yield Fault(one.position, "recorded under another source, id or type than its message has")


def _settling_faults(log: LogReader, one: StoredEntry) -> Iterator[Fault]:
    """Whether an entry that retries or drops a rejected message has the digest of the very one that it names."""
    settles = settling_of(unpack_headers(one.headers), one.value)
    if settles is None:
        if one.salt is not None:
            yield Fault(one.position, "says to settle a rejected message, and its message names none")
        return  # an erasure has emptied it
    found = log.proof_page(settles.position - 1, 1, settles.position) if 0 < settles.position < one.position else []
    if not found or found[0].reason is None or found[0].raw_digest != one.raw_digest:
        yield Fault(one.position, f"settles another message than the rejected one that it names, at {settles.position}")


def _type_taken(one: StoredEntry, envelope: Envelope) -> str | None:
    """As what type a message was taken: a retry is taken as the message that it brings again."""
    if envelope.type != types.MESSAGE_RETRIED:
        return envelope.type
    settles = settling_of(unpack_headers(one.headers), one.value)
    return None if settles is None else settles.type


def _pages(log: LogReader, until: int) -> Iterator[list[StoredEntry | Fault]]:
    """The rows of `LogReader.proof_page`, page by page; a fault in the place of one that cannot be read."""
    position = 0
    while True:
        try:
            rows: list[StoredEntry | Fault] = [*log.proof_page(position, _PAGE, until)]
        except StorageFault as fault:
            if fault.is_passing:
                raise
            rows = [_row(log, one) for one in log.positions(position, _PAGE) if one <= until]
        if not rows:
            return
        yield rows
        position = rows[-1].position


def _row(log: LogReader, position: int) -> StoredEntry | Fault:
    try:
        return log.proof_page(position - 1, 1)[0]
    except StorageFault as fault:
        if fault.is_passing:
            raise
        return Fault(position, f"the entry cannot be read: {fault}")
