"""The shapes of answers, as marshmallow schemas: what the description says of them."""

from typing import Any, get_args

from marshmallow import INCLUDE, Schema, fields

from ledger.events.traits import TraitType


class TraitValue(fields.Raw):
    """A trait's value; its JSON Schema is in `service.api.description.kinds`."""


class Answer(Schema):
    """An object that we send; later versions may add members."""

    class Meta:
        unknown = INCLUDE


class FaultSchema(Answer):
    """One thing wrong with a call."""

    pointer = fields.String(metadata={"description": "Where in the body, as a JSON Pointer (RFC 6901)"})
    parameter = fields.String(metadata={"description": "Which parameter of the query string"})
    header = fields.String(metadata={"description": "Which header"})
    message = fields.String(required=True, metadata={"description": "What is wrong, and what to do"})
    reason = fields.String(required=True, metadata={"description": "A word for programs"})


def conflict_holders() -> fields.Dict:
    """The member that says who holds what a call contradicts."""
    return fields.Dict(
        keys=fields.String(),
        values=fields.UUID(),
        metadata={"description": "Of a conflict of identity: the contacts that have the `phone` and the `user_id` now"},
    )


class ProblemSchema(Answer):
    """Any error (RFC 9457)."""

    result = fields.Boolean(required=True, metadata={"enum": [False]})
    message = fields.String(required=True, metadata={"description": "What is wrong, for a person"})
    type = fields.String(required=True, metadata={"enum": ["about:blank"]})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "The same as message, or more than it"})
    reason = fields.String(metadata={"description": "A word for programs"})
    errors = fields.List(fields.Nested(FaultSchema), metadata={"description": "All wrong members or parameters"})
    holders = conflict_holders()


class TakenSchema(Answer):
    """A track call whose messages are on the bus."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)
    id = fields.UUID(required=True, metadata={"description": "The first message's"})
    ids = fields.List(fields.UUID, required=True, metadata={"description": "The messages', in the order sent"})
    notes = fields.List(fields.Nested(FaultSchema), metadata={"description": "What of the call counts as not given"})


class HealthSchema(Answer):
    """The process answers."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)


class ReadinessSchema(HealthSchema):
    """Every part is usable."""

    parts = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": '"ok", by part'}
    )
    log_position = fields.Integer(metadata={"description": "The log's newest position"})
    bus_lag = fields.Integer(metadata={"description": "Messages on the bus that the log has not taken"})
    lag_events = fields.Integer(metadata={"description": "Entries of the log that are not in the state"})
    lag_seconds = fields.Float(metadata={"description": "How long the oldest of those has waited"})


class _MomentField(fields.String):
    """RFC 3339 in UTC."""

    def __init__(self, description: str, **options: Any) -> None:
        super().__init__(metadata={"description": description, "format": "date-time"}, **options)


def _position(description: str, **options: Any) -> fields.Integer:
    return fields.Integer(metadata={"description": description}, **options)


def _refolding() -> fields.Integer:
    said = "While an import is being undone or redone: contacts that it has yet to reach, so that this is not final"
    return fields.Integer(metadata={"description": said})


class ContactSchema(Answer):
    """A contact."""

    id = fields.UUID(required=True)
    phone = fields.String(required=True, allow_none=True, metadata={"description": "E.164"})
    country_code = fields.String(required=True, allow_none=True)
    phone_number = fields.String(required=True, allow_none=True, metadata={"description": "Without country code"})
    user_id = fields.String(required=True, allow_none=True)
    traits = fields.Dict(
        keys=fields.String(), values=TraitValue(), required=True, metadata={"description": "Those that have a value"}
    )
    tags = fields.List(fields.String(), required=True, metadata={"description": "In the order they were added"})
    created_at = _MomentField("When its first event was recorded", required=True)
    modified_at = _MomentField("When an event last changed something of it", required=True)
    position = _position("Its newest event's", required=True)
    as_of = _position("The position asked for")


class ListedSchema(Answer):
    """A contact, or what was chosen of it; as the answer to /v1/contacts/{id} describes."""

    id = fields.UUID(required=True)
    traits = fields.Dict(keys=fields.String(), values=TraitValue())
    tags = fields.List(fields.String())


class ContactsSchema(Answer):
    """A page of contacts."""

    notes = fields.List(fields.String(), metadata={"description": "What conditions hold for fewer than it may seem"})

    contacts = fields.List(fields.Nested(ListedSchema), required=True)
    total = fields.Integer(
        required=True, allow_none=True, metadata={"description": "How many the whole list has; null with total=false"}
    )
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Null at the end"})
    as_of = _position("The position asked for")
    refolding = _refolding()


