"""What the calls about rejected messages take and answer."""

from typing import Any

from marshmallow import Schema, fields, validate

from service.api.description.shapes.import_bodies import said
from service.api.description.shapes.shapes import Answer, position_field
from service.api.http.arguments import OptionalBody

SETTLED: dict[str, Any] = {"position": 5, "settled_by": 9}
PLAN: dict[str, Any] = {"count": 12, "ready": 10, "open": 12, "sent": 0}
SENT: dict[str, Any] = {"count": 12, "ready": 10, "open": 12, "sent": 10}
RETRY: dict[str, Any] = {"reason": "The shop has corrected its customer numbers"}
DROP: dict[str, Any] = {"reason": "A test of the shop's"}
ALL: dict[str, Any] = {"rejected_for": "phone_invalid", "count": 12, "reason": "The numbering plan is renewed"}

_WHY = "Why; the log keeps it"


class RetryBody(OptionalBody):
    """A rejected message to be taken again."""

    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500), metadata=said(_WHY))
    message = fields.Dict(
        load_default=None,
        allow_none=True,
        metadata=said("The corrected message, a CloudEvent with its source and id; left out: as it stands"),
    )


class DropBody(Schema):
    """A rejected message to be dropped."""

    reason = fields.String(required=True, validate=validate.Length(1, 500), metadata=said(_WHY))


class _AllBody(Schema):
    rejected_for = fields.String(
        load_default=None, allow_none=True, metadata=said("Only those rejected for this reason")
    )
    source = fields.String(load_default=None, allow_none=True, metadata=said("Only those of this source"))
    count = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        metadata=said("How many they are, as the answer without it says; left out: nothing is done"),
    )


class RetryAllBody(_AllBody, OptionalBody):
    """Open messages to be taken again as they stand."""

    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500), metadata=said(_WHY))


class DropAllBody(_AllBody):
    """Open messages to be dropped."""

    reason = fields.String(required=True, validate=validate.Length(1, 500), metadata=said(_WHY))


class SettledSchema(Answer):
    """What became of an order about one message."""

    position = position_field("The rejected message's", required=True)
    settled_by = position_field("The entry that settles it; null: on its way", required=True, allow_none=True)


class PlanSchema(Answer):
    """What an order about many messages comes to."""

    count = fields.Integer(required=True, metadata={"description": "Messages that it is about, 10,000 at most"})
    ready = fields.Integer(required=True, metadata={"description": "Of these, what a retry would send"})
    open = fields.Integer(required=True, metadata={"description": "All messages that are open and fit"})
    sent = fields.Integer(required=True, metadata={"description": "Orders on the bus by now"})
