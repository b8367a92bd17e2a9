"""A contact's number changed over HTTP (R33)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from service.api.description.shapes import merge_shapes as shapes
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.service.api.conftest import KEY_NAME
from tests.service.api.test_merging import split
from tests.service.api.test_rejected import settling
from tests.shipped import eventually


@pytest.fixture
def gavin(world):
    """His id."""
    world.track(phone=GAVIN, user_id="g", name="Gavin", city="Pune")
    world.settle()
    return world.contact(GAVIN)["id"]


def renumbered(client, world, id, phone, **more):
    headers = {"If-Match": more.pop("etag")} if "etag" in more else {}
    with settling(world):
        return client.post(f"/v1/contacts/{id}/renumber", {"phone": phone, **more}, headers=headers)


def test_the_new_number_is_the_phone_and_calls_by_either_are_about_the_contact(client, world, gavin):
    answer = renumbered(client, world, gavin, RAVI, reason="a new phone")
    assert answer.status_code == 200
    (left,) = answer.json["contacts"]
    assert (left["id"], left["phone"], left["traits"]) == (gavin, RAVI, {"name": "Gavin", "city": "Pune"})
    world.track(phone=GAVIN, area="Baner")
    world.track(phone=RAVI, city="Goa")
    world.settle()
    found = client.read(f"/v1/contacts/{gavin}").json
    assert (found["phone"], found["traits"]) == (RAVI, {"name": "Gavin", "area": "Baner", "city": "Goa"})
    assert client.read("/v1/contacts").json["total"] == 1


def test_lists_and_the_public_api_find_the_contact_by_both_numbers(client, world, gavin):
    renumbered(client, world, gavin, RAVI)
    for phone in (GAVIN, RAVI):
        (found,) = client.read(f"/v1/contacts?where=phone%3D{phone.replace('+', '%2B')}").json["contacts"]
        assert found["id"] == gavin
        assert client.read(f"/v1/public/apis/users/phone_number/{phone[3:]}").json["data"]["phone_number"] == RAVI[3:]


def test_the_plan_is_what_comes_of_it(client, world, gavin):
    before = client.read("/v1/changes").json["head"]
    planned = renumbered(client, world, gavin, RAVI, dry_run=True).json
    assert (planned["position"], client.read("/v1/changes").json["head"]) == (None, before)
    renumbered(client, world, gavin, RAVI)
    left = client.read(f"/v1/contacts/{gavin}").json
    names = ("id", "phone", "user_id", "traits", "tags", "created_at")
    assert {name: planned["contacts"][0][name] for name in names} == {name: left[name] for name in names}


def test_whoever_has_the_number_is_merged_in(client, world, gavin):
    world.track(phone=ASHA, user_id="a", name="Asha", area="Kothrud")
    world.settle()
    other = world.contact(ASHA)["id"]
    renumbered(client, world, gavin, ASHA)
    left = client.read(f"/v1/contacts/{gavin}").json
    assert (left["phone"], left["user_id"]) == (ASHA, "g")
    assert left["traits"] == {"name": "Asha", "city": "Pune", "area": "Kothrud"}
    assert client.read(f"/v1/contacts/{other}").status_code == 308
    assert world.contact("a")["id"] == gavin


def test_a_split_takes_it_back(client, world, gavin):
    renumbered(client, world, gavin, RAVI)
    world.track(phone=RAVI, name="Ravi")
    world.settle()
    answer = split(client, world, gavin, reason="it was somebody else's")
    assert [(one["phone"], one["traits"]) for one in answer.json["contacts"]] == [
        (GAVIN, {"name": "Gavin", "city": "Pune"}),
        (RAVI, {"name": "Ravi"}),
    ]
    assert [world.contact(phone)["traits"]["name"] for phone in (GAVIN, RAVI)] == ["Gavin", "Ravi"]


@pytest.mark.parametrize(("first", "back"), [(False, False), (True, None)])
def test_back_at_its_own_number_a_yes_of_the_other_is_no_more_than_that_number_had_said(
    client, world, gavin, first, back
):
    """R16: a no that was said by it holds, though the contact has said yes by the other since."""
    world.track(phone=GAVIN, whatsapp_opted=first)
    world.settle()
    renumbered(client, world, gavin, RAVI)
    world.track(phone=RAVI, whatsapp_opted=True)
    world.settle()
    answer = renumbered(client, world, gavin, GAVIN)
    assert answer.json["opts_in"]
    assert answer.json["contacts"][0]["traits"].get("whatsapp_opted") is back


YES, NO, SILENT = ({"whatsapp_opted": True}, {"whatsapp_opted": False}, {})


@pytest.mark.parametrize(
    ("old", "new", "kept", "with_consent"),
    [
        (YES, None, None, True),
        (YES, SILENT, None, True),
        (YES, NO, False, False),
        (YES, YES, True, True),
        (NO, YES, False, True),
        (NO, None, False, False),
        (NO, SILENT, False, False),
        (SILENT, YES, True, True),
        (SILENT, None, None, None),
    ],
)
@pytest.mark.parametrize("allow_opt_in", [False, True])
def test_consent_stays_with_the_number_that_it_was_given_for(
    client, world, gavin, old, new, kept, with_consent, allow_opt_in
):
    """R16: what the new number itself said counts, and a no of either; anything else only where somebody says so."""
    world.track(phone=GAVIN, n=1, **old)
    if new is not None:
        world.track(phone=RAVI, n=1, **new)
    world.settle()
    answer = renumbered(client, world, gavin, RAVI, allow_opt_in=allow_opt_in)
    assert answer.json["opts_in"] == (kept is not True and with_consent is True)
    expected = with_consent if allow_opt_in else kept
    assert answer.json["contacts"][0]["traits"].get("whatsapp_opted") is expected
    assert client.read(f"/v1/contacts/{gavin}").json["traits"].get("whatsapp_opted") is expected


def test_a_consent_that_stayed_behind_is_there_again_after_a_split(client, world, gavin):
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.settle()
    renumbered(client, world, gavin, RAVI)
    split(client, world, gavin)
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is True


def test_it_is_planned_once_more_where_something_newer_is_on_its_way(client, world, gavin):
    world.track(phone=RAVI, whatsapp_opted=True)
    world.settle()
    world.track(phone=RAVI, whatsapp_opted=False)
    world.track(phone=GAVIN, whatsapp_opted=True)
    answer = renumbered(client, world, gavin, RAVI)
    assert answer.status_code == 200
    assert answer.json["contacts"][0]["traits"]["whatsapp_opted"] is False
    assert client.read("/v1/rejected?open=true").json["rejected"] == []


def test_of_two_calls_at_once_that_give_two_contacts_a_number_one_is_refused(client, world, gavin):
    """Whoever was first is not merged into the other: nobody asked for that."""
    world.track(phone=ASHA, name="Asha")
    world.settle()
    asha = world.contact(ASHA)["id"]

    def call(id):
        return client.post(f"/v1/contacts/{id}/renumber", {"phone": RAVI})

    with closing(world.drivers.bus().reader()) as bus, ThreadPoolExecutor(2) as pool:
        before = on(bus)
        calls = {id: pool.submit(call, id) for id in (gavin, asha)}
        eventually(lambda: on(bus) == before + 2, "both orders on the bus")
        with settling(world):
            answers = {id: one.result() for id, one in calls.items()}
    (done,) = [id for id, answer in answers.items() if answer.status_code == 200]
    (refused,) = [answer for id, answer in answers.items() if id != done]
    assert (refused.status_code, refused.json["reason"]) == (409, "wrong_state")
    assert f"{RAVI} is a phone of contact {done} by now" in refused.json["message"]
    assert world.contact(RAVI)["id"] == done
    assert sorted(one["traits"]["name"] for one in world.contacts()) == ["Asha", "Gavin"]


def on(bus):
    """How many messages are on a bus."""
    return sum(end for _, end in bus.ranges().values())


def test_a_contact_that_has_changed_since_it_was_read_keeps_its_number(client, world, gavin):
    etag = client.read(f"/v1/contacts/{gavin}").headers["ETag"]
    world.track(phone=GAVIN, city="Agra")  # still on its way
    refused = renumbered(client, world, gavin, RAVI, etag=etag)
    assert (refused.status_code, refused.json["reason"]) == (412, "precondition_failed")
    etag = client.read(f"/v1/contacts/{gavin}").headers["ETag"]
    assert renumbered(client, world, gavin, RAVI, etag=etag).status_code == 200


def test_what_cannot_be_done_says_why(client, world, gavin):
    world.track(user_id="nobody's phone")
    world.settle()
    without = world.contact("nobody's phone")["id"]
    told = {
        (gavin, GAVIN): (409, "this is the contact's phone already"),
        (without, RAVI): (409, "the contact has no phone that could change: a track call gives it one"),
        (gavin, "+91 12"): (422, "phone "),
        ("00000000-0000-0000-0000-000000000009", RAVI): (404, "there is no contact"),
    }
    for (id, phone), (status, text) in told.items():
        refused = renumbered(client, world, id, phone)
        assert (refused.status_code, text in refused.json["message"]) == (status, True), refused.json
    assert client.post(f"/v1/contacts/{gavin}/renumber", {}).status_code == 422


def test_a_reason_that_names_the_person_is_refused(client, world, gavin):
    """The order can outlive an erasure: it is what made whoever came by the new number."""
    for reason in ("Gavin has a new phone", f"not {GAVIN} any more"):
        refused = renumbered(client, world, gavin, RAVI, reason=reason)
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/reason")


def test_the_phone_of_somebody_who_is_kept_out_is_refused(client, world, gavin):
    world.track(phone=ASHA)
    world.settle()
    with settling(world):
        client.delete(
            f"/v1/contacts/{world.contact(ASHA)['id']}", {"reason": "asked to be forgotten", "keep_out": True}
        )
    refused = renumbered(client, world, gavin, ASHA)
    assert (refused.status_code, refused.json["reason"]) == (409, "kept_out")


def test_history_reasons_feed_and_trail_tell_of_it(client, world, gavin):
    position = renumbered(client, world, gavin, RAVI, reason="a new phone").json["position"]
    *_, event = client.read(f"/v1/contacts/{gavin}/history").json["events"]
    assert (event["type"], event["by"], event["reason"]) == ("NumberChanged", f"key:{KEY_NAME}", "a new phone")
    assert event["changes"] == [{"attribute": "phone", "from": GAVIN, "to": RAVI}]
    why = client.read(f"/v1/contacts/{gavin}/explain").json["values"]["phone"]
    assert (why["value"], why["position"]) == (RAVI, position)
    assert [(one["value"], one["rule"]) for one in why["lost"]] == [
        (GAVIN, f"the phone was changed at position {position}, and this is the one before")
    ]
    *_, entry = client.read("/v1/changes").json["changes"]
    assert (entry["type"], entry["contact"], entry["data"]["phone"]) == ("NumberChanged", gavin, RAVI)
    act, *_ = client.read("/v1/audit/trail?what=number%20changed").json["acts"]
    assert (act["why"], act["detail"]) == ("a new phone", {"contact": gavin, "position": position})


def test_everything_about_the_person_has_what_came_by_either_number(client, world, gavin):
    renumbered(client, world, gavin, RAVI)
    world.track(phone=GAVIN, nickname="Gav")
    world.track(phone=RAVI, area="Baner")
    world.settle()
    text = client.read(f"/v1/contacts/{gavin}/everything").text
    assert [word for word in ("Gav", "Baner", GAVIN, RAVI) if word not in text] == []


def test_whoever_comes_by_a_number_that_begins_anew_is_a_new_contact(client, world, gavin):
    renumbered(client, world, gavin, RAVI, old_begins_anew=True)
    world.track(phone=GAVIN, name="Somebody else")
    world.settle()
    assert world.contact(GAVIN)["traits"] == {"name": "Somebody else"}
    assert client.read(f"/v1/contacts/{gavin}").json["traits"]["name"] == "Gavin"
    refused = split(client, world, gavin)
    assert (refused.status_code, refused.json["reason"]) == (409, "wrong_state")
    assert "a number that was given up is another contact's by now" in refused.json["message"]


def test_the_example_is_a_body_that_is_taken(client, world, gavin):
    with settling(world):
        assert client.post(f"/v1/contacts/{gavin}/renumber", shapes.RENUMBER).status_code == 200


def test_of_several_numbers_each_is_taken_back_by_itself(client, world, gavin):
    renumbered(client, world, gavin, RAVI)
    renumbered(client, world, gavin, MEERA)
    asked = split(client, world, gavin)
    assert (asked.status_code, len(asked.json["contacts"])) == (409, 2)
    assert split(client, world, asked.json["contacts"][0]).status_code == 200
    assert client.read(f"/v1/contacts/{gavin}").json["phone"] == MEERA
