"""What the query strings of the calls that read can have, as marshmallow schemas."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

LARGEST_POSITION = 2**62


class Whole(fields.Integer):
    """A whole number of ASCII digits between two bounds."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(validate=validate.Range(least, most, error=f"must be from {least} to {most:,}"), **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19):
            raise ValidationError("is not a whole number")
        return int(super()._deserialize(value, attr, data, **options))


def limit(default: int, most: int) -> Whole:
    """How many of something are given at most."""
    return Whole(1, most, load_default=default, metadata={"description": "How many at most"})


def text(description: str, most: int = 256) -> fields.String:
    """A few words."""
    length = validate.Length(1, most, error=f"must have 1 to {most} characters")
    return fields.String(validate=length, metadata={"description": description})


def after(what: str) -> Whole:
    """Where a feed goes on."""
    described = {"description": f"Only {what} beyond this position of the log: the next_after of the page before"}
    return Whole(0, LARGEST_POSITION, load_default=0, metadata=described)


class AsOfQuery(Schema):
    """For a contact."""

    as_of = text("As it was at a position of the log, or at a moment such as 2026-11-22T10:00:00Z")


class HistoryQuery(Schema):
    """For a contact's history."""

    after = after("events")
    limit = limit(1000, 10_000)


class ExplainQuery(Schema):
    """For a contact's reasons."""

    trait = text("Only this attribute")


class TagsQuery(Schema):
    """For the tags in use."""

    q = text("Only tags that contain this, in any letter case")
    limit = limit(100, 1000)


class MessageQuery(Schema):
    """For one message."""

    source = text("The message's source, if it was published by others than this server's calls", most=512)


class ChangesQuery(Schema):
    """For the feed of entries."""

    after = after("entries")
    limit = limit(100, 1000)


class RejectedQuery(Schema):
    """For rejected messages."""

    after = after("messages")
    limit = limit(100, 1000)
