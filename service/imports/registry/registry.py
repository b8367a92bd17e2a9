"""The imports of this deployment: a table of `service.db`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ledger.sqlite import Connection, transaction
from service.deployment.tables.audit_trail import Act, record
from service.imports.registry.import_table import COLUMNS, import_of, values_of
from service.imports.registry.import_table import Import as Import
from service.imports.registry.lifecycle import ImportState, ImportStep, after


class ImportUnknown(LookupError):
    """No import has this id."""


_NOTHING: Mapping[str, Any] = {}


def _as_it_is(one: Import) -> Import:
    return one


class Registry:
    """Reads and writes the table; the connection is `database.open_store`'s. `clock`: microseconds since the epoch."""

    def __init__(self, connection: Connection, clock: Callable[[], int]) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, new: Import, *, again: bool, confirmed_by: str | None = None) -> Import:
        """Keep an import; unless `again`, a confirmed one of the same file and choices is returned instead.

        `confirmed_by` is told in the audit trail.
        """
        with transaction(self._connection):
            earlier = None if again else self.earlier(new.hash)
            if earlier is not None:
                return earlier
            self._connection.execute(
                f"INSERT INTO imports ({COLUMNS}) VALUES ({', '.join('?' * len(COLUMNS.split(',')))})", values_of(new)
            )
            if confirmed_by is not None:
                self._tell(ImportStep.CONFIRM, new, confirmed_by, {})
        return new

    def take(
        self,
        id: str,
        step: ImportStep,
        change: Callable[[Import], Import] = _as_it_is,
        *,
        by: str | None = None,
        detail: Mapping[str, Any] = _NOTHING,
    ) -> Import:
        """Take a step, with what it changes; gives the import as it is then. All of it happens, or nothing.

        Where somebody takes it (`by`), the audit trail tells who, with the import's id and this `detail`.

        Raises ImportUnknown, StepNotAllowed, and what `change` raises.
        """
        with transaction(self._connection):
            one = self.get(id)
            state = after(id, one.state, step)
            changed = replace(change(one), state=state)
            if state in _ENDS:
                changed = replace(changed, ended_at=self._clock())
            names = COLUMNS.replace(",", " = ?,") + " = ?"
            self._connection.execute(f"UPDATE imports SET {names} WHERE id = ?", (*values_of(changed), id))
            if by is not None:
                self._tell(step, changed, by, detail)
        return changed

    def _tell(self, step: ImportStep, one: Import, by: str, detail: Mapping[str, Any]) -> None:
        second_yes = {"allow_opt_in": True} if one.choices.allow_opt_in else {}
        about = {"import": one.id, "rows": one.rows, **second_yes, **detail}
        record(self._connection, Act(self._clock(), by, _IN_TRAIL[step], about))

    def earlier(self, hash: str) -> Import | None:
        """The latest import of the same file with the same choices; one that was cancelled or failed is none."""
        row = self._connection.execute(
            f"SELECT {COLUMNS} FROM imports WHERE hash = ? AND (state = ? OR state = ? AND NOT is_cancelling)"
            " ORDER BY id DESC LIMIT 1",
            (hash, ImportState.PUBLISHED, ImportState.RUNNING),
        ).fetchone()
        return None if row is None else import_of(row)

    def get(self, id: str) -> Import:
        """The import of that id. Raises ImportUnknown."""
        row = self._connection.execute(f"SELECT {COLUMNS} FROM imports WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise ImportUnknown(f"No import has the id {id[:60]!r}; the list of imports has those that there are.")
        return import_of(row)

    def has(self, id: str) -> bool:
        """Whether there is an import of that id."""
        return self._connection.execute("SELECT 1 FROM imports WHERE id = ?", (id,)).fetchone() is not None

    def all(self) -> list[Import]:
        """Every import, newest first."""
        return [import_of(row) for row in self._connection.execute(f"SELECT {COLUMNS} FROM imports ORDER BY id DESC")]

    def ids(self, before: str | None = None, *, by: str | None = None, are_edits: bool = False) -> Iterator[str]:
        """The ids of imports, newest first: of those older than the import `before`, and brought `by` that name.

        Those of files, or `are_edits`.
        """
        yield from (id for (id,) in self._connection.execute(_IDS, (before, by, are_edits)).fetchall())

    def that_correct(self, id: str) -> list[Import]:
        """The imports of this one's rejected rows, corrected, oldest first; none cancelled before its start."""
        found = self._connection.execute(
            f"SELECT {COLUMNS} FROM imports WHERE corrects = ? AND (state != ? OR confirmed_at IS NOT NULL)"
            " ORDER BY id",
            (id, ImportState.CANCELLED),
        )
        return list(map(import_of, found))

    def names(self) -> list[str]:
        """Who has brought any import, by name."""
        found = self._connection.execute("SELECT DISTINCT who FROM imports WHERE who IS NOT NULL ORDER BY who")
        return [name for (name,) in found]

    def with_files(self) -> set[str]:
        """The ids of imports that keep their file: all but those that were cancelled before they were confirmed."""
        found = self._connection.execute(
            "SELECT id FROM imports WHERE state != ? OR confirmed_at IS NOT NULL", (ImportState.CANCELLED,)
        )
        return {id for (id,) in found}

    def unconfirmed(self) -> list[str]:
        """The ids of imports that are still being prepared, newest first."""
        found = self._connection.execute(
            "SELECT id FROM imports WHERE state IN (?, ?, ?) ORDER BY id DESC",
            (ImportState.UPLOADED, ImportState.MAPPED, ImportState.CHECKED),
        )
        return [id for (id,) in found]

    def unfinished(self) -> list[str]:
        """The ids of imports whose rows are not all out yet, and of those to be checked, oldest first."""
        return list(self.rows_of_unfinished())

    def rows_of_unfinished(self) -> dict[str, int]:
        """How many rows each of them has, 0 where nobody has counted them yet."""
        rows = self._connection.execute(
            "SELECT id, rows FROM imports WHERE state = ? OR is_checking ORDER BY id", (ImportState.RUNNING,)
        )
        return dict(rows.fetchall())

    def is_cancelling(self, id: str) -> bool:
        """Whether somebody wants the import to stop."""
        return self.get(id).is_cancelling

    def end(self, id: str, *, published: int, duplicate: int, rejected: int) -> None:
        """No more rows come: keep what the split counted. It is CANCELLED if some were left, else PUBLISHED."""
        is_whole = self.get(id).rows <= published + duplicate + rejected
        self.take(
            id,
            ImportStep.PUBLISH if is_whole else ImportStep.STOP,
            lambda one: replace(one, published=published, duplicate=duplicate, rejected=rejected),
        )

    def fail(self, id: str, failure: str, *, published: int, duplicate: int, rejected: int) -> None:
        """The import can never go on, for the reason given; keep what is known of its split."""
        self.take(
            id,
            ImportStep.FAIL,
            lambda one: replace(one, failure=failure, published=published, duplicate=duplicate, rejected=rejected),
        )


_IDS = """SELECT id FROM imports WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR who = ?2)
    AND (json_extract(choices, '$.edit') IS NOT NULL) = ?3 ORDER BY id DESC"""
_IN_TRAIL = {ImportStep.CONFIRM: "import confirmed", ImportStep.CANCEL: "import cancelled"}
"""What the audit trail calls the steps that somebody is asked about later; an undo or redo it has from the log."""

_ENDS = (ImportState.PUBLISHED, ImportState.CANCELLED, ImportState.FAILED)
