"""Reading contact state: one contact, a list, an import's outcomes, how far it is. Follows the pointer at each open."""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from ledger import sqlite
from ledger.copying import copy_to
from ledger.events.traits import TraitType, type_of
from ledger.storage import CopyProgress, NotMadeYet, unseen
from projections.conditions.wanted import Wanted
from projections.fold.growth import Counts, Origin
from projections.fold.state import ContactState
from projections.state.answers import AttributeKind, Checkpoint, ImportTally, SharedValues, Spelling, ValueShares
from projections.state.indexes import table_of
from projections.state.port import StateReader
from projections.state.questions import Listed
from projections.state.sqlite.alike import contacts_with, shared_values
from projections.state.sqlite.attribute_types import AttributeTypesInFile
from projections.state.sqlite.blocks import kinds, spellings
from projections.state.sqlite.candidates import worthwhile
from projections.state.sqlite.full_text_keeping import has_erased_lines
from projections.state.sqlite.listed import ListedInFile, meeting, total
from projections.state.sqlite.predicates import Sql
from projections.state.sqlite.rows import CONTACT_COLUMNS, load, state_of
from projections.state.sqlite.tables import COUNTED, LAYOUT, dirty_among
from projections.state.sqlite.values import values

_AT_ONCE = 500
"""Contacts read by one statement where all are read."""


