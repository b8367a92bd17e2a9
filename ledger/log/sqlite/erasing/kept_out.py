"""Who is kept out, in a log's file: keyed hashes, each with the erasure that says so (R31)."""

from collections.abc import Collection, Iterable, Iterator

from ledger.events.signing import Signer
from ledger.log.erasure import read_emptied
from ledger.log.fault import Fault
from ledger.log.keeping_out import NOBODY, KeptOut, hashes, read_readmitted, those_of
from ledger.log.sqlite.connected import listed
from ledger.sqlite import Connection


def keep_out(connection: Connection, names: Iterable[tuple[str, int]]) -> None:
    """Note the hashes, in hex, of whom erasures keep out, each with the position of the erasure."""
    rows = [(bytes.fromhex(name), erasure) for name, erasure in names]
    connection.executemany("INSERT OR IGNORE INTO kept_out (name, erasure) VALUES (?, ?)", rows)


def readmit(connection: Connection, erasures: Collection[int]) -> None:
    """Nobody is kept out by the erasures at these positions any more."""
    connection.executemany("DELETE FROM kept_out WHERE erasure = ?", [(erasure,) for erasure in erasures])


def erasures_keeping_out(connection: Connection, name: bytes) -> list[int]:
    """The positions of the erasures that keep out whoever has this hash, rising."""
    rows = connection.execute("SELECT erasure FROM kept_out WHERE name = ? ORDER BY erasure", (name,))
    return [erasure for (erasure,) in rows.fetchall()]


def kept_out(
    connection: Connection, signer: Signer | None, phones: Collection[str], user_ids: Collection[str]
) -> KeptOut:
    """Those of the phones and user ids that are kept out, which only the deployment's secret can tell.

    While nobody is kept out, one look at an empty table.
    """
    if signer is None or not is_anybody(connection):
        return NOBODY
    by_phone, by_user_id = hashes(signer, phones, user_ids)
    rows = connection.execute(
        "SELECT name FROM json_each(?) AS asked CROSS JOIN kept_out ON name = unhex(asked.value)",
        (listed([name.hex() for name in (*by_phone, *by_user_id)]),),
    )
    return those_of((name for (name,) in rows.fetchall()), by_phone, by_user_id)


def has_readmitted(connection: Connection) -> bool:
    """Whether anybody was ever let in again."""
    query = (
        "SELECT 1 FROM entries INDEXED BY entries_of_readmissions"
        " WHERE type = 'PersonReadmitted' AND reason IS NULL LIMIT 1"
    )
    return connection.execute(query).fetchone() is not None


def is_anybody(connection: Connection) -> bool:
    """Whether anybody at all is kept out."""
    return connection.execute("SELECT 1 FROM kept_out LIMIT 1").fetchone() is not None


_ORDERS = """
SELECT position, type, detail FROM entries INDEXED BY entries_of_erasures
WHERE type = 'ContactErased' AND reason IS NULL
UNION ALL SELECT position, type, detail FROM entries INDEXED BY entries_of_readmissions
WHERE type = 'PersonReadmitted' AND reason IS NULL ORDER BY position
"""


def faults(connection: Connection) -> Iterator[Fault]:
    """Where the table says something else than the erasures and readmissions."""
    expected: dict[int, set[bytes]] = {}
    for position, type, detail in connection.execute(_ORDERS).fetchall():
        if type == "ContactErased":
            emptied = read_emptied(detail)
            if emptied is not None and emptied.kept_out:
                expected[position] = {bytes.fromhex(name) for name in emptied.kept_out}
            continue
        readmitted = read_readmitted(detail)
        if readmitted is None:
            yield Fault(position, "the readmission does not say of which erasures")
            continue
        for erasure in readmitted.erasures:
            expected.pop(erasure, None)
    found: dict[int, set[bytes]] = {}
    for name, erasure in connection.execute("SELECT name, erasure FROM kept_out").fetchall():
        found.setdefault(erasure, set()).add(name)
    for position in sorted(expected.keys() | found.keys()):
        if expected.get(position) != found.get(position):
            yield Fault(position, "kept_out: it is not whom the erasure says it keeps out")
