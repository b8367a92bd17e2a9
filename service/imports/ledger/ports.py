"""What an import needs of the rest of the product, handed in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from ledger.bus.port import Publisher
from ledger.events.signing import Signer
from ledger.log.entry import Entry
from service.imports.ledger.at_head import LedgerHead
from service.imports.ledger.opted_out_person import OptedOutPerson
from service.imports.ledger.sent import Sent
from service.imports.record.counts import AppendRejection, NotRedone, Outcomes
from service.imports.registry.registry import Import

Report = Callable[[str, int, int], None]
"""Called with a stage (reading, scanning, publishing, applying), the rows done, and the rows in all (0: not known)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to go on without progress. `clock` is monotonic seconds, `sleep` takes seconds."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    patience: float = 120.0


@dataclass(frozen=True, slots=True)
class Ports:
    """What an import asks and tells of bus, log and state."""

    publisher: Publisher
    signer: Signer
    clock: Callable[[], int]
    """Microseconds since the epoch."""
    stated: Callable[[], int]
    """What an import that is confirmed now is stated for (R4): the greater of the clock and the recorded time of the
    log's head, so that a clock that was set back makes none of its values lose."""
    new_id: Callable[[], str]
    """UUIDv7 texts."""
    backlog: Callable[[], int]
    """How many messages are on the bus that the log has not taken yet."""
    behind: Callable[[], int]
    """How many entries the state does not have yet, and contacts that an undo has yet to reach."""
    catching_up: Callable[[], Callable[[], bool]]
    """Gives what says whether the state has all that is on the bus now."""
    at_head: Callable[[], AbstractContextManager[LedgerHead]]
    """The ledger as it is now."""
    opted_in_by: Callable[[str, bool], Sequence[OptedOutPerson]]
    """By import id and whether it is a redo: the people whom the order would opt in again."""
    selected: Callable[[Mapping[str, Any]], Iterable[bytes]]
    """The frozen file of the contacts that an edit is about."""
    outcomes: Callable[[str], Outcomes]
    """By import id: what became of its rows so far."""
    rejections: Callable[[str], Iterable[AppendRejection]]
    """By import id: its rows that the append rejected."""
    not_redone: Callable[[int], NotRedone]
    """By the position of a redo: the rows that it could not bring back."""
    message: Callable[[str, str], Entry | None]
    """By source and id: what the log decided of a message, once it has."""
    sent: Callable[[str, str], Iterable[Sent]]
    """By import id and the id of a message: the messages of rows that are out, from that one on."""
    of_log: Callable[[Callable[[str], bool]], Sequence[Import]]
    """The imports of the log whose ids are not known."""
    known_attributes: Callable[[], Mapping[str, str]]
    """Custom attributes that there are, with their types."""
    default_country_code: str
    """Proposed for a file without any (R10)."""
    pace: Pace
    batch: int = 2_000
    """How many messages are published together."""
    stride: int = 10_000
    """How many rows are published before an import looks again whether it is to stop."""
