"""The shape of everything about one person, with an example."""

from typing import Any

from marshmallow import fields

from service.api.description.examples.contact_examples import CONTACT, EXPLANATION, HISTORY
from service.api.description.shapes.contact_shapes import ContactSchema, EventSchema, OriginSchema, ReasonSchema
from service.api.description.shapes.ledger_shapes import HeaderSchema, RejectionSchema
from service.api.description.shapes.shapes import Answer, MomentField, TraitValue, position_field
from service.jobs.exports.one_person import NOT_HELD_HERE

_SOURCE = "/v1/public/track/users"
_NAMES = {
    1: "01a20e51-002c-7ccc-a749-6c154fea50cd",
    2: "01a20e51-002c-7ccc-a749-6c15d96d089f",
    3: "01a20e51-0030-7e2c-bf7d-ba3069215db3",
    4: "01a20e51-0030-7e2c-bf7d-ba311bf1adc8",
    5: "01a20e51-0031-7a01-9b1e-5c1be14a8a41",
}


def _sent(key: str, position: int, type: str, data: str, source: str = _SOURCE, time: str = "") -> dict[str, Any]:
    head = f'"specversion":"1.0","id":"{_NAMES[position]}","source":"{source}","type":"{type}"'
    stated = f',"time":"{time}"' if time else ""
    raw = f'{{{head}{stated},"ledgersig":"{str(position) * 64}","data":{{{data},"by":"Website"}}}}'
    return {"key": key, "headers": [], "raw": raw}


def _line(id: str, file: str, text: str) -> dict[str, Any]:
    return {"import": id, "file": file, "line": 2, "text": text, "found_by": "phone"}


_PHONE, _USER = CONTACT["phone"], CONTACT["user_id"]
_BOTH = f'"phone":"{_PHONE}","userId":"{_USER}"'
_MESSAGES = (
    _sent(_PHONE, 1, "UserTracked", _BOTH + ',"traits":{"name":"Gavin Roberts","dob":"1996-12-01"}'),
    _sent(_PHONE, 2, "TagsAdded", _BOTH + ',"tags":["new customer"]'),
    _sent(
        _USER,
        3,
        "EventTracked",
        f'"userId":"{_USER}","event":"Order placed","traits":{{"items":[{{"sku":"A-1","count":2}}]}}',
        "/v1/public/track/events",
    ),
    _sent(_USER, 4, "UserTracked", f'"userId":"{_USER}","traits":{{"name":"Gavin"}}', time="2020-01-01T00:00:00Z"),
)
_FILE = "01a20e51-0040-7c9f-8f3a-6b1f8bb0c5d1"
_EDIT = "01a20e51-0042-7b3d-91a4-2d6c1f0e77b2"

PAGE = "<!doctype html>"
"""How the page begins."""

EVERYTHING: dict[str, Any] = {
    "made_at": "2026-11-24T16:10:00Z",
    "made_by": "Website",
    "id": CONTACT["id"],
    "position": 5,
    "contact": CONTACT,
    "ids": [CONTACT["id"]],
    "phones": [_PHONE],
    "user_ids": [_USER],
    "values": EXPLANATION["values"],
    "tags": EXPLANATION["tags"],
    "consent": [],
    "imports": [],
    "events": [{**event, "sent": sent} for event, sent in zip(HISTORY["events"], _MESSAGES, strict=True)],
    "rejected": [
        {
            "position": 5,
            "id": _NAMES[5],
            "reason": "identity_conflict",
            "message": "the contact with this phone already has another user id"
            f" (phone '{_PHONE}', user id 'someone-else')",
            "source": _SOURCE,
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "raw": _sent(_PHONE, 5, "UserTracked", f'"phone":"{_PHONE}","userId":"someone-else","traits":{{}}')["raw"],
            "state": "open",
            "settled_by": None,
            "key": _PHONE,
            "headers": [],
            "type": "UserTracked",
            "found_by": "phone",
            "settled": None,
        }
    ],
    "lines": [
        _line(_FILE, "contacts.csv", "Gavin Roberts,+919967536783,120,knows us"),
        _line(_EDIT, "tag new customer, City set", "+919967536783,"),
    ],
    "acts": [],
    "notes": list(NOT_HELD_HERE),
}


