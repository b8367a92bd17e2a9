"""The shapes of contacts, their history and reasons, and of the attributes and tags in use."""

from typing import get_args

from marshmallow import fields

from ledger.events.traits import TraitType
from service.api.description.shapes.shapes import Answer, MomentField, TraitValue, position_field, refolding
from service.queries.contact.origins import KINDS


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
    created_at = MomentField("When its first event was recorded", required=True)
    modified_at = MomentField("When an event last changed something of it", required=True)
    position = position_field("Its newest event's", required=True)
    as_of = position_field("The position asked for")


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


class ImportedSchema(Answer):
    """Which line of which file; of a change by hand, without a file, neither."""

    id = fields.String(required=True, metadata={"description": "The import's"})
    file = fields.String(required=True, allow_none=True)
    line = fields.Integer(required=True, allow_none=True)
    rows = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the file, or contacts that were to change"}
    )


class OriginSchema(Answer):
    """Where something came from, in words."""

    kind = fields.String(required=True, metadata={"enum": list(KINDS)})
    name = fields.String(required=True, metadata={"description": "Of the key, the file, or the service upstream"})
    by = fields.String(required=True, allow_none=True, metadata={"description": "The person's or key's name"})
    import_ = fields.Nested(ImportedSchema, data_key="import")


class MergedSchema(Answer):
    """Two contacts that became one, or are two again."""

    contact = fields.String(required=True, metadata={"description": "The id of the one merged in, or split off"})
    survivor = fields.String(required=True, metadata={"description": "The id of the other"})


class SaidSchema(Answer):
    """A value that an event named."""

    attribute = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)


class EventSchema(Answer):
    """An event about a contact."""

    position = position_field("Its place in the log", required=True)
    id = fields.String(required=True, metadata={"description": "Its message's"})
    type = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "Who published it"})
    stated_at = MomentField("The time its facts are stated for", required=True)
    recorded_at = MomentField("When the log took it", required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    origin = fields.Nested(OriginSchema, required=True)
    event = fields.String(metadata={"description": "The name of a tracked event"})
    row = fields.Integer(metadata={"description": "Of an import's file"})
    line = fields.Integer(metadata={"description": "Where in that file"}, allow_none=True)
    skipped = fields.Boolean(metadata={"description": "By the import's mode"})
    said = fields.List(
        fields.Nested(SaidSchema), metadata={"description": "Where it changed nothing: the values that it named"}
    )
    older = fields.Boolean(metadata={"description": "Of these, that newer ones were known; else they were there"})
    by = fields.String(metadata={"description": "The name of the key or person who said so"}, allow_none=True)
    reason = fields.String(metadata={"description": "Why, of an order"}, allow_none=True)
    merged = fields.Nested(MergedSchema, metadata={"description": "Of an event that made two contacts one"})
    split = fields.Nested(MergedSchema, metadata={"description": "Of one that made them two again"})
    retry = fields.Dict(
        metadata={"description": "Who had it taken again, and why, since it was rejected at `position`"}
    )


class ListedSchema(Answer):
    """A contact, or what was chosen of it; as the answer to /v1/contacts/{id} describes."""

    id = fields.UUID(required=True)
    traits = fields.Dict(keys=fields.String(), values=TraitValue())
    tags = fields.List(fields.String())
    last_change = fields.Nested(
        EventSchema, allow_none=True, metadata={"description": "Null where a contact has too many events"}
    )


class ContactsSchema(Answer):
    """A page of contacts."""

    notes = fields.List(fields.String(), metadata={"description": "What conditions hold for fewer than it may seem"})

    contacts = fields.List(fields.Nested(ListedSchema), required=True)
    total = fields.Integer(
        required=True, allow_none=True, metadata={"description": "How many the whole list has; null with total=false"}
    )
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Null at the end"})
    previous_cursor = fields.String(allow_none=True, metadata={"description": "Null at the beginning"})
    as_of = position_field("The position asked for")
    refolding = refolding()


class HistorySchema(Answer):
    """What happened to a contact."""

    contact = fields.UUID(required=True)
    events = fields.List(fields.Nested(EventSchema), required=True, metadata={"description": "In the order asked for"})
    next_after = position_field("Where to go on; null at the end", allow_none=True)
    next_before = position_field("Where to go on, newest first; null at the end", allow_none=True)


class LostSchema(Answer):
    """A value that lost."""

    value = TraitValue(required=True, allow_none=True)
    position = position_field("Of the event that said it", required=True)
    event = fields.String(required=True, metadata={"description": "That event's message"})
    source = fields.String(required=True)
    stated_at = MomentField("The time it was stated for", required=True)
    rule = fields.String(required=True, metadata={"description": "Why it lost"})
    origin = fields.Nested(OriginSchema, required=True)
    by = fields.String(metadata={"description": "The name of the key or person who said so"})
    line = fields.Integer(metadata={"description": "In the import's file"})


class ReasonSchema(Answer):
    """The event that set a value, and those that lost to it."""

    value = TraitValue(required=True, allow_none=True)
    position = position_field("Of the event that set it", required=True)
    event = fields.String(required=True, metadata={"description": "That event's message"})
    source = fields.String(required=True)
    stated_at = MomentField("The time it was stated for", required=True)
    lost = fields.List(fields.Nested(LostSchema), metadata={"description": "The first five"})
    lost_total = fields.Integer(metadata={"description": "How many lost in all"})
    origin = fields.Nested(OriginSchema, required=True)
    by = fields.String(metadata={"description": "The name of the key or person who said so"})
    line = fields.Integer(metadata={"description": "In the import's file"})


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
    position = position_field("What the list is as of", required=True)
    refolding = refolding()


class TagSchema(Answer):
    """A tag."""

    tag = fields.String(required=True)
    contacts = fields.Integer(required=True, metadata={"description": "How many have it"})


class TagsSchema(Answer):
    """The tags."""

    tags = fields.List(fields.Nested(TagSchema), required=True)
    total = fields.Integer(required=True, metadata={"description": "How many there are without limit"})
    position = position_field("What the list is as of", required=True)
    refolding = refolding()


class ValueSchema(Answer):
    """A value of an attribute."""

    value = TraitValue(required=True)
    count = fields.Integer(required=True, metadata={"description": "How many contacts have it"})


class ValuesSchema(Answer):
    """Values of an attribute, the most frequent first."""

    values = fields.List(fields.Nested(ValueSchema), required=True)
    more = fields.Boolean(required=True, metadata={"description": "Whether there are others"})
    newest = fields.Integer(metadata={"description": "Only so many of the newest contacts were counted"})
    position = position_field("What the list is as of")
