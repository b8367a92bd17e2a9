"""What the query strings of the calls that read can have, as marshmallow schemas."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from projections.conditions.wanted import SORTS
from service.queries.contact.origins import KINDS

LARGEST_POSITION = 2**62
MOST_CONDITIONS = 10

_INTEGER = re.compile(r"-?[0-9]+").fullmatch


class WholeNumber(fields.Integer):
    """A whole number of ASCII digits between two bounds."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        self._bounds = f"from {least} to {most:,}"
        super().__init__(validate=validate.Range(least, most, error=f"must be {self._bounds}"), **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> int:
        if not (isinstance(value, str) and _INTEGER(value)):
            raise ValidationError(f"is not a whole number: give one {self._bounds}")
        if not (value.isdigit() and len(value) <= 19):
            raise ValidationError(f"must be {self._bounds}")
        return int(super()._deserialize(value, attr, data, **options))


def limit(default: int, most: int) -> WholeNumber:
    """How many of something are given at most."""
    return WholeNumber(1, most, load_default=default, metadata={"description": "How many at most"})


def text(description: str, most: int = 256, key: str | None = None) -> fields.String:
    """A few words; `key` is the parameter's name where it is not the schema's."""
    length = validate.Length(1, most, error=f"must have 1 to {most} characters")
    return fields.String(validate=length, data_key=key, metadata={"description": description})


def after(what: str) -> WholeNumber:
    """Where a feed goes on."""
    described = {"description": f"Only {what} beyond this position of the log: the next_after of the page before"}
    return WholeNumber(0, LARGEST_POSITION, load_default=0, metadata=described)


class AsOfQuery(Schema):
    """For a contact."""

    as_of = text("As it was at a position of the log, or at a moment such as 2026-11-22T10:00:00Z")


def several(item: fields.String, description: str) -> fields.List[str]:
    """A parameter that can be given more than once."""
    most = validate.Length(max=MOST_CONDITIONS, error=f"can be given {MOST_CONDITIONS} times at most")
    return fields.List(item, load_default=list, validate=most, metadata={"description": description})


class ContactsQuery(AsOfQuery):
    """For a list of contacts."""

    where = several(text("A condition", most=4000), "Conditions such as city=Pune")
    tag = several(text("A tag", most=100), "Tags that a contact must have")
    match = fields.String(
        load_default="all",
        validate=validate.OneOf(["all", "any"], error="must be all or any"),
        metadata={"description": "Whether all of where and tag must hold, or any"},
    )
    q = text(
        "Only contacts whose name, email, user id or phone contains this, in any letter case; one or two characters are"
        " looked for where a word begins"
    )
    sort = fields.String(
        load_default="-modified",
        validate=validate.Length(1, 258, error="must have 1 to 258 characters"),
        metadata={"description": f"One of {', '.join(SORTS)} (- is newest first), or an attribute; - is the other way"},
    )
    limit = limit(100, 1000)
    cursor = text("The next_cursor or previous_cursor of a page", most=800)
    total = fields.Boolean(load_default=True, metadata={"description": "Whether to count all that the list has"})
    last_change = fields.Boolean(
        load_default=False, metadata={"description": "Whether each contact has the event that changed it last"}
    )
    chosen = text("Only these members of a contact, or these attributes, separated by commas", most=1000, key="fields")


class ReadinessQuery(Schema):
    """What is asked for."""

    purpose = fields.String(
        data_key="for",
        load_default="alarms",
        validate=validate.OneOf(("alarms", "calls")),
        metadata={"description": "calls: only whether a call can be taken, for load balancers"},
    )


class HistoryQuery(Schema):
    """For a contact's history."""

    after = after("events")
    before = WholeNumber(
        1, LARGEST_POSITION, metadata={"description": "Newest first, only events before this position of the log"}
    )
    order = fields.String(
        load_default="oldest",
        validate=validate.OneOf(["oldest", "newest"], error="must be oldest or newest"),
        metadata={"description": "Which events come first"},
    )
    attribute = text("Only events that changed this attribute; phone, user_id and tags are some too")
    origin = fields.String(
        validate=validate.OneOf(KINDS, error=f"must be one of {', '.join(KINDS)}"),
        metadata={"description": "Only events that came from there"},
    )
    limit = limit(1000, 10_000)


class ExplainQuery(Schema):
    """For a contact's reasons."""

    trait = text("Only this attribute")


class TagsQuery(Schema):
    """For the tags in use."""

    q = text("Only tags that contain this, in any letter case")
    limit = limit(100, 1000)


class OverviewQuery(Schema):
    """For the overview."""

    days = WholeNumber(1, 1_100, load_default=30, metadata={"description": "How many days, up to `until`"})
    since = fields.Date(metadata={"description": "The first day, in place of `days`"})
    until = fields.Date(metadata={"description": "The last day; today unless given"})


class ValuesQuery(Schema):
    """For the values of an attribute."""

    attribute = fields.String(
        required=True,
        validate=validate.Length(1, 258, error="must have 1 to 258 characters"),
        metadata={"description": "An attribute's name or title, phone, user_id or tags"},
    )
    q = text("Only values that contain this, in any letter case")
    limit = limit(20, 1000)


class MessageQuery(Schema):
    """For one message."""

    source = text("The message's source, if it was published by others than this server's calls", most=512)


class ChangesQuery(Schema):
    """For the feed of entries."""

    after = after("entries")
    limit = limit(100, 1000)


class RejectedQuery(Schema):
    """For rejected messages."""

    is_open = fields.Boolean(
        data_key="open",
        load_default=False,
        metadata={"description": "Only messages that were neither taken since nor dropped"},
    )

    before = WholeNumber(
        1,
        LARGEST_POSITION,
        metadata={"description": "Only messages before this position: the next_before of the page before"},
    )
    limit = limit(100, 1000)
    reason = text("Only messages rejected for this reason", most=100)
    source = text("Only messages of this source", most=512)


class CustomersQuery(Schema):
    """For the hub's list of contacts."""

    offset = WholeNumber(0, 1_000_000_000, load_default=0, metadata={"description": "How many to pass over"})
    limit = limit(100, 100)


class PhoneQuery(Schema):
    """For the contact with a phone."""

    country_code = text("Which country's number is meant, where several have it; with or without +", most=4)
