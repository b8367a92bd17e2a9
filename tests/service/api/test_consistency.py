"""`Consistency-Token`: a read that brings a write's token shows that write."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from service.api.app import create_app
from service.wiring.api import services
from tests.examples import ASHA, GAVIN

TOKEN = "Consistency-Token"
WHERE = "/v1/contacts?where=city=Pune"


@pytest.fixture
def hasty(world, key_text, client):
    """A client of an application that waits but a moment."""
    parts = services(world.deployment)
    app = create_app(replace(parts, consistency=replace(parts.consistency, seconds=0.05)))
    return type(client)(world, app, key_text)


def track(client, **more):
    answer = client.track({"fullPhoneNumber": GAVIN, "traits": {"city": "Pune"}, "tags": ["vip"]} | more)
    assert answer.status_code == 202
    return answer.headers[TOKEN]


def test_a_read_waits_until_the_write_shows(client, world):
    token = track(client)
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(client.read, WHERE, headers={TOKEN: token})
        world.settle()
        shown = answer.result()
    assert shown.status_code == 200
    assert [contact["tags"] for contact in shown.json["contacts"]] == [["vip"]]


def test_a_write_that_already_shows_is_not_waited_for(hasty, world):
    token = track(hasty)
    world.settle()
    assert hasty.read(WHERE, headers={TOKEN: token}).json["total"] == 1


@pytest.mark.parametrize("how_far", ["nothing", "log"])
def test_a_write_that_does_not_show_in_time_is_503_with_retry_after(hasty, world, description, how_far):
    world.track(phone=ASHA)
    world.settle()
    token = track(hasty)
    if how_far == "log":
        world.consume()
    answer = hasty.read("/v1/contacts", headers={TOKEN: token})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    description.assert_fits("GET", "/v1/contacts", answer)


def test_a_write_that_was_rejected_is_409_with_its_reason(hasty, world, description):
    track(hasty, userId="u-1")
    token = track(hasty, userId="u-2")
    world.settle()
    answer = hasty.read("/v1/contacts", headers={TOKEN: token})
    assert (answer.status_code, answer.json["reason"], answer.json["position"]) == (409, "identity_conflict", 4)
    description.assert_fits("GET", "/v1/contacts", answer)


def test_a_token_that_is_not_ours_is_422(hasty, world, description):
    token = track(hasty)
    world.settle()
    source, id, signature = token.split(":")
    other = id[:-1] + ("1" if id.endswith("0") else "0")
    forged = [f"{source}:{other}:{signature}", f"{source}:{id}", "nonsense", "\u00e9:x:y", f"{token}0"]
    for wrong in forged:
        answer = hasty.read("/v1/contacts", headers={TOKEN: wrong})
        assert answer.status_code == 422
        assert [error["header"] for error in answer.json["errors"]] == [TOKEN]
        description.assert_fits("GET", "/v1/contacts", answer)


def test_every_call_that_reads_waits(hasty, world, description):
    world.track(phone=ASHA)
    world.settle()
    token = track(hasty)
    for (method, path), scopes in description.scopes().items():
        if "read" in scopes:
            answer = hasty.open(path, method=method, headers={TOKEN: token, "Authorization": hasty.authorization})
            assert answer.status_code == 503, path


def test_an_event_has_a_token_too(client, world):
    answer = client.post("/v1/public/track/events/", {"userId": "u-1", "event": "Paid"})
    world.settle()
    assert client.read("/v1/changes", headers={TOKEN: answer.headers[TOKEN]}).json["head"] == 1
