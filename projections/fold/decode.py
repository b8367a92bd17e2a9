"""From a log row to what the fold and the outcomes need of it."""

from typing import Any

from ledger.events import types
from ledger.events.data import Data
from ledger.events.tags import clean
from ledger.events.traits import clean_name
from projections.fold.evolve import Event


def event_of(
    position: int,
    recorded: int,
    stated: int | None,
    type: str | None,
    contact: int,
    contact_id: bytes | None,
    phone: str | None,
    user_id: str | None,
    data: Data,
    *,
    is_import: bool,
) -> Event:
    """The event of an accepted entry about a contact, from the entry's columns and its data.

    `is_import`: it is an import's own; `fill` means nothing in anybody else's (R18).
    """
    return Event(
        position,
        recorded,
        recorded if stated is None else stated,
        contact,
        contact_id,
        phone,
        user_id,
        cleanly_named(data.traits) if type == types.USER_TRACKED and data.traits else None,
        _usable(data.tags) if type == types.TAGS_ADDED and data.tags else None,
        is_import and data.fill,
    )


_clean_names: set[str] = set()
_MOST_CLEAN_NAMES = 4096


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
    if len(_clean_names) < _MOST_CLEAN_NAMES:
        _clean_names.update(cleaned)
    return cleaned


_usable_tags: set[str] = set()


def _usable(tags: list[str]) -> list[str]:
    """The tags without those that are none, as `cleanly_named` does it for names."""
    if _usable_tags.issuperset(tags):
        return tags
    usable = [tag for tag in tags if _is_tag(tag)]
    if len(_usable_tags) < _MOST_CLEAN_NAMES:
        _usable_tags.update(usable)
    return usable


def _is_tag(tag: str) -> bool:
    try:
        clean(tag)
    except ValueError:
        return False
    return True
