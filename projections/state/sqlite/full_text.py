"""The full-text index: where in the lines that a search looks at a text is, by the three characters at each place.

It is FTS5's, with the lines themselves, behind each of which stand the beginnings of its words. It lags: a page only
notes which of the contacts in it have changed (`full_text_stale`), and those from `full_text_reached` on have yet to
come. The projector puts them in when little else is to be done. Whoever reads looks at these contacts themselves, so
the answer is the same at any time.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from ledger import sqlite
from projections.conditions.searching import SHORT, beginnings, folded, is_short, pattern
from projections.state.indexes import FULL_TEXT, SEARCH, table_of
from projections.state.sqlite.blocks import SEARCHED_COLUMNS, SIZE, Rows, containing, numbers_of, searched_lines, texts

STALE = 2_000
"""With more contacts that have changed since, all are looked for in the blocks of SEARCH."""

_MOST_COUNTED = 20_000
"""With more of them it is quicker to look at all lines than to look these up."""

_LOOKED_UP = 3
"""Windows of a text that are looked up, the rarest: each costs as much as there are contacts that have it."""

_PROBED = 24
_SAMPLE = 500

_ERASED = "full_text_erased"
_BEFORE_BEGINNING = "\x1e\x1e"
_WINDOW = 3

TABLES = {
    "full_text": "CREATE VIRTUAL TABLE full_text USING fts5(line, detail='none', tokenize='trigram case_sensitive 1')",
    "full_text_stale": "CREATE TABLE full_text_stale (contact INTEGER PRIMARY KEY) STRICT",
    "full_text_reached": "CREATE TABLE full_text_reached (contact INTEGER NOT NULL) STRICT",
    "full_text_erased": "CREATE TABLE full_text_erased (contacts INTEGER NOT NULL) STRICT",
}
"""The tables of the index, by name; FTS5 makes PARTS beside the first."""

PARTS = tuple(f"full_text_{part}" for part in ("data", "idx", "content", "docsize", "config"))

_listed = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Late:
    """The contacts that are not in the index as they are: by number, and those from `reached` on if they are many."""

    contacts: list[int]
    reached: int
    has_many: bool

    @property
    def listed(self) -> str:
        return _listed(self.contacts).decode()


def can_search(text: str, there: Container[str]) -> bool:
    """Whether the index, or the lines in blocks, tell exactly where the text is found.

    What cannot be printed may be between two lines, or between two parts of one.
    """
    return bool(text) and text.isprintable() and table_of(SEARCH) in there


def found(rows: Rows, there: Container[str], text: str, most: int, stale: int = STALE) -> list[int] | None:
    """The contacts that a search finds, and maybe others; None where they are more than `most`."""
    late = _late(rows, stale) if table_of(FULL_TEXT) in there else None
    if late is None:
        return _found_in_blocks(rows, text, most, 0)
    clause, parameters = _looked_up(rows, text)
    query = (
        f"SELECT rowid FROM full_text WHERE {clause} AND rowid NOT IN (SELECT contact FROM full_text_stale)"
        f" LIMIT {most + 1}"
    )
    numbers = [contact for (contact,) in rows(query, parameters)]
    behind = _found_in_blocks(rows, text, most, late.reached) if late.has_many else []
    if behind is None or len(numbers) + len(late.contacts) + len(behind) > most:
        return None
    return sorted({*numbers, *late.contacts, *behind})


def count(
    rows: Rows, there: Container[str], text: str, clause: str, parameters: Sequence[object], stale: int = STALE
) -> int:
    """How many contacts a search finds. `clause` and its parameters are the list's SQL."""
    late = _late(rows, stale) if table_of(FULL_TEXT) in there else None
    if late is None:
        return _count_in_blocks(rows, text, 0)
    looked_up, bounds = _looked_up(rows, text)
    limit = f" LIMIT {_MOST_COUNTED}" if len(bounds) > 1 else ""
    query = (
        f"SELECT count(*) FROM (SELECT 1 FROM full_text WHERE {looked_up}"
        f" AND rowid NOT IN (SELECT contact FROM full_text_stale){limit})"
    )
    ((in_index,),) = rows(query, bounds)
    if limit and in_index == _MOST_COUNTED:
        return _count_in_blocks(rows, text, 0)
    of_late = f"SELECT count(*) FROM contacts WHERE contact IN (SELECT value FROM json_each(?)) AND {clause}"
    ((late_ones,),) = rows(of_late, [late.listed, *parameters])
    return int(in_index) + int(late_ones) + (_count_in_blocks(rows, text, late.reached) if late.has_many else 0)


