"""The bus in AsyncAPI 3.0: the messages that any publisher may send, made from the one field table."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from consumers.incoming import MAX_BYTES
from ledger.events import types
from ledger.events.envelope import MOST_NAME_CHARACTERS
from ledger.events.fields import DATA, Shape
from ledger.events.kinds.kind import Kind
from service.api.description.examples.bus_examples import EXAMPLES
from service.api.description.shapes.kinds import schema_of_kind

_ABOUT = f"""\
A contact ledger takes facts about contacts from any service that publishes them here: CloudEvents 1.0, structured
(one JSON object) or in Kafka's binary mode (attributes as `ce_` headers). Message and members are read alike in both.

`source` and `id` name a message for ever: the same again changes nothing. A message has {MAX_BYTES // 1024} KiB at
most. One that cannot be accepted stops nothing; it keeps its place in the log with a reason (`GET /v1/rejected`).
"""
_A_FILE = (
    "This deployment's bus is a file, which only its own processes use: here the same facts come by HTTP calls. "
    "On Kafka this is the topic that CONTACTS_BUS names."
)
_A_TOPIC = "The deployment's topic on Kafka, with one partition unless it was made otherwise."
_KEY = {
    "type": "string",
    "description": "The phone in E.164, or the user id where there is none: messages of one key keep their order in a "
    "topic of several partitions. Without any meaning for what a message says.",
}
_GIVEN = {"not": {"enum": [None, ""]}}
_WHO = {
    "anyOf": [{"required": [name], "properties": {name: _GIVEN}} for name in ("phone", "userId")],
    "if": {"required": ["match"], "properties": {"match": {"const": "phone"}}},
    "then": {"required": ["phone"], "properties": {"phone": _GIVEN}},
}
"""The rules between the members that say who is meant (R6, R7); null and "" mean not given."""


def describe_bus(topic: str | None) -> dict[str, Any]:
    """The AsyncAPI document of a deployment; `topic` None where the bus is nothing that others could publish to."""
    messages = {name: message for type in types.OPEN for name, message in _both_modes(type)}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Contact Ledger: the bus", "version": version("contact-ledger"), "description": _ABOUT},
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "contacts": {
                "address": topic,
                "description": _A_FILE if topic is None else _A_TOPIC,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "takeFacts": {
                "action": "receive",
                "channel": {"$ref": "#/channels/contacts"},
                "summary": "Take facts about contacts, each message once",
            }
        },
        "components": {
            "messages": messages,
            "schemas": {f"{type}Data": _data(DATA[type]) for type in types.OPEN},
        },
    }


def _both_modes(type: str) -> list[tuple[str, dict[str, Any]]]:
    common = {"name": type, "bindings": {"kafka": {"key": _KEY, "bindingVersion": "0.5.0"}}}
    data = {"$ref": f"#/components/schemas/{type}Data"}
    attributes = _attributes(type)
    structured = {
        **common,
        "title": f"{type}, structured",
        "contentType": "application/cloudevents+json",
        "payload": _object({**attributes, "data": data}, optional=("time",)),
        "examples": [{"payload": example} for example in EXAMPLES[type]],
    }
    headers = {f"ce_{name}": words for name, words in attributes.items()}
    binary = {
        **common,
        "title": f"{type}, binary",
        "contentType": "application/json",
        "headers": _object(headers, optional=("ce_time",)),
        "payload": data,
        "examples": [_in_binary_mode(example) for example in EXAMPLES[type]],
    }
    return [(f"{type}Structured", structured), (f"{type}Binary", binary)]


def _object(properties: Mapping[str, Any], optional: tuple[str, ...]) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": dict(properties)}


def _attributes(type: str) -> dict[str, Any]:
    """The CloudEvents attributes that are read; others are kept, and mean nothing."""
    name = {"type": "string", "minLength": 1, "maxLength": MOST_NAME_CHARACTERS}
    ours = "|".join(types.OUR_SOURCES)
    return {
        "specversion": {"const": "1.0"},
        "id": {**name, "description": "Your name for this message, the same when it is sent again"},
        "source": {
            **name,
            "pattern": f"^(?!{ours})",
            "description": "Who says it, such as your service's address; those of the ledger itself are refused",
        },
        "type": {"const": type},
        "time": {
            "type": "string",
            "description": "The time the fact is stated for, with a zone; absent, or later than Kafka's own: Kafka's",
        },
    }


def _data(shape: Shape) -> dict[str, Any]:
    members = {name: _member(kind) for name, kind in shape.members.items()}
    required = [name for name, kind in shape.members.items() if kind.required]
    return {"type": "object", "properties": members, "required": required, **_WHO}


def _member(kind: Kind) -> dict[str, Any]:
    return {"description": kind.metadata["description"], **schema_of_kind(None, kind)}


def _in_binary_mode(example: Mapping[str, Any]) -> dict[str, Any]:
    headers = {f"ce_{name}": text for name, text in example.items() if name != "data"}
    return {"headers": {**headers, "content-type": "application/json"}, "payload": example["data"]}
