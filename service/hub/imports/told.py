"""How the pages about imports say things: states, steps, stages, sums, and what was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.imports.registry.import_order import UndoNotPossible
from service.imports.registry.lifecycle import ImportState, ImportStep, StepNotAllowed

STATES: Mapping[str, tuple[str, str]] = {
    "uploaded": ("Being prepared", "◌"),
    "mapped": ("Being prepared", "◌"),
    "checked": ("Checked, not imported", "◍"),
    "running": ("Running", "▶"),
    "done": ("Done", "✓"),
    "cancelled": ("Cancelled", "⊘"),
    "failed": ("Failed", "✕"),
    "undoing": ("Being undone", "↶"),
    "undone": ("Undone", "↶"),
    "redoing": ("Being redone", "↷"),
}
"""Each state in words, and its sign."""

STEPS = ("Upload", "Tags", "Match columns", "Check", "Import")

STAGES: Mapping[str, str] = {
    "waiting": "Waiting for its turn",
    "reading": "Reading the file",
    "scanning": "Reading the file",
    "catching up": "Waiting for the newest changes of others",
    "checking": "Checking",
    "checking consent": "Checking what consent would bring",
    "publishing": "Writing",
    "applying": "Applying",
    "undoing": "Undoing",
    "redoing": "Redoing",
}

_PARTS = (
    ("created", "new", ""),
    ("updated", "updated", ""),
    ("unchanged", "unchanged", "every value was there already, or lost to a newer one"),
    ("skipped", "skipped", "left out, as you chose who is taken"),
    ("duplicate", "duplicate", "later rows with the phone of a row that is taken"),
    ("rejected", "rejected", "rows with a fault"),
    ("pending", "on their way", "not known yet"),
    ("cancelled", "not imported", "it was stopped before them"),
    ("erased", "erased since", "of people who were forgotten since"),
)
_ALWAYS = ("created", "updated", "unchanged", "duplicate", "rejected")


@dataclass(frozen=True, slots=True)
class SumPart:
    """A part of the sum of an import's rows; `start` and `width` are its place in a bar of 1,000."""

    name: str
    word: str
    means: str
    count: int
    start: float
    width: float


def sum_of(document: Mapping[str, Any]) -> Sequence[SumPart]:
    """The parts that the rows of an import come to: those that are never left out, and what else there is."""
    shown = [part for part in _PARTS if part[0] in _ALWAYS or document[part[0]]]
    rows, at, parts = max(document["rows"] or 0, 1), 0.0, []
    for name, word, means in shown:
        width = 1000 * document[name] / rows
        parts.append(SumPart(name, word, means, document[name], round(at, 2), round(width, 2)))
        at += width
    return parts


def rows(number: int) -> str:
    """So many rows."""
    return f"{number:,} row{'' if number == 1 else 's'}"


def people(number: int) -> str:
    """So many people."""
    return f"{number:,} {'person' if number == 1 else 'people'}"


def mapping_fault(fault: str) -> str:
    """What keeps columns from being matched so, in the words that stand on the page."""
    for name, word in _ON_PAGE.items():
        fault = fault.replace(name, word)
    return fault


_ON_PAGE = {
    "map one to phone_number": "choose “Phone Number” for one",
    "map or ignore all but one": "leave out all but one",
    "ignore the one or the others": "leave out the one or the others",
    "take out or ignore the others": "leave out the others",
    " is mapped or ignored twice": " stands twice in the header; rename one of the two in the file",
}


def refused(fault: StepNotAllowed | UndoNotPossible) -> str:
    """Why something cannot be done with an import now."""
    if isinstance(fault, UndoNotPossible):
        named = f"import {fault.import_id}"
        return str(fault).replace(named.capitalize(), "This import").replace(named, "this import")
    state = _NOW[fault.state]
    if fault.step is ImportStep.CANCEL and fault.state is ImportState.PUBLISHED:
        return "It is too late to cancel: all rows are written. Undo the import instead."
    return f"This was not done: the import {state} by now."


_NOW = {
    ImportState.UPLOADED: "waits for its columns to be matched",
    ImportState.MAPPED: "has to be checked first: something was changed",
    ImportState.CHECKED: "is checked",
    ImportState.RUNNING: "is running",
    ImportState.PUBLISHED: "is written whole",
    ImportState.CANCELLED: "is cancelled",
    ImportState.FAILED: "has failed",
}
