"""The contacts that a list wants, from a state file."""

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass

from ledger import sqlite
from projections.conditions.wanted import ListOrder, Sort, Wanted, order_of
from projections.fold.state import ContactState
from projections.state.questions import Listed, Place
from projections.state.sqlite.blocks import Rows
from projections.state.sqlite.candidates import candidates, counted
from projections.state.sqlite.predicates import Sql, order_key
from projections.state.sqlite.rows import CONTACT_COLUMNS, insert, row_of, state_of

Names = Callable[[], set[str]]
"""The tables and indexes of a file."""


class ListedInFile(Listed):
    """Looks at the few contacts that an index leaves, where one leaves up to `most`; else it walks along the order."""

    def __init__(self, rows: Rows, there: set[str], sql: Sql, wanted: Wanted, most: int) -> None:
        self._rows = rows
        self._clause, self._parameters = sql.clause, sql.parameters
        few = candidates(rows, there, wanted, most)
        if few is not None:
            self._clause = f"contact IN (SELECT value FROM json_each(?)) AND {self._clause}"
            self._parameters = [json.dumps(few), *self._parameters]

    def page(
        self, sort: Sort, behind: Place | None, since: int | None, limit: int, *, is_back: bool = False
    ) -> list[ContactState]:
        order = order_of(sort)
        parts = _parts(order)
        if behind is not None and len(parts) > 1:
            is_among_empty = behind[0] is None
            parts = (parts[:1] + parts[1:] * is_among_empty) if is_back else parts[int(is_among_empty) :]
        found: list[ContactState] = []
        for part in reversed(parts) if is_back else parts:
            start = behind if (behind is not None and (behind[0] is None) == part.is_empty) or len(parts) == 1 else None
            found += self._part(part, order.is_down != is_back, start, since, limit - len(found))
            if len(found) == limit:
                break
        return found[::-1] if is_back else found

    def _part(
        self, part: "_Part", is_down: bool, start: Place | None, since: int | None, limit: int
    ) -> list[ContactState]:
        clause, parameters = f"{self._clause} AND {part.clause}", list(self._parameters)
        if start is not None:
            clause += f" AND ({', '.join(part.keys)}) {'<' if is_down else '>'} ({', '.join('?' * len(part.keys))})"
            parameters += start[-len(part.keys) :]
        if since is not None:
            clause += " AND position > ?"
            parameters.append(since)
        order = ", ".join(f"{key} {'DESC' if is_down else 'ASC'}" for key in part.keys)
        return self._find(f"WHERE {clause} ORDER BY {order} LIMIT ?", [*parameters, limit])

    def place(self, sort: Sort, contact: ContactState) -> Place:
        order = order_of(sort)
        if order.by != "value":
            return contact.modified, contact.contact
        query = f"SELECT {order_key(order.name) or 'NULL'} FROM contacts WHERE contact = ?"
        for (key,) in self._rows(query, (contact.contact,)):
            return key, contact.contact
        return None, contact.contact

    def window(self, offset: int, limit: int) -> list[ContactState]:
        rest = f"WHERE {self._clause} ORDER BY contact LIMIT ? OFFSET ?"
        return self._find(rest, [*self._parameters, limit, offset])

    def count(self) -> int:
        ((found,),) = self._rows(f"SELECT count(*) FROM contacts WHERE {self._clause}", self._parameters)
        return int(found)

    def _find(self, rest: str, parameters: list[object]) -> list[ContactState]:
        return [state_of(row) for row in self._rows(f"SELECT {CONTACT_COLUMNS} FROM contacts {rest}", parameters)]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a list that one query walks along: the contacts of its clause, in the order of its keys."""

    clause: str
    keys: tuple[str, ...]
    is_empty: bool = False


def _parts(order: ListOrder) -> tuple[_Part, ...]:
    if order.by == "modified":
        return (_Part("true", ("modified", "contact")),)
    key = order_key(order.name) if order.by == "value" else None
    if key is None:
        return (_Part("true", ("contact",)),)
    there = _Part(f"{key} IS NOT NULL", (f"{key} COLLATE NOCASE", "contact"))
    return there, _Part(f"{key} IS NULL", ("contact",), is_empty=True)


def total(rows: Rows, there: set[str], sql: Sql, wanted: Wanted, most: int) -> int:
    """How many contacts a list has; by an index alone where one says it."""
    by_index = counted(rows, there, wanted, sql)
    return ListedInFile(rows, there, sql, wanted, most).count() if by_index is None else by_index


def meeting(kept: Rows, states: Iterable[ContactState], wanted: Wanted) -> set[int]:
    """The numbers of those of these states that a list wants; `kept` asks the file for outcomes of imports."""
    sql = Sql(wanted)
    with closing(sqlite.in_memory()) as memory:
        memory.execute(f"CREATE TABLE contacts ({CONTACT_COLUMNS})")
        _copy_outcomes(kept, memory, sql.imports)
        insert(memory, map(row_of, states))
        sql.define(memory.create_function)
        rows = memory.execute(f"SELECT contact FROM contacts WHERE {sql.clause}", sql.parameters)
        return {contact for (contact,) in rows}


def _copy_outcomes(kept: Rows, memory: sqlite.Connection, imports: Iterable[str]) -> None:
    ids = (json.dumps(list(imports)),)
    chosen = "SELECT number, id FROM imports WHERE id IN (SELECT value FROM json_each(?))"
    memory.execute("CREATE TABLE imports (number, id)")
    memory.executemany("INSERT INTO imports VALUES (?, ?)", kept(chosen, ids))
    memory.execute("CREATE TABLE outcomes (import, outcome, contacts)")
    outcomes = f"SELECT import, outcome, contacts FROM outcomes WHERE import IN (SELECT number FROM ({chosen}))"
    memory.executemany("INSERT INTO outcomes VALUES (?, ?, ?)", kept(outcomes, ids))
