"""A service of somebody else's publishes CloudEvents straight to the topic, by plain kafka-python, and they arrive."""

import json
import uuid

import pytest
from kafka import KafkaProducer

from tests.shipped import Shipped

PHONE = "+919967536783"
TOPIC = f"upstream-{uuid.uuid4().hex[:12]}"
SHOP = "https://shop.example/orders"
TRACKED = {"phone": PHONE, "userId": "0123abc45d", "traits": {"name": "Gavin Roberts"}}
ORDERED = {"userId": "0123abc45d", "event": "Order placed", "traits": {"lines": [{"sku": 7, "price": 12.5}]}}

pytestmark = pytest.mark.kafka


def structured(id, type, data):
    """Attributes and data in one JSON object."""
    return json.dumps({"specversion": "1.0", "id": id, "source": SHOP, "type": type, "data": data}).encode(), []


def binary(id, type, data):
    """Attributes in headers, the data alone as the value."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": id,
        "ce_source": SHOP,
        "ce_type": type,
        "ce_time": "2026-01-22T10:00:00Z",
        "content-type": "application/json",
    }
    return json.dumps(data).encode(), [(name, text.encode()) for name, text in headers.items()]


@pytest.fixture(scope="module")
def shipped(kafka_broker, tmp_path_factory):
    """Consumer and projector behind a topic on which an upstream service has published."""
    made = Shipped(tmp_path_factory.mktemp("upstream"), f"kafka://{kafka_broker.bootstrap}/{TOPIC}")
    try:
        made.run("track", "--phone", PHONE, "--trait", "city=Pune")  # makes the topic
        producer = KafkaProducer(bootstrap_servers=kafka_broker.bootstrap, acks="all")
        for value, headers in (
            structured("1", "UserTracked", TRACKED),
            binary("2", "TagsAdded", {"phone": PHONE, "tags": ["Café", "vip"]}),
            structured("3", "EventTracked", ORDERED),
            binary("4", "UserTracked", {"phone": PHONE, "traits": {"city": "an older value"}}),
            (b"\xff\xfe not a CloudEvent", []),
            structured("5", "UserTracked", {"userId": "0123abc45d", "traits": {"plan": "gold"}}),
        ):
            producer.send(TOPIC, value, headers=headers).get(timeout=30)
        producer.close()
        made.start("consume")
        made.start("project")
        made.settle()
        yield made
    finally:
        made.stop_all()
        print(made.told())  # noqa: T201


def test_structured_and_binary_mode_become_one_contact(shipped):
    contact = shipped.run("show", PHONE, "--json")
    assert contact["user_id"] == "0123abc45d"
    assert contact["traits"] == {"city": "Pune", "name": "Gavin Roberts", "plan": "gold"}
    assert contact["tags"] == ["Café", "vip"]


def test_history_names_the_service_and_the_time_it_stated(shipped):
    events = shipped.run("history", PHONE, "--json")["events"]
    assert [(event["source"], event["id"]) for event in events[1:]] == [(SHOP, str(number)) for number in range(1, 6)]
    assert events[2]["stated_at"] == "2026-01-22T10:00:00Z"


def test_what_is_no_event_keeps_its_place_and_stops_nobody(shipped):
    (rejected,) = shipped.run("rejected", "list", "--json")["rejected"]
    assert rejected["reason"] == "unreadable"
    assert rejected["raw"] == {"base64": "//4gbm90IGEgQ2xvdWRFdmVudA=="}
