"""DELETE of a contact: a receipt of every place, and nothing left to read (R31)."""

import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from service.commands.erase_contact import person_of
from service.jobs.erasing.orders import ErasureRefused
from service.queries.contact.find import find, find_id
from service.wiring.drivers import now
from service.wiring.erasing import erasing
from tests.examples import ASHA, GAVIN
from tests.world import SHOP

WHY = {"reason": "asked to be forgotten"}


@contextmanager
def everything_running(world):
    """What comes on the bus is appended, folded, and erased everywhere, as the parts of a deployment do."""
    done = threading.Event()

    def work():
        with erasing(world.deployment, "/cli") as importer:
            while not done.wait(0.02):
                world.settle()
                importer.go_on()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.fixture
def gavin(world):
    world.track(phone=GAVIN, user_id="gavin-7731", name="Gavin Roberts")
    world.track(phone=ASHA, name="Asha")
    world.settle()
    return world.contact(GAVIN)["id"]


@pytest.mark.parametrize(("erased", "left", "entries"), [(GAVIN, ASHA, 5), (ASHA, GAVIN, 5)])
def test_who_was_split_from_another_is_erased_alone(eraser, world, gavin, erased, left, entries):
    asha = world.contact(ASHA)["id"]
    world.send_signed("/cli", "ContactsMerged", "o1", {"survivor": gavin, "absorbed": asha})
    world.track(phone=ASHA, city="Agra")
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA, user_id="gavin-7731", area="Kothrud")
    world.send_signed("/cli", "ContactsSplit", "o2", {"absorbed": asha})
    world.settle()
    with world.drivers.log_reader() as log:
        person = person_of(log, find(log, erased))
    assert (list(person.phones), person.entries) == ([erased], entries)
    with everything_running(world):
        answer = eraser.delete(f"/v1/contacts/{world.contact(erased)['id']}", WHY)
    assert (answer.status_code, answer.json["done"]) == (200, True)
    (there,) = world.contacts()
    city = "Agra" if left == ASHA else "Pune"
    assert (there["phone"], there["traits"]["city"]) == (left, city)
    told = eraser.read(f"/v1/contacts/{there['id']}/history").json["events"]
    assert [one["type"] for one in told] == ["UserTracked", "UserTracked"]


@pytest.fixture
def eraser(client, other_key):
    client.authorization = f"Bearer {other_key(['erase', 'read', 'track', 'audit'])}"
    return client


def erased(client, world, id):
    with everything_running(world):
        return client.delete(f"/v1/contacts/{id}", WHY)


def test_the_answer_names_each_place_and_that_it_is_done(eraser, world, gavin, description):
    answer = erased(eraser, world, gavin)
    assert answer.status_code in (200, 202)
    description.assert_fits("DELETE", "/v1/contacts/{id}", answer)
    with erasing(world.deployment, "/cli") as work:
        work.go_on()
        states = {one["place"]: one["state"] for one in work.table.receipt(gavin)}
    assert {states.pop("backups"), states.pop("downloads")} == {"remains"}
    assert set(states.values()) == {"done"}


def test_whoever_asks_for_the_contact_is_told_that_it_was_erased(eraser, world, gavin):
    erased(eraser, world, gavin)
    for path in ("", "/history", "/explain"):
        answer = eraser.read(f"/v1/contacts/{gavin}{path}")
        assert (answer.status_code, answer.json["reason"], answer.json["position"]) == (410, "erased", 3)
        assert "asked to be forgotten" in answer.json["message"]
    assert [one["phone"] for one in eraser.read("/v1/contacts").json["contacts"]] == [ASHA]
    assert eraser.delete(f"/v1/contacts/{gavin}", WHY).status_code == 410


def test_a_reason_is_needed_and_may_not_name_the_person(eraser, world, gavin):
    for nothing in ({}, None):
        told = eraser.delete(f"/v1/contacts/{gavin}", nothing)
        assert (told.status_code, told.json["errors"][0]["pointer"]) == (422, "/reason")
    told = eraser.delete(f"/v1/contacts/{gavin}", {"reason": "asked by 99675 36783"})
    assert (told.status_code, told.json["errors"][0]["pointer"]) == (422, "/reason")
    world.settle()
    assert len(world.contacts()) == 2


