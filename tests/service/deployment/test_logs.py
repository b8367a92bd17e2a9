import io
import json
import logging

import pytest
import structlog

from service.deployment import logs


@pytest.fixture
def lines():
    stream = io.StringIO()
    logs.configure("json", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().handlers[:] = []
    structlog.reset_defaults()


def test_a_log_line_is_one_json_object(lines):
    structlog.get_logger().info("batch appended", part="consumer", events=12)
    (line,) = lines()
    assert (line["event"], line["level"], line["part"], line["events"]) == ("batch appended", "info", "consumer", 12)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "field", ["phone", "phone_number", "user_id", "userId", "email", "name", "traits", "tags", "value", "raw", "text"]
)
def test_personal_fields_are_withheld(lines, field):
    structlog.get_logger().warning("message rejected", **{field: "Gavin Roberts"})
    assert "Gavin" not in json.dumps(lines())


def test_a_phone_is_withheld_as_a_number_too(lines):
    structlog.get_logger().warning("message rejected", phone=919967536783, position=12)
    (line,) = lines()
    assert line["phone"] == "(withheld)"
    assert line["position"] == 12


@pytest.mark.parametrize("value", [{"name": "Gavin"}, ["Gavin"], ("Gavin",), b"Gavin"])
def test_structures_are_withheld_even_in_open_fields(lines, value):
    structlog.get_logger().warning("message rejected", reason=value)
    assert "Gavin" not in json.dumps(lines())


@pytest.mark.parametrize("text", ["+919967536783", "99675 36783", "(099) 6753-6783", "gavin@example.com"])
def test_a_phone_or_an_email_in_a_sentence_is_withheld(lines, text):
    structlog.get_logger().warning("message rejected", error=f"cannot take {text} twice")
    assert text not in json.dumps(lines())
    assert "cannot take" in lines()[0]["error"]


def test_an_exception_shows_its_class_and_places_but_not_its_message(lines):
    try:
        raise ValueError("bad phone +919967536783 of Gavin")
    except ValueError:
        structlog.get_logger().exception("request failed")
    (line,) = lines()
    assert line["fault"] == "ValueError"
    assert "test_logs.py" in line["frames"]
    assert "Gavin" not in json.dumps(line)
    assert "99675" not in json.dumps(line)


def test_libraries_logs_go_the_same_way(lines):
    logging.getLogger("urllib3.pool").warning("connection lost to %s for %s", "broker", "gavin@example.com")
    (line,) = lines()
    assert line["event"] == "connection lost to broker for (withheld)"


@pytest.mark.parametrize("name", ["kafka", "kafka.net.transport", "kafka.net.selector", "kafka.producer.sender"])
def test_what_kafkas_library_says_a_hundred_times_a_second_in_an_outage_is_not_repeated(lines, name):
    """Its faults come to us, and are said once: an import showed 3,000 lines of them in half a minute."""
    logging.getLogger(name).error("socket disconnected")
    assert lines() == []


def test_a_closed_stream_does_not_become_a_fault():
    stream = io.StringIO()
    logs.configure("console", stream)
    stream.close()
    structlog.get_logger().info("still here")
