"""The shapes of messages, entries and rejections, and of how far the ledger is."""

from marshmallow import Schema, fields, validate

from service.api.description.shapes.shapes import Answer, MomentField, position_field
from service.queries.ledger.rejected import STATES


class MessageSchema(Answer):
    """What became of a message."""

    id = fields.String(required=True)
    source = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"enum": ["pending", "accepted", "rejected"]})
    position = position_field("Its place in the log, unless it is pending")
    contact = fields.UUID(allow_none=True, metadata={"description": "Whom an accepted one is about"})
    reason = fields.String(metadata={"description": "Why it was rejected, a word for programs"})
    message = fields.String(allow_none=True, metadata={"description": "Why it was rejected, for a person"})


class EntrySchema(Answer):
    """An entry of the log."""

    position = position_field("Its place in the log", required=True)
    id = fields.String(required=True, allow_none=True, metadata={"description": "Its message's"})
    source = fields.String(required=True, allow_none=True)
    type = fields.String(required=True, allow_none=True)
    stated_at = MomentField("The time its facts are stated for", required=True, allow_none=True)
    recorded_at = MomentField("When the log took it", required=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Null unless it was rejected"})
    contact = fields.UUID(required=True, allow_none=True, metadata={"description": "Whom it is about"})
    merged = fields.UUID(required=True, allow_none=True, metadata={"description": "Who became that contact by it"})
    split = fields.UUID(metadata={"description": "Who was split from that contact by it"})
    skipped = fields.Boolean(required=True, metadata={"description": "Accepted, but changes nothing"})
    erased = fields.Boolean(metadata={"description": "True where an erasure has emptied it; else left out"})
    data = fields.Raw(required=True, allow_none=True, metadata={"description": "As it was sent; null if rejected"})


class ChangesSchema(Answer):
    """A page of the log."""

    changes = fields.List(fields.Nested(EntrySchema), required=True)
    next_after = position_field("Where to go on", required=True)
    head = position_field("The newest there is", required=True)


class RejectionSchema(Answer):
    """A message that was not accepted."""

    position = position_field("Its place in the log", required=True)
    id = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    message = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    recorded_at = MomentField("When the log took it", required=True)
    raw = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "As it came: text where it is UTF-8, else an object with base64"},
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES),
        metadata={
            "description": "What became of it; `order`: an order that was refused, and can only be given anew;"
            " `erased`: emptied before it was settled"
        },
    )
    settled_by = position_field("The entry that took it after all, or dropped it", required=True, allow_none=True)


class ReasonCountSchema(Schema):
    """How many messages were rejected for a reason."""

    reason = fields.String(required=True)
    count = fields.Integer(required=True)


class RejectedSchema(Answer):
    """A page of rejected messages."""

    rejected = fields.List(fields.Nested(RejectionSchema), required=True)
    total = fields.Integer(required=True, metadata={"description": "Of the whole list"})
    reasons = fields.List(
        fields.Nested(ReasonCountSchema),
        required=True,
        metadata={"description": "By reason, of the source asked for; the most frequent first"},
    )
    next_before = position_field("Where to go on; null at the end", required=True, allow_none=True)


class PartStateSchema(Schema):
    """How a part does."""

    name = fields.String(required=True)
    alive = fields.Boolean(required=True, metadata={"description": "Whether a process is this part"})
    position = position_field("How far it is; null for the importer", required=True, allow_none=True)
    heartbeat_seconds = fields.Float(
        required=True, allow_none=True, metadata={"description": "Since it last showed work; null: never here"}
    )
    fault = fields.String(required=True, allow_none=True, metadata={"description": "What is wrong; null: nothing"})


class StatusSchema(Answer):
    """How far everything is."""

    head = fields.String(required=True, metadata={"description": "The hash of the newest entry"})
    position = position_field("The newest entry's", required=True)
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
    last_backup = fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "When one was made (`at`), up to which `position`, and `by` whom; null: none yet"},
    )
    retention = fields.Dict(
        required=True,
        allow_none=True,
        metadata={
            "description": "Contacts without an event for so long (`after`) are erased: how many were `due` when it was"
            " last looked (`looked_at`), and the erasure that `waits_for_yes`; null: contacts are kept for good"
        },
    )
    parts = fields.List(fields.Nested(PartStateSchema), required=True)


class TrailHeadSchema(Answer):
    """The newest line of the audit trail's table."""

    lines = fields.Integer(required=True, metadata={"description": "How many there are"})
    hash = fields.String(required=True)
    signature = fields.String(required=True, metadata={"description": "By this deployment's secret"})


class HeadSchema(Answer):
    """The log's head, and the audit trail's."""

    position = position_field("The newest entry's", required=True)
    hash = fields.String(required=True)
    recorded_at = MomentField("When the log took it", required=True)
    signature = fields.String(required=True, metadata={"description": "By this deployment's secret"})
    trail = fields.Nested(TrailHeadSchema, required=True)


class HeaderSchema(Schema):
    """A header of a message."""

    name = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)


class WholeEntrySchema(Answer):
    """An entry with every column."""

    position = position_field("Its place in the log", required=True)
    recorded_at = MomentField("When the log took it", required=True)
    bus_time = MomentField("When the bus took its message", required=True)
    stated_at = MomentField("The time its facts are stated for", required=True, allow_none=True)
    type = fields.String(required=True, allow_none=True)
    kind = fields.String(
        required=True, allow_none=True, metadata={"description": "call, import, hub, ledger or upstream; null: unread"}
    )
    source = fields.String(required=True, allow_none=True)
    id = fields.String(required=True, allow_none=True, metadata={"description": "Its message's"})
    key = fields.Raw(required=True, allow_none=True, metadata={"description": "The message's, as raw"})
    headers = fields.List(fields.Nested(HeaderSchema), required=True)
    raw = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "As it came: text where it is UTF-8, else an object with base64"},
    )
    erased = fields.Boolean(required=True, metadata={"description": "Whether an erasure emptied it"})
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Null unless it was rejected"})
    message = fields.String(required=True, allow_none=True, metadata={"description": "The reason in words"})
    skipped = fields.Boolean(required=True, metadata={"description": "Accepted, but changes nothing"})
    contact = fields.UUID(required=True, allow_none=True, metadata={"description": "Whom it is about"})
    made_contact = fields.Boolean(required=True, metadata={"description": "Whether that contact came by it"})
    merged = fields.UUID(required=True, allow_none=True, metadata={"description": "Who became that contact by it"})
    split = fields.UUID(required=True, allow_none=True, metadata={"description": "Who was split from it by it"})
    phone = fields.String(required=True, allow_none=True, metadata={"description": "What it says of the identity"})
    user_id = fields.String(required=True, allow_none=True)
    import_ = fields.String(data_key="import", required=True, allow_none=True, metadata={"description": "Its import"})
    row = fields.Integer(required=True, allow_none=True, metadata={"description": "The row of that import"})
    settles = position_field("The rejected message that it takes again or drops", required=True, allow_none=True)
    settled_by = position_field("The entry that took it after all, or dropped it", required=True, allow_none=True)
    commitment = fields.String(required=True, metadata={"description": "Covers what an erasure would empty"})
    hash = fields.String(required=True, metadata={"description": "Covers all else, and previous_hash"})
    previous_hash = fields.String(required=True)
    previous = position_field("The entry before it; null at the first", required=True, allow_none=True)
    next = position_field("The entry behind it; null at the newest", required=True, allow_none=True)
