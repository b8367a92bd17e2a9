"""What a batch's body and answer are like, for the description."""

from typing import Any

from marshmallow import fields

from service.api.description.shapes.shapes import Answer, FaultSchema, conflict_holders

BODY: dict[str, Any] = {"type": "string", "description": "One JSON object a line, each the body of a track call"}

EXAMPLE = """\
{"userId": "0123abc45d", "phoneNumber": "9967536783", "countryCode": "+91", "traits": {"city": "Pune"}, "tags": ["vip"]}
{"phoneNumber": "12", "traits": {"city": "Agra"}}
{"fullPhoneNumber": "+919820098200", "traits": {"name": "Asha Rao"}}
"""


class LineSchema(Answer):
    """What became of a line: `ids` where it was taken, else `errors`."""

    line = fields.Integer(required=True, metadata={"description": "Of the body, from 1; empty lines count too"})
    result = fields.Boolean(required=True, metadata={"description": "Whether the line was taken"})
    ids = fields.List(fields.UUID, metadata={"description": "Its messages', in the order sent"})
    notes = fields.List(fields.Nested(FaultSchema), metadata={"description": "What of it counts as not given"})
    errors = fields.List(fields.Nested(FaultSchema), metadata={"description": "All that is wrong with it"})
    more = fields.Integer(metadata={"description": "Errors not listed: an answer lists 10,000, then one for each line"})
    holders = conflict_holders()


class BatchSchema(Answer):
    """A batch of which at least one line was taken."""

    result = fields.Boolean(required=True, metadata={"enum": [True]})
    message = fields.String(required=True)
    accepted = fields.Integer(required=True, metadata={"description": "Lines that were taken"})
    refused = fields.Integer(required=True, metadata={"description": "Lines that were not"})
    results = fields.List(fields.Nested(LineSchema), required=True, metadata={"description": "One for each line"})


TAKEN: dict[str, Any] = {
    "result": True,
    "message": "2 of 3 lines were taken",
    "accepted": 2,
    "refused": 1,
    "results": [
        {
            "line": 1,
            "result": True,
            "ids": ["01a20e51-002c-7ccc-a749-6c154fea50cd", "01a20e51-002c-7ccc-a749-6c15d96d089f"],
        },
        {
            "line": 2,
            "result": False,
            "errors": [
                {
                    "pointer": "/phoneNumber",
                    "message": "phoneNumber is not a valid number of country code +91: it has 2 digits, where mobile "
                    "numbers have 10. Check the digits and the country code ('12')",
                    "reason": "phone_invalid",
                }
            ],
        },
        {"line": 3, "result": True, "ids": ["01a20e51-002c-7ccc-a749-6c16e1d3a0b2"]},
    ],
}
