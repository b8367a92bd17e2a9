"""Changes of many contacts over HTTP."""

import pytest

from service.wiring.imports import importing
from tests.examples import ASHA, GAVIN


@pytest.fixture
def some(world):
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA, city="Goa")
    world.settle()
    return world


def work(world, id):
    with importing(world.deployment) as importer:
        importer.go_on(id, lambda *_: None)
    world.settle()


def test_a_change_is_checked_confirmed_and_undone_by_calls(client, some, description):
    asked = client.post("/v1/edits", {"where": ["city=Pune"], "set": {"city": "Mumbai"}, "tags": ["vip"]})
    description.assert_fits("POST", "/v1/edits", asked)
    path = asked.headers["Location"]
    work(some, asked.json["id"])
    checked = client.read(path)
    description.assert_fits("GET", "/v1/edits/{id}", checked)
    assert (checked.json["state"], checked.json["updated"], checked.json["by"]) == ("checked", 1, "Website")
    assert some.contact(GAVIN)["traits"]["city"] == "Pune"
    assert client.post(f"{path}/confirm", {}).status_code == 202
    work(some, asked.json["id"])
    assert (some.contact(GAVIN)["traits"]["city"], client.read(path).json["state"]) == ("Mumbai", "done")
    assert client.post(f"{path}/undo", {"reason": "wrong"}).status_code == 202
    some.settle()
    assert (some.contact(GAVIN)["traits"]["city"], some.contact(GAVIN)["tags"]) == ("Pune", [])
    assert [one["state"] for one in client.read("/v1/edits").json["edits"]] == ["undone"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"where": ["ciity=Pune"], "tags": ["vip"]}, "did you mean city"),
        ({"where": ["city=Pune"]}, "say what is to change"),
        ({"set": {"city": {"a": 1}}}, "city"),
        ({"tags": ["a\u0000"]}, "control character"),
    ],
)
@pytest.mark.usefixtures("some")
def test_what_cannot_be_changed_is_said_before_anything_is_kept(client, body, told):
    answer = client.post("/v1/edits", body)
    assert answer.status_code == 422
    assert told in answer.json["message"]
    assert client.read("/v1/edits").json["edits"] == []


@pytest.mark.usefixtures("some")
def test_changes_are_listed_page_by_page(client, description):
    made = [client.post("/v1/edits", {"where": ["city=Pune"], "tags": [tag]}).json["id"] for tag in ("a", "b", "c")]
    first = client.read("/v1/edits?limit=2")
    description.assert_fits("GET", "/v1/edits", first)
    second = client.read(f"/v1/edits?limit=2&cursor={first.json['next_cursor']}")
    assert [one["id"] for page in (first, second) for one in page.json["edits"]] == made[::-1]
    assert second.json["next_cursor"] is None
