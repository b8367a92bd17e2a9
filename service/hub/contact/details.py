"""A contact's fields as its page shows them: in a chosen order, each with its source, and with why it cannot change.

What was not chosen folds under "more", and so does what has no value (R26).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger.events.traits import DEFAULT_TYPES
from service.hub.frame import words

IDENTITIES = ("phone", "user_id")
FIRST = (*IDENTITIES, *DEFAULT_TYPES)
"""The order before anybody chose; other fields follow by name."""

LOCKS = {
    "phone": "A phone number is this contact's identity and cannot be changed.",
    "user_id": "A user ID is fixed once it is set.",
}


def fields_of(
    contact: Mapping[str, Any] | None, explained: Mapping[str, Any], *, is_past: bool
) -> list[dict[str, Any]]:
    """Every field of the contact, in the first order, with `value`, `why` and `lock`; none without a contact."""
    if contact is None:
        return []
    values = {name: contact[name] for name in IDENTITIES}
    custom = sorted(name for name in {*contact["traits"], *explained} if name not in FIRST)
    for name in (*DEFAULT_TYPES, *custom):
        if not name.startswith("traits."):
            values[name] = contact["traits"].get(name)
    return [_field(name, value, None if is_past else explained.get(name)) for name, value in values.items()]


def arranged(fields: Sequence[dict[str, Any]], chosen: Iterable[str] | None) -> tuple[list[Any], list[Any]]:
    """The fields that are shown at once, and those under "more"; `chosen` None: nobody chose."""
    by_name = {field["name"]: field for field in fields}
    wanted = list(by_name) if chosen is None else [name for name in chosen if name in by_name]
    shown = [by_name[name] for name in wanted if not by_name[name]["empty"]]
    return shown, [field for field in fields if field not in shown]


def _field(name: str, value: Any, why: Mapping[str, Any] | None) -> dict[str, Any]:
    lock = LOCKS[name] if name in LOCKS and (name == "phone" or value is not None) else None
    field: dict[str, Any] = {"name": name, "value": value, "empty": value is None, "why": None, "lock": lock}
    if why is not None:
        kind, text = words.came_from(why)
        lost = [{**one, "words": words.came_from(one)[1]} for one in why["lost"]]
        field["why"] = {**why, "kind": kind, "words": text, "lost": lost, "more": why["lost_total"] - len(lost)}
    return field
