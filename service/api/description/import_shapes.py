"""The shapes of imports: what their calls take and answer, as marshmallow schemas (R19-R22)."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from ledger.events.kinds.tag_list import MOST_TAGS, Tags
from ledger.events.phone import PhoneFault, normalise
from service.api.description.parameters import limit, text
from service.api.description.shapes import Answer, ChangeSchema
from service.api.http.arguments import OptionalBody
from service.imports.columns.attributes import COUNTRY_CODE, TYPES
from service.imports.columns.choices import BLANKS, MATCHES, MODES, MOST_NULL_CHARACTERS, MOST_NULL_VALUES
from service.imports.columns.date_formats import FormatWrong, date_format
from service.imports.record.states import COMMANDS
from service.imports.table.dialect import DELIMITERS


def _said(text: str, **words: Any) -> dict[str, Any]:
    return {"description": text, **words}


def _count(told: str) -> fields.Integer:
    return fields.Integer(required=True, metadata=_said(told))


def _one_of(names: tuple[str, ...]) -> validate.OneOf:
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

    column = fields.String(required=True, metadata=_said("Its header"))
    attribute = fields.String(
        required=True,
        allow_none=True,
        metadata=_said("What it becomes, such as phone_number or tags; null: ignored"),
    )
    type = fields.String(
        load_default=None,
        allow_none=True,
        validate=_one_of(TYPES),
        metadata=_said("Of a custom attribute; absent: its own, or string for a new one"),
    )
    format = fields.String(
        load_default=None,
        allow_none=True,
        validate=_check_format,
        metadata=_said("How a datetime column is written, such as DD/MM/YYYY, or DD/MM/YYYY HH:mm +05:30"),
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

    tags = Tags(load_default=list, metadata=_said(f"At most {MOST_TAGS}; none is fine"))


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
        metadata=_said("Of every number, where no column has it, such as 91"),
    )
    mode = fields.String(
        load_default="upsert",
        validate=_one_of(MODES),
        metadata=_said("create skips known contacts, update unknown ones"),
    )
    match = fields.String(
        load_default="phone",
        validate=_one_of(MATCHES),
        metadata=_said("How a row finds its contact: by phone alone, or by either phone or user id"),
    )
    fill = Flag(load_default=False, metadata=_said("Set only what has no value yet, and was never cleared"))
    null_values = fields.List(
        fields.String(validate=validate.Length(max=MOST_NULL_CHARACTERS)),
        load_default=list,
        validate=validate.Length(max=MOST_NULL_VALUES),
        metadata=_said("Texts that count as blank cells, such as NA"),
    )
    blank = fields.String(
        load_default="keep", validate=_one_of(BLANKS), metadata=_said("What a blank cell does to a value")
    )
    relaxed_names = Flag(load_default=False, metadata=_said("Names may also have ' \u2019 - and ."))
    clean_phones = Flag(load_default=False, metadata=_said("Take spaces, hyphens, dots and brackets out of numbers"))
    encoding = fields.String(
        load_default=None, allow_none=True, metadata=_said("Where the file is not UTF-8, such as windows-1252")
    )
    delimiter = fields.String(
        load_default=None,
        allow_none=True,
        validate=_one_of(tuple(DELIMITERS)),
        metadata=_said("Between cells, where it is not found out right"),
    )
    sheet = fields.String(load_default=None, allow_none=True, metadata=_said("Of a workbook; null: the first"))


class OrderBody(OptionalBody):
    """Of an undo or a redo."""

    reason = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=500), metadata=_said("Why; the log keeps it")
    )


class ConfirmationBody(OptionalBody):
    """The second yes."""

    allow_opt_in = Flag(
        load_default=False,
        metadata=_said("Let WhatsApp Opted become true for those whom the check counted as opt_ins"),
    )
    again = Flag(load_default=False, metadata=_said("Import the same file with the same choices once more"))


class ImportsQuery(Schema):
    """For the list of imports."""

    limit = limit(100, 1000)
    cursor = text("The next_cursor of the page before", most=64)


class RejectSchema(Answer):
    """A fault of a row."""

    line = fields.Integer(required=True, metadata=_said("In the file, the header being 1"))
    column = fields.String(required=True)
    reason = fields.String(required=True, metadata=_said("A word for programs"))
    message = fields.String(required=True, metadata=_said("What is wrong, for a person"))
    hint = fields.String(required=True, metadata=_said("What to do"))


class UndoingSchema(Answer):
    """An undo or a redo of an import."""

    what = fields.String(required=True, metadata=_said("Which of the two", enum=["undo", "redo"]))
    position = fields.Integer(required=True, metadata=_said("Where it stands in the log"))
    by = fields.String(required=True, allow_none=True, metadata=_said("Who wanted it"))
    reason = fields.String(required=True, allow_none=True)
    contacts = fields.Integer(required=True, metadata=_said("The contacts it is about"))
    done = fields.Integer(required=True, metadata=_said("Those of them that show it by now"))


class NotRedoneRowSchema(Answer):
    """A row that a redo could not bring back."""

    line = fields.Integer(required=True, metadata=_said("In the file, the header being 1"))
    reason = fields.String(required=True, metadata=_said("A word for programs"))
    message = fields.String(required=True, metadata=_said("What is wrong, for a person"))


class NotRedoneSchema(Answer):
    """The rows that a redo could not bring back."""

    rows = fields.Integer(required=True)
    first = fields.List(fields.Nested(NotRedoneRowSchema), required=True, metadata=_said("At most 100"))


class CountsSchema(Answer):
    """An import and its counts; before it is confirmed, those of its check."""

    id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        metadata=_said(
            "How far it is",
            enum=[
                *("uploaded", "mapped", "checked", "running", "done", "cancelled", "failed"),
                *("undoing", "undone", "redoing"),
            ],
        ),
    )
    file_name = fields.String(required=True)
    rows = fields.Integer(required=True, allow_none=True, metadata=_said("Null while they are not counted"))
    created = _count("New contacts")
    updated = _count("Known contacts that changed")
    unchanged = _count("Every value was there already, or lost to a newer one")
    older = _count("Those of the unchanged that lost")
    skipped = _count("Left out by the mode")
    duplicate = _count("Later rows with the phone of a row that was taken")
    rejected = _count("Rows with a fault")
    pending = _count("Not known yet")
    cancelled = _count("Never published, as it was stopped")
    erased = _count("Of contacts that were erased since")
    failure = fields.String(metadata=_said("Why it failed, or why its check refused the file"))
    undoing = fields.Nested(UndoingSchema, metadata=_said("Its last undo or redo; no undo changes the counts"))


class ImportsSchema(Answer):
    """A page of imports."""

    imports = fields.List(fields.Nested(CountsSchema), required=True, metadata=_said("Newest first"))
    next_cursor = fields.String(required=True, allow_none=True, metadata=_said("Null at the end"))


class ProposalSchema(Answer):
    """What a column could become."""

    column = fields.String(required=True)
    attribute = fields.String(required=True, allow_none=True, metadata=_said("Null: it is ignored"))
    type = fields.String(required=True, metadata=_said("Of most values", enum=list(TYPES)))
    reason = fields.String(
        required=True,
        metadata=_said("Why", enum=["exact", "synonym", "existing", "new", "ignored"]),
    )
    values = fields.Integer(required=True, metadata=_said("Values among the file's first 1,000 rows"))
    fits = fields.Float(
        required=True, allow_none=True, metadata=_said("The share of them that are of the type, 0 to 1")
    )
    formats = fields.List(
        fields.String(),
        required=True,
        metadata=_said("By which all of them are dates; several where day and month cannot be told apart"),
    )


class ProposedSchema(Answer):
    """What the file's columns could become."""

    columns = fields.List(fields.Nested(ProposalSchema), required=True)
    country_code = fields.String(
        required=True, allow_none=True, metadata=_said("To be given as an option where the file has none")
    )
    faults = fields.List(fields.String(), required=True, metadata=_said("Why it cannot be taken as it is"))


