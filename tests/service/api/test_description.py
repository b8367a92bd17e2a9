"""`/openapi.json` says what is true: of every route, of every example, of every answer."""

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.api.track import EVENTS, USERS
from service.wiring.api import application
from tests.docs.rerun import comparable
from tests.examples import GAVIN_CALL
from tests.service.api import story


def example_of(content):
    (shown,) = content.values()
    return shown["example"]


def test_the_description_is_valid_openapi_3_1(description):
    assert description.document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(description.document).validate()


def test_every_route_is_described_and_nothing_else(description, world):
    app = application(world.deployment)
    routes = {
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD"}
    }
    in_front = {("POST", f"{USERS}/"), ("POST", f"{EVENTS}/")}
    assert routes | in_front == set(description.operations)


def test_every_operation_has_a_name_of_its_own_and_says_what_it_is_for(description):
    names = [operation["operationId"] for operation in description.operations.values()]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for operation in description.operations.values())


def test_every_example_fits_its_schema(description):
    for operation in description.operations.values():
        described = [operation["requestBody"]] if "requestBody" in operation else []
        described += [description.resolved(response) for response in operation["responses"].values()]
        for part in described:
            for shown in part.get("content", {}).values():
                if "example" in shown:
                    assert description.faults(shown["schema"], shown["example"]) == []


@pytest.mark.parametrize("path", [f"{USERS}/", f"{EVENTS}/"])
def test_an_example_call_is_answered_by_the_example_answer(client, description, path):
    operation = description.operations["POST", path]
    answer = client.post(path, example_of(operation["requestBody"]["content"]))
    shown = example_of(description.answer("POST", path, answer.status_code))
    assert comparable(msgspec.json.encode(answer.json).decode()) == comparable(msgspec.json.encode(shown).decode())


@pytest.mark.usefixtures("parts_at_work")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_an_example_answer_is_what_comes(client, world, description, path):
    world.settle()
    shown = example_of(description.answer("GET", path, 200))
    assert client.get(path).json == shown


QUERIES = {"/v1/values": "?attribute=name", "/v1/overview": "?since=2020-01-01&until=2020-01-01"}
"""Of calls that must be asked something, and of one whose answer is of today."""


@pytest.mark.usefixtures("parts_at_work")
def test_every_call_that_reads_has_an_example_answer_which_is_what_comes(client, world, description):
    stands = story.tell(client, world, description)
    reads = [path for method, path in description.operations if method == "GET" and path.startswith("/v1/")]
    assert reads
    for path in reads:
        answer = client.read(story.place(path, stands) + QUERIES.get(path, ""))
        shown = example_of(description.answer("GET", path, 200))
        came = answer.json if answer.is_json else answer.text
        if path == "/v1/overview":
            came["zone"] = shown["zone"]  # of the host, where no setting names one
        if path.endswith(".html"):
            came = came[: len(shown)]  # how the page begins
        assert comparable(msgspec.json.encode(came).decode()) == comparable(msgspec.json.encode(shown).decode())
        description.assert_fits("GET", path, answer)


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"nonsense", {}, 400),
        (b"{}", {"Authorization": "Bearer nope"}, 401),
        (b" " * 300_000, {}, 413),
        (b"{}", {}, 422),
        (msgspec.json.encode(GAVIN_CALL), {}, 202),
    ],
)
def test_what_a_track_call_answers_is_described(client, description, raw, headers, status):
    answer = client.track(raw=raw, headers=headers)
    assert answer.status_code == status
    description.assert_fits("POST", f"{USERS}/", answer)


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/openapi.json", "/asyncapi.json", "/docs"])
def test_what_an_open_page_answers_is_described(client, description, path):
    description.assert_fits("GET", path, client.get(path))


@pytest.mark.parametrize(
    "wrong",
    [
        {"traits": {"city": {"a": 1}}},
        {"traits": {f"t{n}": 1 for n in range(101)}},
        {"traits": {"": 1}},
        {"tags": ["x" * 101]},
        {"tags": "vip"},
        {"tags": [""]},
        {"userId": "x" * 257},
        {"createdAt": 5},
    ],
)
def test_the_schema_of_a_call_refuses_what_the_call_refuses(client, description, wrong):
    body = {"userId": "u-1"} | wrong
    assert client.track(body).status_code == 422
    schema = description.operations["POST", f"{USERS}/"]["requestBody"]["content"]["application/json"]["schema"]
    assert description.faults(schema, body) != []


@pytest.mark.parametrize(
    "right",
    [
        {"userId": 17},
        {"userId": None, "phoneNumber": 9967536783, "countryCode": 91},
        {"fullPhoneNumber": "+919967536783", "createdAt": "2022-10-31"},
        {"traits": {"a": None, "b": [1, True, "x"], "c": 1.5}, "tags": None},
        {"traits": None, "tags": ["VIP"]},
        {"anything": {"else": []}},
    ],
)
def test_the_schema_of_a_call_allows_what_the_call_takes(client, description, right):
    body = {"userId": "u-1"} | right
    assert client.track(body).status_code == 202
    schema = description.operations["POST", f"{USERS}/"]["requestBody"]["content"]["application/json"]["schema"]
    assert description.faults(schema, body) == []
