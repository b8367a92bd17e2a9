"""What the calls take and answer that erase a contact, and let somebody in again."""

from typing import Any

from marshmallow import Schema, fields, validate

from service.api.description.shapes.import_bodies import said
from service.api.description.shapes.shapes import Answer
from service.api.http.arguments import OptionalBody
from service.commands.erase_contact import MOST_REASON

ERASE: dict[str, Any] = {"reason": "Asked us to be forgotten", "keep_out": True}
_PLACES = ("log", "state", "bus", "past states", "exports", "verify", "audit runs", "imports", "service.db")
_COPIES = "Backups from before: remove them, or have `contacts restore --erased` erase again what was erased since."
ERASED: dict[str, Any] = {
    "contact": "0199c0de-4b1d-7c3a-9d2e-8f6a5b4c3d2e",
    "done": True,
    "places": [
        *({"place": place, "state": "done", "note": None} for place in _PLACES),
        {"place": "backups", "state": "remains", "note": _COPIES},
    ],
}

READMIT: dict[str, Any] = {"phone_or_user_id": "+919967536783", "reason": "Wants to hear from us again"}
READMITTED: dict[str, Any] = {"position": 4711}


def why(leave_out: str) -> fields.String:
    """Why somebody goes or may come back; `leave_out` is what of the person is to be left out of it."""
    return fields.String(
        required=True,
        validate=validate.Length(1, MOST_REASON),
        metadata=said(f"Why; it stays in the log for good, so leave {leave_out} out"),
    )


class WhyErased(Schema):
    """Why people are erased, and whether for good."""

    reason = why("phone, user id, name and email")
    keep_out = fields.Boolean(
        load_default=False,
        metadata=said("Refuse whatever names the person from now on: a keyed hash of each phone and user id is kept"),
    )


class ErasureBody(WhyErased, OptionalBody):
    """Why a contact is erased."""


class PlaceSchema(Schema):
    """What became of one place that can hold something of a person."""

    place = fields.String(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["done", "waiting", "remains"]),
        metadata=said("`waiting`: it is finished later, by itself; `remains`: it is not in our hands"),
    )
    note = fields.String(
        required=True, allow_none=True, metadata=said("What remains and until when, or what is awaited")
    )


class ErasedSchema(Answer):
    """The receipt of an erasure."""

    contact = fields.String(required=True)
    done = fields.Boolean(required=True, metadata=said("Whether nothing is waited for any more"))
    places = fields.List(fields.Nested(PlaceSchema), required=True)


class ReadmissionBody(Schema):
    """Who is let in again, and why."""

    phone_or_user_id = fields.String(
        required=True,
        validate=validate.Length(1, 300),
        metadata=said("One phone, as +919967536783, or one user id that the erasure named"),
    )
    reason = why("phone and user id")


class ReadmittedSchema(Answer):
    """Where the order stands in the log."""

    position = fields.Integer(
        required=True, allow_none=True, metadata=said("Of its entry; null while it is on its way")
    )
