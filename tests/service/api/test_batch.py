"""`POST /v1/contacts/batch`: many track calls in one, a result for each line."""

import re
from contextlib import closing

import msgspec
import pytest

from ledger import sqlite
from service.wiring.api import application
from tests.docs.rerun import comparable
from tests.examples import ASHA, GAVIN, MEERA

BATCH = "/v1/contacts/batch"
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def ndjson(*bodies):
    return b"".join(msgspec.json.encode(body) + b"\n" for body in bodies)


@pytest.fixture
def send(client):
    """Sends the bodies, a line each."""
    return lambda *bodies, **options: client.post(BATCH, raw=ndjson(*bodies), **options)


def users(count):
    return [{"userId": f"u-{number:05}"} for number in range(count)]


def taken(answer):
    """For each line whether it was taken."""
    return [one["result"] for one in answer.json["results"]]


def test_the_example_is_answered_by_the_example_answer(client, description):
    operation = description.operations["POST", BATCH]
    example = operation["requestBody"]["content"]["application/x-ndjson"]["example"]
    answer = client.post(BATCH, raw=example.encode())
    assert answer.status_code == 202
    shown = description.answer("POST", BATCH, 202)["application/json"]["example"]
    assert comparable(answer.text) == comparable(msgspec.json.encode(shown).decode())
    description.assert_fits("POST", BATCH, answer)


def test_lines_are_on_the_bus_in_their_order_when_they_are_answered(client, send):
    answer = send({"userId": "b", "traits": {"n": 1}, "tags": ["vip"]}, {"userId": "a"}, {"userId": "b", "tags": ["x"]})
    assert [one["line"] for one in answer.json["results"]] == [1, 2, 3]
    ids = [id for one in answer.json["results"] for id in one["ids"]]
    assert [message["id"] for message in client.messages()] == ids
    assert [(message["type"], message["data"]["userId"]) for message in client.messages()] == [
        ("UserTracked", "b"), ("TagsAdded", "b"), ("UserTracked", "a"), ("TagsAdded", "b"),
    ]  # fmt: skip
    assert {message["source"] for message in client.messages()} == {BATCH}


def test_what_a_line_says_is_what_the_track_call_says(client, send, world):
    body = {
        "phoneNumber": "9967536783", "countryCode": "91", "userId": 7, "createdAt": "2022-10-31",
        "traits": {"city": "Pune"}, "tags": ["vip"],
    }  # fmt: skip
    send(body)
    client.track(body)
    said = [{name: message[name] for name in ("type", "time", "data")} for message in client.messages()]
    assert said[:2] == said[2:]
    world.settle()
    assert all(entry.is_accepted for entry in world.entries())


