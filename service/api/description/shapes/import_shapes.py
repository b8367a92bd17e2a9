"""What the calls about imports answer."""

from marshmallow import fields

from service.api.description.shapes.contact_shapes import ChangeSchema
from service.api.description.shapes.import_bodies import said
from service.api.description.shapes.proposal_shapes import PreviewSchema
from service.api.description.shapes.shapes import Answer, MomentField
from service.imports.record.counts import STATES
from service.imports.registry.lifecycle import COMMANDS


def _count(told: str) -> fields.Integer:
    return fields.Integer(required=True, metadata=said(told))


class RejectSchema(Answer):
    """A fault of a row."""

    line = fields.Integer(required=True, metadata=said("In the file, the header being 1"))
    column = fields.String(required=True)
    reason = fields.String(required=True, metadata=said("A word for programs"))
    message = fields.String(required=True, metadata=said("What is wrong, for a person"))
    hint = fields.String(required=True, metadata=said("What to do"))


class RowReasonSchema(Answer):
    """How many rows have a reason."""

    reason = fields.String(required=True, metadata=said("A word for programs"))
    rows = fields.Integer(required=True, metadata=said("Rows that have it; one with several counts under each"))
    what = fields.String(required=True, metadata=said("For a person"))


class UndoingSchema(Answer):
    """An undo or a redo of an import."""

    what = fields.String(required=True, metadata=said("Which of the two", enum=["undo", "redo"]))
    position = fields.Integer(required=True, metadata=said("Where it stands in the log"))
    by = fields.String(required=True, allow_none=True, metadata=said("Who wanted it"))
    reason = fields.String(required=True, allow_none=True)
    contacts = fields.Integer(required=True, metadata=said("The contacts it is about"))
    done = fields.Integer(required=True, metadata=said("Those of them that show it by now"))


class NotRedoneRowSchema(Answer):
    """A row that a redo could not bring back."""

    line = fields.Integer(required=True, metadata=said("In the file, the header being 1"))
    reason = fields.String(required=True, metadata=said("A word for programs"))
    message = fields.String(required=True, metadata=said("What is wrong, for a person"))


class NotRedoneSchema(Answer):
    """The rows that a redo could not bring back."""

    rows = fields.Integer(required=True)
    first = fields.List(fields.Nested(NotRedoneRowSchema), required=True, metadata=said("At most 100"))


def _replaced(also: str) -> fields.Dict:
    of = said(f"How many values of each attribute others take the place of. {also}")
    return fields.Dict(keys=fields.String(), values=fields.Integer(), metadata=of)


class CountsSchema(Answer):
    """An import and its counts; before it is confirmed, those of its check."""

    id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        metadata=said("How far it is", enum=list(STATES)),
    )
    file_name = fields.String(required=True)
    by = fields.String(
        required=True,
        allow_none=True,
        metadata=said("Who brought it: a person or a key by name, or who ran the command; null if not known"),
    )
    bytes = fields.Integer(required=True, allow_none=True, metadata=said("Of the file"))
    tags = fields.List(fields.String(), required=True, metadata=said("Of every row that is taken"))
    made_at = MomentField("When the file came", required=True, allow_none=True)
    confirmed_at = MomentField("The time that its rows are stated for; null until then", required=True, allow_none=True)
    ended_at = MomentField(
        "When its last row was out, or it was stopped; null until then", required=True, allow_none=True
    )
    rows = fields.Integer(required=True, allow_none=True, metadata=said("Null while they are not counted"))
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
    replaced = _replaced("As the check counted them that was confirmed; not where none was made")
    failure = fields.String(metadata=said("Why it failed, or why its check refused the file"))
    undoing = fields.Nested(UndoingSchema, metadata=said("Its last undo or redo; no undo changes the counts"))


class ImportsSchema(Answer):
    """A page of imports."""

    imports = fields.List(fields.Nested(CountsSchema), required=True, metadata=said("Newest first"))
    next_cursor = fields.String(required=True, allow_none=True, metadata=said("Null at the end"))


class MappedColumnSchema(Answer):
    """A column and what it becomes."""

    column = fields.String(required=True)
    attribute = fields.String(required=True, allow_none=True)
    type = fields.String(required=True)
    format = fields.String(required=True, allow_none=True, metadata=said("How its dates are written"))


class ProgressSchema(Answer):
    """What is being done."""

    stage = fields.String(required=True)
    done = fields.Integer(required=True)
    rows = fields.Integer(required=True, metadata=said("0 while it is not known"))


class ExampleSchema(Answer):
    """A contact that would change."""

    line = fields.Integer(required=True)
    contact = fields.UUID(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)


class TextColumnSchema(Answer):
    """A column whose values are all of a type that it was not mapped to."""

    column = fields.String(required=True)
    type = fields.String(required=True, metadata=said("Of all its values", enum=["number", "boolean", "datetime"]))


class ChecksSumSchema(Answer):
    """Counts that add up to `rows`."""

    rows = _count("Of the file")
    created = _count("New contacts")
    updated = _count("Known contacts that change")
    unchanged = _count("Every value is there already, or loses to a newer one")
    older = _count("Those of the unchanged that lose")
    skipped = _count("Left out by the mode")
    duplicate = _count("Later rows with the phone of a row that is taken")
    rejected = _count("Rows with a fault")
    replaced = _replaced("Not in checks of earlier versions")
    examples = fields.List(
        fields.Nested(ExampleSchema), metadata=said("At most 100 contacts; not in checks of earlier versions")
    )


