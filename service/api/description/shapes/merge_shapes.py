"""What the calls that merge, split and renumber contacts take and answer."""

from typing import Any

from marshmallow import Schema, fields, validate

from service.api.description.examples import contact_examples
from service.api.description.shapes.contact_shapes import ContactSchema
from service.api.description.shapes.import_bodies import said
from service.api.description.shapes.shapes import Answer, position_field
from service.api.http.arguments import OptionalBody

MERGE: dict[str, Any] = {"absorbed": "+919820098200", "reason": "The same person with two phones"}
RENUMBER: dict[str, Any] = {"phone": "+919820098200", "reason": "She called from her new number"}
SPLIT: dict[str, Any] = {"reason": "Two people who share a phone"}
DONE: dict[str, Any] = {
    "position": 12,
    "opts_in": False,
    "absorbed": "01a229cc-f0a7-7c5e-9a3b-5d1f0c2e4b6a",
    "contacts": [contact_examples.CONTACT],
}

_SHORT = validate.Length(max=500, error="is longer than {max} characters: say it shorter")
_REASON = {"load_default": None, "allow_none": True, "validate": _SHORT}


def _flag(text: str) -> fields.Boolean:
    return fields.Boolean(load_default=False, truthy={True}, falsy={False}, metadata=said(text))


_SURE = "The second yes, where somebody who has opted out of WhatsApp would be opted in by it"
_DRY = "Only say what would be left, and do nothing"


class MergeBody(Schema):
    """A contact to be merged into another."""

    absorbed = fields.String(
        required=True,
        validate=validate.Length(1, 256),
        metadata=said("Who is to be merged into it: an id, a phone as +919820098200, or a user id"),
    )
    reason = fields.String(**_REASON, metadata=said("Why; the log keeps it"))  # type: ignore[arg-type]
    allow_opt_in = _flag(_SURE)
    dry_run = _flag(_DRY)


class RenumberBody(Schema):
    """A contact's new phone number."""

    phone = fields.String(required=True, metadata=said("The new phone with its country code, as +919820098200"))
    reason = fields.String(**_REASON, metadata=said("Why, without names; the log keeps it"))  # type: ignore[arg-type]
    allow_opt_in = _flag("The consent to WhatsApp that was given for the old number counts for the new one too")
    old_begins_anew = _flag("The old number does not find the contact any more: whoever comes by it is a new one")
    dry_run = _flag(_DRY)


class SplitBody(OptionalBody):
    """A contact to be split from the one that it is merged into."""

    reason = fields.String(**_REASON, metadata=said("Why; the log keeps it"))  # type: ignore[arg-type]
    allow_opt_in = _flag(_SURE)
    dry_run = _flag(_DRY)


_OPTS_IN = (
    "Whether it opts somebody in who had opted out; of a new number, whether that has no consent but the old one's, "
    "which counts with allow_opt_in alone"
)


class MergePlanSchema(Answer):
    """What is left of the contacts."""

    position = position_field("The entry that did it; null: on its way, or not done", required=True, allow_none=True)
    opts_in = fields.Boolean(required=True, metadata={"description": _OPTS_IN})
    absorbed = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Who is merged into the contact, or split off, by id; null: nobody else has the new number"
        },
    )
    contacts = fields.List(
        fields.Nested(ContactSchema),
        required=True,
        metadata={"description": "After a merge or a new number the one, after a split both, as planned"},
    )