def _late(rows: Rows, most: int) -> _Late | None:
    """None where so many have changed that the index is of no use."""
    stale = [contact for (contact,) in rows(f"SELECT contact FROM full_text_stale LIMIT {most + 1}", ())]
    if len(stale) > most:
        return None
    ((reached,),) = rows("SELECT contact FROM full_text_reached", ())
    query = f"SELECT contact FROM contacts WHERE contact >= ? LIMIT {most + 1}"
    behind = [contact for (contact,) in rows(query, (reached,))]
    has_many = len(behind) > most
    return _Late(stale if has_many else stale + behind, reached, has_many)


def _looked_up(rows: Rows, text: str) -> tuple[str, list[object]]:
    """What is true of a row of the index in which a search finds the text."""
    sought = folded(text)
    if is_short(text):
        return "full_text MATCH ?", [_quoted((_BEFORE_BEGINNING + sought)[-_WINDOW:])]
    if len(sought) == _WINDOW:
        return "full_text MATCH ?", [_quoted(sought)]
    windows = list(dict.fromkeys(sought[at : at + _WINDOW] for at in range(len(sought) - _WINDOW + 1)))
    if len(windows) > _LOOKED_UP:
        windows = sorted(windows[:_PROBED], key=lambda window: _share(rows, window))[:_LOOKED_UP]
    return "full_text MATCH ? AND instr(line, ?) > 0", [" AND ".join(map(_quoted, windows)), sought]


def _quoted(window: str) -> str:
    return '"{}"'.format(window.replace('"', '""'))


def _share(rows: Rows, window: str) -> float:
    """About how many of the contacts have this in their line, from 0 to 1: as dense as the first ones are."""
    query = f"SELECT count(*), max(rowid) FROM (SELECT rowid FROM full_text WHERE full_text MATCH ? LIMIT {_SAMPLE})"
    ((many, last),) = rows(query, [_quoted(window)])
    return float(many / last if many == _SAMPLE else many / 2**40)


def _found_in_blocks(rows: Rows, text: str, most: int, reached: int) -> list[int] | None:
    """The same from the lines in blocks, of the contacts from `reached` on."""
    return containing(rows, SEARCH, folded(text).encode(), most, reached)


