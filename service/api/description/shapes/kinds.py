"""What the field table's kinds are in JSON Schema, so that the description says what a call may send."""

from typing import Any

from ledger.events import tags, traits
from ledger.events.kinds.kind import Kind
from ledger.events.kinds.phone_and_user_id import FullPhone, PhoneDigits, UserId
from ledger.events.kinds.plain import Choice, Fixed, LineOfText, Moment, Position
from ledger.events.kinds.tag_list import Tags
from ledger.events.kinds.trait_map import MOST_TRAITS, EventTraits, Traits
from ledger.events.tags import MOST_TAGS
from service.api.description.shapes.shapes import TraitValue

TRAIT_VALUE: dict[str, Any] = {
    "description": "A string (a datetime is one, in RFC 3339's form), a number within ±2^53, a boolean, or a list",
    "anyOf": [
        {"type": "string", "maxLength": traits.MOST_STRING_BYTES},
        {"type": "number"},
        {"type": "boolean"},
        {
            "type": "array",
            # not a list of types: a reader of descriptions (Schemathesis 4.32) ends on one in here
            "items": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]},
            "maxItems": traits.MOST_ITEMS,
        },
    ],
}
"""A trait's value (R3)."""


def schema_of_kind(_converter: object, field: object, **_: object) -> dict[str, Any]:
    """JSON Schema's words for a kind, {} for any other field; apispec asks for each field of a schema.

    `null` stands for "not given" wherever a member is not required (R6).
    """
    if isinstance(field, TraitValue):
        return _or_null(TRAIT_VALUE) if field.allow_none else TRAIT_VALUE
    if not isinstance(field, Kind):
        return {}
    words = _words(field)
    if field.required or "anyOf" in words or "enum" in words:
        return words
    kinds = words["type"]
    return {**words, "type": [*(kinds if isinstance(kinds, list) else [kinds]), "null"]}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}


def _words(kind: Kind) -> dict[str, Any]:
    match kind:
        case FullPhone() | PhoneDigits():
            return {"type": ["string", "integer"]}
        case LineOfText():
            return {
                "type": ["string", "integer"] if isinstance(kind, UserId) else "string",
                "minLength": int(kind.required),
                "maxLength": kind.most,
            }
        case Choice():
            return {"type": ["string", "null"], "enum": [*kind.words, None]}
        case Position():
            return {"type": "integer", "minimum": 1, "maximum": traits.LARGEST_INTEGER}
        case Fixed():
            return {"enum": [None], "description": f"It {kind.why}"}
        case Moment():
            return {"type": "string", "examples": ["2026-11-22T10:00:00Z", "2026-11-22T15:30:00+05:30", "2026-11-22"]}
        case Tags():
            item = {"type": "string", "minLength": 1, "maxLength": tags.MOST_CHARACTERS}
            return {"type": "array", "items": item, "minItems": int(kind.required), "maxItems": MOST_TAGS}
        case EventTraits():
            return {"type": "object", "maxProperties": MOST_TRAITS, "additionalProperties": True}
        case Traits():
            name = {"minLength": 1, "maxLength": traits.MOST_NAME_CHARACTERS}
            return {
                "type": "object",
                "maxProperties": MOST_TRAITS,
                "propertyNames": name,
                "additionalProperties": _or_null(TRAIT_VALUE),
            }
    raise TypeError(f"{type(kind).__name__} has no words in the description yet")
