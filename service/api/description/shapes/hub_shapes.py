"""The shapes of what is compatible with the hub's public API."""

from marshmallow import fields

from service.api.description.shapes.shapes import Answer, MomentField, TraitValue

_FILTER = {
    "type": "object",
    "required": ["trait", "op"],
    "properties": {
        "trait": {
            "type": "string",
            "description": "An attribute, or created_at_utc, modified_at_utc, user_id or tags",
        },
        "op": {"enum": ["eq", "neq", "gt", "gte", "lt", "lte", "contains", "in", "exists"]},
        "val": {"description": "What to compare with; a list for in; true, false or nothing for exists"},
        "supr_op": {"enum": ["and", "or", None], "description": "How it is joined to those before it; absent: and"},
    },
}


class FiltersSchema(Answer):
    """Which contacts are asked for."""

    filters = fields.Raw(
        allow_none=True,
        metadata={"type": "array", "items": _FILTER, "maxItems": 20, "description": "Absent: all contacts"},
    )


class CustomerSchema(Answer):
    """A contact as the hub's API has it."""

    id = fields.UUID(required=True)
    user_id = fields.String(required=True, allow_none=True)
    phone_number = fields.String(required=True, allow_none=True, metadata={"description": "Without country code"})
    country_code = fields.String(required=True, allow_none=True)
    traits = fields.Dict(keys=fields.String(), values=TraitValue(), required=True)
    tags = fields.List(fields.String(), required=True)
    created_at_utc = MomentField("When its first event was recorded", required=True)
    modified_at_utc = MomentField("When an event last changed something of it", required=True)


class FoundCustomerSchema(Answer):
    """One contact."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)
    data = fields.Nested(CustomerSchema, required=True)


class WindowSchema(Answer):
    """A part of a list."""

    total_customers = fields.Integer(required=True)
    has_next_page = fields.Boolean(required=True)
    offset = fields.Integer(required=True)
    limit = fields.Integer(required=True)
    customers = fields.List(fields.Nested(CustomerSchema), required=True)


class CustomersSchema(Answer):
    """Some contacts."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)
    data = fields.Nested(WindowSchema, required=True)
