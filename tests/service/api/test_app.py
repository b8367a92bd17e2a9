"""What holds for every route: errors, health, metrics."""

import io
import json
import logging
import os
import re
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
import structlog

from service.api.app import create_app
from service.commands.track import Tracker
from service.deployment import logs
from service.deployment.locks import holding
from service.deployment.marks import note_end
from service.deployment.parts import CONSUMER, IMPORTER, PROJECTOR
from service.processes.roles import Stop
from service.wiring.api import conflicts, services
from service.wiring.ledger import ledger_status
from service.wiring.readiness import look
from tests.examples import GAVIN_CALL


@pytest.mark.parametrize("path", ["/", "/v1", "/v1//public/track/users/", "/nothing/here"])
def test_an_unknown_address_is_404(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert (answer.json["result"], answer.content_type) == (False, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "right"), [("GET", "/v1/public/track/users/", "POST"), ("POST", "/healthz", "GET")]
)
def test_a_wrong_method_is_405_and_says_which_are_right(client, method, path, right):
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    assert right in answer.headers["Allow"]
    assert answer.json["result"] is False


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_healthz_needs_no_key_and_no_bus(client, path):
    assert client.get(path).status_code == 200


def test_readyz_names_what_is_missing(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["parts"]["bus"] == "ok"
    assert "consumer" in answer.json["parts"]["log"]
    assert "projector" in answer.json["parts"]["state"]


@pytest.mark.usefixtures("parts_at_work")
def test_readyz_is_200_when_everything_is_usable_and_shows_both_lags(client, world):
    client.track(GAVIN_CALL)
    world.settle()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json["bus_lag"], answer.json["lag_events"]) == (0, 0)


@pytest.mark.usefixtures("parts_at_work")
def test_readyz_says_what_consumer_and_projector_are_trying_to_get_over(client, world):
    client.track(GAVIN_CALL)
    world.settle()
    stop = Stop()
    stop.report_in(PROJECTOR.trouble(world.deployment.data))
    stop.faulty(OSError("the disk is slow"))
    assert look(ledger_status(world.deployment)).parts["projector"] == "the disk is slow"
    stop.healthy()
    assert look(ledger_status(world.deployment)).ready


def aged(path, seconds):
    """As if nobody had touched the file for so long."""
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


@pytest.mark.usefixtures("parts_at_work")
@pytest.mark.parametrize("part", [CONSUMER, PROJECTOR], ids=["consumer", "projector"])
def test_a_part_that_shows_no_sign_of_work_for_a_minute_while_work_waits_is_named(client, world, part):
    """R38: it holds its lock, but a stopped process does nothing."""
    client.track(GAVIN_CALL)
    world.settle()
    aged(part.lock(world.deployment.data), 90)
    assert look(ledger_status(world.deployment)).ready
    client.track(GAVIN_CALL | {"traits": {"city": "Pune"}})
    if part is PROJECTOR:
        world.consume()
    assert re.search(r"no sign of work for \d+ s", look(ledger_status(world.deployment)).parts[part.name])
    aged(part.lock(world.deployment.data), 30)
    assert look(ledger_status(world.deployment)).ready


@pytest.mark.parametrize("part", [IMPORTER, CONSUMER, PROJECTOR], ids=["importer", "consumer", "projector"])
def test_a_part_that_is_dead_is_named_and_calls_are_taken_all_the_same(client, world, part):
    """R38."""
    client.track(GAVIN_CALL)
    world.settle()
    with ExitStack() as held:
        for other in {IMPORTER, CONSUMER, PROJECTOR} - {part}:
            held.enter_context(holding(other.lock(world.deployment.data)))
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert {name for name, fault in answer.json["parts"].items() if fault != "ok"} == {part.name}
        assert f'contacts_part_usable{{part="{part.name}"}} 0.0' in client.get("/metrics").text
        for_calls = client.get("/readyz?for=calls")
        assert for_calls.status_code == 200
        assert set(for_calls.json["parts"]) == {"disk", "bus", "service"}
        told = {one.name: one.fault for one in ledger_status(world.deployment).now().parts}
        assert {name for name, fault in told.items() if fault} == {part.name}


@pytest.mark.usefixtures("parts_at_work")
def test_a_part_that_ends_over_and_over_is_named_though_it_lives_just_now(client, world):
    """R38."""
    client.track(GAVIN_CALL)
    world.settle()
    for _ in range(2):
        note_end(PROJECTOR.ends(world.deployment.data), "an unforeseen KeyError")
    assert look(ledger_status(world.deployment)).ready
    note_end(PROJECTOR.ends(world.deployment.data), "an unforeseen KeyError")
    fault = look(ledger_status(world.deployment)).parts["projector"]
    assert fault == "it ends over and over, 3 times in the last two minutes; last by an unforeseen KeyError"


def test_readyz_for_anything_else_is_told_what_there_is(client):
    assert client.get("/readyz?for=lunch").status_code == 422


def test_metrics_count_answers_by_route_and_show_lags(client, world):
    client.track(GAVIN_CALL)
    client.track({})
    client.get("/somebody/+919967536783")
    world.settle()
    page = client.get("/metrics").text
    line = 'contacts_http_requests_total{method="POST",route="/v1/public/track/users",status="%d"} 1.0'
    assert line % 202 in page
    assert line % 422 in page
    assert "contacts_bus_lag 0.0" in page
    assert "9967536783" not in page


def test_a_fault_of_ours_shows_no_trace_and_an_id_that_the_log_has(world, key_text, client):
    parts = services(world.deployment)
    broken = Tracker(
        parts.tracker.publisher,
        world.drivers.signer(),
        conflicts(world.deployment),
        lambda _source, _ids: (),
        default_country_code="91",
        new_id=lambda: 1 // 0,
    )
    app = create_app(replace(parts, tracker=broken))
    stream = io.StringIO()
    logs.configure("json", stream)
    try:
        answer = type(client)(world, app, key_text).track(GAVIN_CALL)
    finally:
        logging.getLogger().handlers[:] = []
        structlog.reset_defaults()
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    (line,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert line["request"] == answer.json["id"]
    assert line["fault"] == "ZeroDivisionError"
