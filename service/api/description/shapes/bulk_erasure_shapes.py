"""What the calls take and answer that erase many contacts."""

from typing import Any

from marshmallow import Schema, fields, validate

from service.api.description.parameters import limit
from service.api.description.shapes.erasure_shapes import ERASED, PlaceSchema, WhyErased
from service.api.description.shapes.export_shapes import SelectionBody
from service.api.description.shapes.import_bodies import said
from service.api.description.shapes.shapes import Answer

ERASE_MANY: dict[str, Any] = {"where": ["name~Gavin"], "reason": "The contract with the shop has ended"}
CONFIRM: dict[str, Any] = {"contacts": 1}
COUNTED: dict[str, Any] = {
    "id": "0199c0de-4b1d-7c3a-9d2e-8f6a5b4c3d2e",
    "state": "counted",
    "contacts": 1,
    "ordered": 0,
    "erased": 0,
    "gone": 0,
    "waits_for": None,
    "selection": {"where": ["name~Gavin"], "tag": [], "q": None, "match": "all"},
    "notes": [],
    "position": 5,
    "reason": "The contract with the shop has ended",
    "keep_out": False,
    "by": "key:Website",
    "asked_at": "2026-11-30T08:00:00Z",
    "expires_at": "2026-12-01T08:00:00Z",
    "confirmed_by": None,
    "confirmed_at": None,
    "ended_at": None,
    "failure": None,
    "places": [],
    "allowed": ["confirm", "cancel"],
}
COUNTING = COUNTED | {
    "state": "counting", "contacts": None, "position": None, "expires_at": None, "allowed": ["cancel"],
}  # fmt: skip
ERASING = COUNTED | {
    "state": "erasing",
    "selection": None,
    "expires_at": None,
    "confirmed_by": "key:Website",
    "confirmed_at": "2026-11-30T08:01:00Z",
    "allowed": ["cancel"],
}
DONE = ERASING | {
    "state": "done",
    "ordered": 1,
    "erased": 1,
    "ended_at": "2026-11-30T08:01:09Z",
    "places": ERASED["places"],
    "allowed": [],
}


class BulkErasuresQuery(Schema):
    """For the list of erasures of many contacts."""

    limit = limit(100, 1000)


class BulkErasureBody(WhyErased, SelectionBody):
    """Whom, and why they are erased."""


class BulkConfirmationBody(Schema):
    """That those are erased who were counted."""

    contacts = fields.Integer(
        required=True, strict=True, metadata=said("How many were counted: another number is 409, and nobody is erased")
    )


class BulkErasureSchema(Answer):
    """An erasure of many contacts."""

    id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["counting", "counted", "erasing", "done", "cancelled", "failed"]),
        metadata=said("`counted` waits for `confirm`; `failed` says why in `failure`"),
    )
    contacts = fields.Integer(required=True, allow_none=True, metadata=said("How many were counted"))
    ordered = fields.Integer(required=True, metadata=said("How many of them an order was given for"))
    erased = fields.Integer(required=True, metadata=said("How many of them are erased everywhere"))
    gone = fields.Integer(
        required=True,
        metadata=said("How many were left out: erased by others, or merged with somebody since they were counted"),
    )
    waits_for = fields.String(required=True, allow_none=True, metadata=said("What is in the way now, in a sentence"))
    selection = fields.Dict(
        required=True, allow_none=True, metadata=said("As it was asked for; null once it is confirmed")
    )
    notes = fields.List(fields.String(), required=True, metadata=said("On the selection, as the list gives them"))
    position = fields.Integer(required=True, allow_none=True, metadata=said("Of the state in which they were counted"))
    reason = fields.String(required=True)
    keep_out = fields.Boolean(required=True)
    by = fields.String(required=True)
    asked_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True, metadata=said("Until when it can be confirmed"))
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed_at = fields.DateTime(required=True, allow_none=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    failure = fields.String(required=True, allow_none=True)
    places = fields.List(
        fields.Nested(PlaceSchema), required=True, metadata=said("The receipt of those who were erased last")
    )
    allowed = fields.List(fields.String(), required=True, metadata=said("What can be done with it now"))


class BulkErasuresSchema(Answer):
    """Erasures of many contacts, the newest first."""

    erasures = fields.List(fields.Nested(BulkErasureSchema), required=True)
    retention = fields.Dict(
        required=True, allow_none=True, metadata=said("The rule for contacts without an event; null: there is none")
    )
