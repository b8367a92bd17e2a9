"""Keeping the full-text index: contacts that change are noted, put in when there is time, and taken out when erased."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec

from ledger import sqlite
from projections.state.sqlite.blocks import SEARCHED_COLUMNS, searched_lines
from projections.state.sqlite.full_text_partitions import (
    EARLIER,
    PARTITION,
    TABLES,
    declaration,
    kept,
    partitions,
    size_of_partition,
    table_of_partition,
)

_THESE = "IN (SELECT value FROM json_each(?))"

_PAGES_A_TURN = 64
"""Of a partition that is full, and then searched in a fifth of the time: some 7 ms of work."""

_listed = msgspec.json.Encoder().encode


def has_erased_lines(connection: sqlite.Connection) -> bool:
    """Whether parts of the lines of contacts that were erased are still in the index."""
    if not _is_there(connection, "full_text_erased"):
        return False
    return connection.execute("SELECT 1 FROM full_text_erased LIMIT 1").fetchone() is not None


def _is_there(connection: sqlite.Connection, table: str) -> bool:
    query = "SELECT 1 FROM sqlite_schema WHERE name = ?"
    return connection.execute(query, (table,)).fetchone() is not None


class FullText:
    """The index in a file that is written: noted as stale by whoever changes contacts, refreshed when there is time."""

    def __init__(self, connection: sqlite.Connection, partition: int = PARTITION) -> None:
        """`partition`: see `size_of_partition`. An index of an earlier version is removed."""
        self._connection = connection
        self._partition = partition
        has_one = _is_there(connection, "full_text_partitions")
        if not has_one:
            self._remove_earlier()
        self._firsts = partitions(self._rows) if has_one else []
        self._reached: int | None = self._read_reached() if has_one else None
        self._room: int | None = None  # lines that the last partition has yet to take; None: not counted yet
        self._may_be_stale = True
        self._has_erased = has_erased_lines(connection)

    def _remove_earlier(self) -> None:
        with sqlite.transaction(self._connection) as connection:
            for table in ("full_text", *sorted(TABLES.keys() & EARLIER)):
                connection.execute(f"DROP TABLE IF EXISTS {table}")

    def keep(self) -> None:
        """From now on, keep it."""
        if self._reached is None:
            with sqlite.transaction(self._connection) as connection:
                for statement in TABLES.values():
                    connection.execute(statement)
                connection.execute("INSERT INTO full_text_reached VALUES (0)")
                self._begin(0)
            self._firsts, self._reached = [0], 0

    def _begin(self, first: int) -> None:
        self._connection.execute(declaration(first))
        self._connection.execute("INSERT INTO full_text_partitions VALUES (?)", (first,))

    def note(self, contacts: Iterable[int]) -> None:
        """These contacts change; inside the transaction that changes them."""
        reached = self._reached
        if reached:
            stale = [contact for contact in contacts if contact < reached]
            if stale:
                self._connection.execute(
                    "INSERT OR IGNORE INTO full_text_stale SELECT value FROM json_each(?)", _json(stale)
                )
                self._may_be_stale = True

    def erase(self, contacts: Collection[int], others: Collection[int] = ()) -> None:
        """These contacts are gone, and their lines, and those of whoever was one of them for a time and is put in anew;
        inside the transaction that erases them.

        FTS5 alone only marks what is deleted: parts of these lines, and of earlier ones, stay until `write_anew`.
        """
        reached = self._reached
        if reached is None:
            return
        execute = self._connection.execute
        for first, here in self._by_partition(sorted(each for each in {*contacts, *others} if each < reached)):
            execute(f"DELETE FROM {table_of_partition(first)} WHERE rowid {_THESE}", _json(here))
            execute("INSERT OR IGNORE INTO full_text_erased VALUES (?)", (first,))
            self._has_erased = True
        execute(f"DELETE FROM full_text_stale WHERE contact {_THESE}", _json(contacts))
        self.note(others)

    def _by_partition(self, contacts: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
        """Contacts in order of their numbers, with the first numbers of the partitions that they are in."""
        for place, here in groupby(contacts, key=lambda contact: bisect_right(self._firsts, contact)):
            yield self._firsts[place - 1], list(here)

    def write_anew(self) -> bool:
        """Leave no part of the lines of contacts that were erased; whether there was any.

        FTS5's own `secure-delete` damages an index without details (SQLite 3.53.4), so each partition that had such a
        line is written anew: some 3 s for a million contacts.
        """
        if not self._has_erased:
            return False
        for (first,) in self._rows("SELECT first FROM full_text_erased ORDER BY first"):
            table = table_of_partition(first)
            with sqlite.transaction(self._connection) as connection:
                connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
                connection.execute("DELETE FROM full_text_erased WHERE first = ?", (first,))
        self._has_erased = False
        return True

    def refresh(self, most: int) -> int:
        """See `StateWriter.refresh_full_text`."""
        if self._reached is None:
            return 0
        if self._may_be_stale:
            query = f"SELECT contact FROM full_text_stale ORDER BY contact LIMIT {most}"
            stale = [contact for (contact,) in self._rows(query)]
            if stale:
                return self._renew(stale)
            self._may_be_stale = False
        return self._go_on(self._reached, most)

    def _renew(self, stale: list[int]) -> int:
        with sqlite.transaction(self._connection) as connection:
            for first, here in self._by_partition(stale):
                connection.execute(f"DELETE FROM {table_of_partition(first)} WHERE rowid {_THESE}", _json(here))
                self._add(first, f"WHERE contact {_THESE} ORDER BY contact", _json(here))
            connection.execute(f"DELETE FROM full_text_stale WHERE contact {_THESE}", _json(stale))
        return len(stale)

    def _go_on(self, reached: int, most: int) -> int:
        if not self._rows("SELECT 1 FROM contacts WHERE contact >= ? LIMIT 1", (reached,)):
            return 0
        room = self._room_left() if self._room is None else self._room
        if room <= 0 and self._join(self._firsts[-1]):
            return 1
        firsts = self._firsts if room > 0 else [*self._firsts, reached]
        with sqlite.transaction(self._connection) as connection:
            if room <= 0:
                self._begin(reached)
                room = size_of_partition(len(firsts) - 1, self._partition)
            some = "WHERE contact >= ? ORDER BY contact LIMIT ?"
            added = self._add(firsts[-1], some, (reached, min(most, room)))
            connection.execute("UPDATE full_text_reached SET contact = ?", (added[-1] + 1,))
        self._firsts, self._room, self._reached = firsts, room - len(added), added[-1] + 1
        return len(added)

    def _join(self, first: int) -> bool:
        """Go on to join what FTS5 keeps of a full partition apart, as it came; whether there was something to join."""
        table, before = table_of_partition(first), self._connection.total_changes
        with sqlite.transaction(self._connection) as connection:
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (-_PAGES_A_TURN,))
        return self._connection.total_changes - before > 1  # the INSERT itself is one

    def _room_left(self) -> int:
        ((lines,),) = self._rows(f"SELECT count(*) FROM {table_of_partition(self._firsts[-1])}")
        return size_of_partition(len(self._firsts) - 1, self._partition) - int(lines)

    def _add(self, first: int, which: str, parameters: Sequence[object]) -> list[int]:
        found = self._rows(f"SELECT {SEARCHED_COLUMNS} FROM contacts {which}", parameters)
        lines = [(contact, kept(text)) for contact, text in searched_lines(found)]
        insert = f"INSERT INTO {table_of_partition(first)} (rowid, line) VALUES (?, ?)"
        self._connection.executemany(insert, lines)
        return [contact for contact, _ in lines]

    def _read_reached(self) -> int:
        return int(self._rows("SELECT contact FROM full_text_reached")[0][0])

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, parameters).fetchall()


def _json(contacts: Collection[int]) -> tuple[str]:
    return (_listed(list(contacts)).decode(),)
