"""How each part of the deployment does, for status, readiness and metrics alike (R38)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from service.deployment.judging import fault_of
from service.deployment.marks import seen
from service.deployment.parts import CONSUMER, IMPORTER, PARTS, PROJECTOR, Part


@dataclass(frozen=True, slots=True)
class PartState:
    """A part other than the API: whether a process is it, how far it is, and how long ago it showed work.

    `position` is None for the importer, `heartbeat_seconds` for a part that never ran here, `fault` where all is well.
    """

    name: str
    alive: bool
    position: int | None
    heartbeat_seconds: float | None
    fault: str | None

    def document(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that waits for each part, as far as is known: None where nobody can tell."""

    messages: int | None
    entries: int | None
    imports: int | None


NOT_KNOWN = Waiting(None, None, None)


def part_states(data: Path, waiting: Waiting, positions: Mapping[Part, int]) -> tuple[PartState, ...]:
    """Look at what each part leaves in the folder `data`. `positions`: how far log and state are."""
    work = {CONSUMER: waiting.messages, PROJECTOR: waiting.entries, IMPORTER: waiting.imports}
    found = []
    for part in PARTS:
        if part.is_alone:
            marks, waits = seen(part, data), work[part]
            fault = fault_of(marks, None if waits is None else waits > 0)
            beat = None if marks.beat is None else round(marks.beat, 1)
            found.append(PartState(part.name, marks.is_alive, positions.get(part), beat, fault))
    return tuple(found)
