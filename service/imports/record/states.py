"""The life of an import in one table: which step may be taken in which state, and where it leads (R21)."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """As it is kept. PUBLISHED is told as `running` until its last row's outcome is known, then as `done`."""

    UPLOADED = "uploaded"
    MAPPED = "mapped"
    CHECKED = "checked"
    RUNNING = "running"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Step(StrEnum):
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


COMMANDS = (Step.MAPPING, Step.TAGS, Step.OPTIONS, Step.CHECK, Step.CONFIRM, Step.CANCEL)
"""The steps that people take, by the names under which they are told what is allowed."""

_TABLE: Mapping[State, Mapping[Step, State]] = {
    State.UPLOADED: {
        Step.MAPPING: State.MAPPED,
        Step.TAGS: State.UPLOADED,
        Step.OPTIONS: State.UPLOADED,
        Step.READ_ANEW: State.UPLOADED,
        Step.CANCEL: State.CANCELLED,
    },
    State.MAPPED: {
        Step.MAPPING: State.MAPPED,
        Step.TAGS: State.MAPPED,
        Step.OPTIONS: State.MAPPED,
        Step.READ_ANEW: State.UPLOADED,
        Step.CHECK: State.MAPPED,
        Step.CANCEL: State.CANCELLED,
        Step.FIND: State.CHECKED,
        Step.REFUSE: State.MAPPED,
    },
    State.CHECKED: {
        Step.MAPPING: State.MAPPED,
        Step.TAGS: State.MAPPED,
        Step.OPTIONS: State.MAPPED,
        Step.READ_ANEW: State.UPLOADED,
        Step.CHECK: State.MAPPED,
        Step.CONFIRM: State.RUNNING,
        Step.CANCEL: State.CANCELLED,
    },
    State.RUNNING: {
        Step.CANCEL: State.RUNNING,
        Step.PUBLISH: State.PUBLISHED,
        Step.STOP: State.CANCELLED,
        Step.FAIL: State.FAILED,
    },
    State.PUBLISHED: {},
    State.CANCELLED: {},
    State.FAILED: {},
}

_SAID = {
    State.UPLOADED: "is uploaded, and its columns are not mapped yet",
    State.MAPPED: "is mapped and not checked",
    State.CHECKED: "is checked",
    State.RUNNING: "is running",
    State.PUBLISHED: "is on the bus whole",
    State.CANCELLED: "has already been cancelled",
    State.FAILED: "has already failed",
}

_DONE = {
    Step.MAPPING: "be mapped",
    Step.TAGS: "get other tags",
    Step.OPTIONS: "get other options",
    Step.READ_ANEW: "be read anew",
    Step.CHECK: "be checked",
    Step.CONFIRM: "be confirmed",
    Step.CANCEL: "be cancelled",
}


class StepNotAllowed(Exception):
    """A step that the import's state does not have; the message says what it is in and what is allowed.

    `allowed` are commands.
    """

    def __init__(self, id: str, state: State, step: Step) -> None:
        self.allowed = allowed(state)
        instead = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        if step is Step.CANCEL and state is State.PUBLISHED:
            instead = " Undo it instead: then none of its rows count, as if it had never been."
        super().__init__(f"Import {id} {_SAID[state]}; it cannot {_DONE.get(step, step)}.{instead}")
        self.import_id = id
        self.state = state
        self.step = step


def after(id: str, state: State, step: Step) -> State:
    """The state that a step leads to; `id` names the import in the refusal. Raises StepNotAllowed."""
    try:
        return _TABLE[state][step]
    except KeyError:
        raise StepNotAllowed(id, state, step) from None


def allowed(state: State) -> tuple[Step, ...]:
    """The commands that the state has."""
    return tuple(command for command in COMMANDS if command in _TABLE[state])