class StateFileReader(StateReader):
    """A read-only view of one state file."""

    def __init__(self, path: Path) -> None:
        """Raises NotMadeYet when there is none, and when it is of an earlier version."""
        if not path.exists():
            raise NotMadeYet(f"{path} is not there: the projector makes it (`contacts serve`)")
        self._connection = sqlite.connect(path, read_only=True)
        if self._connection.execute("PRAGMA user_version").fetchone()[0] < LAYOUT:
            self._connection.close()
            raise NotMadeYet(
                "the contact state is of an earlier version: the projector folds it anew (`contacts serve`)"
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def freeze(self) -> None:
        """From now until it is closed, see the file as it is now, whatever the projector adds meanwhile."""
        self._connection.execute("BEGIN")
        self._checkpoints()

    def copy_to(self, path: Path, progress: CopyProgress = unseen) -> None:
        """See `StateReader.copy_to`."""
        copy_to(self._connection, path, progress)

    def _checkpoints(self) -> list[Checkpoint]:
        rows = self._connection.execute("SELECT position, hash, fold_version FROM checkpoint")
        return [Checkpoint(*row) for row in rows]

    def checkpoint(self) -> Checkpoint:
        """How far this state is. Raises NotMadeYet for one that does not say so."""
        found = self._checkpoints()
        if not found:
            raise NotMadeYet("the contact state does not say how far it is: the projector folds it anew")
        return found[0]

    def has_erased_lines(self) -> bool:
        """See `StateReader.has_erased_lines`."""
        return has_erased_lines(self._connection)

    def contact(self, contact: int) -> ContactState | None:
        """A contact by its number."""
        query = f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE contact = ?"
        row = self._connection.execute(query, (contact,)).fetchone()
        return state_of(row) if row else None

    def contacts(self, contacts: Iterable[int]) -> dict[int, ContactState]:
        return load(self._connection, contacts)

    def rows(self, query: str, parameters: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, read as they are asked for."""
        return iter(self._connection.execute(query, parameters))

    def names(self) -> set[str]:
        """The tables and indexes of the file."""
        return {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master")}

    def newest_change(self) -> int:
        """When a contact changed last; 0 where there is none."""
        return int(self._connection.execute("SELECT max(modified) FROM contacts").fetchone()[0] or 0)

    def listed(self, wanted: Wanted, most: int) -> Listed:
        return ListedInFile(self.rows, self.names(), self._defined(wanted), wanted, most)

    def total(self, wanted: Wanted, most: int) -> int:
        return total(self.rows, self.names(), self._defined(wanted), wanted, most)

    def for_at_most(self, seconds: float) -> AbstractContextManager[None]:
        return sqlite.within(self._connection, seconds)

    def _defined(self, wanted: Wanted) -> Sql:
        """The list's clause; the file then knows the functions that it calls."""
        sql = Sql(wanted)
        sql.define(partial(self._connection.create_function, deterministic=True))
        return sql

    def meeting(self, states: Iterable[ContactState], wanted: Wanted) -> set[int]:
        return meeting(self.rows, states, wanted)

    def keeps(self, index: str) -> bool:
        return table_of(index) in self.names()

    def worthwhile(self, indexes: Iterable[str]) -> set[str]:
        return worthwhile(self.rows, indexes)

    def attribute_types(self) -> AttributeTypesInFile:
        return AttributeTypesInFile(self.rows, self.names())

    def kinds(self) -> Iterator[AttributeKind]:
        return kinds(self.rows, self.names())

    def shared_values(self, name: str, after: str, limit: int, *, inclusive: bool) -> SharedValues:
        return shared_values(self.rows, self.names(), name, after, limit, inclusive=inclusive)

    def contacts_with(self, name: str, value: str, limit: int) -> list[int]:
        return contacts_with(self.rows, self.names(), name, value, limit)

    def values(self, name: str, part: str, limit: int) -> ValueShares:
        return values(self.rows, self.names(), name, part, limit)

    def spellings(self) -> Iterator[Spelling]:
        return spellings(self.rows, self.names())

    def count(self) -> int:
        """How many contacts there are."""
        return int(self._connection.execute("SELECT count(*) FROM contacts").fetchone()[0])

    def by_identity(self) -> Iterator[ContactState]:
        """All contacts in the order of phone, then user id: the same for the same facts, whatever their ids."""
        rows = self._connection.execute("SELECT contact FROM contacts ORDER BY phone, user_id")
        numbers = array("q", (number for (number,) in rows))
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            states = load(self._connection, some)
            yield from (states[number] for number in some if number in states)

    def where_not_true(self, trait: str, contacts: Iterable[int]) -> tuple[set[int], set[int]]:
        """Those of the contacts, by number, whose trait has another value than true, and those whose was cleared."""
        rows = self._connection.execute(
            "SELECT contact, json_type(traits, ?1) AS type FROM contacts"
            " WHERE contact IN (SELECT value FROM json_each(?3))"
            " AND type IS NOT 'true' AND (type IS NOT NULL OR json_type(stamps, ?2) IS NOT NULL)",
            (f'$."{trait}"', f'$[1]."{trait}"', json.dumps(list(contacts))),
        )
        others: set[int] = set()
        cleared: set[int] = set()
        for contact, type in rows:
            (cleared if type is None else others).add(contact)
        return others, cleared

    def trait_types(self, newest: int) -> dict[str, TraitType]:
        """The traits that the `newest` contacts have, and their types; string where they are mixed."""
        rows = self._connection.execute(
            "SELECT key, min(value), max(value), type FROM"
            " (SELECT traits FROM contacts ORDER BY contact DESC LIMIT ?), json_each(traits) GROUP BY key",
            (newest,),
        )
        return {key: _type(least, greatest, kind) for key, least, greatest, kind in rows}

    def stage(self) -> tuple[int, int]:
        """Changes whenever anything about a contact does: the position, and contacts folded anew at it (R32)."""
        query = "SELECT position, (SELECT coalesce(sum(refolded), 0) FROM imports) FROM checkpoint"
        position, refolded = self._connection.execute(query).fetchone()
        return position, refolded

    def dirty_among(self, contacts: Iterable[int]) -> set[int]:
        """Those of the contacts that an undo or a redo has touched, and whose row is older than that."""
        return dirty_among(self._connection, contacts)

    def dirty_count(self) -> int:
        """How many these are."""
        return int(self._connection.execute("SELECT count(DISTINCT contact) FROM dirty").fetchone()[0])

    def oldest_undoing(self) -> tuple[int, int] | None:
        """(position, recorded) of the first undo or redo that has not reached all its contacts; None: all have."""
        row = self._connection.execute(
            "SELECT min(json_extract(undoing, '$.position')), min(json_extract(undoing, '$.recorded')) FROM imports"
            " WHERE number IN (SELECT import FROM dirty)"
        ).fetchone()
        return None if row[0] is None else (row[0], row[1])

    def tally(self, import_id: str) -> ImportTally | None:
        """The outcomes of one import; None while none of its messages has been folded."""
        row = self._connection.execute(
            "SELECT number, id, started, split, undoing, rejected, skipped, created, updated, unchanged, older, erased,"
            " touched, refolded FROM imports WHERE id = ?",
            (import_id,),
        ).fetchone()
        return ImportTally(*row) if row else None

    def rejected_rows(self, import_id: str, limit: int) -> list[tuple[int, int]]:
        """(position, row) of an import's rows that the append rejected, in row order."""
        groups = self._connection.execute(
            "SELECT positions, rows FROM outcomes WHERE outcome = 'rejected'"
            " AND import = (SELECT number FROM imports WHERE id = ?)",
            (import_id,),
        )
        found = [pair for positions, rows in groups for pair in _pairs(positions, rows)]
        return sorted(found, key=itemgetter(1))[: None if limit < 0 else limit]

    def totals(self) -> Counts:
        """All counts together."""
        return Counts(*self._connection.execute(f"SELECT {', '.join(COUNTED)} FROM totals").fetchone())

    def growth(self, since: int, until: int) -> Iterator[tuple[Origin, Counts]]:
        """What happened from quarter hour `since` on, up to the one before `until`."""
        query = f"SELECT quarter, source, by, {', '.join(COUNTED)} FROM growth WHERE quarter >= ? AND quarter < ?"
        for quarter, source, by, *counts in self._connection.execute(f"{query} ORDER BY quarter", (since, until)):
            yield Origin(quarter, source, by), Counts(*counts)

    def outcome_lines(self) -> Iterator[tuple[Any, ...]]:
        """Every row outcome, in log order."""
        after = 0
        query = (
            "SELECT until, imports.id, outcome, is_older, positions, rows, contacts FROM outcomes"
            " JOIN imports ON number = import"
            " WHERE until IN (SELECT DISTINCT until FROM outcomes WHERE until > ? ORDER BY until LIMIT 4)"
        )
        while groups := self._connection.execute(query, (after,)).fetchall():
            yield from sorted(
                (position, import_id, row, outcome, is_older, contact)
                for _, import_id, outcome, is_older, *lists in groups
                for position, row, contact in zip(*map(orjson.loads, lists), strict=True)
            )
            after = max(until for until, *_ in groups)

    def import_lines(self) -> Iterator[tuple[Any, ...]]:
        """Every import with its own messages and its counts, by id."""
        return iter(
            self._connection.execute(
                "SELECT id, started, split, undoing, rejected, skipped, created, updated, unchanged, older, erased"
                " FROM imports ORDER BY id"
            ).fetchall()
        )


def _pairs(positions: str, rows: str) -> Iterator[tuple[int, int]]:
    return zip(orjson.loads(positions), orjson.loads(rows), strict=True)


def _type(least: object, greatest: object, kind: str) -> TraitType:
    if kind == "array":
        return "list"
    if kind in ("true", "false"):
        return "boolean"
    types = {type_of(least), type_of(greatest)}
    return types.pop() if len(types) == 1 else "string"


@contextmanager
def reading(path: Path) -> Iterator[StateFileReader]:
    """A state file opened for the length of a block. Raises NotMadeYet as opening it does."""
    reader = StateFileReader(path)
    try:
        yield reader
    finally:
        reader.close()
