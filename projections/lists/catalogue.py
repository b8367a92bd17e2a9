"""Which attributes and tags the contacts have now (R2, R5)."""

from collections import defaultdict
from typing import Any

from ledger.events import tags as tag_rules
from ledger.events.traits import DEFAULT_TYPES, TraitType, loose
from projections.state.port import StateReader


def attributes(state: StateReader) -> list[dict[str, Any]]:
    """Every attribute that has a value, and the default ones, by name.

    `type` is fixed for a default attribute, else that of the longest known contact that has it; `mixed` when some value
    is of another type (R3); `similar`: names that differ only by case, spaces or `_` (R2).
    """
    counts: dict[str, dict[TraitType, int]] = {name: {} for name in DEFAULT_TYPES}
    first: dict[str, tuple[int, TraitType]] = {}
    for kind in state.kinds():
        found = counts.setdefault(kind.name, {})
        for each, share in kind.shares.items():
            if share:
                found[each] = found.get(each, 0) + share
        oldest = (kind.first, kind.first_type)
        first[kind.name] = min(first.get(kind.name, oldest), oldest)
    alike = defaultdict(list)
    for name in sorted(counts):
        alike[loose(name)].append(name)
    return [
        _attribute(name, found, first[name][1] if name in first else "string", alike[loose(name)])
        for name, found in sorted(counts.items())
    ]


def _attribute(name: str, found: dict[TraitType, int], first: TraitType, alike: list[str]) -> dict[str, Any]:
    type = DEFAULT_TYPES.get(name, first)
    return {
        "name": name,
        "type": type,
        "default": name in DEFAULT_TYPES,
        "contacts": sum(found.values()),
        "mixed": bool(found.keys() - {type}),
        "similar": [other for other in alike if other != name],
    }


def tags(state: StateReader) -> list[dict[str, Any]]:
    """Every tag once, in the spelling that the log has first (R5), by name, with how many contacts have it."""
    spelled: dict[str, tuple[int, str]] = {}
    contacts: dict[str, int] = defaultdict(int)
    for spelling in state.spellings():
        folded, first = tag_rules.fold(spelling.tag), (spelling.position, spelling.tag)
        contacts[folded] += spelling.contacts
        spelled[folded] = min(spelled.get(folded, first), first)
    return [{"tag": spelled[folded][1], "contacts": contacts[folded]} for folded in sorted(spelled)]
