"""What a caller is told of limits: the rate of its key, and failed sign-ins from its address."""

import re

import pytest

from service.http.admission.failures import ALLOWED
from tests.examples import GAVIN_CALL

CALLS = [("GET", "/v1/tags"), ("POST", "/v1/public/track/users/")]
NAMES = {"RateLimit", "RateLimit-Policy", "Retry-After"}


DAY = 86400


def left(answer):
    """How many calls the answer says are left; it names the seconds of the window that are left, too."""
    remaining, seconds = re.fullmatch('"key";r=([0-9]+);t=([0-9]+)', answer.headers["RateLimit"]).groups()
    assert 1 <= int(seconds) <= DAY
    return int(remaining)


def call(client, route, **headers):
    method, path = route
    given = {"Authorization": client.authorization} | headers
    return client.open(path, method=method, headers=given, json=GAVIN_CALL if method == "POST" else None)


@pytest.fixture
def limited(start_client, tmp_path):
    return start_client(tmp_path / "limited", rate_limit="2/day")


@pytest.mark.parametrize("route", CALLS, ids=" ".join)
def test_every_answer_says_what_the_key_has_left(limited, route):
    answers = [call(limited, route) for _ in range(2)]
    assert [left(answer) for answer in answers] == [1, 0]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"key";q=2;w=86400'}


def test_an_error_counts_too_and_says_it(limited):
    answer = limited.track({"userId": []})
    assert (answer.status_code, left(answer)) == (422, 1)


@pytest.mark.parametrize("route", CALLS, ids=" ".join)
def test_over_the_limit_it_is_429_with_the_seconds_to_wait(limited, route):
    for _ in range(2):
        call(limited, route)
    answer = call(limited, route)
    assert (answer.status_code, answer.json["result"]) == (429, False)
    assert answer.json["message"] == "Rate limit exceeded for this resource"
    assert 1 <= int(answer.headers["Retry-After"]) <= DAY
    assert answer.headers["RateLimit"] == f'"key";r=0;t={answer.headers["Retry-After"]}'


@pytest.mark.parametrize("route", CALLS, ids=" ".join)
def test_without_a_limit_nothing_is_said_of_one(client, world, route):
    world.settle()
    assert NAMES.isdisjoint(call(client, route).headers.keys())


@pytest.mark.parametrize("route", CALLS, ids=" ".join)
def test_too_many_failed_sign_ins_are_429_with_the_seconds_to_wait_and_no_valid_key_suffers(client, world, route):
    world.settle()
    answers = [call(client, route, Authorization="Bearer nope") for _ in range(ALLOWED.calls + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {401}
    assert answers[-1].status_code == 429
    assert answers[-1].json["message"] == "Rate limit exceeded for this resource"
    assert answers[-1].json["reason"] == "sign_in_failed"
    assert "not valid" in answers[-1].json["detail"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= ALLOWED.seconds
    assert call(client, route).status_code in (200, 202)


def test_the_description_foresees_both(client, limited, description):
    for _ in range(2):
        limited.read("/v1/tags")
    description.assert_fits("GET", "/v1/tags", limited.read("/v1/tags"))
    answers = [client.get("/v1/tags", headers={"Authorization": "Bearer nope"}) for _ in range(ALLOWED.calls + 1)]
    description.assert_fits("GET", "/v1/tags", answers[-1])
    told = description.document["components"]["responses"]["TOO_MANY_REQUESTS"]["headers"]
    assert set(told) == NAMES
