"""The seal: the head, the bus offsets and the rules that the last append left, signed against other hands.

The chain proves each entry by the next one. Of the newest entry nothing follows, and offsets are in no entry: one that
was raised would have messages left out for good. Nor is it in an entry whose log this is, from which bus
it takes, what it took last of each partition, and which layout its entries have (decision 38).
"""

import hmac
from collections.abc import Iterator

import msgspec

from ledger.events.signing import Signer
from ledger.log.fault import Fault
from ledger.log.head import Head
from ledger.log.sqlite.head import head
from ledger.sqlite import Connection

Offset = tuple[str, int, int]
"""Bus id, partition, and the next offset to take."""

_listed = msgspec.json.Encoder().encode
_offsets_of = msgspec.json.Decoder(list[Offset]).decode


def write(connection: Connection, newest: Head, signer: Signer | None) -> None:
    """Seal what this transaction leaves. Without a signer anybody could have written it, and `verify` says so."""
    _put(connection, newest, _listed(_offsets(connection)).decode(), signer)


def renew(connection: Connection, signer: Signer | None) -> None:
    """Seal whose log it is, and from which bus it takes, beside what the last append left and nobody has changed."""
    row = connection.execute("SELECT position, hash, offsets, taking, signature FROM seal").fetchone()
    if row is None:
        return
    position, hash, offsets, taking, signature = row
    before = Head(position, hash, 0)
    if signer is None or _is_signed(signer, before, offsets, taking, signature):
        _put(connection, before, offsets, signer)


def _put(connection: Connection, newest: Head, offsets: str, signer: Signer | None) -> None:
    taking = _taking(connection)
    signature = None if signer is None else _signature(signer, newest, offsets, taking)
    connection.execute(
        "INSERT OR REPLACE INTO seal (number, position, hash, offsets, taking, signature) VALUES (1, ?, ?, ?, ?, ?)",
        (newest.position, newest.hash, offsets, taking, signature),
    )


def rules_of(connection: Connection) -> list[tuple[int, str]]:
    """(since, name) of the rules that entries were decided by, in order."""
    return connection.execute("SELECT since, name FROM rules ORDER BY since").fetchall()


def keep_rules(connection: Connection, name: str, signer: Signer | None) -> None:
    """Note that entries are decided by these rules from now on, and seal it."""
    if [told for _, told in rules_of(connection)][-1:] != [name]:
        statement = "INSERT OR REPLACE INTO rules (since, name) VALUES (?, ?)"
        connection.execute(statement, (head(connection).position + 1, name))
        renew(connection, signer)


def is_sealed(connection: Connection) -> bool:
    """Whether the log has a seal; one of an earlier version has none."""
    return connection.execute("SELECT 1 FROM seal").fetchone() is not None


def seal_faults(connection: Connection, signer: Signer | None) -> Iterator[Fault]:
    """What is not as the last append left it. Without a signer the seal itself is believed."""
    row = connection.execute("SELECT position, hash, offsets, taking, signature FROM seal").fetchone()
    newest = head(connection)
    if row is None:
        yield Fault(newest.position, "seal: it is missing; each append leaves one, and the consumer's start")
        return
    position, hash, offsets, taking, signature = row
    if position != newest.position:
        yield Fault(
            min(position, newest.position) + 1,
            f"seal: the last append left {position} entries, and the log has {newest.position}:"
            " some were cut off, or added by other hands",
        )
    elif hash != newest.hash:
        yield Fault(position, "seal: the log's last entry is not the one that the last append left")
    yield from _offset_faults(_sealed_offsets(offsets), _offsets(connection), newest.position)
    if taking != _taking(connection):
        yield Fault(
            newest.position,
            "ledger, tips, rules, layouts: whose log it is, its bus, what it took last, who decided or how entries are"
            " chained is not as it was left",
        )
    if signer is not None and not _is_signed(signer, Head(position, hash, 0), offsets, taking, signature):
        yield Fault(newest.position, "seal: it is not signed with this deployment's secret: other hands wrote it")


def _offset_faults(sealed: list[Offset] | None, found: list[Offset], position: int) -> Iterator[Fault]:
    if sealed is None:
        yield Fault(position, "seal: its list of offsets cannot be read")
        return
    ours = {(bus, partition): following for bus, partition, following in sealed}
    theirs = {(bus, partition): following for bus, partition, following in found}
    for bus, partition in sorted(ours.keys() | theirs.keys()):
        left, now = ours.get((bus, partition)), theirs.get((bus, partition))
        if left != now:
            yield Fault(
                position,
                f"offsets: partition {partition} of bus {bus[:80]} goes on at {_or_nothing(now)},"
                f" and the last append left {_or_nothing(left)}",
            )


def _or_nothing(offset: int | None) -> str:
    return "no offset" if offset is None else f"offset {offset}"


def _sealed_offsets(text: str) -> list[Offset] | None:
    try:
        return _offsets_of(text)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _is_signed(signer: Signer, newest: Head, offsets: str, taking: str, signature: str | None) -> bool:
    try:
        expected = _signature(signer, newest, offsets, taking)
        return signature is not None and hmac.compare_digest(expected.encode(), signature.encode())
    except (OverflowError, UnicodeError):
        return False


def _signature(signer: Signer, newest: Head, offsets: str, taking: str) -> str:
    return signer.of_seal(newest.position, newest.hash, _listed([offsets, taking]))


def _taking(connection: Connection) -> str:
    """Whose log it is, its bus, what was taken last of each partition, by which rules, and how it was chained."""
    ledger = connection.execute("SELECT id, hex(secret_check), bus FROM ledger").fetchall()
    tips = connection.execute("SELECT bus, partition, at, hex(digest) FROM tips ORDER BY bus, partition").fetchall()
    laid = connection.execute("SELECT since, layout, hex(added) FROM layouts ORDER BY since").fetchall()
    return _listed([ledger, tips, rules_of(connection), laid]).decode()


def _offsets(connection: Connection) -> list[Offset]:
    return connection.execute("SELECT bus, partition, next FROM offsets ORDER BY bus, partition").fetchall()
