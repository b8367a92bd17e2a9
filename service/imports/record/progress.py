"""How far the split of a file has come, kept in the import's folder so that a killed one goes on."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from service.imports.record.folder import ImportFolder
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import
from service.imports.rows.judged_until import Progress

UNDOING = ("undoing", "redoing")
"""The states in which an order about an import is carried out."""

_NAME = "progress"
_MARK = "mark"


def load_progress(folder: ImportFolder) -> Progress:
    """The progress last saved; that of a fresh split if it, or a reject it counts, was lost with the power.

    What is then published once more the log takes only once, as it has the same ids.
    """
    saved = folder.load(_NAME)
    size = folder.rejects.stat().st_size if folder.rejects.exists() else 0
    if not isinstance(saved, dict) or saved.get("rejects_size", 0) > size:
        return Progress()
    return Progress(**saved)


def load_mark(folder: ImportFolder) -> int:
    """Up to where (in the order of publishing) rows may be on the bus, whatever became of who published them."""
    mark = folder.load(_MARK)
    return mark if isinstance(mark, int) else 0


def save_mark(folder: ImportFolder, mark: int) -> None:
    """Keep it before any row up to there is published; it outlives a loss of power."""
    folder.save(_MARK, mark, durable=True)


def save_progress(folder: ImportFolder, progress: Progress, *, durable: bool = False) -> None:
    """Keep it; `durable`: past a loss of power too."""
    folder.save(_NAME, asdict(progress), durable=durable)


def progress_json(folder: ImportFolder, one: Import, counts: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is being done about an import, and how many rows of it are; None while nothing is. `counts`: its JSON."""
    if one.is_checking:
        return folder.load("checking") or {"stage": "waiting", "done": 0, "rows": 0}
    if one.state is ImportState.RUNNING:
        return {"stage": "publishing", "done": load_progress(folder).at, "rows": one.rows}
    if counts["state"] in UNDOING:
        undoing = counts["undoing"]
        return {"stage": counts["state"], "done": undoing["done"], "rows": undoing["contacts"]}
    if counts["pending"]:
        return {"stage": "applying", "done": one.rows - counts["pending"], "rows": one.rows}
    return None
