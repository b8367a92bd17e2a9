"""The shapes of who may do what: keys, people, their devices, and the trail of what was done."""

from marshmallow import Schema, fields, validate

from service.api.description.parameters import limit, text
from service.api.description.shapes.shapes import Answer, MomentField
from service.deployment.tables.scopes import SCOPES

_scope = validate.OneOf(SCOPES, error=f"must be one of {', '.join(SCOPES)}")


def scopes_field() -> fields.List[str]:
    """At least one of the scopes."""
    least = validate.Length(min=1, error="must have at least one")
    return fields.List(fields.String(validate=_scope), required=True, validate=least)


def name_field(of: str) -> fields.String:
    """A name as people know it."""
    return fields.String(required=True, metadata={"description": f"The {of}'s, of 1 to 100 printable characters"})


class NewKeyBody(Schema):
    """A key to be made."""

    name = name_field("key")
    scopes = scopes_field()


class NewPersonBody(Schema):
    """Somebody to be let in."""

    name = name_field("person")
    scopes = scopes_field()


class RightsBody(Schema):
    """Other rights."""

    scopes = scopes_field()


class MadeKeySchema(Answer):
    """A key, with its text this once."""

    id = fields.String(required=True)
    key = fields.String(required=True, metadata={"description": "Its text, which nothing can show again"})
    name = fields.String(required=True)
    scopes = fields.List(fields.String, required=True)


class KeySchema(Answer):
    """An API key, without its text."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String, required=True)
    created_at = MomentField("When it was made", required=True)
    revoked_at = MomentField("When it was revoked; null while it is valid", required=True, allow_none=True)


class KeysSchema(Answer):
    """Every key."""

    keys = fields.List(fields.Nested(KeySchema), required=True)


class PersonSchema(Answer):
    """Somebody who may use the hub."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String, required=True)
    created_at = MomentField("When they were let in", required=True)


class PeopleSchema(Answer):
    """Everybody who may use the hub."""

    people = fields.List(fields.Nested(PersonSchema), required=True)


class LinkSchema(Answer):
    """A one-time link."""

    id = fields.String(required=True, metadata={"description": "The person's"})
    link = fields.String(required=True, metadata={"description": "Works once, within a day; not shown again"})


class InvitedSchema(PersonSchema):
    """Somebody who was let in, and their first link."""

    link = fields.String(required=True, metadata={"description": "Works once, within a day; not shown again"})


class SessionSchema(Answer):
    """A device that is signed in to the hub."""

    id = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "Whose it is: a person's name, or a key's"})
    person = fields.String(required=True, allow_none=True, metadata={"description": "The person's id"})
    key = fields.String(required=True, allow_none=True, metadata={"description": "The id of the key that signed it in"})
    device = fields.String(required=True, metadata={"description": "In words, such as Chrome on Windows"})
    created_at = MomentField("When it was signed in", required=True)
    seen_at = MomentField("When it was last seen, to the hour", required=True)


class SessionsSchema(Answer):
    """Every device that is signed in."""

    sessions = fields.List(fields.Nested(SessionSchema), required=True)


class TrailFilters(Schema):
    """For the trail as a file."""

    who = text("Only what this actor did: a name, or as who has it", most=200)
    what = text("Only acts of this kind, such as key created", most=100)


class TrailQuery(TrailFilters):
    """For a page of the trail."""

    limit = limit(100, 1000)
    cursor = text("The next_cursor of the page before", most=80)


class ActSchema(Answer):
    """Something that was done."""

    at = MomentField("When", required=True)
    who = fields.String(required=True, metadata={"description": "As it was written down, such as key 3f60c1a2b7d4"})
    name = fields.String(required=True, metadata={"description": "The key's name where a key did it, else as who"})
    what = fields.String(required=True)
    why = fields.String(required=True, allow_none=True, metadata={"description": "The reason that was given"})
    detail = fields.Dict(required=True)


class ActKindSchema(Schema):
    """How often something was done."""

    what = fields.String(required=True)
    count = fields.Integer(required=True)


class TrailSchema(Answer):
    """A page of the trail."""

    acts = fields.List(fields.Nested(ActSchema), required=True)
    kinds = fields.List(
        fields.Nested(ActKindSchema), required=True, metadata={"description": "Everything there is, whatever was asked"}
    )
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Leads on; null at the end"})
