"""What contact state answers: how far it is, what became of an import, which attributes and tags there are."""

from dataclasses import dataclass
from typing import Any

import msgspec

from ledger.events.traits import TraitType


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a state has been folded: the log's position and chain hash there, and by which fold."""

    position: int
    hash: bytes
    fold_version: int


@dataclass(frozen=True, slots=True)
class ImportTally:
    """What happened to the rows of an import so far; `started` and `split` are the JSON of its own messages.

    `undoing` is that of its last undo or redo, with its `position`, `recorded` and `type`, which `refolded` of the
    `touched` contacts show by now.
    """

    number: int
    id: str
    started: str | None
    split: str | None
    undoing: str | None
    rejected: int
    skipped: int
    created: int
    updated: int
    unchanged: int
    older: int
    erased: int
    touched: int
    refolded: int


class AttributeKind(msgspec.Struct, array_like=True):
    """What values of one JSON type an attribute has: how many contacts, and the type of the oldest one's.

    `datetimes` of the contacts have a text that looks like one.
    """

    name: str
    json_type: str
    contacts: int
    datetimes: int
    first: int
    first_type: TraitType

    @property
    def shares(self) -> dict[TraitType, int]:
        """How many contacts have a value of which type."""
        if self.json_type == "text":
            return {"datetime": self.datetimes, "string": self.contacts - self.datetimes}
        return {self.first_type: self.contacts}


@dataclass(frozen=True, slots=True)
class SharedValues:
    """Values of an attribute that several contacts have. `newest`: of so many of the newest alone, None: of all."""

    values: tuple[str, ...]
    newest: int | None


@dataclass(frozen=True, slots=True)
class ValueShares:
    """Values of an attribute with how many contacts have each, the most frequent first.

    `newest`: only so many of the newest contacts were looked at; None: all.
    """

    values: tuple[tuple[Any, int], ...]
    has_more: bool
    newest: int | None


class Spelling(msgspec.Struct, array_like=True):
    """A spelling of a tag, the position that used it first, and how many contacts have it."""

    tag: str
    position: int
    contacts: int
