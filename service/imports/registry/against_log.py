"""The imports of `service.db`, held against what each said in the log: ImportStarted and ImportSplit (R28)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.log.entry import Entry
from ledger.log.fault import Fault
from ledger.log.port import LogReader
from service.deployment.tables import store_checks
from service.deployment.tables.named_texts import ERASED
from service.imports.columns.choices import Choices, without_selection
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.said import SPLIT, STARTED, data_said, imports_said, said_at, time_said

Row = Mapping[str, Any]

_BEFORE = frozenset({ImportState.UPLOADED, ImportState.MAPPED, ImportState.CHECKED})
_SPLIT = ("published", "duplicate", "rejected")


@dataclass(frozen=True, slots=True)
class KeptImports:
    """The rows of the table `imports`, by column, as they were when the log was at position `at` or later.

    `damage` is what SQLite finds wrong with the pages of the file.
    """

    at: int
    rows: Sequence[Row]
    damage: list[str]


def kept_imports(path: Path, log: LogReader) -> KeptImports:
    """The imports that `service.db` has now; none while there is no such file. Raises StorageFault."""
    at = log.head().position
    if not path.exists():
        return KeptImports(at, [], [])
    return KeptImports(at, *store_checks.kept_imports(path))


def kept_import_faults(kept: KeptImports, log: LogReader, *, is_all_taken: bool) -> Iterator[Fault]:
    """What the rows say otherwise than the log, which may have grown since they were read.

    `is_all_taken`: the log has everything that was on the bus when they were read; else an import that the log does not
    know may have all its messages there still.
    """
    ids = set()
    for row in kept.rows:
        ids.add(row["id"])
        started, split = said_at(log, row["id"], STARTED), said_at(log, row["id"], SPLIT)
        if started is not None and started.position > kept.at:
            continue  # it was started while its row was read
        try:
            wrong = list(_faults(row, started, split, is_all_taken=is_all_taken))
        except (ValueError, TypeError, KeyError, AttributeError) as fault:
            wrong = [f"it makes no sense ({type(fault).__name__})"]
        for what in wrong:
            yield Fault(started.position if started else 0, f"service.db: imports: {row['id']}: {what}")
    for id in imports_said(log):
        started = said_at(log, id, STARTED)
        if started is not None and started.position <= kept.at and id not in ids:
            yield Fault(started.position, f"service.db: imports: {id} is missing, and the log has its start")


def _faults(row: Row, started: Entry | None, split: Entry | None, *, is_all_taken: bool) -> Iterator[str]:
    state = ImportState(row["state"])
    yield from _contradictions(row, state)
    if started is not None and started.value is not None:
        if state in _BEFORE or row["confirmed_at"] is None:
            yield f"state {state}, and it was started at position {started.position}"
        yield from _differences(row, started)
    elif is_all_taken and (
        state is ImportState.PUBLISHED or (state is ImportState.CANCELLED and row["confirmed_at"] is not None)
    ):
        yield f"state {state}, and the log has no start of it"
    if split is not None and split.value is not None:
        said = data_said(split)
        # until its end is kept, an import that is out whole goes on running: a moment, or until it is resumed
        if state is not ImportState.RUNNING:
            yield from (f"{name} is not what ImportSplit said" for name in _SPLIT if row[name] != said.get(name))
            is_whole = row["rows"] <= sum(row[name] for name in _SPLIT)
            if state is not (ImportState.PUBLISHED if is_whole else ImportState.CANCELLED):
                yield f"state {state}, and ImportSplit says otherwise"
    elif is_all_taken and started is not None and state in (ImportState.PUBLISHED, ImportState.CANCELLED):
        yield f"state {state}, and the log has no ImportSplit of it"


def _contradictions(row: Row, state: ImportState) -> Iterator[str]:
    """What a row of a state cannot say, whatever the log has."""
    is_confirmed = row["confirmed_at"] is not None
    if (state in _BEFORE and is_confirmed) or (state not in _BEFORE | {ImportState.CANCELLED} and not is_confirmed):
        yield f"confirmed_at {'is set' if is_confirmed else 'is empty'}, and the state is {state}"
    if (state in _BEFORE or state is ImportState.RUNNING or not is_confirmed) and any(row[name] for name in _SPLIT):
        yield f"rows are counted, and the state is {state}"
    if min(row["rows"], *(row[name] for name in _SPLIT)) < 0 or sum(row[name] for name in _SPLIT) > row["rows"]:
        yield "the counts do not add up"
    if row["is_cancelling"] != 0 if not is_confirmed else (state is ImportState.CANCELLED) > row["is_cancelling"]:
        yield f"is_cancelling is {row['is_cancelling']}, and the state is {state}"
    if row["is_cancelling"] not in (0, 1) or row["is_checking"] not in (0, 1):
        yield "is_cancelling or is_checking is not 0 or 1"
    if row["is_checking"] and state is not ImportState.MAPPED:
        yield f"is_checking is set, and the state is {state}"
    if (row["failure"] is None) == (state is ImportState.FAILED) or (
        row["failure"] is not None and state in (ImportState.CHECKED, ImportState.RUNNING, ImportState.PUBLISHED)
    ):
        yield f"failure {'is empty' if row['failure'] is None else 'is set'}, and the state is {state}"


def _as_said(choices: dict[str, Any]) -> dict[str, Any]:
    """Choices without an edit's selection, which only earlier versions had in ImportStarted."""
    edit = choices.get("edit")
    return choices if edit is None else choices | {"edit": without_selection(edit)}


def _differences(row: Row, started: Entry) -> Iterator[str]:
    said = data_said(started)
    for name in ("hash", "file_sha256", "file_name", "rows"):
        if name in said and row[name] != said[name] and (name, row[name]) != ("file_name", ERASED):
            yield f"{name} is not what ImportStarted said"
    if "by" in said and row["who"] != said["by"]:
        yield "who is not whom ImportStarted names"
    if row.get("corrects") != said.get("corrects"):  # a table of an earlier version has no such column
        yield "corrects is not the import whose rows ImportStarted says it has"
    if row["confirmed_at"] != time_said(started):
        yield "confirmed_at is not the time that ImportStarted was stated for"
    if "choices" in said:
        ours = _as_said({**json.loads(row["choices"]), **json.loads(row["columns"])})
        known = {**Choices().to_json(), **_as_said(said["choices"])}  # an option of a later version was not chosen
        if ours.keys() < said["choices"].keys() or any(ours[name] != known.get(name) for name in ours):
            yield "choices or columns are not what ImportStarted said"
