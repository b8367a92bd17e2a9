"""`/asyncapi.json` says what is true: of AsyncAPI 3, of every message type, of every example, of what is refused."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from consumers.incoming import read
from ledger.bus.port import Record
from ledger.events.types import OPEN
from tests.examples import GAVIN

PUBLISHED = json.loads((Path(__file__).parent / "asyncapi/3.0.0.json").read_text(encoding="utf-8"))
NEEDED = {"UserTracked": {}, "TagsAdded": {"tags": ["vip"]}, "EventTracked": {"event": "Order placed"}}


@pytest.fixture
def document(client):
    return client.get("/asyncapi.json").json


def resolved(document, reference):
    found = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(member):
    if isinstance(member, dict):
        if "$ref" in member:
            yield member["$ref"]
        for below in member.values():
            yield from references(below)
    elif isinstance(member, list):
        for below in member:
            yield from references(below)


def faults(document, schema, value):
    whole = {"components": document["components"], "allOf": [schema]}
    return [error.message for error in Draft7Validator(whole).iter_errors(value)]


def structured_schema(document, type):
    return document["components"]["messages"][f"{type}Structured"]["payload"]


def as_sent(example):
    """Value and headers of a described example, as a publisher puts them on the topic."""
    headers = tuple((name, text.encode()) for name, text in example.get("headers", {}).items())
    return json.dumps(example["payload"]).encode(), headers


def examples(document):
    for message in document["components"]["messages"].values():
        yield from ((message, example) for example in message["examples"])


def verdict(world, payload):
    """What the consumer's own reading says of a structured message: None, or why it is refused."""
    record = Record(0, 1, 1, None, json.dumps(payload).encode())
    return read(record, world.drivers.signer()).refusal


def event(type, data, **attributes):
    own = {"specversion": "1.0", "id": "m-1", "source": "https://shop.example", "type": type}
    return {**own, **attributes, "data": data}


def test_the_description_is_valid_asyncapi_3(document):
    Draft7Validator(PUBLISHED).validate(document)


def test_the_published_schema_would_find_a_fault(document):
    del document["channels"]["contacts"]["messages"]["TagsAddedBinary"]["$ref"]
    document["operations"]["takeFacts"]["action"] = "take"
    with pytest.raises(ValidationError):
        Draft7Validator(PUBLISHED).validate(document)


def test_every_reference_leads_somewhere(document):
    found = set(references(document))
    assert found
    for reference in found:
        assert resolved(document, reference)


def test_every_type_that_anybody_may_publish_is_described_in_both_modes_and_no_other(document):
    expected = {f"{type}{mode}" for type in OPEN for mode in ("Structured", "Binary")}
    assert set(document["components"]["messages"]) == expected
    assert set(document["channels"]["contacts"]["messages"]) == expected


def test_every_example_fits_its_own_schema(document):
    for message, example in examples(document):
        assert faults(document, message["payload"], example["payload"]) == []
        assert faults(document, message.get("headers", True), example.get("headers", {})) == []


@pytest.mark.parametrize("mode", ["Structured", "Binary"])
def test_the_ledger_takes_every_example(document, world, mode):
    messages = [document["components"]["messages"][f"{type}{mode}"] for type in OPEN]
    sent = [as_sent(example) for message in messages for example in message["examples"]]
    for value, headers in sent:
        world.publish([value], headers)
    world.settle()
    assert [(entry.type, entry.reason) for entry in world.entries()] == [
        (message["name"], None) for message in messages for _ in message["examples"]
    ]


@pytest.mark.parametrize(
    ("type", "data"),
    [
        *((type, {"phone": GAVIN, **needed}) for type, needed in NEEDED.items()),
        *((type, {"userId": 17, **needed}) for type, needed in NEEDED.items()),
        ("UserTracked", {"phone": 919967536783, "match": "phone", "userId": None, "traits": None}),
        ("UserTracked", {"userId": "u-1", "traits": {"a": None, "b": [1, True, "x"], "c": 1.5}, "other": {}}),
        ("EventTracked", {"userId": "u-1", "event": "x", "traits": {"lines": [{"deep": [{}]}]}}),
    ],
)
def test_what_the_schema_allows_the_ledger_takes(document, world, type, data):
    payload = event(type, data)
    assert verdict(world, payload) is None
    assert faults(document, structured_schema(document, type), payload) == []


@pytest.mark.parametrize(
    ("type", "data", "attributes"),
    [
        *((type, needed, {}) for type, needed in NEEDED.items()),
        *((type, {"phone": "", "userId": None, **needed}, {}) for type, needed in NEEDED.items()),
        *((type, {"userId": "u-1"}, {}) for type in ("TagsAdded", "EventTracked")),
        ("UserTracked", {"userId": "u-1", "match": "phone"}, {}),
        ("UserTracked", {"phone": GAVIN, "match": "user"}, {}),
        ("UserTracked", {"phone": GAVIN, "traits": {"a": {"b": 1}}}, {}),
        ("UserTracked", {"phone": GAVIN, "traits": {f"t{n}": 1 for n in range(101)}}, {}),
        ("UserTracked", {"phone": GAVIN, "traits": {"a": "x" * 32769}}, {}),
        ("UserTracked", {"phone": GAVIN, "traits": {"a": [0] * 1001}}, {}),
        ("TagsAdded", {"phone": GAVIN, "tags": []}, {}),
        ("TagsAdded", {"phone": GAVIN, "tags": [f"t{n}" for n in range(51)]}, {}),
        ("EventTracked", {"phone": GAVIN, "event": "x" * 201}, {}),
        ("UserTracked", {"phone": GAVIN}, {"source": "/v1/public/track/users"}),
        ("UserTracked", {"phone": GAVIN}, {"source": "/hub"}),
        ("UserTracked", {"phone": GAVIN}, {"specversion": "0.3"}),
        ("UserTracked", {"phone": GAVIN}, {"id": ""}),
        ("UserTracked", {"phone": GAVIN}, {"source": "x" * 513}),
    ],
)
def test_what_the_ledger_refuses_the_schema_refuses(document, world, type, data, attributes):
    payload = event(type, data, **attributes)
    assert verdict(world, payload) is not None
    assert faults(document, structured_schema(document, type), payload) != []


def test_the_channel_is_the_deployments_topic_and_its_brokers_and_secrets_are_not_told(start_client, tmp_path):
    bus = "kafka://broker.example:9092/shop-contacts?sasl_plain_username=u&sasl_plain_password=hunter2hunter2"
    answer = start_client(tmp_path / "on-kafka", bus=bus).get("/asyncapi.json")
    assert answer.json["channels"]["contacts"]["address"] == "shop-contacts"
    assert "broker.example" not in answer.text
    assert "hunter2" not in answer.text


def test_the_embedded_bus_has_no_topic_that_others_could_publish_to(document):
    assert document["channels"]["contacts"]["address"] is None
    Draft7Validator(PUBLISHED).validate(document)
