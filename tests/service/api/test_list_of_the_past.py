"""Lists as they were at a moment or a position (R29)."""

from contextlib import closing
from dataclasses import replace

import pytest

from service.api.app import create_app
from service.deployment.locks import holding
from service.jobs.background_command import BackgroundCommands
from service.jobs.past_states import PastStates
from service.wiring.api import services
from tests.brokers import eventually
from tests.examples import GAVIN, RAVI
from tests.service.api.conftest import Client
from tests.service.api.test_list import PATH, names


def past(client, **query):
    """The list as of then, as soon as it is worked out."""
    answers = []

    def is_there():
        answers.append(client.read(PATH, query_string=query))
        assert answers[-1].status_code == 200 or answers[-1].headers["Retry-After"]
        return answers[-1].status_code != 503

    eventually(is_there, 60, "the contacts of then are worked out")
    return answers[-1]


def test_a_list_can_be_read_as_it_was(client, four, description):
    with closing(four.log()) as log:
        then = log.head().position
    before = client.read(PATH, query_string={"where": "city=Pune"}).json
    four.track(phone=GAVIN, city="Delhi")
    four.track(phone=RAVI, city="Pune")
    four.settle()
    answer = past(client, where="city=Pune", as_of=str(then))
    assert answer.json == before | {"as_of": then}
    description.assert_fits("GET", PATH, answer)
    assert names(client.read(PATH, query_string={"where": "city=Pune"})) == ["Ravi", "Asha"]


def test_the_pages_of_a_past_list_lead_to_each_other(client, four):
    four.track(phone=GAVIN, city="Delhi")
    four.settle()
    shown, asked = [], {"as_of": "4", "limit": 3}
    while True:
        answer = past(client, **asked)
        shown += names(answer)
        if answer.json["next_cursor"] is None:
            break
        asked["cursor"] = answer.json["next_cursor"]
    assert sorted(shown) == ["Asha", "Emma", "Gavin", "Ravi"]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("as_of", ["6", "yesterday", "2026-11-22T10:00:00"])
def test_a_moment_that_is_none_is_422(client, as_of):
    answer = client.read(PATH, query_string={"as_of": as_of})
    assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (422, "as_of")


def test_while_another_past_is_worked_out_a_call_is_told_to_come_again(world, key_text, four, description):
    impatient = PastStates(four.drivers.past(), BackgroundCommands({}), seconds=0.0)
    client = Client(world, create_app(replace(services(world.deployment), past=impatient)), key_text)
    with holding(four.deployment.past / "asked.lock"):
        answer = client.read(PATH, query_string={"as_of": "1"})
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert answer.json["progress"] is None
    description.assert_fits("GET", PATH, answer)
    assert not list(four.deployment.past.glob("at-*"))


def test_how_far_a_past_is_worked_out_is_told(world, key_text, four, description):
    impatient = PastStates(four.drivers.past(), BackgroundCommands({}), seconds=0.0)
    client = Client(world, create_app(replace(services(world.deployment), past=impatient)), key_text)
    with holding(four.deployment.past / "asked.lock"):
        (four.deployment.past / "asked.err").write_text("progress 1 3\n")
        answers = [client.read(PATH, query_string={"as_of": as_of}) for as_of in ("3", "2")]
    assert [answer.json["progress"] for answer in answers] == [{"done": 1, "of": 3}, None]
    assert "1 of 3 entries" in answers[0].json["message"]
    description.assert_fits("GET", PATH, answers[0])


def test_a_past_list_asks_for_no_index(slow_client, four):
    assert past(slow_client, where="city=Pune", as_of="2").status_code == 200
    assert four.drivers.generations().asked().all() == set()
