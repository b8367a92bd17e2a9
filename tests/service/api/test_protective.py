"""What every answer tells browsers and caches to leave alone."""

import pytest

from tests.examples import GAVIN, GAVIN_CALL

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def assert_safe(answer):
    assert {name: answer.headers.getlist(name) for name in SAFE} == {name: [text] for name, text in SAFE.items()}


def test_every_address_and_every_error_is_safe_and_what_is_not_asked_again_is_not_kept(client, world, description):
    world.track(phone=GAVIN)
    world.settle()
    for method, path in description.operations:
        for authorization in (client.authorization, "Bearer wrong"):
            answer = client.open(
                path.replace("{id}", world.contact(GAVIN)["id"]),
                method=method,
                headers={"Authorization": authorization},
            )
            assert_safe(answer)
            is_open = path in ("/openapi.json", "/asyncapi.json", "/docs", "/docs/{name}")
            kept = "no-cache" if is_open and answer.status_code < 400 else "no-store"
            if not is_open and "ETag" in answer.headers:
                kept = "private, no-cache"
            assert answer.headers.getlist("Cache-Control") == [kept], (method, path, answer.status_code)


@pytest.mark.parametrize("path", ["/nothing/here", "/", "/v1"])
def test_an_address_where_nothing_is_is_as_safe(client, path):
    assert_safe(client.get(path))


def test_a_track_call_is_not_kept_either(client):
    for answer in (client.track(GAVIN_CALL), client.track({}), client.get("/v1/public/track/users/")):
        assert_safe(answer)
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_contact_may_be_kept_by_its_reader_who_asks_whether_it_is_still_so(client, world):
    world.track(phone=GAVIN)
    world.settle()
    answer = client.read(f"/v1/contacts/{world.contact(GAVIN)['id']}")
    assert answer.headers["ETag"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_fault_of_ours_is_as_safe(client, monkeypatch):
    monkeypatch.setattr("projections.lists.catalogue.tags", lambda _state: 1 / 0)
    answer = client.read("/v1/tags")
    assert answer.status_code in (500, 503)
    assert_safe(answer)
