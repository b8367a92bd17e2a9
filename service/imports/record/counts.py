"""The count of an import, exact at every moment: the Import JSON (R22)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import Any

from ledger.events import moments
from service.imports.columns.attributes import USER_ID
from service.imports.columns.column_map import ColumnMap
from service.imports.record.folder import ImportFolder
from service.imports.record.orphans import made_at
from service.imports.record.rejects import first_faults, kept_count, kept_rejects
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import
from service.imports.rows.reasons import fault, what
from service.imports.rows.reject import Reject

STATES = (
    *("uploaded", "mapped", "checked", "running", "done", "cancelled", "failed"),
    *("undoing", "undone", "redoing"),
)
"""What an import is told to be in."""


@dataclass(frozen=True, slots=True)
class AppendRejection:
    """A published row that the append rejected; `reason` is the message's."""

    row: int
    line: int
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class NotRedone:
    """The rows that a redo could not bring back, because their phone or user id is another contact's: the first."""

    count: int
    rows: list[AppendRejection]


@dataclass(frozen=True, slots=True)
class ImportUndo:
    """The last undo or, with `is_redo`, redo of an import: where it stands in the log, who gave it and why (R33).

    `refolded` of the `touched` contacts show it by now.
    """

    position: int
    is_redo: bool
    by: str | None
    reason: str | None
    touched: int
    refolded: int

    @property
    def state(self) -> str | None:
        """What the import shows; None when it is as if it had never been undone."""
        if self.refolded < self.touched:
            return "redoing" if self.is_redo else "undoing"
        return None if self.is_redo else "undone"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the published rows so far. `older` is also counted in `unchanged`; a row counts once.

    No undo changes them: `undoing` is beside them.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0
    skipped: int = 0
    rejected: int = 0
    erased: int = 0
    undoing: ImportUndo | None = None

    @property
    def settled(self) -> int:
        """Rows that are not pending any more."""
        return self.created + self.updated + self.unchanged + self.skipped + self.rejected + self.erased


def import_json(one: Import, outcomes: Outcomes, duplicate: int, rejected: int) -> dict[str, Any]:
    """The counts as JSON, without the rejects. `duplicate` and `rejected` are the split's so far."""
    cancelled = _cancelled(one, outcomes)
    pending = one.rows - duplicate - rejected - outcomes.settled - cancelled
    document: dict[str, Any] = {
        "id": one.id,
        "state": (outcomes.undoing and outcomes.undoing.state) or _state(one, pending),
        **about(one),
        "rows": one.rows,
        "created": outcomes.created,
        "updated": outcomes.updated,
        "unchanged": outcomes.unchanged,
        "older": outcomes.older,
        "skipped": outcomes.skipped,
        "duplicate": duplicate,
        "rejected": rejected + outcomes.rejected,
        "pending": pending,
        "cancelled": cancelled,
        "erased": outcomes.erased,
    }
    if one.failure is not None:
        document["failure"] = one.failure
    if outcomes.undoing is not None:
        document["undoing"] = _undoing_json(outcomes.undoing)
    return document


def about(one: Import) -> dict[str, Any]:
    """Whose file it is, how large, with which tags, and when: RFC 3339 in UTC, None where it is not known or not yet.

    `confirmed_at` is the time its rows are stated for (R4).
    """
    made = made_at(one.id)
    return {
        "file_name": one.file_name,
        "by": one.by,
        "bytes": one.bytes,
        "made_at": None if made is None else moments.text(made * 1000),
        "confirmed_at": None if one.confirmed_at is None else moments.text(one.confirmed_at),
        "ended_at": None if one.ended_at is None else moments.text(one.ended_at),
        "tags": list(one.choices.tags),
    }


def _undoing_json(undoing: ImportUndo) -> dict[str, Any]:
    return {
        "what": "redo" if undoing.is_redo else "undo",
        "position": undoing.position,
        "by": undoing.by,
        "reason": undoing.reason,
        "contacts": undoing.touched,
        "done": undoing.refolded,
    }


def all_rejects(kept: Iterable[Reject], rejections: Iterable[AppendRejection], columns: ColumnMap) -> Iterator[Reject]:
    """The split's rejects and the append's, both by row, as one."""
    return merge(kept, (late_reject(one, columns) for one in rejections), key=lambda reject: reject.row)


def rejects_of(root: Path, rejections: Callable[[str], Iterable[AppendRejection]], one: Import) -> Iterator[Reject]:
    """All rejects of an import, by row; `root` holds a folder for each, `rejections(id)` says which the append has."""
    return all_rejects(kept_rejects(ImportFolder(root / one.id).rejects), rejections(one.id), one.columns)


def rejects_lost(root: Path, one: Import) -> dict[str, int]:
    """How many rows that were counted as not taken are not kept any more, where their file was damaged or is gone.

    Nothing while the import is under way, nor where the copy of the file is gone too, as of one that only the log knew.
    `root` holds a folder for each.
    """
    counted, folder = one.duplicate + one.rejected, ImportFolder(root / one.id)
    if one.confirmed_at is None or one.state is ImportState.RUNNING or not counted or not folder.source.exists():
        return {}
    lost = counted - kept_count(folder.rejects)
    return {"rejects_lost": lost} if lost > 0 else {}


def mapping_json(one: Import) -> list[dict[str, Any]]:
    """Which column of the import's file becomes which attribute, as which type."""
    return [
        {
            "column": column.header,
            "attribute": column.attribute,
            "type": "list" if column.is_tags else column.type,
            "format": column.format,
        }
        for column in one.columns.columns
    ]


def text_columns_json(found: Iterable[Sequence[str]]) -> list[dict[str, str]]:
    """Columns whose values are kept as texts and are all of another type, each with that type."""
    return [{"column": column, "type": type} for column, type in found]


def reasons_json(counted: Mapping[str, int]) -> list[dict[str, Any]]:
    """How many rows have each reason, the most frequent first; a row with several counts under each."""
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [{"reason": reason, "rows": rows, "what": what(reason)} for reason, rows in ranked]


def rejects_json(rejects: Iterable[Reject]) -> list[dict[str, Any]]:
    """The first 100 faults, as the Import JSON shows them."""
    return first_faults(rejects)


def _cancelled(one: Import, outcomes: Outcomes) -> int:
    """Rows that were never published. Of an import that failed, some more than were counted may have been."""
    if one.state is ImportState.RUNNING:
        return 0
    published = max(one.published, outcomes.settled) if one.state is ImportState.FAILED else one.published
    return one.rows - one.duplicate - one.rejected - published


def _state(one: Import, pending: int) -> str:
    if one.state is ImportState.PUBLISHED:
        return "running" if pending else "done"
    return str(one.state)


def late_reject(rejection: AppendRejection, columns: ColumnMap) -> Reject:
    """A row that the append rejects. For it, a conflict is always one of its user id, as rows match by phone (R17)."""
    is_conflict = rejection.reason == "identity_conflict"
    at = columns.index_of(USER_ID) if is_conflict else None
    header = "" if at is None else columns.columns[at].header
    reason = "user_id_conflict" if is_conflict else rejection.reason
    return Reject(rejection.row, rejection.line, (fault(header, reason, rejection.message),))


def orders_of(one: Import, counts: dict[str, Any]) -> list[str]:
    """What of undo and redo can be ordered, of an import with these counts."""
    if one.confirmed_at is None or one.state is ImportState.RUNNING or counts["pending"]:
        return []
    undoing = counts.get("undoing")
    return ["redo" if undoing is not None and undoing["what"] == "undo" else "undo"]