class MovedSchema(Answer):
    """A contact that was merged into another."""

    result = fields.Boolean(required=True)
    message = fields.String(required=True)
    contact = fields.UUID(required=True, metadata={"description": "The contact it was merged into"})


class ChangeSchema(Answer):
    """What an event changed; `phone`, `user_id` and `tags` are attributes here too."""

    attribute = fields.String(required=True)
    from_ = TraitValue(required=True, data_key="from", allow_none=True)
    to = TraitValue(required=True, allow_none=True)


class EventSchema(Answer):
    """An event about a contact."""

    position = _position("Its place in the log", required=True)
    id = fields.String(required=True, metadata={"description": "Its message's"})
    type = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "Who published it"})
    stated_at = _MomentField("The time its facts are stated for", required=True)
    recorded_at = _MomentField("When the log took it", required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    event = fields.String(metadata={"description": "The name of a tracked event"})
    row = fields.Integer(metadata={"description": "Of an import's file"})
    line = fields.Integer(metadata={"description": "Where in that file"}, allow_none=True)
    skipped = fields.Boolean(metadata={"description": "By the import's mode"})


class HistorySchema(Answer):
    """What happened to a contact."""

    contact = fields.UUID(required=True)
    events = fields.List(fields.Nested(EventSchema), required=True, metadata={"description": "Oldest first"})
    next_after = _position("Where to go on; null at the end", required=True, allow_none=True)


class LostSchema(Answer):
    """A value that lost."""

    value = TraitValue(required=True, allow_none=True)
    position = _position("Of the event that said it", required=True)
    event = fields.String(required=True, metadata={"description": "That event's message"})
    source = fields.String(required=True)
    stated_at = _MomentField("The time it was stated for", required=True)
    rule = fields.String(required=True, metadata={"description": "Why it lost"})


class ReasonSchema(Answer):
    """The event that set a value, and those that lost to it."""

    value = TraitValue(required=True, allow_none=True)
    position = _position("Of the event that set it", required=True)
    event = fields.String(required=True, metadata={"description": "That event's message"})
    source = fields.String(required=True)
    stated_at = _MomentField("The time it was stated for", required=True)
    lost = fields.List(fields.Nested(LostSchema))


class ExplanationSchema(Answer):
    """Why a contact is as it is."""

    contact = fields.UUID(required=True)
    values = fields.Dict(keys=fields.String(), values=fields.Nested(ReasonSchema), required=True)
    tags = fields.List(fields.Nested(ReasonSchema), required=True)


class AttributeSchema(Answer):
    """An attribute."""

    name = fields.String(required=True)
    type = fields.String(required=True, metadata={"enum": list(get_args(TraitType))})
    default = fields.Boolean(required=True, metadata={"description": "Whether it is there before it is used"})
    contacts = fields.Integer(required=True, metadata={"description": "How many have it"})
    mixed = fields.Boolean(required=True, metadata={"description": "Whether some values are of another type"})
    similar = fields.List(fields.String(), required=True, metadata={"description": "Names easily taken for it"})


class AttributesSchema(Answer):
    """The attributes."""

    attributes = fields.List(fields.Nested(AttributeSchema), required=True)
    position = _position("What the list is as of", required=True)
    refolding = _refolding()


class TagSchema(Answer):
    """A tag."""

    tag = fields.String(required=True)
    contacts = fields.Integer(required=True, metadata={"description": "How many have it"})


class TagsSchema(Answer):
    """The tags."""

    tags = fields.List(fields.Nested(TagSchema), required=True)
    total = fields.Integer(required=True, metadata={"description": "How many there are without limit"})
    position = _position("What the list is as of", required=True)
    refolding = _refolding()


class MessageSchema(Answer):
    """What became of a message."""

    id = fields.String(required=True)
    source = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"enum": ["pending", "accepted", "rejected"]})
    position = _position("Its place in the log, unless it is pending")
    contact = fields.UUID(allow_none=True, metadata={"description": "Whom an accepted one is about"})
    reason = fields.String(metadata={"description": "Why it was rejected, a word for programs"})
    message = fields.String(allow_none=True, metadata={"description": "Why it was rejected, for a person"})