class BrokenQuoteSchema(Answer):
    """A cell with a quote that does not enclose it whole, such as `"Pune"x`."""

    line = fields.Integer(required=True, metadata=said("Of the file, whose first is 1"))
    cell = fields.String(required=True, metadata=said("As it stands there, its first 60 characters"))


class BrokenQuotesSchema(Answer):
    """Cells that are read with what stands outside their quotes: was something else meant?"""

    cells = _count("How many")
    first = fields.List(fields.Nested(BrokenQuoteSchema), required=True, metadata=said("At most 20"))


class CheckSchema(Answer):
    """What a check found besides the counts."""

    position = fields.Integer(required=True, metadata=said("The position of the log that it is exact for"))
    head = fields.String(required=True, metadata=said("The hash of that entry"))
    opt_ins = fields.Integer(required=True, metadata=said("Who said FALSE and would become TRUE"))
    with_opt_ins = fields.Nested(
        ChecksSumSchema,
        required=True,
        allow_none=True,
        metadata=said("What it comes to if the confirmation allows these; null where there are none"),
    )
    replaced = _replaced("Not in checks of earlier versions")
    gains = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata=said("How many people more an option that is off would bring at most, by its name"),
    )
    broken_quotes = fields.Nested(BrokenQuotesSchema, metadata=said("Not in checks of earlier versions"))
    new_attributes = fields.List(fields.String(), required=True)
    new_tags = fields.List(fields.String(), required=True)
    examples = fields.List(fields.Nested(ExampleSchema), required=True, metadata=said("At most 100"))


class ImportInBriefSchema(Answer):
    """Which import it is."""

    id = fields.UUID(required=True)
    file_name = fields.String(required=True)
    by = fields.String(required=True, allow_none=True)
    bytes = fields.Integer(required=True, allow_none=True)
    made_at = MomentField("When the file came", required=True, allow_none=True)
    confirmed_at = MomentField("When it was confirmed", required=True, allow_none=True)
    ended_at = MomentField("When its last row was out", required=True, allow_none=True)
    tags = fields.List(fields.String(), required=True)


class CorrectionSchema(ImportInBriefSchema):
    """An import of corrected rows."""

    taken = fields.Integer(
        required=True,
        metadata=said("How many of the rows that were not taken it has taken; 0 until it is done, or undone"),
    )


class ImportSchema(CountsSchema):
    """An import."""

    allowed = fields.List(
        fields.String(), required=True, metadata=said(f"Of {', '.join(COMMANDS)}, undo, redo, what its state allows")
    )
    options = fields.Dict(required=True)
    mapping = fields.List(fields.Nested(MappedColumnSchema), required=True, allow_none=True)
    progress = fields.Nested(ProgressSchema, required=True, allow_none=True, metadata=said("Null while nothing runs"))
    imported_before = fields.UUID(
        required=True, allow_none=True, metadata=said("Which import had the same file and choices")
    )
    revision = fields.Integer(required=True, metadata=said("How often its choices were changed"))
    not_redone = fields.Nested(
        NotRedoneSchema, metadata=said("After a redo: rows whose phone or user id was another contact's by then")
    )
    rejects_lost = fields.Integer(
        metadata=said("Rows that were not taken, of which is not known which and why: the file of them is damaged")
    )
    unreadable = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata=said("Lines of a file that is not UTF-8, read as Windows-1252: is that right?"),
    )
    preview = fields.Nested(PreviewSchema, required=True, allow_none=True)
    sheets = fields.List(
        fields.String(), required=True, allow_none=True, metadata=said("Of a workbook, until it is confirmed")
    )
    same_columns_as = fields.Nested(
        ImportInBriefSchema,
        required=True,
        allow_none=True,
        metadata=said("While nothing is chosen: the newest import that was confirmed with the same columns"),
    )
    corrects = fields.Nested(
        ImportInBriefSchema,
        required=True,
        allow_none=True,
        metadata=said("The import whose rejected rows it has, corrected; null where it has a file's rows"),
    )
    corrected_by = fields.List(
        fields.Nested(CorrectionSchema),
        required=True,
        metadata=said("The imports that have its rejected rows, corrected, oldest first; confirmed or not"),
    )
    check = fields.Nested(CheckSchema, required=True, allow_none=True)
    examples = fields.List(
        fields.Nested(ExampleSchema),
        required=True,
        metadata=said("Of a confirmed import: at most five rows that take the place of values, as its check said"),
    )
    text_columns = fields.List(
        fields.Nested(TextColumnSchema),
        required=True,
        metadata=said("Columns kept as texts whose values are all of another type, once every row was read"),
    )
    user_ids_left_out = fields.Integer(
        required=True, metadata=said("User ids such as undefined, which are nobody's and count as not given")
    )
    reasons = fields.List(
        fields.Nested(RowReasonSchema),
        required=True,
        metadata=said("Why rows are rejected or duplicates, the most frequent first; none while it runs"),
    )
    rejects = fields.List(
        fields.Nested(RejectSchema),
        required=True,
        metadata=said("The first 100 faults of the file; while it runs, the first that were found"),
    )
