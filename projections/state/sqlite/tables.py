"""The tables of a state file."""

from collections.abc import Iterable

import msgspec

from ledger import sqlite
from projections.fold.evolve import VERSION
from projections.fold.growth import Counts
from projections.fold.outcomes import OUTCOMES

LAYOUT = 5
"""Of the tables of a state file; one that is older has an older fold version too, and so is folded anew."""

COUNTED = Counts.__struct_fields__
"""The columns of `growth`, and of `totals`, which has their sums."""

_listed = msgspec.json.Encoder().encode


def dirty_among(connection: sqlite.Connection, contacts: Iterable[int]) -> set[int]:
    """Those of the contacts whose row is older than the checkpoint (R32)."""
    rows = connection.execute(
        "SELECT contact FROM dirty WHERE contact IN (SELECT value FROM json_each(?))",
        (_listed(sorted(contacts)).decode(),),
    )
    return {contact for (contact,) in rows}


def ledger_of(connection: sqlite.Connection) -> str | None:
    """The id of the ledger whose state a file is; None where it does not say (R37)."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ledger'").fetchone() is None:
        return None
    row = connection.execute("SELECT id FROM ledger").fetchone()
    return None if row is None else str(row[0])


def make_tables(connection: sqlite.Connection) -> None:
    """Make them in a new file."""
    from sqlite_utils import Database  # slow to load, and most processes never make a file

    database = Database(connection)
    database.table("contacts").create(
        {
            "contact": int, "id": bytes, "phone": int, "user_id": str, "created": int, "modified": int,
            "position": int, "traits": str, "stamps": str, "tags": str,
        },
        pk="contact", not_null={"id", "created", "modified", "position", "traits", "stamps", "tags"}, strict=True,
    )  # fmt: skip
    counts: dict[str, type] = dict.fromkeys((*OUTCOMES, "older", "touched", "refolded"), int)
    database.table("imports").create(
        {"number": int, "id": str, "started": str, "split": str, "undoing": str} | counts,
        pk="number", not_null={"id"} | set(counts), defaults=dict.fromkeys(counts, 0), strict=True,
    )  # fmt: skip
    database.table("imports").create_index(["id"], unique=True)
    database.table("outcomes").create(
        {
            "until": int, "import": int, "outcome": str, "is_older": int, "positions": str, "rows": str,
            "contacts": str,
        },
        pk=("until", "import", "outcome", "is_older"), strict=True,
    )  # fmt: skip
    database.table("outcomes").create_index(["import", "outcome"])
    database.table("open_rows").create(
        {"import": str, "row": int, "outcome": str, "is_older": int}, pk=("import", "row"), strict=True
    )
    connection.execute(
        "CREATE TABLE dirty (contact INTEGER, import INTEGER, since INTEGER NOT NULL, PRIMARY KEY (contact, import))"
        " STRICT, WITHOUT ROWID"
    )
    connection.execute(
        f"CREATE TABLE growth (quarter INTEGER, source INTEGER, by TEXT, {', '.join(map(_counted, COUNTED))},"
        " PRIMARY KEY (quarter, source, by)) STRICT, WITHOUT ROWID"
    )
    connection.execute(f"CREATE TABLE totals ({', '.join(map(_counted, COUNTED))}) STRICT")
    connection.execute("INSERT INTO totals DEFAULT VALUES")
    database.table("checkpoint").create({"position": int, "hash": bytes, "fold_version": int}, strict=True)
    connection.execute("INSERT INTO checkpoint VALUES (0, zeroblob(32), ?)", (VERSION,))
    connection.execute(f"PRAGMA user_version = {LAYOUT}")


def _counted(column: str) -> str:
    return f"{column} INTEGER NOT NULL DEFAULT 0"