def test_a_message_that_comes_again_is_nothing_and_a_new_one_makes_a_new_contact(eraser, world, gavin):
    erased(eraser, world, gavin)
    world.send("UserTracked", {"phone": GAVIN}, id="m1")
    world.settle()
    assert len(world.contacts()) == 1
    world.track(phone=GAVIN)
    world.settle()
    assert world.contact(GAVIN)["id"] != gavin


def test_whoever_asks_what_became_of_a_message_is_told_that_what_it_said_was_erased(eraser, world, gavin, description):
    path = "/v1/public/track/users/"
    id = eraser.post(path, {"fullPhoneNumber": GAVIN, "traits": {"city": "Goa"}}).json["id"]
    kept = eraser.post(path, {"fullPhoneNumber": ASHA, "traits": {"city": "Goa"}}).json["id"]
    world.send("UserTracked", {"phone": GAVIN}, id="shop-1")
    world.settle()
    assert eraser.read(f"/v1/messages/{id}").json["state"] == "accepted"
    erased(eraser, world, gavin)
    for asked in (id, f"{id}?source=/v1/public/track/users", f"shop-1?source={SHOP}"):
        answer = eraser.read(f"/v1/messages/{asked}")
        assert (answer.status_code, answer.json["reason"]) == (410, "erased")
        assert "Idempotency-Key" not in answer.json["message"]
    description.assert_fits("GET", "/v1/messages/{id}", answer)
    assert eraser.read(f"/v1/messages/{kept}").json["state"] == "accepted"
    assert eraser.read("/v1/messages/shop-1").status_code == 404


def test_an_erasure_that_a_crash_broke_off_is_finished_by_whoever_starts_next(world, gavin):
    """The order is noted before it is given: whatever ends then, it is finished."""
    with erasing(world.deployment, "/cli") as work:
        work.order(lambda log: find_id(log, gavin), "asha", "asked to be forgotten")
    world.settle()
    with erasing(world.deployment, "/cli") as work:  # another process, after a crash
        work.go_on()
        assert work.table.pending() == []


def test_an_order_that_was_noted_and_never_came_to_the_bus_is_given_again(world, gavin):
    with erasing(world.deployment, "/cli") as work:
        crashed = replace(work, publish=lambda _: None)
        crashed.order(lambda log: find_id(log, gavin), "asha", "asked to be forgotten")
        work.go_on()
        assert [one.contact for one in work.table.pending()] == [gavin]
        late = replace(work, clock=lambda: now() + 61_000_000)
        late.go_on()
        world.settle()
        late.go_on()
        assert work.table.pending() == []
    assert len(world.contacts()) == 1


def test_the_feed_and_the_audit_trail_tell_of_it(eraser, world, gavin):
    erased(eraser, world, gavin)
    feed = eraser.read("/v1/changes?after=0").json["changes"]
    assert [(one["type"], one.get("erased", False), one["data"] is None) for one in feed] == [
        ("UserTracked", True, True), ("UserTracked", False, False), ("ContactErased", False, False),
    ]  # fmt: skip
    (act,) = eraser.read("/v1/audit/trail?what=contact+erased").json["acts"]
    assert (act["detail"], act["why"]) == ({"contact": gavin, "position": 3}, WHY["reason"])


@pytest.mark.parametrize("reason", ["Gavin wrote to us", "asked by gavin@mail.example", "mr. ROBERTS asked"])
def test_a_reason_with_the_person_s_name_or_email_is_refused(eraser, world, gavin, reason):
    world.track(phone=GAVIN, email="gavin@mail.example")
    world.settle()
    told = eraser.delete(f"/v1/contacts/{gavin}", {"reason": reason})
    assert (told.status_code, told.json["errors"][0]["pointer"]) == (422, "/reason")
    world.settle()
    assert world.contact(GAVIN)["id"] == gavin


