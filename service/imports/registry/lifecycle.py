"""The life of an import in one table: which step may be taken in which state, and where it leads (R21)."""

from collections.abc import Mapping
from enum import StrEnum


class ImportState(StrEnum):
    """As it is kept. PUBLISHED is told as `running` until its last row's outcome is known, then as `done`."""

    UPLOADED = "uploaded"
    MAPPED = "mapped"
    CHECKED = "checked"
    RUNNING = "running"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ImportStep(StrEnum):
    """What moves an import on; the last five are the importer's own."""

    MAPPING = "mapping"
    TAGS = "tags"
    OPTIONS = "options"
    READ_ANEW = "options that read the file anew"
    CHECK = "check"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    FIND = "find"
    REFUSE = "refuse"
    PUBLISH = "publish"
    STOP = "stop"
    FAIL = "fail"


COMMANDS = (
    ImportStep.MAPPING,
    ImportStep.TAGS,
    ImportStep.OPTIONS,
    ImportStep.CHECK,
    ImportStep.CONFIRM,
    ImportStep.CANCEL,
)
"""The steps that people take, by the names under which they are told what is allowed."""

_TABLE: Mapping[ImportState, Mapping[ImportStep, ImportState]] = {
    ImportState.UPLOADED: {
        ImportStep.MAPPING: ImportState.MAPPED,
        ImportStep.TAGS: ImportState.UPLOADED,
        ImportStep.OPTIONS: ImportState.UPLOADED,
        ImportStep.READ_ANEW: ImportState.UPLOADED,
        ImportStep.CANCEL: ImportState.CANCELLED,
    },
    ImportState.MAPPED: {
        ImportStep.MAPPING: ImportState.MAPPED,
        ImportStep.TAGS: ImportState.MAPPED,
        ImportStep.OPTIONS: ImportState.MAPPED,
        ImportStep.READ_ANEW: ImportState.UPLOADED,
        ImportStep.CHECK: ImportState.MAPPED,
        ImportStep.CANCEL: ImportState.CANCELLED,
        ImportStep.FIND: ImportState.CHECKED,
        ImportStep.REFUSE: ImportState.MAPPED,
    },
    ImportState.CHECKED: {
        ImportStep.MAPPING: ImportState.MAPPED,
        ImportStep.TAGS: ImportState.MAPPED,
        ImportStep.OPTIONS: ImportState.MAPPED,
        ImportStep.READ_ANEW: ImportState.UPLOADED,
        ImportStep.CHECK: ImportState.MAPPED,
        ImportStep.CONFIRM: ImportState.RUNNING,
        ImportStep.CANCEL: ImportState.CANCELLED,
    },
    ImportState.RUNNING: {
        ImportStep.CANCEL: ImportState.RUNNING,
        ImportStep.PUBLISH: ImportState.PUBLISHED,
        ImportStep.STOP: ImportState.CANCELLED,
        ImportStep.FAIL: ImportState.FAILED,
    },
    ImportState.PUBLISHED: {},
    ImportState.CANCELLED: {},
    ImportState.FAILED: {},
}

_SAID = {
    ImportState.UPLOADED: "is uploaded, and its columns are not mapped yet",
    ImportState.MAPPED: "is mapped and not checked",
    ImportState.CHECKED: "is checked",
    ImportState.RUNNING: "is running",
    ImportState.PUBLISHED: "is on the bus whole",
    ImportState.CANCELLED: "has already been cancelled",
    ImportState.FAILED: "has already failed",
}

_DONE = {
    ImportStep.MAPPING: "be mapped",
    ImportStep.TAGS: "get other tags",
    ImportStep.OPTIONS: "get other options",
    ImportStep.READ_ANEW: "be read anew",
    ImportStep.CHECK: "be checked",
    ImportStep.CONFIRM: "be confirmed",
    ImportStep.CANCEL: "be cancelled",
}


class StepNotAllowed(Exception):
    """A step that the import's state does not have; the message says what it is in and what is allowed.

    `allowed` are commands.
    """

    def __init__(self, id: str, state: ImportState, step: ImportStep) -> None:
        self.allowed = allowed(state)
        instead = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        if step is ImportStep.CANCEL and state is ImportState.PUBLISHED:
            instead = " Undo it instead: then none of its rows count, as if it had never been."
        super().__init__(f"Import {id} {_SAID[state]}; it cannot {_DONE.get(step, step)}.{instead}")
        self.import_id = id
        self.state = state
        self.step = step


def after(id: str, state: ImportState, step: ImportStep) -> ImportState:
    """The state that a step leads to; `id` names the import in the refusal. Raises StepNotAllowed."""
    try:
        return _TABLE[state][step]
    except KeyError:
        raise StepNotAllowed(id, state, step) from None


def allowed(state: ImportState, *, is_edit: bool = False) -> tuple[ImportStep, ...]:
    """The commands that the state has; `is_edit`: of a change of many contacts, which has nothing to choose."""
    commands = (ImportStep.CHECK, ImportStep.CONFIRM, ImportStep.CANCEL) if is_edit else COMMANDS
    return tuple(command for command in commands if command in _TABLE[state])
