"""The registry of event types. Wire names are pinned by hand, so that no rename in code can change stored data.

What else a type needs stands once in each room that has something to do for it, in a table that `complete` checks when
the program starts. "How to add an event type" in docs/design.md names them all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

USER_TRACKED = "UserTracked"
TAGS_ADDED = "TagsAdded"
EVENT_TRACKED = "EventTracked"
IMPORT_STARTED = "ImportStarted"
IMPORT_SPLIT = "ImportSplit"
IMPORT_UNDONE = "ImportUndone"
IMPORT_REDONE = "ImportRedone"
CONTACTS_MERGED = "ContactsMerged"
CONTACTS_SPLIT = "ContactsSplit"
NUMBER_CHANGED = "NumberChanged"
MESSAGE_RETRIED = "MessageRetried"
MESSAGE_DROPPED = "MessageDropped"
CONTACT_ERASED = "ContactErased"
PERSON_READMITTED = "PersonReadmitted"
GAP_ACCEPTED = "GapAccepted"
BUS_ACCEPTED = "BusAccepted"

EventKind = Literal["contact", "import", "command", "merge", "message", "erasure", "readmission", "note"]
"""What a type is about: one contact; an import, whose start and end it marks; the ledger, which is to do something;
two contacts that become one, also as a person has another number, or are taken apart again; a rejected message, which
is decided about once more; a contact, all of which goes; somebody who is kept out no more; or what a person decided
beside the bus, which the append itself notes."""

Sender = Literal["anybody", "ledger", "nobody"]
"""Who may send a type. `ledger`: this deployment, by its signature. `nobody`: none is taken from a bus."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a type is about, and who may send it."""

    kind: EventKind
    sender: Sender


RULES: dict[str, Rule] = {
    USER_TRACKED: Rule("contact", "anybody"),
    TAGS_ADDED: Rule("contact", "anybody"),
    EVENT_TRACKED: Rule("contact", "anybody"),
    IMPORT_STARTED: Rule("import", "ledger"),
    IMPORT_SPLIT: Rule("import", "ledger"),
    IMPORT_UNDONE: Rule("command", "ledger"),
    IMPORT_REDONE: Rule("command", "ledger"),
    CONTACTS_MERGED: Rule("merge", "ledger"),
    CONTACTS_SPLIT: Rule("merge", "ledger"),
    NUMBER_CHANGED: Rule("merge", "ledger"),
    MESSAGE_RETRIED: Rule("message", "ledger"),
    MESSAGE_DROPPED: Rule("message", "ledger"),
    CONTACT_ERASED: Rule("erasure", "ledger"),
    PERSON_READMITTED: Rule("readmission", "ledger"),
    GAP_ACCEPTED: Rule("note", "nobody"),
    BUS_ACCEPTED: Rule("note", "nobody"),
}
"""Every type that can stand in a message; any other is rejected `unknown_type`."""

OPEN = tuple(name for name, rule in RULES.items() if rule.sender == "anybody")
"""What anybody may send."""

TAKEN = tuple(name for name, rule in RULES.items() if rule.sender != "nobody")
"""What is taken from the bus."""

NOTES = tuple(name for name, rule in RULES.items() if rule.kind == "note")
"""What the append itself notes, and what comes over no bus."""

ABOUT_CONTACTS = tuple(name for name in TAKEN if RULES[name].kind == "contact")
"""What is taken from the bus and is about one contact."""

ABOUT_IMPORTS = tuple(name for name in TAKEN if RULES[name].kind in ("import", "command"))
"""What is taken from the bus and is about an import as a whole: commands so far are all about one."""

ABOUT_MERGES = tuple(name for name in TAKEN if RULES[name].kind == "merge")
"""What is taken from the bus and merges two contacts by hand, gives one another number, or splits two."""

ABOUT_MESSAGES = tuple(name for name in TAKEN if RULES[name].kind == "message")
"""What is taken from the bus and settles a rejected message."""

ORDERS = tuple(name for name in TAKEN if RULES[name].kind not in ("contact", "import"))
"""What is taken from the bus and has the ledger do something, or refuse it to whoever ordered it."""

IN_TRAIL = tuple(name for name in ORDERS if RULES[name].kind != "message")
"""Orders that the audit trail tells by their type; those about a rejected message it tells by what became of that."""

IN_HISTORY = tuple(name for name in TAKEN if RULES[name].kind not in ("import", "message", "erasure", "readmission"))
"""What can stand in a contact's history under its own type. A retried message stands there as what it was taken."""

FOLDED = tuple(name for name in IN_HISTORY if RULES[name].kind != "command")
"""What is folded as an event of its contact; an undo or redo of an import is about all of the import's contacts."""

_Parts = TypeVar("_Parts", bound=Mapping[Any, object])


def complete(parts: _Parts, names: Iterable[str], room: str) -> _Parts:
    """A room's parts by type, one for each of the types named. Raises TypeError where one has none, or another has."""
    wanted = set(names)
    if lacking := wanted - parts.keys():
        raise TypeError(f"{room} lacks its part of the event types {sorted(lacking)}")
    if strange := parts.keys() - wanted:
        raise TypeError(f"{room} has a part of the event types {sorted(strange)}, which are none of its own")
    return parts


IMPORTS = "/imports/"
"""Before an import's id: the source of its messages."""

CALLS = "/v1/"
"""Before the rest of a call's address: the source of its messages."""

HUB, COMMAND_LINE = "/hub", "/cli"

OUR_SOURCES = (CALLS, IMPORTS, HUB, COMMAND_LINE)

IMPORT, UPSTREAM = "import", "upstream"
_KINDS = ((IMPORTS, IMPORT), (CALLS, "call"), (HUB, "hub"), (COMMAND_LINE, "ledger"))
KINDS = (*(kind for _, kind in _KINDS), UPSTREAM)
"""Of sources: `kind_of` gives one of these."""


FORGOTTEN = "forgotten:"
"""Before its number: what stands for a foreign source all of whose messages were erased."""


def kind_of(source: str) -> str:
    """What kind of source this is: `import`, `call`, `hub`, `ledger`, or `upstream` for one that is not ours."""
    return next((kind for start, kind in _KINDS if source.startswith(start)), UPSTREAM)


def is_ours(source: str) -> bool:
    """Whether only this deployment may speak as `source` (R33)."""
    return source.startswith(OUR_SOURCES)
