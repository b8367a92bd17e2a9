"""A contact's fields as its page shows them: in a chosen order, each with its source, and with why it cannot change.

What was not chosen folds under "more", and so does what has no value (R26).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger.events import tags as tag_rules
from ledger.events.traits import DEFAULT_TYPES, same
from projections.past.explain import LATE, REPLACED
from service.hub.frame import words

IDENTITIES = ("phone", "user_id")
FIRST = (*IDENTITIES, *DEFAULT_TYPES)
"""The order before anybody chose; other fields follow by name."""

_RULES = {LATE: "a newer value was there already", REPLACED: "a newer value replaced it"}
"""Why a value lost, shorter than what explains it to a program."""

LOCKS = {
    "phone": "A phone number is this contact's identity and cannot be edited.",
    "user_id": "A user ID is fixed once it is set.",
}


def fields_of(contact: Mapping[str, Any] | None, explained: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every field of the contact, in the first order, with `value`, `why` and `lock`; none without a contact."""
    return [_field(name, value, explained.get(name)) for name, value in _values(contact, explained).items()]


def past_fields_of(
    contact: Mapping[str, Any] | None, explained: Mapping[str, Any], now: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """Every field of the contact as it was, without why; one that is otherwise `now` has `now`, its value of today."""
    today = _values(now, explained)
    fields = []
    for name, value in _values(contact, explained).items():
        field = _field(name, value, None)
        if now is not None and not same(value, today.get(name)):
            field |= {"now": today.get(name), "differs": True}
        fields.append(field)
    return fields


def tags_of(contact: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The contact's tags; of one as it was, those too that only came `later`, and which are `gone` now."""
    then = [] if contact is None else contact["tags"]
    if now is None:
        return [{"tag": tag, "gone": False, "later": False} for tag in then]
    today, past = set(map(tag_rules.fold, now["tags"])), set(map(tag_rules.fold, then))
    kept = [{"tag": tag, "gone": tag_rules.fold(tag) not in today, "later": False} for tag in then]
    return [*kept, *({"tag": t, "gone": False, "later": True} for t in now["tags"] if tag_rules.fold(t) not in past)]


def _values(contact: Mapping[str, Any] | None, explained: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each field that the contact has, or ever had."""
    if contact is None:
        return {}
    values = {name: contact[name] for name in IDENTITIES}
    custom = sorted(name for name in {*contact["traits"], *explained} if name not in FIRST)
    for name in (*DEFAULT_TYPES, *custom):
        if not name.startswith("traits."):
            values[name] = contact["traits"].get(name)
    return values


def arranged(fields: Sequence[dict[str, Any]], chosen: Iterable[str] | None) -> tuple[list[Any], list[Any]]:
    """The fields that are shown at once, and those under "more"; `chosen` None: nobody chose."""
    by_name = {field["name"]: field for field in fields}
    wanted = list(by_name) if chosen is None else [name for name in chosen if name in by_name]
    shown = [by_name[name] for name in wanted if not by_name[name]["empty"] or by_name[name]["differs"]]
    return shown, [field for field in fields if field not in shown]


def _field(name: str, value: Any, why: Mapping[str, Any] | None) -> dict[str, Any]:
    lock = LOCKS[name] if name in LOCKS and (name == "phone" or value is not None) else None
    field: dict[str, Any] = {
        "name": name,
        "value": value,
        "empty": value is None,
        "why": None,
        "lock": lock,
        "differs": False,
    }
    if why is not None:
        kind, text = words.came_from(why)
        lost = [
            {**one, "words": words.came_from(one)[1], "rule": _RULES.get(one["rule"], one["rule"])}
            for one in why["lost"]
        ]
        field["why"] = {**why, "kind": kind, "words": text, "lost": lost, "more": why["lost_total"] - len(lost)}
    return field
