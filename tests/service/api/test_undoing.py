"""What is read while an undo has not reached all its contacts (R32)."""

import pytest

from projections.projector.projector import Projector
from projections.state.sqlite.writer import StateStore
from tests.examples import ASHA, GAVIN


@pytest.fixture
def undoing(world):
    """An import of two contacts is undone, one of them known before; the state has the undo and refolded nobody."""
    world.track(phone=GAVIN, city="Agra", time="2020-01-01T00:00:00Z")
    source = "/imports/i1"
    for number, phone in enumerate((GAVIN, ASHA), 1):
        data = {
            "phone": phone,
            "match": "phone",
            "traits": {"city": "Pune", "plan": "x"},
            "row": number,
            "rowend": True,
        }
        world.send_signed(source, "UserTracked", f"i1.{number}.u", data)
    world.settle()
    made = [one["id"] for one in world.contacts()]
    world.send_signed(
        source, "ImportUndone", "i1.undo.1", {"import": "i1", "by": "asha", "reason": None, "published": 2}
    )
    world.consume()
    with world.drivers.log_reader() as log:
        store = StateStore(world.drivers.generations().current_path())
        while Projector(log, store).advance():
            pass
        store.close()
    return made


def test_a_contact_is_read_as_it_is(client, undoing):
    gavin, asha = undoing
    assert client.read(f"/v1/contacts/{gavin}").json["traits"] == {"city": "Agra"}
    answer = client.read(f"/v1/contacts/{asha}")
    assert (answer.status_code, "the import that made it was undone" in answer.json["message"]) == (404, True)
    assert client.read("/v1/public/apis/users/phone_number/9967536783").json["data"]["traits"] == {"city": "Agra"}


@pytest.mark.usefixtures("undoing")
def test_lists_show_nobody_as_before_and_say_that_they_are_not_final(client, description):
    answer = client.read("/v1/contacts?where=plan=x")
    assert (answer.json["contacts"], answer.json["refolding"]) == ([], 2)
    description.assert_fits("GET", "/v1/contacts", answer)
    for path in ("/v1/tags", "/v1/attributes"):
        assert client.read(path).json["refolding"] == 2


@pytest.mark.usefixtures("undoing")
def test_once_all_are_reached_nothing_is_said_of_it(client, world):
    world.project()
    answer = client.read("/v1/attributes").json
    assert "refolding" not in answer
    assert "plan" not in [one["name"] for one in answer["attributes"]]
    assert "refolding" not in client.read("/v1/contacts").json


def test_who_asks_for_a_phone_or_user_id_that_nobody_has_any_more_is_told_of_the_contact_that_had_it_last(
    client, world
):
    data = {"phone": ASHA, "userId": "asha-2", "traits": {"city": "Pune"}, "row": 1, "rowend": True}
    world.send_signed("/imports/i1", "UserTracked", "i1.1.u", data)
    world.settle()
    (asha,) = [one["id"] for one in world.contacts()]
    world.send_signed("/imports/i1", "ImportUndone", "i1.undo.1", {"import": "i1", "by": "asha", "published": 1})
    world.settle()
    for path in (f"phone_number/{ASHA}", f"phone_number/{ASHA[3:]}", "id/asha-2"):
        answer = client.read(f"/v1/public/apis/users/{path}")
        assert (answer.status_code, f"/v1/contacts/{asha}/history" in answer.json["message"]) == (404, True)
    assert client.delete(f"/v1/contacts/{asha}", {"reason": "asked to be forgotten"}).status_code in (200, 202)
    world.settle()
    for path in (f"phone_number/{ASHA}", "id/asha-2"):
        assert asha not in client.read(f"/v1/public/apis/users/{path}").json["message"]