class SentSchema(Answer):
    """A message as it came: each part as text where it is UTF-8, else as an object with base64."""

    key = fields.Raw(required=True, allow_none=True)
    headers = fields.List(fields.Nested(HeaderSchema), required=True)
    raw = fields.Raw(required=True, allow_none=True)


class SentEventSchema(EventSchema):
    """An event about the person, with its message."""

    sent = fields.Nested(SentSchema, required=True)


class ConsentSchema(Answer):
    """A change of WhatsApp Opted."""

    position = position_field("The event's", required=True)
    recorded_at = MomentField("When the log took it", required=True)
    stated_at = MomentField("The time it was stated for", required=True)
    origin = fields.Nested(OriginSchema, required=True)
    from_ = TraitValue(required=True, data_key="from", allow_none=True)
    to = TraitValue(required=True, allow_none=True)


class BroughtSchema(Answer):
    """A file, or a change of many contacts, that brought events."""

    id = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["file", "edit"]})
    name = fields.String(required=True)
    by = fields.String(required=True, allow_none=True)
    lines = fields.List(fields.Integer(), required=True, metadata={"description": "Of the file"})


class MentioningSchema(RejectionSchema):
    """A rejected message that mentions the person, and what became of it."""

    type = fields.String(required=True, allow_none=True)
    found_by = fields.String(
        required=True,
        metadata={"description": "A national number alone may be that of somebody in another country"},
    )
    key = fields.Raw(required=True, allow_none=True)
    headers = fields.List(fields.Nested(HeaderSchema), required=True)
    settled = fields.Dict(
        required=True, allow_none=True, metadata={"description": "Who had it taken again or dropped, when and why"}
    )


class MentioningLineSchema(Answer):
    """A line of an imported file that mentions the person, whatever became of it."""

    import_ = fields.String(required=True, data_key="import")
    file = fields.String(required=True, allow_none=True)
    line = fields.Integer(required=True)
    text = fields.String(required=True)
    found_by = fields.String(required=True)


class NamingActSchema(Answer):
    """An act of the audit trail that names the contact."""

    at = MomentField("When", required=True)
    who = fields.String(required=True)
    what = fields.String(required=True)
    detail = fields.Dict(required=True)


class EverythingSchema(Answer):
    """Everything that is held of one person."""

    made_at = MomentField("When it was read", required=True)
    made_by = fields.String(required=True, metadata={"description": "Who asked for it"})
    id = fields.UUID(required=True)
    position = position_field("What the log had", required=True)
    contact = fields.Nested(
        ContactSchema, required=True, allow_none=True, metadata={"description": "As it is now; null: it is gone"}
    )
    ids = fields.List(fields.UUID(), required=True, metadata={"description": "Of all contacts that became this one"})
    phones = fields.List(fields.String(), required=True, metadata={"description": "All that it ever had"})
    user_ids = fields.List(fields.String(), required=True, metadata={"description": "All that it ever had"})
    values = fields.Dict(keys=fields.String(), values=fields.Nested(ReasonSchema), required=True)
    tags = fields.List(fields.Nested(ReasonSchema), required=True)
    consent = fields.List(fields.Nested(ConsentSchema), required=True)
    imports = fields.List(fields.Nested(BroughtSchema), required=True)
    events = fields.List(fields.Nested(SentEventSchema), required=True, metadata={"description": "Oldest first"})
    rejected = fields.List(fields.Nested(MentioningSchema), required=True)
    lines = fields.List(fields.Nested(MentioningLineSchema), required=True)
    acts = fields.List(fields.Nested(NamingActSchema), required=True)
    notes = fields.List(fields.String(), required=True, metadata={"description": "What this is without"})