def _count_in_blocks(rows: Rows, text: str, reached: int) -> int:
    findall = pattern(text).findall
    total = 0
    for contacts, lines in texts(rows, SEARCH, reached // SIZE):
        numbers, many = numbers_of(contacts), lines.decode()
        if numbers and numbers[0] < reached:
            before = sum(number < reached for number in numbers)
            many = many.split("\n", before)[before]
        total += len(findall(many))
    return total


def has_erased_lines(connection: sqlite.Connection) -> bool:
    """Whether parts of the lines of contacts that were erased are still in the index."""
    query = f"SELECT 1 FROM sqlite_schema WHERE name = '{_ERASED}'"
    if connection.execute(query).fetchone() is None:
        return False
    return connection.execute(f"SELECT 1 FROM {_ERASED} LIMIT 1").fetchone() is not None


class FullText:
    """The index in a file that is written: noted as stale by whoever changes contacts, refreshed when there is time."""

    def __init__(self, connection: sqlite.Connection) -> None:
        self._connection = connection
        has_one = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'full_text_reached'").fetchone()
        self._reached: int | None = self._read_reached() if has_one else None
        self._may_be_stale = True
        if has_one:  # a file of an earlier version may lack it
            connection.execute(TABLES[_ERASED].replace("TABLE", "TABLE IF NOT EXISTS"))
        self._has_erased = has_erased_lines(connection)

    def keep(self) -> None:
        """From now on, keep it."""
        if self._reached is None:
            with sqlite.transaction(self._connection):
                for statement in TABLES.values():
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO full_text_reached VALUES (0)")
            self._reached = 0

    def note(self, contacts: Iterable[int]) -> None:
        """These contacts change; inside the transaction that changes them."""
        reached = self._reached
        if reached:
            stale = [contact for contact in contacts if contact < reached]
            if stale:
                self._connection.execute(
                    "INSERT OR IGNORE INTO full_text_stale SELECT value FROM json_each(?)", (_listed(stale).decode(),)
                )
                self._may_be_stale = True

    def erase(self, contacts: Iterable[int]) -> None:
        """These contacts are gone; inside the transaction that erases them.

        FTS5 alone only marks what is deleted: parts of their lines stay until `write_anew`, which is noted.
        """
        if self._reached is None:
            return
        execute, these = self._connection.execute, (_listed(list(contacts)).decode(),)
        gone = execute("DELETE FROM full_text WHERE rowid IN (SELECT value FROM json_each(?))", these).rowcount
        if gone:
            execute(f"INSERT INTO {_ERASED} VALUES (?)", (gone,))
            self._has_erased = True
        execute("DELETE FROM full_text_stale WHERE contact IN (SELECT value FROM json_each(?))", these)

    def write_anew(self) -> bool:
        """Leave no part of the lines of contacts that were erased; whether there was any.

        FTS5's own `secure-delete` damages an index without details (SQLite 3.53.4), so all of the index is written
        anew: some 3 s for a million contacts.
        """
        if not self._has_erased:
            return False
        with sqlite.transaction(self._connection) as connection:
            connection.execute("INSERT INTO full_text (full_text) VALUES ('optimize')")
            connection.execute(f"DELETE FROM {_ERASED}")
        self._has_erased = False
        return True

    def refresh(self, most: int) -> int:
        """Put up to `most` contacts into the index as they are; gives how many these were."""
        if self._reached is None:
            return 0
        if self._may_be_stale:
            query = f"SELECT contact FROM full_text_stale ORDER BY contact LIMIT {most}"
            stale = [contact for (contact,) in self._connection.execute(query).fetchall()]
            if stale:
                return self._renew(stale)
            self._may_be_stale = False
        return self._go_on(self._reached, most)

    def _renew(self, stale: list[int]) -> int:
        listed = (_listed(stale).decode(),)
        these = "IN (SELECT value FROM json_each(?))"
        with sqlite.transaction(self._connection) as connection:
            connection.execute(f"DELETE FROM full_text WHERE rowid {these}", listed)
            self._add(f"WHERE contact {these} ORDER BY contact", listed)
            connection.execute(f"DELETE FROM full_text_stale WHERE contact {these}", listed)
        return len(stale)

    def _go_on(self, reached: int, most: int) -> int:
        with sqlite.transaction(self._connection) as connection:
            added = self._add("WHERE contact >= ? ORDER BY contact LIMIT ?", (reached, most))
            if not added:
                return 0
            reached = added[-1] + 1
            connection.execute("UPDATE full_text_reached SET contact = ?", (reached,))
        self._reached = reached
        return len(added)

    def _add(self, which: str, parameters: Sequence[object]) -> list[int]:
        found = self._connection.execute(f"SELECT {SEARCHED_COLUMNS} FROM contacts {which}", parameters).fetchall()
        lines = [(contact, kept(text)) for contact, text in searched_lines(found)]
        self._connection.executemany("INSERT INTO full_text (rowid, line) VALUES (?, ?)", lines)
        return [contact for contact, _ in lines]

    def _read_reached(self) -> int:
        return int(self._connection.execute("SELECT contact FROM full_text_reached").fetchone()[0])


def kept(text: str) -> str:
    """A line as the index keeps it: with the beginnings of its words, and without what would end it."""
    starts = _BEFORE_BEGINNING.join(sorted(beginnings(text)))
    return f"{text}\x1d{_BEFORE_BEGINNING}{starts}".replace("\0", "\x1d")


assert SHORT < _WINDOW
