"""The contacts that a list wants, from a state file."""

import json
from collections.abc import Callable, Iterable
from contextlib import closing

from ledger import sqlite
from projections.conditions.wanted import Sort, Wanted
from projections.fold.state import ContactState
from projections.state.questions import Listed
from projections.state.sqlite.blocks import Rows
from projections.state.sqlite.candidates import candidates, counted
from projections.state.sqlite.predicates import Sql
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

    def page(self, sort: Sort, behind: tuple[int, int] | None, since: int | None, limit: int) -> list[ContactState]:
        column, way = sort.removeprefix("-"), "DESC" if sort.startswith("-") else "ASC"
        keys = ("modified", "contact") if column == "modified" else ("contact",)
        clause, parameters = self._clause, list(self._parameters)
        if behind is not None:
            clause += f" AND ({', '.join(keys)}) {'<' if way == 'DESC' else '>'} ({', '.join('?' * len(keys))})"
            parameters += behind[-len(keys) :]
        if since is not None:
            clause += " AND position > ?"
            parameters.append(since)
        order = ", ".join(f"{key} {way}" for key in keys)
        return self._find(f"WHERE {clause} ORDER BY {order} LIMIT ?", [*parameters, limit])

    def window(self, offset: int, limit: int) -> list[ContactState]:
        rest = f"WHERE {self._clause} ORDER BY contact LIMIT ? OFFSET ?"
        return self._find(rest, [*self._parameters, limit, offset])

    def count(self) -> int:
        ((found,),) = self._rows(f"SELECT count(*) FROM contacts WHERE {self._clause}", self._parameters)
        return int(found)

    def _find(self, rest: str, parameters: list[object]) -> list[ContactState]:
        return [state_of(row) for row in self._rows(f"SELECT {CONTACT_COLUMNS} FROM contacts {rest}", parameters)]


def total(rows: Rows, there: set[str], sql: Sql, wanted: Wanted, most: int) -> int:
    """How many contacts a list has; by an index alone where one says it."""
    by_index = counted(rows, there, wanted, sql.clause, sql.parameters)
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
