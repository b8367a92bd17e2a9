"""Verify and rebuild for callers: each a background command, one of a kind at a time, with its outcome kept."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from ledger.events import moments
from projections.state.building import discard
from service.deployment.locks import is_held
from service.jobs.background_command import BackgroundCommands, complaint_in, complaint_of, progress_in
from service.jobs.verifying import PLAIN, Extent

RunKind = Literal["verify", "rebuild"]

KEPT = 20
"""Runs whose outcome can be read."""

_ENDED = "it was ended before it was done, as when the server stops; ask for another"
_IS_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII).fullmatch
_RUNNING: dict[str, Any] = {"state": "running", "progress": None, "ended_at": None, "result": None, "message": None}
_BEFORE = {"by": None, "deep": False, "all": False}
_LOOKS = 50
_LOOK_SECONDS = 0.02


class AuditRuns:
    """The runs in `folder`. `new_id` makes their ids, `clock` gives microseconds since the epoch."""

    def __init__(
        self, folder: Path, background: BackgroundCommands, new_id: Callable[[], str], clock: Callable[[], int]
    ) -> None:
        self._folder = folder
        self._background = background
        self._new_id = new_id
        self._clock = clock

    def begin(self, kind: RunKind, extent: Extent = PLAIN, *, by: str) -> dict[str, Any]:
        """Start a run, or give the one of this kind that is under way. A rebuild leaves the state in use alone.

        `extent` is a verify's; the one under way may have another. `by` is the name of who asks.
        """
        id, scratch = self._new_id(), self._folder / "rebuilt.building"
        asked = {"deep": extent.is_deep, "all": extent.all_files}
        record = {"id": id, "kind": kind, "begun_at": moments.text(self._clock()), "by": by} | asked

        def tidy() -> None:
            if kind == "rebuild":  # a verify beside one must leave its file alone
                discard(scratch)

        def before() -> None:
            self._forget_old()
            tidy()
            self._record_of(id).write_text(json.dumps(record), encoding="utf-8")
            self._current(kind).write_text(id, encoding="utf-8")

        verify = ["verify", "--json", "--progress", *extent.arguments()]
        rebuild = ["rebuild", "--json", "--progress", "--into", str(scratch)]
        arguments = verify if kind == "verify" else rebuild
        out = self._out_of(id)
        if self._background.begin(self._lock(kind), arguments, out=out, before=before, after=tidy):
            return record | _RUNNING
        return self._under_way(kind) or self.begin(kind, extent, by=by)

    def all(self) -> list[dict[str, Any]]:
        """The runs that are kept, the newest first, each as `find` gives it."""
        ids = sorted((path.stem for path in self._folder.glob("*.json")), reverse=True)
        return [found for id in ids if (found := self.find(id)) is not None]

    def find(self, id: str) -> dict[str, Any] | None:
        """A run with its state, and its result when it is done; None for an id that is no run's, or no longer."""
        if not _IS_ID(id):
            return None
        try:
            kept: dict[str, Any] = json.loads(self._record_of(id).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        # one of an earlier version had no choice, and did not say who asked
        record = kept | {name: kept.get(name, before) for name, before in _BEFORE.items()}
        if self._is_running(record["kind"], id):
            progress = progress_in(self._out_of(id))
            return record | _RUNNING | {"progress": None if progress is None else asdict(progress)}
        result = self._result(id)
        if result is None:
            message = complaint_in(self._out_of(id)) or _ENDED
            return record | _RUNNING | {"state": "failed", "message": message}
        return record | _RUNNING | {"state": "done", "result": result, "ended_at": self._ended_at(id)}

    def _under_way(self, kind: RunKind) -> dict[str, Any] | None:
        """The run that holds the lock, once it has said which it is; None when it has ended meanwhile."""
        for _ in range(_LOOKS):
            if not is_held(self._lock(kind)):
                return None
            found = self.find(self._current(kind).read_text(encoding="utf-8")) if self._current(kind).exists() else None
            if found is not None and found["state"] == "running":
                return found
            time.sleep(_LOOK_SECONDS)
        return None

    def _is_running(self, kind: RunKind, id: str) -> bool:
        """A run is the one under way from before its lock is let go until then; its output is whole by then."""
        is_current = self._current(kind).read_text(encoding="utf-8") == id
        return is_current and is_held(self._lock(kind)) and self._result(id) is None

    def _result(self, id: str) -> Any:
        try:
            return json.loads(self._out_of(id).read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def _ended_at(self, id: str) -> str:
        return moments.text(self._out_of(id).stat().st_mtime_ns // 1000)

    def _forget_old(self) -> None:
        records = sorted(self._folder.glob("*.json"))  # by id, which is by time
        for old in records[: max(0, len(records) - KEPT + 1)]:
            for path in (self._out_of(old.stem), complaint_of(self._out_of(old.stem)), old):
                path.unlink(missing_ok=True)

    def _record_of(self, id: str) -> Path:
        return self._folder / f"{id}.json"

    def _out_of(self, id: str) -> Path:
        return self._folder / f"{id}.out"

    def _lock(self, kind: RunKind) -> Path:
        return self._folder / f"{kind}.lock"

    def _current(self, kind: RunKind) -> Path:
        return self._folder / f"{kind}.current"
