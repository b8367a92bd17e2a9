"""The tour: a user's first half hour, through the commands and the address that `contacts serve` prints."""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import pytest

from tests.shipped import eventually

WHO = {"userId": "0123abc45d", "phoneNumber": "9967536783", "countryCode": "+91"}
PHONE = "+919967536783"
NEW_USER = WHO | {
    "traits": {
        "name": "Gavin Roberts",
        "email": "gavin.roberts@example.com",
        "dob": "1996-12-01",
        "Sample trait a": "value y",
    }
}
CALLS = (
    NEW_USER,
    WHO | {"traits": {"dob": "1997-12-01"}},
    WHO | {"traits": {"Pin code": "400001"}},
    {"phoneNumber": "9967536783", "countryCode": "+91", "tags": ["new customer", "potential lead", "New Customer"]},
)
"""The calls of the hub's guide, in its order."""


@pytest.fixture(scope="module")
def toured(served):
    """The guide's calls were made; `answers` are what came back."""
    served.answers = [served.track(CALLS[0])]
    served.shipped.settle()  # what one batch takes is recorded at one moment: the first call has its own
    served.answers += [served.track(call) for call in CALLS[1:]]
    served.shipped.settle()
    return served


def test_each_call_of_the_guide_is_taken(toured):
    for answer in toured.answers:
        assert answer.status_code == 202, answer.text
        assert answer.json()["result"] is True
        assert uuid.UUID(answer.json()["id"]).version == 7


def test_show_tells_what_the_calls_say_together(toured):
    contact = toured.shipped.run("show", PHONE, "--json")
    assert contact["user_id"] == "0123abc45d"
    assert contact["traits"]["dob"] == "1997-12-01"
    assert contact["traits"]["Pin code"] == "400001"
    assert contact["tags"][:2] == ["new customer", "potential lead"]


def test_history_says_what_each_call_changed(toured):
    events = toured.shipped.run("history", "0123abc45d", "--json")["events"]
    assert [event["type"] for event in events[:4]] == ["UserTracked"] * 3 + ["TagsAdded"]
    assert events[1]["changes"] == [{"attribute": "dob", "from": "1996-12-01", "to": "1997-12-01"}]
    assert events[2]["changes"] == [{"attribute": "Pin code", "from": None, "to": "400001"}]
    assert [change["to"] for change in events[3]["changes"]] == ["new customer", "potential lead"]
    assert {event["source"] for event in events[:4]} == {"/v1/public/track/users"}


def test_a_contact_is_shown_as_it_was_at_its_first_position(toured):
    first = toured.shipped.run("history", PHONE, "--json")["events"][0]
    then = toured.shipped.run("show", PHONE, "--as-of", str(first["position"]), "--json")
    assert then["traits"] == NEW_USER["traits"]
    assert then["tags"] == []
    assert toured.shipped.run("show", PHONE, "--as-of", first["recorded_at"], "--json")["traits"] == then["traits"]


def test_a_contact_that_was_not_yet_there_is_unknown(toured):
    assert toured.track({"userId": "u-late"}).status_code == 202
    toured.shipped.settle()
    first = toured.shipped.run("history", "u-late", "--json")["events"][0]["position"]
    told = toured.shipped.run("show", "u-late", "--as-of", str(first - 1), code=1)
    assert re.fullmatch(r"Error: .+\n", told)


def test_verify_finds_nothing_and_a_rebuild_comes_to_the_same_digest(toured):
    proof = toured.shipped.run("verify", "--json")
    assert proof["ok"], proof["faults"]
    rebuilt = toured.shipped.run("rebuild", "--json")
    assert rebuilt["full_digest"] == proof["full_digest"]
    assert rebuilt["contacts"] == proof["contacts"]
    assert toured.shipped.run("status", "--json")["generation"] == rebuilt["generation"]


def test_what_comes_after_a_rebuild_shows_in_the_new_generation(toured):
    toured.shipped.run("rebuild", "--json")
    assert toured.track({"userId": "u-after", "traits": {"name": "After Rebuild"}}).status_code == 202
    eventually(lambda: toured.shipped.run("list", "--where", "name=After Rebuild", "--json")["total"] == 1, "it shows")


def test_status_says_that_nothing_waits(toured):
    toured.shipped.settle()
    status = toured.shipped.run("status", "--json")
    assert (status["bus_lag"], status["lag_events"], status["lag_seconds"], status["rejected"]) == (0, 0, 0, 0)


def test_a_read_with_a_writes_token_shows_that_write(served):
    for number in range(20):
        written = served.track({"userId": "u-token", "traits": {"number": number}})
        answer = served.http.get(
            "/v1/contacts",
            params={"where": "user_id=u-token"},
            headers={"Consistency-Token": written.headers["Consistency-Token"]},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["contacts"][0]["traits"]["number"] == number


def test_of_many_changes_to_the_same_reading_exactly_one_is_made(served):
    served.shipped.settle()
    made = served.http.post("/v1/contacts", json={"user_id": f"u-{uuid.uuid4()}"})
    path = made.headers["Location"]

    def change(number, reading):
        body = {"traits": {"number": number}, "tags": [f"tag {number}"]}
        return number, served.http.patch(path, json=body, headers={"If-Match": reading})

    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            reading = served.http.get(path).headers["ETag"]
            answers = list(pool.map(change, range(8), repeat(reading)))
            assert sorted(answer.status_code for _, answer in answers) == [200] + [412] * 7
            (winner,) = [number for number, answer in answers if answer.status_code == 200]
            contact = served.http.get(path).json()
            assert contact["traits"]["number"] == winner
            assert f"tag {winner}" in contact["tags"]


def test_a_batch_is_in_the_log_line_by_line_and_once_when_it_is_sent_again(served):
    mark = uuid.uuid4().hex
    lines = [{"userId": f"{mark}-{number:04}", "traits": {"batch": mark}} for number in range(1_200)]
    body = "".join(json.dumps(line) + "\n" for line in [*lines, {"userId": ""}])
    key = {"Idempotency-Key": mark}
    answers = [served.http.post("/v1/contacts/batch", content=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202], answers[0].text
    first, again = (answer.json() for answer in answers)
    assert again == first
    assert (first["accepted"], first["refused"]) == (1_200, 1)
    served.shipped.settle()
    chosen = {"where": f"batch={mark}", "sort": "created", "limit": 1000, "fields": "user_id,position"}
    listed = served.http.get("/v1/contacts", params=chosen).json()
    assert listed["total"] == 1_200
    assert [one["user_id"] for one in listed["contacts"]] == [line["userId"] for line in lines[:1000]]
    places = [one["position"] for one in listed["contacts"]]
    assert places == list(range(places[0], places[0] + 1000))