class PreviewRowSchema(Answer):
    """A row of the file."""

    line = fields.Integer(required=True)
    cells = fields.List(fields.String(), required=True)


class PreviewSchema(Answer):
    """The start of the file, and what its columns could become."""

    delimiter = fields.String(required=True)
    header = fields.List(fields.String(), required=True)
    rows = fields.List(
        fields.Nested(PreviewRowSchema), required=True, metadata=_said("The first 20, up to 200 cells each")
    )
    proposal = fields.Nested(ProposedSchema, required=True)


class MappedColumnSchema(Answer):
    """A column and what it becomes."""

    column = fields.String(required=True)
    attribute = fields.String(required=True, allow_none=True)
    type = fields.String(required=True)
    format = fields.String(required=True, allow_none=True, metadata=_said("How its dates are written"))


class ProgressSchema(Answer):
    """What is being done."""

    stage = fields.String(required=True)
    done = fields.Integer(required=True)
    rows = fields.Integer(required=True, metadata=_said("0 while it is not known"))


class ExampleSchema(Answer):
    """A contact that would change."""

    line = fields.Integer(required=True)
    contact = fields.UUID(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)


class TextColumnSchema(Answer):
    """A column whose values are all of a type that it was not mapped to."""

    column = fields.String(required=True)
    type = fields.String(required=True, metadata=_said("Of all its values", enum=["number", "boolean", "datetime"]))


