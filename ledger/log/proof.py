"""Proof of the entries: each follows from the one before it, and the ledger's own are signed (R28, R33)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ledger.events import types
from ledger.events.envelope import Unreadable, decode
from ledger.events.signing import Signer
from ledger.log import chain
from ledger.log.chain import Layout
from ledger.log.entry import unpack_headers
from ledger.log.fault import Fault
from ledger.log.head import Head
from ledger.log.port import LogReader
from ledger.storage import StorageFault

_PAGE = 5_000
_RESERVED = types.RULES.keys() - set(types.OPEN)


def entry_faults(log: LogReader, until: int, signer: Signer | None, progress: Callable[[int], None]) -> Iterator[Fault]:
    """What is wrong with the entries up to position `until`; `progress` is told positions.

    The chain itself needs no secret, so that who can write the file can also make it anew: by the signatures, an entry
    of the ledger's own that was made so is found. They are looked at if there is a `signer`.
    """
    links = _Links(log.layouts())
    position, recorded_before = 0, 0
    for rows in _pages(log, until):
        for row in rows:
            if isinstance(row, Fault):
                yield row
                position = row.position
                continue
            (found, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped, raw_digest,
             kind, import_number, import_row, row_end, source, message_id, key, headers, value, phone, user_id, detail,
             salt, commitment, hash, source_number) = row  # fmt: skip
            if found != position + 1:
                yield Fault(position + 1, f"missing: the next entry is {found}")
            position = found
            if salt is None:
                yield Fault(position, "emptied without an erasure in the log")
            elif commitment != chain.commitment(salt, source, message_id, key, headers, value, phone, user_id, detail):
                yield Fault(position, "the message is not the one that was recorded")
            elif not _is_origin(source, source_number, kind, import_number):
                yield Fault(position, "its kind or its import is not that of its source")
            expected = links.expected(
                commitment, position, recorded, stated, bus_time, contact, absorbed, skipped, type, reason, contact_id,
                raw_digest, kind, import_number, import_row, row_end,
            )  # fmt: skip
            if hash != expected:
                yield Fault(position, "the entry is not the one that was recorded, or the one before it changed")
            if recorded < recorded_before:
                yield Fault(position, "recorded before the entry before it")
            if signer is not None and reason is None and value is not None and _is_ours(source, type):
                yield from _signature_faults(signer, position, source, message_id, type, headers, value)
            links.previous, recorded_before = hash, recorded
        progress(position)
    yield from links.faults()


class _Links:
    """The hash that each entry must have, by the layout that holds at its position; `previous` is the one before it."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.previous = chain.GENESIS
        self._layouts = layouts
        self._added, self._old = chain.Added(), 0
        if len(layouts) == 2 and layouts[0].layout == 1:  # the log of a version that had the first one
            self._old = layouts[1].since - 1

    def expected(self, commitment: bytes, position: int, *kept: Any) -> bytes:
        """The hash of the entry with these columns, in the order of `chain.link`."""
        if position > self._old:
            before = self.previous
            if position == self._old + 1 and self._old:
                before = chain.joined(before, self._added.digest())
            return chain.link(before, commitment, position, *kept)
        self._added.take(position, *kept[-4:])
        return chain.link_of_layout_1(self.previous, commitment, position, *kept[:-4])

    def faults(self) -> Iterator[Fault]:
        """What of the layouts is not as the entries have it."""
        expected = [Layout(1, chain.LAYOUT, None)]
        if self._old:
            expected = [Layout(1, 1, None), Layout(self._old + 1, chain.LAYOUT, self._added.digest())]
        if self._layouts != expected:
            yield Fault(
                self._old, "layouts: they do not say how the entries are chained, or an old one's row was changed"
            )


def _is_origin(source: str | None, number: int | None, kind: str | None, import_number: int | None) -> bool:
    """Whether an entry that is not erased keeps the kind of its source, and its number where it is an import's."""
    if source is None:
        return kind is None and import_number is None
    expected = number if source.startswith(types.IMPORTS) else None
    return kind == types.kind_of(source) and import_number == expected


def head_faults(log: LogReader, saved: Head) -> Iterator[Fault]:
    """Whether the chain still goes through a head that was noted down earlier."""
    found = log.head_at(saved.position)
    if found is None:
        yield Fault(saved.position, f"the log ends at {log.head().position}, before the saved head")
    elif found.hash != saved.hash:
        yield Fault(saved.position, "the log's hash is not the saved head's")


def _is_ours(source: str | None, type: str | None) -> bool:
    return type in _RESERVED or (source is not None and types.is_ours(source))


def _signature_faults(
    signer: Signer, position: int, source: str, message_id: str, type: str, headers: bytes | None, value: bytes
) -> Iterator[Fault]:
    try:
        envelope = decode(unpack_headers(headers), value)
    except (Unreadable, ValueError):
        yield Fault(position, "accepted from a source of this ledger's own, and no message can be read in it")
        return
    if not signer.has_signed(envelope):
        yield Fault(position, "accepted from a source of this ledger's own without the signature of its secret")
    elif (envelope.source, envelope.id, envelope.type) != (source, message_id, type):
        yield Fault(position, "recorded under another source, id or type than its message has")


def _pages(log: LogReader, until: int) -> Iterator[list[Any]]:
    """The rows of `LogReader.proof_page`, page by page; a fault in the place of one that cannot be read."""
    position = 0
    while True:
        try:
            rows: list[Any] = log.proof_page(position, _PAGE, until)
        except StorageFault as fault:
            if fault.is_passing:
                raise
            rows = [_row(log, one) for one in log.positions(position, _PAGE) if one <= until]
        if not rows:
            return
        yield rows
        position = rows[-1].position if isinstance(rows[-1], Fault) else rows[-1][0]


def _row(log: LogReader, position: int) -> Any:
    try:
        return log.proof_page(position - 1, 1)[0]
    except StorageFault as fault:
        if fault.is_passing:
            raise
        return Fault(position, f"the entry cannot be read: {fault}")
