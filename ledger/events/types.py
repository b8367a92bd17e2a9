"""The wire names of every event type, pinned by hand so that no rename in code can change stored data."""

from dataclasses import dataclass

USER_TRACKED = "UserTracked"
TAGS_ADDED = "TagsAdded"
EVENT_TRACKED = "EventTracked"
IMPORT_STARTED = "ImportStarted"
IMPORT_SPLIT = "ImportSplit"
IMPORT_UNDONE = "ImportUndone"
IMPORT_REDONE = "ImportRedone"
GAP_ACCEPTED = "GapAccepted"
BUS_ACCEPTED = "BusAccepted"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may send a type, and whether the append can act on it yet."""

    reserved: bool
    in_effect: bool
    about_contact: bool


RULES: dict[str, Rule] = {
    USER_TRACKED: Rule(reserved=False, in_effect=True, about_contact=True),
    TAGS_ADDED: Rule(reserved=False, in_effect=True, about_contact=True),
    EVENT_TRACKED: Rule(reserved=False, in_effect=True, about_contact=True),
    IMPORT_STARTED: Rule(reserved=True, in_effect=True, about_contact=False),
    IMPORT_SPLIT: Rule(reserved=True, in_effect=True, about_contact=False),
    IMPORT_UNDONE: Rule(reserved=True, in_effect=True, about_contact=False),
    IMPORT_REDONE: Rule(reserved=True, in_effect=True, about_contact=False),
    "ContactsMerged": Rule(reserved=True, in_effect=False, about_contact=False),
    "ContactsSplit": Rule(reserved=True, in_effect=False, about_contact=False),
    "ContactErased": Rule(reserved=True, in_effect=False, about_contact=False),
    "MessageRetried": Rule(reserved=True, in_effect=False, about_contact=False),
    "MessageDropped": Rule(reserved=True, in_effect=False, about_contact=False),
    GAP_ACCEPTED: Rule(reserved=True, in_effect=False, about_contact=False),
    BUS_ACCEPTED: Rule(reserved=True, in_effect=False, about_contact=False),
}
"""Every type that can stand in a message; any other is rejected `unknown_type`."""

IMPORTS = "/imports/"
"""Before an import's id: the source of its messages."""

CALLS = "/v1/"
"""Before the rest of a call's address: the source of its messages."""

OUR_SOURCES = (CALLS, IMPORTS, "/hub", "/cli")


def is_ours(source: str) -> bool:
    """Whether only this deployment may speak as `source` (R33)."""
    return source.startswith(OUR_SOURCES)