class CheckSchema(Answer):
    """What a check found besides the counts."""

    position = fields.Integer(required=True, metadata=_said("The position of the log that it is exact for"))
    head = fields.String(required=True, metadata=_said("The hash of that entry"))
    opt_ins = fields.Integer(required=True, metadata=_said("Who said FALSE and would become TRUE"))
    new_attributes = fields.List(fields.String(), required=True)
    new_tags = fields.List(fields.String(), required=True)
    examples = fields.List(fields.Nested(ExampleSchema), required=True, metadata=_said("At most 100"))


class ImportSchema(CountsSchema):
    """An import."""

    allowed = fields.List(
        fields.String(), required=True, metadata=_said(f"Of {', '.join(COMMANDS)}, undo, redo, what its state allows")
    )
    tags = fields.List(fields.String(), required=True)
    options = fields.Dict(required=True)
    mapping = fields.List(fields.Nested(MappedColumnSchema), required=True, allow_none=True)
    progress = fields.Nested(ProgressSchema, required=True, allow_none=True, metadata=_said("Null while nothing runs"))
    imported_before = fields.UUID(
        required=True, allow_none=True, metadata=_said("Which import had the same file and choices")
    )
    revision = fields.Integer(required=True, metadata=_said("How often its choices were changed"))
    not_redone = fields.Nested(
        NotRedoneSchema, metadata=_said("After a redo: rows whose phone or user id was another contact's by then")
    )
    unreadable = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata=_said("Lines of a file that is not UTF-8, read as Windows-1252: is that right?"),
    )
    preview = fields.Nested(PreviewSchema, required=True, allow_none=True)
    sheets = fields.List(
        fields.String(), required=True, allow_none=True, metadata=_said("Of a workbook, until it is confirmed")
    )
    check = fields.Nested(CheckSchema, required=True, allow_none=True)
    text_columns = fields.List(
        fields.Nested(TextColumnSchema),
        required=True,
        metadata=_said("Columns kept as texts whose values are all of another type, once every row was read"),
    )
    user_ids_left_out = fields.Integer(
        required=True, metadata=_said("User ids such as undefined, which are nobody's and count as not given")
    )
    rejects = fields.List(
        fields.Nested(RejectSchema),
        required=True,
        metadata=_said("The first 100 faults of the file; while it runs, the first that were found"),
    )