def test_an_order_that_the_ledger_has_not_taken_yet_says_what_is_waited_for(eraser, gavin, description):
    answer = eraser.delete(f"/v1/contacts/{gavin}", WHY)
    description.assert_fits("DELETE", "/v1/contacts/{id}", answer)
    assert (answer.status_code, answer.json["done"]) == (202, False)
    assert answer.json["places"][0]["place"] == "log"
    assert "goes to the log" in answer.json["places"][0]["note"]


def test_the_same_order_again_is_the_one_that_is_on_its_way(world, gavin):
    with erasing(world.deployment, "/cli") as work:
        first, second = (work.order(lambda log: find_id(log, gavin), "asha", "asked") for _ in range(2))
        world.settle()
        assert first.id == second.id
        assert [entry.reason for entry in world.entries() if entry.type == "ContactErased"] == [None]


@pytest.mark.parametrize("who", [GAVIN, "gavin-7731", None])
def test_an_erasure_that_is_not_done_everywhere_is_found_by_whatever_found_the_person(world, gavin, who):
    with erasing(world.deployment, "/cli") as work:
        ordered = work.order(lambda log: find_id(log, gavin), "asha", "asked to be forgotten")
        world.settle()
        assert work.begun(who or gavin).id == ordered.id
        work.go_on()
        assert work.begun(who or gavin) is None


def test_an_order_that_wants_keep_out_is_not_taken_for_one_on_its_way_that_does_not(world, gavin):
    with erasing(world.deployment, "/cli") as work:
        work.order(lambda log: find_id(log, gavin), "asha", "asked")
        with pytest.raises(ErasureRefused, match="without keep-out is on its way"):
            work.order(lambda log: find_id(log, gavin), "asha", "asked", keep_out=True)


@pytest.fixture
def out(eraser, world, gavin):
    """Gavin, erased and kept out."""
    with everything_running(world):
        eraser.delete(f"/v1/contacts/{gavin}", WHY | {"keep_out": True})
    return gavin


@pytest.mark.usefixtures("out")
def test_a_call_about_somebody_who_is_kept_out_is_refused_and_nothing_is_published(eraser, world, description):
    before = len(world.entries())
    track = {"fullPhoneNumber": GAVIN, "traits": {"name": "Gavin"}}
    for path, body in (
        ("/v1/public/track/users/", track),
        ("/v1/public/track/users/", {"userId": "gavin-7731", "tags": ["vip"]}),
        ("/v1/contacts", {"phone": GAVIN}),
    ):
        answer = eraser.post(path, body)
        assert (answer.status_code, answer.json.get("reason")) == (409, "kept_out"), (path, answer.json)
        description.assert_fits("POST", path, answer)
    world.settle()
    assert len(world.entries()) == before


def readmit(client, world, who, reason="wants to come back"):
    with everything_running(world):
        return client.post("/v1/readmissions", {"phone_or_user_id": who, "reason": reason})


@pytest.mark.usefixtures("out")
def test_somebody_is_let_in_again_by_one_phone_or_user_id(eraser, world, description):
    answer = readmit(eraser, world, "gavin-7731")
    assert answer.status_code == 200
    description.assert_fits("POST", "/v1/readmissions", answer)
    (act,) = eraser.read("/v1/audit/trail?what=person+readmitted").json["acts"]
    assert (act["why"], act["detail"]["position"]) == ("wants to come back", answer.json["position"])
    assert eraser.post("/v1/public/track/users/", {"fullPhoneNumber": GAVIN, "traits": {}}).status_code == 202
    assert readmit(eraser, world, "gavin-7731").status_code == 404


@pytest.mark.usefixtures("out")
def test_the_reason_of_a_readmission_may_not_name_the_person(eraser, world):
    answer = readmit(eraser, world, GAVIN, f"it is {GAVIN}")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/reason")


@pytest.mark.usefixtures("out")
def test_the_order_that_lets_somebody_in_names_nobody(eraser, world):
    position = readmit(eraser, world, GAVIN).json["position"]
    (entry,) = [one for one in world.entries() if one.position == position]
    assert GAVIN[3:].encode() not in (entry.value or b"")
