"""One generation of contact state: a SQLite file with the contacts, the outcomes of imports, and its checkpoint.

Rows and checkpoint change in one transaction, so the file always says exactly how far it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from pathlib import Path

import msgspec
import orjson

from ledger import sqlite
from ledger.file_place import FilePlace
from ledger.wal import Wal
from projections.fold.growth import Counts, Growth, Origin, summed
from projections.fold.outcomes import Outcome, RowKey, RowMessage, SoFar
from projections.fold.page import ImportIds
from projections.fold.state import ContactState
from projections.state.answers import Checkpoint
from projections.state.indexes import FULL_TEXT
from projections.state.port import ImportColumns, NewContacts, StateWriter
from projections.state.sqlite.blocks import Blocks
from projections.state.sqlite.full_text_keeping import FullText
from projections.state.sqlite.full_text_partitions import PARTITION
from projections.state.sqlite.indexes import let_write, make
from projections.state.sqlite.new_contacts import NewContactRows
from projections.state.sqlite.outcomes import closed_rows, number_of, save_erased, save_retold, save_rows
from projections.state.sqlite.rows import ContactRow, insert, load, put, row_of
from projections.state.sqlite.tables import COUNTED, ledger_of, make_tables

_LARGE_WAL = 64 * 2**20

_listed = msgspec.json.Encoder().encode


class StateStore(StateWriter):
    """The writer of one generation; only the projector, or a rebuild of its own file, holds one."""

    def __init__(self, path: Path, *, is_scratch: bool = False, partition: int = PARTITION) -> None:
        """Open or make the file. `is_scratch`: a file nobody reads before it is complete may skip syncing.

        `partition`: lines in each of the first partitions of the full-text index.
        """
        self._path = path
        self._connection = sqlite.connect(path, cache_mib=16)
        let_write(self._connection)
        self._connection.execute("PRAGMA wal_autocheckpoint = 20000")
        if is_scratch:
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("PRAGMA synchronous = OFF")
        else:
            self._connection.execute("PRAGMA synchronous = NORMAL")
        if self._connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            with sqlite.transaction(self._connection):
                make_tables(self._connection)
        self._blocks = Blocks(self._connection)
        self._full_text = FullText(self._connection, partition)
        self._place = FilePlace(path)
        self._wal = Wal(path, _LARGE_WAL)

    def ledger(self) -> str | None:
        """The id of the ledger whose state this is; None where the file does not say (R37)."""
        return ledger_of(self._connection)

    def belong(self, ledger: str) -> None:
        """From now on this file says whose state it is."""
        if self.ledger() is None:
            with sqlite.transaction(self._connection) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS ledger (id TEXT NOT NULL) STRICT")
                connection.execute("INSERT INTO ledger VALUES (?)", (ledger,))

    def lost(self) -> Path | None:
        """The name that no longer leads to this file, because it was deleted or replaced; None while all is well."""
        return self._place.lost()

    def checkpoint(self) -> Checkpoint:
        """How far this file is."""
        query = "SELECT position, hash, fold_version FROM checkpoint"
        return Checkpoint(*self._connection.execute(query).fetchone())

    def load(self, contacts: Iterable[int]) -> dict[int, ContactState]:
        """The states of these contacts, as far as they exist."""
        return load(self._connection, contacts)

    def open_rows(self) -> dict[RowKey, SoFar]:
        """The import rows of which only the first message has been folded."""
        rows = self._connection.execute("SELECT import, row, outcome, is_older FROM open_rows")
        return {(name, row): (outcome, bool(older)) for name, row, outcome, older in rows}

    def settled_rows(self, import_id: str) -> list[tuple[int, Outcome]]:
        """See `StateWriter.settled_rows`."""
        rows = self._connection.execute(
            "SELECT outcome, rows FROM outcomes WHERE outcome IN ('rejected', 'erased') AND import ="
            " (SELECT number FROM imports WHERE id = ? AND rejected + erased > 0)",
            (import_id,),
        )
        return [(number, outcome) for outcome, numbers in rows for number in orjson.loads(numbers)]

    def closed_rows(self, rows: Iterable[RowKey]) -> list[RowMessage]:
        """See `StateWriter.closed_rows`."""
        return closed_rows(self._connection, rows)

    def new_contacts(self, import_ids: ImportIds, growth: Growth) -> NewContactRows:
        """Where contacts go that need no fold, for `save` or `fill`; they are counted in `growth`."""
        return NewContactRows(import_ids, growth)

    def fill(self, states: Iterable[ContactState], new: NewContacts) -> None:
        """Put contacts into a file that has none of them yet: half the work of saving them."""
        with sqlite.transaction(self._connection) as connection:
            insert(connection, _in_order(states, new) if new.contacts else map(row_of, states))

    def save(
        self,
        states: Iterable[ContactState],
        new: NewContacts,
        gone: Collection[int],
        rows: Iterable[RowMessage],
        open_rows: Mapping[RowKey, SoFar],
        imports: ImportColumns,
        checkpoint: Checkpoint,
        counts: Mapping[Origin, Counts],
        settled: Collection[int] = (),
    ) -> None:
        """See `StateWriter.save`. `imports` maps an import's id to columns of its table to set, as JSON."""
        with sqlite.transaction(self._connection) as connection:
            self._put(_in_order(states, new), gone, settled)
            self._save_imports(imports)
            save_rows(connection, rows)
            self._count(counts)
            self._save_open(open_rows)
            self._reach(checkpoint)

    def erase(
        self,
        contacts: Sequence[int],
        rows: Sequence[RowMessage],
        retold: Sequence[RowMessage],
        open_rows: Mapping[RowKey, SoFar],
        touched: Mapping[str, int],
        checkpoint: Checkpoint,
        counts: Mapping[Origin, Counts],
        others: Collection[int] = (),
    ) -> None:
        """See `StateWriter.erase`."""
        these = (_listed(contacts).decode(),)
        with sqlite.transaction(self._connection) as connection:
            self._put((), contacts, ())
            self._full_text.erase(contacts, others)
            connection.execute("DELETE FROM dirty WHERE contact IN (SELECT value FROM json_each(?))", these)
            connection.executemany(
                "UPDATE imports SET touched = ?1,"
                " refolded = ?1 - (SELECT count(*) FROM dirty WHERE import = number) WHERE id = ?2",
                [(count, import_id) for import_id, count in touched.items()],
            )
            save_erased(connection, rows)
            save_retold(connection, retold)
            self._save_open(open_rows)
            self._count(counts)
            self._reach(checkpoint)

    def undo(self, imports: ImportColumns, touched: Sequence[int], checkpoint: Checkpoint) -> None:
        """Take the checkpoint past an undo or a redo of one import; the touched contacts are dirty from now on."""
        with sqlite.transaction(self._connection) as connection:
            self._save_imports(imports)
            for import_id in imports:
                number = number_of(connection, import_id)
                connection.executemany(
                    "INSERT OR IGNORE INTO dirty (contact, import, since) VALUES (?, ?, ?)",
                    zip(touched, repeat(number), repeat(checkpoint.position), strict=False),
                )
                connection.execute(
                    "UPDATE imports SET touched = ?, refolded = 0 WHERE number = ?", (len(touched), number)
                )
            self._reach(checkpoint)

    def all_refolded(self, touched: Mapping[str, int]) -> None:
        """In a file folded whole: the undos and redos of these imports have reached so many contacts, which are all."""
        with sqlite.transaction(self._connection) as connection:
            connection.executemany(
                "UPDATE imports SET touched = ?1, refolded = ?1 WHERE id = ?2",
                [(count, import_id) for import_id, count in touched.items()],
            )

    def refold(
        self, dirty: Collection[int], states: Mapping[int, ContactState], counts: Mapping[Origin, Counts]
    ) -> None:
        """Put these states in the place of dirty contacts, and take away those that have none."""
        with sqlite.transaction(self._connection):
            self._count(counts)
            gone = [contact for contact in dirty if contact not in states]
            self._put(list(map(row_of, states.values())), gone, dirty)

    def some_dirty(self, most: int) -> dict[int, int]:
        """Contacts whose row is older than the checkpoint, each with the first undo or redo that has touched it."""
        query = "SELECT contact, min(since) FROM dirty GROUP BY contact ORDER BY contact LIMIT ?"
        return dict(self._connection.execute(query, (most,)).fetchall())

    def dirty_since(self, contacts: Iterable[int]) -> dict[int, int]:
        """Those of the contacts that are dirty."""
        rows = self._connection.execute(
            "SELECT contact, min(since) FROM dirty WHERE contact IN (SELECT value FROM json_each(?)) GROUP BY contact",
            (_listed(sorted(contacts)).decode(),),
        )
        return dict(rows.fetchall())

    def _put(self, contacts: Collection[ContactRow], gone: Collection[int], settled: Collection[int]) -> None:
        put(self._connection, contacts)
        self._connection.executemany("DELETE FROM contacts WHERE contact = ?", [(contact,) for contact in gone])
        changed = [*map(itemgetter(0), contacts), *gone]
        self._blocks.drop(changed)
        self._full_text.note(changed)
        if settled:
            numbers = (_listed(sorted(settled)).decode(),)
            self._connection.execute(
                "UPDATE imports SET refolded = refolded + done FROM (SELECT import, count(*) AS done FROM dirty"
                " WHERE contact IN (SELECT value FROM json_each(?)) GROUP BY import) WHERE number = import",
                numbers,
            )
            self._connection.execute("DELETE FROM dirty WHERE contact IN (SELECT value FROM json_each(?))", numbers)

    def _save_imports(self, imports: ImportColumns) -> None:
        for import_id, columns in imports.items():
            for column, document in columns.items():
                self._connection.execute(
                    f"INSERT INTO imports (id, {column}) VALUES (?, ?)"
                    f" ON CONFLICT (id) DO UPDATE SET {column} = excluded.{column}",
                    (import_id, document),
                )

    def _save_open(self, open_rows: Mapping[RowKey, SoFar]) -> None:
        self._connection.execute("DELETE FROM open_rows")
        self._connection.executemany(
            "INSERT INTO open_rows (import, row, outcome, is_older) VALUES (?, ?, ?, ?)",
            [(name, row, outcome, int(older)) for (name, row), (outcome, older) in open_rows.items()],
        )

    def _reach(self, checkpoint: Checkpoint) -> None:
        self._connection.execute(
            "UPDATE checkpoint SET position = ?, hash = ?, fold_version = ?",
            (checkpoint.position, checkpoint.hash, checkpoint.fold_version),
        )

    def _count(self, counts: Mapping[Origin, Counts]) -> None:
        added = ", ".join(f"{column} = {column} + excluded.{column}" for column in COUNTED)
        places = ", ".join("?" * (3 + len(COUNTED)))
        self._connection.executemany(
            f"INSERT INTO growth VALUES ({places}) ON CONFLICT DO UPDATE SET {added}",
            [(*origin, *msgspec.structs.astuple(found)) for origin, found in counts.items()],
        )
        self._connection.execute(
            f"UPDATE totals SET {', '.join(f'{column} = {column} + ?' for column in COUNTED)}",
            msgspec.structs.astuple(summed(counts.values())),
        )

    def tidy(self) -> None:
        """Bring a large WAL into the file and cut it: between pages, and when there is nothing to do."""
        self._wal.keep_small(self._connection)

    def make_room(self) -> None:
        """The disk is full: give back what the WAL takes of it."""
        self._wal.make_room(self._connection)

    def seal(self) -> None:
        """End the scratch life of a file: from now on it is written safely."""
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def index(self, indexes: Iterable[str]) -> None:
        """Make the indexes that lists need, and these where they are missing (`projections.state.sqlite.indexes`)."""
        wanted = set(indexes)
        make(self._connection, wanted)
        self._blocks.keep(wanted)
        if FULL_TEXT in wanted:
            self._full_text.keep()

    def make_blocks(self, most: int, unchanged_for: float = 0.0) -> int:
        """Make up to `most` of the blocks of indexes that are missing; gives how many it made."""
        return self._blocks.make(most, unchanged_for)

    def refresh_full_text(self, most: int) -> int:
        """See `StateWriter.refresh_full_text`."""
        return self._full_text.refresh(most)

    def forget_erased_lines(self) -> bool:
        """See `StateWriter.forget_erased_lines`."""
        return self._full_text.write_anew()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _in_order(states: Iterable[ContactState], new: NewContacts) -> list[ContactRow]:
    """By number, in which a file is written quickest."""
    return sorted([*new.contacts, *map(row_of, states)], key=itemgetter(0))