class EntrySchema(Answer):
    """An entry of the log."""

    position = _position("Its place in the log", required=True)
    id = fields.String(required=True, allow_none=True, metadata={"description": "Its message's"})
    source = fields.String(required=True, allow_none=True)
    type = fields.String(required=True, allow_none=True)
    stated_at = _MomentField("The time its facts are stated for", required=True, allow_none=True)
    recorded_at = _MomentField("When the log took it", required=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Null unless it was rejected"})
    contact = fields.UUID(required=True, allow_none=True, metadata={"description": "Whom it is about"})
    merged = fields.UUID(required=True, allow_none=True, metadata={"description": "Who became that contact by it"})
    skipped = fields.Boolean(required=True, metadata={"description": "Accepted, but changes nothing"})
    data = fields.Raw(required=True, allow_none=True, metadata={"description": "As it was sent; null if rejected"})


class ChangesSchema(Answer):
    """A page of the log."""

    changes = fields.List(fields.Nested(EntrySchema), required=True)
    next_after = _position("Where to go on", required=True)
    head = _position("The newest there is", required=True)


class RejectionSchema(Answer):
    """A message that was not accepted."""

    position = _position("Its place in the log", required=True)
    id = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    message = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    recorded_at = _MomentField("When the log took it", required=True)
    raw = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "As it came: text where it is UTF-8, else an object with base64"},
    )


class RejectedSchema(Answer):
    """A page of rejected messages."""

    rejected = fields.List(fields.Nested(RejectionSchema), required=True)
    next_after = _position("Where to go on; null at the end", required=True, allow_none=True)


class PartStateSchema(Schema):
    """How a part does."""

    name = fields.String(required=True)
    alive = fields.Boolean(required=True, metadata={"description": "Whether a process is this part"})
    position = _position("How far it is; null for the importer", required=True, allow_none=True)
    heartbeat_seconds = fields.Float(
        required=True, allow_none=True, metadata={"description": "Since it last showed work; null: never here"}
    )
    fault = fields.String(required=True, allow_none=True, metadata={"description": "What is wrong; null: nothing"})


class StatusSchema(Answer):
    """How far everything is."""

    head = fields.String(required=True, metadata={"description": "The hash of the newest entry"})
    position = _position("The newest entry's", required=True)
    bus_lag = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Messages that the log has not taken; null while the bus is away"},
    )
    lag_events = fields.Integer(required=True, metadata={"description": "Entries that are not in the state"})
    lag_seconds = fields.Float(required=True, metadata={"description": "How long the oldest of those has waited"})
    rejected = fields.Integer(required=True)
    generation = fields.Integer(required=True, allow_none=True)
    contacts = fields.Integer(required=True)
    parts = fields.List(fields.Nested(PartStateSchema), required=True)


class HeadSchema(Answer):
    """The log's head."""

    position = _position("The newest entry's", required=True)
    hash = fields.String(required=True)
    recorded_at = _MomentField("When the log took it", required=True)
    signature = fields.String(required=True, metadata={"description": "By this deployment's secret"})


_FILTER = {
    "type": "object",
    "required": ["trait", "op"],
    "properties": {
        "trait": {
            "type": "string",
            "description": "An attribute, or created_at_utc, modified_at_utc, user_id or tags",
        },
        "op": {"enum": ["eq", "neq", "gt", "gte", "lt", "lte", "contains", "in", "exists"]},
        "val": {"description": "What to compare with; a list for in; true, false or nothing for exists"},
        "supr_op": {"enum": ["and", "or", None], "description": "How it is joined to those before it; absent: and"},
    },
}


class FiltersSchema(Answer):
    """Which contacts are asked for."""

    filters = fields.Raw(
        allow_none=True,
        metadata={"type": "array", "items": _FILTER, "maxItems": 20, "description": "Absent: all contacts"},
    )


class CustomerSchema(Answer):
    """A contact as the hub's API has it."""

    id = fields.UUID(required=True)
    user_id = fields.String(required=True, allow_none=True)
    phone_number = fields.String(required=True, allow_none=True, metadata={"description": "Without country code"})
    country_code = fields.String(required=True, allow_none=True)
    traits = fields.Dict(keys=fields.String(), values=TraitValue(), required=True)
    tags = fields.List(fields.String(), required=True)
    created_at_utc = _MomentField("When its first event was recorded", required=True)
    modified_at_utc = _MomentField("When an event last changed something of it", required=True)


class FoundCustomerSchema(Answer):
    """One contact."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)
    data = fields.Nested(CustomerSchema, required=True)


class WindowSchema(Answer):
    """A part of a list."""

    total_customers = fields.Integer(required=True)
    has_next_page = fields.Boolean(required=True)
    offset = fields.Integer(required=True)
    limit = fields.Integer(required=True)
    customers = fields.List(fields.Nested(CustomerSchema), required=True)


class CustomersSchema(Answer):
    """Some contacts."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)
    data = fields.Nested(WindowSchema, required=True)
