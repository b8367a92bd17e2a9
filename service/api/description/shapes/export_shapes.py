"""What the calls about exports take and answer, with examples."""

from typing import Any, get_args

from marshmallow import fields, validate

from projections.conditions.wanted import SORTS
from service.api.description.parameters import limit, several, text
from service.api.description.shapes.import_bodies import Flag, one_of, said
from service.api.description.shapes.shapes import Answer, MomentField
from service.api.http.arguments import OptionalBody
from service.jobs.exports.exports import ExportState
from service.jobs.exports.wanted_export import FORMATS, MOST_COLUMNS
from service.queries.filters.selection import Match

_ID = "01a20d6c-6b39-7a51-93fa-0c27d1f4b3a1"
ASKED: dict[str, Any] = {
    "where": ["city=Pune"],
    "tag": ["vip"],
    "columns": ["name", "phone", "city", "tags"],
    "opted_in": True,
}
WAITING: dict[str, Any] = {
    "id": _ID,
    "format": "csv",
    "where": [],
    "tag": [],
    "q": None,
    "match": "all",
    "opted_in": False,
    "by": "office",
    "asked_at": "2026-11-24T10:00:00Z",
    "state": "waiting",
    "position": None,
    "rows": None,
    "done": 0,
    "bytes": None,
    "expires_at": None,
    "failure": None,
}
READY: dict[str, Any] = {
    **WAITING,
    "state": "ready",
    "position": 5,
    "rows": 1,
    "done": 1,
    "bytes": 118,
    "expires_at": "2026-11-25T10:00:02Z",
}
FILE = (
    "\ufeffName,Country Code,Phone Number,exported:contact\r\n"
    "Gavin Roberts,91,9967536783,01a20e51-0035-703f-b269-a57f0c2d62ae\r\n"
)


class SelectionBody(OptionalBody):
    """Which contacts are meant; without any of these, all."""

    where = several(text("A condition", most=4000), "Conditions such as city=Pune")
    tag = several(text("A tag", most=100), "Tags that a contact must have")
    match = fields.String(
        load_default="all", validate=one_of(("all", "any")), metadata=said("Whether all of where and tag must hold")
    )
    q = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 256),
        metadata=said("Only contacts whose name, email, user id or phone contains this"),
    )


class ExportBody(SelectionBody):
    """Which contacts, and what of them."""

    opted_in = Flag(load_default=False, metadata=said("Leave out whoever has not said TRUE for WhatsApp Opted"))
    columns = fields.List(
        text("An attribute, or phone, user_id, tags, created_at, modified_at", most=300),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, MOST_COLUMNS),
        metadata=said("Of the CSV, in this order; absent: all that contacts have. JSON lines have all in any case"),
    )
    sort = fields.String(load_default="-modified", validate=one_of(SORTS), metadata=said("As of the list"))
    format = fields.String(
        load_default="csv", validate=one_of(FORMATS), metadata=said("jsonl: a contact's JSON a line")
    )
    as_of = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 64),
        metadata=said("As they were at a position of the log, or at a moment"),
    )


class ExportSchema(Answer):
    """An export."""

    id = fields.UUID(required=True)
    format = fields.String(required=True, validate=one_of(FORMATS))
    where = fields.List(fields.String(), required=True, metadata=said("As it was asked for, and so the next four"))
    tag = fields.List(fields.String(), required=True)
    q = fields.String(required=True, allow_none=True)
    match = fields.String(required=True, validate=one_of(get_args(Match)))
    opted_in = fields.Boolean(required=True)
    by = fields.String(required=True, metadata=said("Who asked for it"))
    asked_at = MomentField("When", required=True)
    state = fields.String(required=True, validate=one_of(get_args(ExportState)))
    position = fields.Integer(
        required=True, allow_none=True, metadata=said("All contacts in it are as they were at this position of the log")
    )
    rows = fields.Integer(required=True, allow_none=True, metadata=said("Contacts in all; null until they are counted"))
    done = fields.Integer(required=True, metadata=said("Contacts written by now"))
    bytes = fields.Integer(required=True, allow_none=True, metadata=said("Of the file"))
    expires_at = fields.String(required=True, allow_none=True, metadata=said("When the file is removed"))
    failure = fields.String(required=True, allow_none=True, metadata=said("Why there is no file"))


class ExportsSchema(Answer):
    """Exports, the newest first."""

    exports = fields.List(fields.Nested(ExportSchema), required=True)


class ExportsQuery(OptionalBody):
    """For the list of exports."""

    limit = limit(100, 1000)
