"""Which attributes and tags the contacts have now (R2, R5)."""

from collections import defaultdict
from typing import Any

from ledger.events import tags as tag_rules
from ledger.events.traits import DEFAULT_TYPES, TraitType, loose, type_of
from projections.reading import StateReader

_KINDS: dict[str, TraitType] = {
    "integer": "number",
    "real": "number",
    "true": "boolean",
    "false": "boolean",
    "array": "list",
}


def attributes(state: StateReader) -> list[dict[str, Any]]:
    """Every attribute that has a value, and the default ones, by name.

    `type` is fixed for a default attribute, else that of the longest known contact that has it; `mixed` when some value
    is of another type (R3); `similar`: names that differ only by case, spaces or `_` (R2).
    """
    counts: dict[str, dict[TraitType, int]] = {name: {} for name in DEFAULT_TYPES}
    first: dict[str, tuple[int, TraitType]] = {}
    for name, kind, contacts, datetimes, contact, value in state.trait_kinds():
        found = counts.setdefault(name, {})
        if kind == "text":
            shares: dict[TraitType, int] = {"datetime": datetimes, "string": contacts - datetimes}
            own = type_of(value)
        else:
            own = _KINDS[kind]
            shares = {own: contacts}
        for each, share in shares.items():
            if share:
                found[each] = found.get(each, 0) + share
        first[name] = min(first.get(name, (contact, own)), (contact, own))
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
    for spelling, position, count in state.tag_spellings():
        folded = tag_rules.fold(spelling)
        contacts[folded] += count
        spelled[folded] = min(spelled.get(folded, (position, spelling)), (position, spelling))
    return [{"tag": spelled[folded][1], "contacts": contacts[folded]} for folded in sorted(spelled)]
