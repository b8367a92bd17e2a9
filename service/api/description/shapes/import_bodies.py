"""What the calls about imports take."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from ledger.events import moments
from ledger.events.kinds.tag_list import Tags
from ledger.events.phone import PhoneFault, normalise
from ledger.events.tags import MOST_TAGS
from service.api.description.parameters import limit, text
from service.api.http.arguments import OptionalBody
from service.imports.columns.attributes import COUNTRY_CODE, TYPES
from service.imports.columns.choices import BLANKS, MATCHES, MODES, MOST_NULL_CHARACTERS, MOST_NULL_VALUES
from service.imports.columns.date_formats import FormatWrong, date_format
from service.imports.record.counts import STATES
from service.imports.table.dialect import DELIMITERS


def said(text: str, **words: Any) -> dict[str, Any]:
    return {"description": text, **words}


def one_of(names: tuple[str, ...]) -> validate.OneOf:
    return validate.OneOf(names, error=f"must be one of {', '.join(names)}")


_COLUMNS = 'give a list of objects, each with "column" (its header) and "attribute" (such as "country_code", or null)'

_MAPPED = '{"columns": [{"column": "Mobile Number", "attribute": "phone_number"}]}'


class Flag(fields.Boolean):
    """True or false as JSON has them: a yes to an opt-in is not read into a word or a number that resembles it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return bool(super()._deserialize(value, attr, data, **options))


def _check_format(text: str) -> None:
    try:
        date_format(text)
    except FormatWrong as wrong:
        raise ValidationError(f"is no format: {wrong}") from wrong


class WantedColumn(Schema):
    """What a column becomes."""

    error_messages = {"type": f"is not an object: {_COLUMNS}"}  # noqa: RUF012

    column = fields.String(required=True, metadata=said("Its header"))
    attribute = fields.String(
        required=True,
        allow_none=True,
        metadata=said("What it becomes, such as phone_number or tags; null: ignored"),
    )
    type = fields.String(
        load_default=None,
        allow_none=True,
        validate=one_of(TYPES),
        metadata=said("Of a custom attribute; absent: its own, or string for a new one"),
    )
    format = fields.String(
        load_default=None,
        allow_none=True,
        validate=_check_format,
        metadata=said("How a datetime column is written, such as DD/MM/YYYY, or DD/MM/YYYY HH:mm +05:30"),
    )


class MappingBody(Schema):
    """The mapping; columns that are not named are mapped by their headers."""

    columns = fields.List(
        fields.Nested(WantedColumn),
        load_default=list,
        error_messages={"invalid": f"is not a list: {_COLUMNS}"},
    )

    @pre_load
    def has_columns(self, given: Any, **_options: Any) -> Any:
        """A mapping by other members than `columns` is told what a mapping looks like."""
        others = [str(name)[:60] for name in given if name != "columns"] if isinstance(given, dict) else []
        if others:
            raise ValidationError(
                {name: [f"is not known here: a mapping is such as {_MAPPED}"] for name in others[:20]}
            )
        return given


class TagsBody(Schema):
    """Tags for every row that is taken."""

    tags = Tags(load_default=list, metadata=said(f"At most {MOST_TAGS}; none is fine"))


def _check_country_code(code: str) -> None:
    try:
        normalise(code, "")
    except PhoneFault as fault:
        if fault.field == COUNTRY_CODE:
            raise ValidationError(f"is not one: {fault.message}") from fault


class OptionsBody(Schema):
    """The options, all of them: what is left out is as if it was never given."""

    country_code = fields.String(
        load_default=None,
        allow_none=True,
        validate=_check_country_code,
        metadata=said("Of every number, where no column has it, such as 91"),
    )
    mode = fields.String(
        load_default="upsert",
        validate=one_of(MODES),
        metadata=said("create skips known contacts, update unknown ones"),
    )
    match = fields.String(
        load_default="phone",
        validate=one_of(MATCHES),
        metadata=said("How a row finds its contact: by phone alone, or by either phone or user id"),
    )
    fill = Flag(load_default=False, metadata=said("Set only what has no value yet, and was never cleared"))
    null_values = fields.List(
        fields.String(validate=validate.Length(max=MOST_NULL_CHARACTERS)),
        load_default=list,
        validate=validate.Length(max=MOST_NULL_VALUES),
        metadata=said("Texts that count as blank cells, such as NA"),
    )
    blank = fields.String(
        load_default="keep", validate=one_of(BLANKS), metadata=said("What a blank cell does to a value")
    )
    relaxed_names = Flag(load_default=False, metadata=said("Names may also have ' \u2019 - and ."))
    clean_phones = Flag(load_default=False, metadata=said("Take spaces, hyphens, dots and brackets out of numbers"))
    encoding = fields.String(
        load_default=None, allow_none=True, metadata=said("Where the file is not UTF-8, such as windows-1252")
    )
    delimiter = fields.String(
        load_default=None,
        allow_none=True,
        validate=one_of(tuple(DELIMITERS)),
        metadata=said("Between cells, where it is not found out right"),
    )
    sheet = fields.String(load_default=None, allow_none=True, metadata=said("Of a workbook; null: the first"))


class OrderBody(OptionalBody):
    """Of an undo or a redo."""

    allow_opt_in = Flag(
        load_default=False, metadata=said("Let it opt people in again who have opted out; the 409 said how many")
    )
    leave_opted_out = Flag(
        load_default=False, metadata=said("Have them stay out: a message before the order says FALSE of each")
    )
    reason = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=500), metadata=said("Why; the log keeps it")
    )


class CorrectedRow(Schema):
    """A row that was not taken, corrected."""

    line = fields.Integer(required=True, strict=True, metadata=said("Where it stands in the file"))
    cells = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata=said("What stands in some columns now, by their headers"),
    )


class CorrectionsBody(Schema):
    """Rows that were not taken, corrected."""

    rows = fields.List(
        fields.Nested(CorrectedRow),
        required=True,
        validate=validate.Length(1, 1000),
        metadata=said("At most 1,000; those in which nothing changes are left out"),
    )


class ConfirmationBody(OptionalBody):
    """The second yes."""

    allow_opt_in = Flag(
        load_default=False,
        metadata=said("Let WhatsApp Opted become true for those whom the check counted as opt_ins"),
    )
    again = Flag(load_default=False, metadata=said("Import the same file with the same choices once more"))


class MomentText(fields.String):
    """RFC 3339 with a zone, or a bare date, whose 00:00:00Z is meant; read into microseconds since the epoch."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        try:
            return moments.parse(super()._deserialize(value, attr, data, **options))
        except ValueError as fault:
            raise ValidationError(f"is {fault}") from fault


class RejectsQuery(Schema):
    """For a rejects CSV."""

    open = fields.String(
        validate=one_of(("true", "false")), metadata=said("true: without the rows that were corrected and taken since")
    )


class ImportsQuery(Schema):
    """For the list of imports."""

    limit = limit(100, 1000)
    cursor = text("The next_cursor of the page before", most=64)
    state = fields.String(validate=one_of(STATES), metadata=said("Only those in this state"))
    by = text("Only those that this person or key brought, by name", most=100)
    since = MomentText(metadata=said("Only those whose file came at this moment or later"))
    until = MomentText(metadata=said("Only those whose file came before this moment"))
