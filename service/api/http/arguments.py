"""A call's arguments by a marshmallow schema; all faults at once: parameters by name, members by JSON Pointer."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import flask
import marshmallow
from webargs.flaskparser import FlaskParser

from service.http.admission.body import read_object
from service.http.problem import Problem


class OptionalBody(marshmallow.Schema):
    """A body that may be left out, as if it were `{}`."""


class Arguments(FlaskParser):
    """Reads query strings and JSON bodies. A parameter that a route does not have is a fault, not silence."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": marshmallow.RAISE}  # noqa: RUF012

    def load_json(self, _request: flask.Request, schema: marshmallow.Schema) -> Any:
        """The body as an object, whatever its Content-Type says. Raises as `service.http.admission.body` does."""
        content = flask.g.content
        return {} if not content and isinstance(schema, OptionalBody) else read_object(content)

    def load_querystring(self, req: flask.Request, schema: marshmallow.Schema) -> Any:
        """The parameters. One that cannot be a list, but is given twice, is a fault: either would be a guess."""
        lists = {
            field.data_key or name
            for name, field in schema.load_fields.items()
            if isinstance(field, marshmallow.fields.List)
        }
        twice = [(name, len(given)) for name, given in req.args.lists() if len(given) > 1 and name not in lists]
        if twice:
            raise faulty([_of_parameter(name, f"is given {times} times: give it once") for name, times in twice])
        return super().load_querystring(req, schema)

    def handle_error(self, error: marshmallow.ValidationError, *_: object, **__: object) -> NoReturn:
        """Answer 422 with all faults."""
        found = [each for location, messages in error.messages_dict.items() for each in _faults(location, messages)]
        raise faulty(found)


def faulty(found: list[dict[str, str]]) -> Problem:
    """422 for faults that each have a `message`, which the answer's own message repeats."""
    messages = [each["message"] for each in found]
    # clients of the hub's API show the message and nothing else
    text = messages[0] if len(messages) == 1 else f"{len(messages)} faults: {'; '.join(messages)}"
    return Problem(422, text, errors=found)


def bad_parameter(name: str, fault: str) -> Problem:
    """422 for one parameter of the query string: `fault` says what is wrong and what is allowed."""
    return faulty([_of_parameter(name, fault)])


def bad_member(name: str, fault: str) -> Problem:
    """422 for one member of a body: `fault` says what is wrong and what is allowed."""
    return faulty([{"pointer": f"/{name}", "message": f"{name} {fault}", "reason": "invalid"}])


def _of_parameter(name: str, fault: str) -> dict[str, str]:
    return {"parameter": name, "message": f"{name} {fault}", "reason": "invalid"}


def _faults(location: str, messages: Any, path: tuple[str | int, ...] = ()) -> Iterator[dict[str, str]]:
    if isinstance(messages, Mapping):
        for step, below in messages.items():
            yield from _faults(location, below, path if step == "_schema" else (*path, step))
        return
    for message in messages:
        name = ".".join(str(step) for step in path) or "the body"
        if location == "query":
            yield _of_parameter(str(path[0]) if path else "the query", _lower(message))
        else:
            pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
            yield {"pointer": pointer, "message": f"{name} {_lower(message)}", "reason": "invalid"}


_SAID = {
    "Unknown field.": "is not known here: take it out",
    "Missing data for required field.": "is missing: give it",
    "Field may not be null.": "is null: leave it out, or give a value",
    "Not a valid integer.": "is not a whole number",
    "Not a valid string.": "is not a string",
    "Not a valid boolean.": "is neither true nor false",
    "Not a valid list.": "is not a list",
    "Invalid input type.": "is not an object",
}
"""Marshmallow's sentences in the form that all others here have: what the member is, and what to do."""


def _lower(message: str) -> str:
    return _SAID.get(message, message)
