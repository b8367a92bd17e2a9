"""One contact over HTTP: the same documents as the command line's, with ETags and problems."""

import json
from contextlib import closing

import pytest

from service.queries.contact import contact as documents
from service.queries.contact.find import find
from service.queries.contact.origins import Origins
from tests.examples import ASHA, GAVIN

NOBODY = "01a207d6-bea7-7073-b0fa-75c6c7f1f880"


@pytest.fixture
def gavin(world):
    """Gavin, who moved from Pune to Agra, and whose tag came in between; gives the address."""
    world.track(phone=GAVIN, user_id="u-1", name="Gavin", city="Pune")
    world.tag("vip", phone=GAVIN)
    world.track(phone=GAVIN, city="Agra", time="2020-01-01T00:00:00Z")
    world.track(phone=GAVIN, city="Mumbai")
    world.settle()
    return f"/v1/contacts/{world.contact(GAVIN)['id']}"


def test_a_contact_is_what_the_state_has(client, world, gavin):
    answer = client.read(gavin)
    assert answer.status_code == 200
    assert answer.json == world.contact(GAVIN)


@pytest.mark.parametrize(
    ("as_of", "city", "tags"), [("1", "Pune", []), ("3", "Pune", ["vip"]), ("4", "Mumbai", ["vip"])]
)
def test_a_contact_can_be_read_as_it_was_at_a_position(client, gavin, as_of, city, tags):
    answer = client.read(f"{gavin}?as_of={as_of}").json
    assert (answer["traits"]["city"], answer["tags"], answer["as_of"]) == (city, tags, int(as_of))


def test_a_contact_can_be_read_as_it_was_at_a_moment(client, gavin):
    recorded = client.read(f"{gavin}/history").json["events"][-1]["recorded_at"]
    assert client.read(f"{gavin}?as_of={recorded}").json["as_of"] == 4


@pytest.mark.parametrize("as_of", ["0", "2000-01-01"])
def test_a_contact_that_did_not_exist_yet_is_404(client, gavin, as_of):
    answer = client.read(f"{gavin}?as_of={as_of}")
    assert answer.status_code == 404
    assert "position 0" in answer.json["message"]


@pytest.mark.parametrize("as_of", ["5", "yesterday", "2026-11-22T10:00:00", "9" * 30, "-1", ""])
def test_an_as_of_that_means_nothing_is_422_and_names_the_parameter(client, gavin, as_of):
    answer = client.read(f"{gavin}?as_of={as_of}")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json["errors"]] == ["as_of"]


def test_a_parameter_that_is_not_known_is_422(client, gavin):
    answer = client.read(f"{gavin}?asof=1&as_off=2")
    assert answer.status_code == 422
    assert {error["parameter"] for error in answer.json["errors"]} == {"asof", "as_off"}


def test_a_contact_that_did_not_change_is_not_sent_again(client, world, gavin):
    tag = client.read(gavin).headers["ETag"]
    assert client.read(gavin, headers={"If-None-Match": tag}).status_code == 304
    world.track(phone=GAVIN, city="Delhi")
    world.settle()
    answer = client.read(gavin, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json["traits"]["city"]) == (200, "Delhi")
    assert answer.headers["ETag"] != tag


@pytest.mark.usefixtures("gavin")
@pytest.mark.parametrize("id", [NOBODY, "nonsense", "+919967536783", "%00", "%ed%a0%80"])
@pytest.mark.parametrize("what", ["", "/history", "/explain"])
def test_an_unknown_id_is_404(client, id, what):
    answer = client.read(f"/v1/contacts/{id}{what}")
    assert answer.status_code == 404
    assert answer.json["result"] is False


@pytest.mark.parametrize("what", ["", "/history", "/explain"])
def test_before_there_is_a_log_it_is_503(client, what):
    answer = client.read(f"/v1/contacts/{NOBODY}{what}")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_merged_away_id_leads_to_the_survivor_by_a_redirect(client, world):
    world.track(phone=ASHA)
    world.track(user_id="asha")
    world.settle()
    survivor, absorbed = world.contact(ASHA)["id"], world.contact("asha")["id"]
    world.track(phone=ASHA, user_id="asha")
    world.settle()
    answer = client.read(f"/v1/contacts/{absorbed}")
    assert (answer.status_code, answer.headers["Location"]) == (308, f"/v1/contacts/{survivor}")
    assert answer.json["contact"] == survivor
    assert client.read(f"/v1/contacts/{absorbed}/history").json["contact"] == survivor
    assert client.read(f"/v1/contacts/{absorbed}?as_of=2").json["user_id"] == "asha"


def test_history_and_reasons_are_the_command_lines(client, world, gavin):
    with closing(world.log()) as log:
        found = find(log, GAVIN)
        assert client.read(f"{gavin}/history").json == documents.history(log, found, Origins(log))
        assert client.read(f"{gavin}/explain").json == documents.explain(log, found, Origins(log))
        assert client.read(f"{gavin}/explain?trait=city").json == documents.explain(log, found, Origins(log), "city")


def test_a_history_comes_newest_first_in_pages_that_meet(client, gavin):
    whole = client.read(f"{gavin}/history").json["events"]
    found, query = [], "order=newest&limit=1"
    while query:
        page = client.read(f"{gavin}/history?{query}").json
        found += page["events"]
        query = page["next_before"] and f"before={page['next_before']}&limit=1"
    assert found == whole[::-1]


def test_a_history_can_be_that_of_one_attribute_or_of_one_kind_of_origin(client, world, gavin):
    client.track({"fullPhoneNumber": GAVIN, "traits": {"plan": "gold"}})
    world.settle()
    events = client.read(f"{gavin}/history").json["events"]
    city = client.read(f"{gavin}/history?attribute=city").json["events"]
    assert city == [one for one in events if any(change["attribute"] == "city" for change in one["changes"])]
    assert city
    (call,) = client.read(f"{gavin}/history?origin=call").json["events"]
    assert call["origin"] == {"kind": "call", "name": "Website", "by": "Website"}
    assert client.read(f"{gavin}/history?origin=elsewhere").status_code == 422


def test_a_history_comes_in_pages(client, gavin):
    whole = client.read(f"{gavin}/history").json["events"]
    pages, after = [], 0
    while after is not None:
        page = client.read(f"{gavin}/history?limit=3&after={after}").json
        pages += page["events"]
        after = page["next_after"]
    assert pages == whole
    assert len(whole) == 4


def test_the_reason_of_an_attribute_that_no_event_set_is_404(client, gavin):
    answer = client.read(f"{gavin}/explain?trait=shoe%20size")
    assert answer.status_code == 404
    assert "shoe size" in answer.json["message"]


def test_what_contacts_answer_is_described(client, description, gavin):
    template = "/v1/contacts/{id}"
    for address in (gavin, f"{gavin}?as_of=1", f"{gavin}?as_of=x", f"/v1/contacts/{NOBODY}"):
        description.assert_fits("GET", template, client.read(address))
    for what in ("/history", "/explain"):
        description.assert_fits("GET", template + what, client.read(gavin + what))


def test_no_answer_has_members_that_the_description_does_not_name(client, description, gavin):
    schema = description.resolved(description.answer("GET", "/v1/contacts/{id}", 200)["application/json"]["schema"])
    assert json.loads(client.read(f"{gavin}?as_of=1").text).keys() == schema["properties"].keys()
