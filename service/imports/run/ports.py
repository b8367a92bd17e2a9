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
from service.imports.run.feed import Pace

Report = Callable[[str, int, int], None]
"""Called with a stage (reading, scanning, publishing, applying), the rows done, and the rows in all (0: not known)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one file (R11)."""

    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Ports:
    """`clock` is microseconds since the epoch, `new_id` makes UUIDv7 texts.

    `stated()`: what an import that is confirmed now is stated for (R4): the greater of the clock and the recorded time
    of the log's head, so that a clock that was set back makes none of its values lose.

    `backlog()`: how many messages are on the bus that the log has not taken yet; `behind()`: that the state does not
    have yet, and contacts that an undo has yet to reach. `at_head()`: the ledger as it is now.
    `opted_in_by(import id, is_redo)`: the people whom an order would opt in again. `selected(edit)`: the frozen file of
    an edit's contacts. `outcomes(import id)`: what became of its rows so far. `rejections(import id)`: its rows that
    the append rejected, by row. `not_redone(position)`: those that the redo there could not bring back.
    `message(source, id)`: what the log decided of a message, once it has. `sent(import id, first message id)`: the
    messages of rows that are out, from that id on.
    `of_log(is_known)`: the imports of the log whose ids are not known.
    `known_attributes()`: existing custom attributes and their types. `default_country_code` is proposed for a file
    without any (R10). `batch`: messages published together. `stride`: rows published before an import looks again
    whether it is to stop.
    """

    publisher: Publisher
    signer: Signer
    clock: Callable[[], int]
    stated: Callable[[], int]
    new_id: Callable[[], str]
    backlog: Callable[[], int]
    behind: Callable[[], int]
    at_head: Callable[[], AbstractContextManager[LedgerHead]]
    opted_in_by: Callable[[str, bool], Sequence[OptedOutPerson]]
    selected: Callable[[Mapping[str, Any]], Iterable[bytes]]
    outcomes: Callable[[str], Outcomes]
    rejections: Callable[[str], Iterable[AppendRejection]]
    not_redone: Callable[[int], NotRedone]
    message: Callable[[str, str], Entry | None]
    sent: Callable[[str, str], Iterable[Sent]]
    of_log: Callable[[Callable[[str], bool]], Sequence[Import]]
    known_attributes: Callable[[], Mapping[str, str]]
    default_country_code: str
    pace: Pace
    batch: int = 2_000
    stride: int = 10_000
