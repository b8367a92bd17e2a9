"""What the calls about imports say of a file before its columns are chosen."""

from marshmallow import fields

from service.api.description.shapes.import_bodies import said
from service.api.description.shapes.shapes import Answer
from service.imports.columns.attributes import TYPES


class ProposalSchema(Answer):
    """What a column could become."""

    column = fields.String(required=True)
    attribute = fields.String(required=True, allow_none=True, metadata=said("Null: it is ignored"))
    type = fields.String(required=True, metadata=said("Of most values", enum=list(TYPES)))
    reason = fields.String(
        required=True,
        metadata=said("Why", enum=["exact", "synonym", "existing", "new", "ignored"]),
    )
    values = fields.Integer(required=True, metadata=said("Values among the file's first 1,000 rows"))
    fits = fields.Float(required=True, allow_none=True, metadata=said("The share of them that are of the type, 0 to 1"))
    formats = fields.List(
        fields.String(),
        required=True,
        metadata=said("By which they are dates; several where day and month cannot be told apart"),
    )
    format_misfits = fields.Integer(
        required=True, metadata=said("How many of them are no dates by these; at most one in five")
    )
    first_misfit = fields.String(
        required=True, allow_none=True, metadata=said("The first value that is not of the type, or no such date")
    )


class ProposedSchema(Answer):
    """What the file's columns could become."""

    columns = fields.List(fields.Nested(ProposalSchema), required=True)
    country_code = fields.String(
        required=True, allow_none=True, metadata=said("To be given as an option where the file has none")
    )
    faults = fields.List(fields.String(), required=True, metadata=said("Why it cannot be taken as it is"))


class PreviewRowSchema(Answer):
    """A row of the file."""

    line = fields.Integer(required=True)
    cells = fields.List(fields.String(), required=True)


class PreviewSchema(Answer):
    """The start of the file, and what its columns could become."""

    delimiter = fields.String(required=True)
    header = fields.List(fields.String(), required=True)
    rows = fields.List(
        fields.Nested(PreviewRowSchema), required=True, metadata=said("The first 20, up to 200 cells each")
    )
    proposal = fields.Nested(ProposedSchema, required=True)
