"""What became of imports: counts, rejects, and the rejects CSV (R22). Only reads."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from service.imports.record.corrected import lines_taken
from service.imports.record.corrections import FaultyRow, corrected_csv, faulty_rows
from service.imports.record.corrects import corrections_json
from service.imports.record.counts import (
    AppendRejection,
    NotRedone,
    Outcomes,
    about,
    import_json,
    late_reject,
    mapping_json,
    orders_of,
    reasons_json,
    rejects_json,
    rejects_lost,
    rejects_of,
    text_columns_json,
)
from service.imports.record.first_look import kept_look
from service.imports.record.folder import ImportFolder
from service.imports.record.person_records import ERASED_LINES
from service.imports.record.progress import UNDOING, load_progress, progress_json
from service.imports.record.rejects import by_reason, every_reject, found_rejects, rejects_csv, shape_of, worded_faults
from service.imports.record.wanted_imports import EVERY, WantedImports
from service.imports.registry.import_order import Order, refuse
from service.imports.registry.lifecycle import ImportState, allowed
from service.imports.registry.registry import Import, ImportUnknown, Registry
from service.imports.registry.remembered import with_same_columns
from service.imports.registry.replaced import replaced_by, replacing
from service.imports.rows.reject import Reject
from service.imports.table.dialect import TableShape
from service.imports.table.refusal import CopyGone, NotChecked
from service.imports.table.wording import Words, reworded

_OPTIONS = (
    *("country_code", "mode", "match", "fill", "blank", "null_values", "relaxed_names", "clean_phones"),
    *("allow_opt_in", "encoding", "delimiter", "sheet"),
)
_PREPARED = (ImportState.UPLOADED, ImportState.MAPPED)
_SHOWN = 100
_AT_WORK = ("running", *UNDOING)
_RECENT = 20
"""Imports among which one may be applied or undone still."""

_OF_THE_WHOLE = ("check", "text_columns", "user_ids_left_out", "reasons", "rejects")


class Results:
    """The imports of a deployment as they are told to the outside. `folder` holds a folder for each.

    `outcomes(import id)` says what became of its rows so far, `rejections(import id)` which of them the append
    rejected, by row, and `not_redone(position)` which of them the redo there could not bring back. `words`: those of
    whoever reads it.
    """

    def __init__(
        self,
        folder: Path,
        registry: Registry,
        outcomes: Callable[[str], Outcomes],
        rejections: Callable[[str], Iterable[AppendRejection]],
        not_redone: Callable[[int], NotRedone],
        words: Words,
    ) -> None:
        self._folder = folder
        self._registry = registry
        self._outcomes = outcomes
        self._rejections = rejections
        self._not_redone = not_redone
        self._words = words

    def in_words(self, words: Words) -> "Results":
        """The same imports, told to somebody who calls the options otherwise."""
        about = (self._folder, self._registry, self._outcomes, self._rejections, self._not_redone)
        return Results(*about, words)

    def show(self, id: str) -> dict[str, Any]:
        """The Import JSON (R22). Raises ImportUnknown."""
        counts, one = self.counts(id), self._registry.get(id)
        found = {"text_columns": self._text_columns(one), "user_ids_left_out": self._user_ids_left_out(one)}
        found |= {"reasons": self._reasons(one), **rejects_lost(self._folder, one)}
        found |= corrections_json(self._registry, one, self.lines_taken(id))
        return {**counts, **self._left_undone(counts), **found, "rejects": self._shown_rejects(one)}

    def known(self, id: str) -> Import:
        """What is kept of an import, without a look at what became of its rows. Raises ImportUnknown."""
        return self._registry.get(id)

    def name_of_one(self, id: str) -> str:
        """What a change of a single contact is called. Raises ImportUnknown, also for any other import."""
        one = self._registry.get(id)
        if one.choices.edit is None or one.rows != 1:
            raise ImportUnknown(f"No change of a single contact has the id {id[:60]!r}.")
        return one.file_name

    def all(self) -> list[dict[str, Any]]:
        """The Import JSON of every import without its rejects, newest first."""
        return [self.counts(one.id) for one in self._registry.all()]

    def page(self, limit: int, before: str | None, wanted: WantedImports = EVERY) -> list[dict[str, Any]]:
        """As `all`, at most `limit` of those that are wanted and older than the import `before`."""
        ids = (
            id for id in self._registry.ids(before, by=wanted.by, are_edits=wanted.are_edits) if wanted.takes_day_of(id)
        )
        found = (one for one in map(self.counts, ids) if wanted.state in (None, one["state"]))
        return list(islice(found, limit))

    def at_work(self) -> list[dict[str, Any]]:
        """As `all`, those that something is being done about: checked, run, undone or redone."""
        recent = islice(self._registry.ids(), _RECENT)
        ids = dict.fromkeys([*self._registry.unfinished(), *recent])
        found = (self.counts(id) for id in sorted(ids, reverse=True))
        return [one for one in found if one["state"] in _AT_WORK or self._registry.get(one["id"]).is_checking]

    def names(self) -> list[str]:
        """Who has brought any import, by name."""
        return self._registry.names()

    def counts(self, id: str) -> dict[str, Any]:
        """The Import JSON without its rejects; they add up at any moment. Raises ImportUnknown.

        While nothing is confirmed they are those of the check, if there is a valid one.
        """
        folder = ImportFolder(self._folder / id)
        # the progress is read first: what the split has counted by then cannot be among the outcomes
        progress, one = load_progress(folder), self._registry.get(id)
        if one.state is ImportState.CHECKED and (checked := folder.load("check")) is not None:
            return {name: checked[name] for name in checked if name not in _OF_THE_WHOLE} | {"id": id, **about(one)}
        if one.confirmed_at is None:
            return self._worded(import_json(one, Outcomes(), 0, 0)) | ({"rows": None} if one.state in _PREPARED else {})
        is_over = one.state is not ImportState.RUNNING
        duplicate = one.duplicate if is_over else progress.duplicate
        rejected = one.rejected if is_over else progress.rejected
        document = self._worded(import_json(one, self._outcomes(id), duplicate, rejected))
        # of one that was stopped nobody knows how many of them it came to
        replaced = replaced_by(one, folder.load("check")) if one.state is ImportState.PUBLISHED else None
        return document if replaced is None else document | {"replaced": replaced}

    def status(self, id: str) -> dict[str, Any]:
        """Whatever of an import can change, without its rejects and its preview. Raises ImportUnknown."""
        one, counts = self._registry.get(id), self.counts(id)
        choices = asdict(one.choices) | one.choices.to_json()
        return {
            **counts,
            "allowed": [*allowed(one.state, is_edit=one.choices.edit is not None), *orders_of(one, counts)],
            "options": {name: choices.get(name) for name in _OPTIONS},
            "mapping": None if one.state is ImportState.UPLOADED else mapping_json(one),
            "progress": progress_json(ImportFolder(self._folder / id), one, counts),
            "imported_before": None if one.confirmed_at is not None else self._earlier(one),
            "revision": one.revision,
            **({} if one.choices.edit is None else {"edit": dict(one.choices.edit)}),
        }

    def whole(self, id: str, status: dict[str, Any] | None = None) -> dict[str, Any]:
        """Everything about an import, with its `status` where it was asked for already. Raises ImportUnknown."""
        status = self.status(id) if status is None else status
        one, folder = self._registry.get(id), ImportFolder(self._folder / id)
        look = None if one.confirmed_at is not None else kept_look(folder)
        check = folder.load("check") if one.state is ImportState.CHECKED else None
        return {
            **status,
            **self._left_undone(status),
            **rejects_lost(self._folder, one),
            "unreadable": look and look["unreadable"],
            "preview": look and look["preview"],
            "sheets": look and look.get("sheets"),
            "same_columns_as": self._same_columns(one, look),
            **corrections_json(self._registry, one, self.lines_taken(id)),
            "check": check and check["check"],
            "examples": [] if one.confirmed_at is None else replacing(one, folder.load("check")),
            "text_columns": check.get("text_columns", []) if check else self._text_columns(one),
            "user_ids_left_out": check.get("user_ids_left_out", 0) if check else self._user_ids_left_out(one),
            "reasons": reasons_json(check.get("reasons", {})) if check else self._reasons(one),
            "rejects": worded_faults(check["rejects"], self._words) if check else self._shown_rejects(one),
        }

    def orderable(self, id: str, order: Order) -> Import:
        """The import, if it can be undone or redone. Raises ImportUnknown, UndoNotPossible."""
        one = self._registry.get(id)
        refuse(one, self.counts(id), order)
        return one

    def lines_taken(self, id: str) -> Mapping[int, str]:
        """The lines of rows that were not taken, but later, corrected; each with the id of the import that took it.

        None while the import itself runs. Raises ImportUnknown.
        """
        one = self._registry.get(id)
        if one.state is ImportState.RUNNING:
            return {}
        is_done = lambda again: self.counts(again)["state"] == "done"  # noqa: E731
        return lines_taken(one, self._registry, self._folder, self._rejects, is_done)

    def still_open(self, id: str) -> int:
        """How many rows were not taken, nor corrected and taken since, nor of somebody erased. Raises ImportUnknown."""
        counts, erased = self.counts(id), set(ImportFolder(self._folder / id).load(ERASED_LINES) or ())
        if erased:
            return sum(reject.line not in erased for reject in self._open_rejects(self._registry.get(id)))
        return int(counts["rejected"] + counts["duplicate"]) - len(self.lines_taken(id))

    def rejects_csv(self, id: str, *, are_open: bool = False) -> Iterator[str]:
        """The lines of the rejects CSV, with their line ends; `are_open`: without rows that were taken since.

        Raises ImportUnknown, CopyGone, NotChecked.
        """
        folder, one = ImportFolder(self._folder / id), self._registry.get(id)
        found, rejects = self._shape(folder, one), self._open_rejects(one) if are_open else self._rejects(one)
        return rejects_csv(folder.source, found, one.columns, rejects, self._words)

    def faulty_rows(self, id: str, most: int) -> list[FaultyRow]:
        """The first rows that are still open, at most `most`, to be corrected. Raises as `rejects_csv` does."""
        folder, one = ImportFolder(self._folder / id), self._registry.get(id)
        found = self._shape(folder, one)
        return list(faulty_rows(folder.source, found, one.columns, islice(self._open_rejects(one), most)))

    def corrected_csv(self, id: str, corrected: Mapping[int, Mapping[str, str]]) -> Iterator[str]:
        """The lines of a CSV of rows that were not taken, by line, with other texts in some of their columns.

        The header alone where nothing changes. Raises as `rejects_csv` does.
        """
        folder, one = ImportFolder(self._folder / id), self._registry.get(id)
        found = self._shape(folder, one)
        return corrected_csv(folder.source, found, one.columns, self._rejects(one), corrected)

    def _shape(self, folder: ImportFolder, one: Import) -> TableShape:
        if one.state in _PREPARED:
            raise NotChecked(f"Import {one.id} has not been checked yet, so no row of it is rejected.")
        if not folder.source.exists():
            raise CopyGone(f"The copy of the file of import {one.id} is gone, and its rejected rows with it.")
        return shape_of(folder.source, one.choices.delimiter)

    def _text_columns(self, one: Import) -> list[dict[str, str]]:
        return text_columns_json(ImportFolder(self._folder / one.id).load("text_columns") or ())

    def _user_ids_left_out(self, one: Import) -> int:
        return int(ImportFolder(self._folder / one.id).load("user_ids_left_out") or 0)

    def _earlier(self, one: Import) -> str | None:
        earlier = self._registry.earlier(one.hash)
        return None if earlier is None else earlier.id

    def _same_columns(self, one: Import, look: dict[str, Any] | None) -> dict[str, Any] | None:
        """The import whose choices can be used again, while nothing is chosen for this one."""
        if one.state is not ImportState.UPLOADED or look is None or look["preview"] is None:
            return None
        headers = [column["column"] for column in look["preview"]["proposal"]["columns"]]
        earlier = with_same_columns(self._registry, headers)
        return None if earlier is None else {"id": earlier.id, **about(earlier)}

    def _worded(self, document: dict[str, Any]) -> dict[str, Any]:
        """With the failure, if it has one, in the reader's words."""
        failure = document.get("failure")
        return document if failure is None else document | {"failure": reworded(failure, self._words)}

    def _left_undone(self, counts: dict[str, Any]) -> dict[str, Any]:
        """The rows that a redo could not bring back, where there was a redo."""
        undoing = counts.get("undoing")
        if undoing is None or undoing["what"] != "redo":
            return {}
        found = self._not_redone(undoing["position"])
        rows = [{"line": one.line, "reason": one.reason, "message": one.message} for one in found.rows]
        return {"not_redone": {"rows": found.count, "first": rows}}

    def _reasons(self, one: Import) -> list[dict[str, Any]]:
        """How many rows have each reason; none while it runs, for a poll must be cheap."""
        if one.state is ImportState.RUNNING:
            return []
        folder = ImportFolder(self._folder / one.id)
        kept = folder.load("reasons")
        counted = by_reason(every_reject(folder.rejects)) if kept is None else Counter(kept)
        counted += by_reason(late_reject(each, one.columns) for each in self._rejections(one.id))
        return reasons_json(counted)

    def _shown_rejects(self, one: Import) -> list[dict[str, Any]]:
        """The first faults of the file; while it runs the first that were found, for a poll must be cheap."""
        if one.state is not ImportState.RUNNING:
            return worded_faults(rejects_json(self._rejects(one)), self._words)
        folder = ImportFolder(self._folder / one.id)
        found = found_rejects(folder.rejects, load_progress(folder).rejects_size, _SHOWN)
        return worded_faults(rejects_json(sorted(found, key=lambda reject: reject.row)), self._words)

    def _open_rejects(self, one: Import) -> Iterator[Reject]:
        taken = self.lines_taken(one.id)
        return (reject for reject in self._rejects(one) if reject.line not in taken)

    def _rejects(self, one: Import) -> Iterator[Reject]:
        return rejects_of(self._folder, self._rejections, one)