def test_a_line_that_is_wrong_is_refused_alone_with_all_its_faults(client, send, description):
    answer = send({"userId": "a"}, {"phoneNumber": "12", "tags": "vip", "traits": {"x": {}}}, {"userId": "b"})
    assert (answer.status_code, answer.json["accepted"], answer.json["refused"]) == (202, 2, 1)
    assert taken(answer) == [True, False, True]
    errors = answer.json["results"][1]["errors"]
    assert sorted(error["pointer"] for error in errors) == ["/phoneNumber", "/tags", "/traits/x"]
    assert len(client.on_bus()) == 2
    description.assert_fits("POST", BATCH, answer)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"nonsense", "the line is not JSON in UTF-8 (line 2, column 1)"),
        (b"[]", "the line is a list: it must be a JSON object"),
        (b'{"userId": "\xff"}', "the line is not JSON in UTF-8"),
        (b'{"userId": NaN}', "the line is not JSON in UTF-8"),
        (b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", "the line is nested too deeply"),
        (b'{"userId": "b", "traits": {"a": "' + b"x" * 262_144 + b'"}}', "the line is over the limit of 256 KiB"),
        (b"{}", "the body says no contact"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_alone(client, line, says):
    answer = client.post(BATCH, raw=b'{"userId": "a"}\n' + line + b"\n")
    assert taken(answer) == [True, False]
    (error,) = answer.json["results"][1]["errors"]
    assert error["message"].startswith(says)
    assert error["pointer"] == ""
    assert len(client.on_bus()) == 1


def test_a_line_whose_message_would_be_too_large_is_refused_alone(client):
    opening, end = b'{"userId": "b", "traits": {"a": [', b'"z"]}}'
    items = (b'"' + b"x" * 30_000 + b'",') * 8
    padding = b'"' + b"y" * (262_144 - len(opening + items + end) - 3) + b'",'
    line = opening + items + padding + end
    assert len(line) == 262_144
    answer = client.post(BATCH, raw=line + b'\n{"userId": "a"}')
    assert taken(answer) == [False, True]
    assert answer.json["results"][0]["errors"][0]["reason"] == "too_large"


def test_blank_lines_count_in_the_numbers_and_nothing_else_hangs_on_how_lines_end(client):
    answer = client.post(BATCH, raw=b'\r\n{"userId": "a"}\r\n\n  \n{"userId": "b"}')
    assert [(one["line"], one["result"]) for one in answer.json["results"]] == [(2, True), (5, True)]


@pytest.mark.parametrize("raw", [b"", b"\n", b" \r\n\n"])
def test_a_batch_without_lines_is_422(client, description, raw):
    answer = client.post(BATCH, raw=raw)
    assert (answer.status_code, answer.json["message"]) == (
        422,
        "the body has no lines: give one JSON object a line",
    )
    description.assert_fits("POST", BATCH, answer)


@pytest.mark.parametrize("end", [b"\n", b""])
def test_five_thousand_lines_are_taken(client, world, end):
    answer = client.post(BATCH, raw=ndjson(*users(5_000)).removesuffix(b"\n") + end)
    assert (answer.status_code, answer.json["accepted"]) == (202, 5_000)
    world.settle()
    assert [entry.user_id for entry in world.entries()] == [body["userId"] for body in users(5_000)]


@pytest.mark.parametrize("end", [b"\n", b""])
def test_one_line_more_is_422_and_says_how_many_may_come(client, description, end):
    answer = client.post(BATCH, raw=ndjson(*users(5_001)).removesuffix(b"\n") + end)
    assert answer.status_code == 422
    assert re.search("has 5,001 lines: 5,000 are allowed", answer.json["message"])
    assert client.on_bus() == []
    description.assert_fits("POST", BATCH, answer)


def test_a_body_over_the_limit_is_413_and_says_the_limit(client, description):
    answer = client.post(BATCH, raw=b"x" * (5 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json["message"]) == (413, "the body is over the limit of 5 MiB")
    description.assert_fits("POST", BATCH, answer)


def test_a_body_of_exactly_the_limit_is_read(client):
    line = b'{"userId": "a"}\n'
    assert client.post(BATCH, raw=line + b" " * (5 * 1024 * 1024 - len(line))).status_code == 202


def test_a_batch_of_which_no_line_can_be_taken_is_422_with_its_results_and_leaves_its_key_free(
    client, send, description
):
    answer = send({}, {"phoneNumber": "12"}, headers=KEY)
    assert answer.status_code == 422
    assert taken(answer) == [False, False]
    assert client.on_bus() == []
    description.assert_fits("POST", BATCH, answer)
    assert send({"userId": "a"}, headers=KEY).status_code == 202


def test_a_conflict_is_its_lines_alone_names_the_holders_and_is_counted(client, send, world):
    world.track(phone=GAVIN, user_id="gavin")
    world.settle()
    answer = send({"userId": "a"}, {"fullPhoneNumber": ASHA, "userId": "gavin"}, {"fullPhoneNumber": GAVIN})
    assert taken(answer) == [True, False, True]
    assert answer.json["results"][1]["errors"][0]["reason"] == "identity_conflict"
    assert answer.json["results"][1]["holders"] == {"user_id": world.contact(GAVIN)["id"]}
    assert 'contacts_identity_conflicts_total{at="call"} 1.0' in client.get("/metrics").text


def test_lines_that_contradict_each_other_are_decided_by_the_log(send, world):
    answer = send({"fullPhoneNumber": GAVIN, "userId": "a"}, {"fullPhoneNumber": ASHA, "userId": "a"})
    assert taken(answer) == [True, True]
    world.settle()
    assert [entry.reason for entry in world.entries()] == [None, "identity_conflict"]


def test_a_read_with_the_token_shows_the_last_line(client, send, world):
    answer = send({"userId": "a"}, {"userId": "b"}, {})
    world.settle()
    token = {"Consistency-Token": answer.headers["Consistency-Token"]}
    assert client.read("/v1/contacts", headers=token).json["total"] == 2


def test_each_message_can_be_asked_for(client, send, world):
    (result,) = send({"userId": "a"}).json["results"]
    world.settle()
    assert client.read(f"/v1/messages/{result['ids'][0]}").json["state"] == "accepted"


def test_a_batch_that_is_sent_again_is_answered_the_same_and_is_in_the_log_once(client, send, world, key_text):
    bodies = [{"userId": "a", "traits": {"n": 1}, "tags": ["vip"]}, {}, {"userId": "b"}]
    first = send(*bodies, headers=KEY)
    other = type(client)(world, application(world.deployment), key_text)
    again = other.post(BATCH, raw=ndjson(*bodies), headers=KEY)
    assert again.json == first.json
    world.settle()
    assert send(*bodies, headers=KEY).json == first.json
    world.settle()
    assert [entry.message_id for entry in world.entries()] == [
        id for one in first.json["results"] if one["result"] for id in one["ids"]
    ]
    assert len(client.on_bus()) == 6


def test_another_batch_under_the_same_key_is_422(send, description):
    assert send({"userId": "a"}, headers=KEY).status_code == 202
    answer = send({"userId": "b"}, headers=KEY)
    assert answer.status_code == 422
    description.assert_fits("POST", BATCH, answer)


def test_a_line_that_was_taken_stays_so_when_what_it_says_has_become_a_conflict(send, world):
    bodies = [{"fullPhoneNumber": GAVIN}, {"userId": "gavin"}, {"fullPhoneNumber": GAVIN, "userId": "gavin"}]
    world.track(phone=MEERA, user_id="other")
    world.settle()
    first = send(*bodies, {"fullPhoneNumber": MEERA, "userId": "x"}, headers=KEY)
    assert taken(first) == [True, True, True, False]
    world.settle()
    world.send("UserTracked", {"userId": "x", "traits": {}})
    world.settle()
    assert (
        send(*bodies, {"fullPhoneNumber": MEERA, "userId": "x"}, headers=KEY).json["results"][:3]
        == (first.json["results"][:3])
    )


def test_when_the_bus_takes_nothing_it_is_503_and_nothing_was_published(send, world, description):
    send({"userId": "before"})
    with closing(sqlite.connect(world.folder / "bus.db")) as bus:
        bus.execute("CREATE TRIGGER full BEFORE INSERT ON batches BEGIN SELECT raise(ABORT, 'full'); END")
    answer = send(*users(3))
    assert answer.status_code == 503
    assert "nothing was published" in answer.json["message"]
    assert int(answer.headers["Retry-After"]) > 0
    assert "results" not in answer.json
    description.assert_fits("POST", BATCH, answer)


def test_when_the_bus_breaks_off_it_is_503_with_the_ids_that_may_have_been_published(client, send, world, description):
    send({"userId": "before"})
    with closing(sqlite.connect(world.folder / "bus.db")) as bus:
        bus.execute(
            "CREATE TRIGGER full BEFORE INSERT ON batches WHEN (SELECT count(*) FROM batches) > 2"
            " BEGIN SELECT raise(ABORT, 'full'); END"
        )
    answer = send(*users(2_000), {}, headers=KEY)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    description.assert_fits("POST", BATCH, answer)
    ids = [one["ids"][0] for one in answer.json["results"][:-1]]
    on_bus = [message["id"] for message in client.messages()[1:]]
    assert on_bus == ids[: len(on_bus)]
    assert 0 < len(on_bus) < 2_000

    with closing(sqlite.connect(world.folder / "bus.db")) as bus:
        bus.execute("DROP TRIGGER full")
    assert send(*users(2_000), {}, headers=KEY).json["results"] == answer.json["results"]
    world.settle()
    assert [entry.message_id for entry in world.entries()][1:] == ids


def test_a_batch_that_only_conflicts_keep_from_being_taken_is_409_as_a_call_is(send, world, description):
    world.track(phone=GAVIN, user_id="gavin")
    world.settle()
    answer = send({"fullPhoneNumber": ASHA, "userId": "gavin"}, {})
    assert answer.status_code == 409
    assert taken(answer) == [False, False]
    description.assert_fits("POST", BATCH, answer)


def test_an_answer_stays_small_however_much_is_wrong(send, description):
    """All faults of the first lines are listed, then one a line: it would else outgrow what was sent twenty times."""
    wrong = {"userId": "a", "traits": {f"{number:02}": {} for number in range(100)}}
    answer = send(*[wrong] * 300)
    assert answer.status_code == 422
    results = answer.json["results"]
    assert [len(one["errors"]) for one in results] == [100] * 100 + [1] * 200
    assert [one.get("more", 0) for one in results] == [0] * 100 + [99] * 200
    description.assert_fits("POST", BATCH, answer)


def test_a_line_says_what_of_it_counts_as_not_given(send, world, description):
    """R6."""
    answer = send({"fullPhoneNumber": GAVIN, "userId": "null"}, {"userId": "null"}, {"fullPhoneNumber": ASHA})
    first, second, third = answer.json["results"]
    assert [note["reason"] for note in first["notes"]] == ["user_id_placeholder"]
    assert [error["reason"] for error in second["errors"]] == ["user_id_placeholder"]
    assert "notes" not in third
    world.settle()
    assert world.contact(GAVIN)["user_id"] is None
    description.assert_fits("POST", BATCH, answer)
