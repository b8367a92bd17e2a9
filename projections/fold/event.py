"""Events: what the fold needs of an accepted entry about a contact, decoded from the entry's columns and its data."""

from typing import Any

import msgspec

from ledger.events import types
from ledger.events.data import Data
from ledger.events.tags import clean
from ledger.events.traits import clean_name

Stamp = tuple[int, int]
"""(stated time in microseconds, position): what decides between two values of a trait."""

_WITH_TRAITS = frozenset({types.USER_TRACKED, types.NUMBER_CHANGED})

Value = Any
"""A trait value as `ledger.events.traits.canonical` gives it."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """An accepted entry about a contact. `contact_id` is set on the one that created it, or
    another: `ledger.log.identity_events.made_by` says whom.

    `absorbed` is the contact that it merges into its own. `source` is the log's number of its import, if it is of one.
    `import_id`, `row` and `is_last` are set in an import's messages: the row, and whether it is the row's last message.
    `stamp` is what its traits carry; with `fills` they are set only where no value was ever set or cleared (R18). One
    that `is_skipped` folds to nothing.
    """

    position: int
    recorded: int
    stamp: Stamp
    type: str | None
    contact: int
    contact_id: bytes | None
    absorbed: int | None
    is_skipped: bool
    source: int | None
    import_id: str | None
    row: int | None
    is_last: bool
    phone: str | None
    user_id: str | None
    traits: dict[str, Value] | None
    tags: list[str] | None
    fills: bool
    by: str | None = None


def event_of(
    position: int,
    recorded: int,
    stated: int | None,
    type: str | None,
    contact: int,
    contact_id: bytes | None,
    absorbed: int | None,
    is_skipped: bool,
    source: int | None,
    import_id: str | None,
    row: int | None,
    is_last: bool,
    phone: str | None,
    user_id: str | None,
    data: Data,
) -> Event:
    """The event of an accepted entry. `import_id` is None in messages that are not an import's own.

    In these `fill` means nothing (R18), `row` is None, and traits and tags are those of messages whose type has them.
    """
    traits = data.traits if type in _WITH_TRAITS else None
    tags = data.tags if type == types.TAGS_ADDED else None
    fills = data.fill and import_id is not None
    return Event(
        position,
        recorded,
        (below_all(position) if fills else recorded if stated is None else stated, position),
        type,
        contact,
        contact_id,
        absorbed,
        is_skipped,
        source,
        import_id,
        row,
        is_last,
        phone,
        user_id,
        traits if not traits or _clean_names.issuperset(traits) else cleanly_named(traits),
        tags if not tags or _clean_tags.issuperset(tags) else _that_are_tags(tags),
        fills,
        data.by,
    )


def below_all(position: int) -> int:
    """What stands for the stated time of a value that only fills: before any that can be stated.

    That of a later one is before that of an earlier one, so the first to fill stays.
    """
    return -(1 << 62) - position


_clean_names: set[str] = set()
_clean_tags: set[str] = set()
_MOST_KNOWN = 4096


def cleanly_named(traits: dict[str, Any]) -> dict[str, Any]:
    """The traits by their attributes' names (R2), which senders may write in another Unicode form or with spaces.

    A name that no rule makes an attribute's is left out: the append takes none, but reading never raises (R35).
    """
    if _clean_names.issuperset(traits):
        return traits
    cleaned = {}
    for name, value in traits.items():
        try:
            cleaned[clean_name(name)] = value
        except ValueError:
            continue
    if len(_clean_names) < _MOST_KNOWN:
        _clean_names.update(cleaned)
    return cleaned


def _that_are_tags(tags: list[str]) -> list[str]:
    """The tags without those that are none, as `cleanly_named` does it for names."""
    found = [tag for tag in tags if _is_tag(tag)]
    if len(_clean_tags) < _MOST_KNOWN:
        _clean_tags.update(found)
    return found


def _is_tag(tag: str) -> bool:
    try:
        clean(tag)
    except ValueError:
        return False
    return True
