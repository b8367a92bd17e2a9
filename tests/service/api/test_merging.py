"""Contacts merged by hand and split again over HTTP (R33)."""

import pytest

from service.api.description.shapes import merge_shapes as shapes
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.service.api.conftest import KEY_NAME
from tests.service.api.test_rejected import settling


@pytest.fixture
def two(world):
    """The ids of Gavin and Asha."""
    world.track(phone=GAVIN, user_id="g", name="Gavin", city="Pune")
    world.track(phone=ASHA, name="Asha", area="Kothrud")
    world.settle()
    return world.contact(GAVIN)["id"], world.contact(ASHA)["id"]


def merged(client, world, one, other, **more):
    with settling(world):
        return client.post(f"/v1/contacts/{one}/merge", {"absorbed": other, **more})


def split(client, world, id, **more):
    with settling(world):
        return client.post(f"/v1/contacts/{id}/split", more)


def test_a_merge_leaves_one_contact_that_both_phones_find(client, world, two):
    answer = merged(client, world, two[1], GAVIN, reason="one person")
    assert answer.status_code == 200
    (left,) = answer.json["contacts"]
    assert (left["id"], left["phone"], left["user_id"]) == (two[1], ASHA, "g")
    assert left["traits"] == {"name": "Asha", "city": "Pune", "area": "Kothrud"}
    assert world.contact(GAVIN)["id"] == world.contact(ASHA)["id"] == two[1]
    assert client.read(f"/v1/contacts/{two[0]}").status_code == 308
    assert client.read("/v1/contacts").json["total"] == 1


def test_the_plan_is_what_comes_of_it(client, world, two):
    before = client.read("/v1/changes").json["head"]
    planned = merged(client, world, *two, dry_run=True).json
    assert (planned["position"], client.read("/v1/changes").json["head"]) == (None, before)
    done = merged(client, world, *two).json
    names = ("id", "phone", "user_id", "traits", "tags", "created_at")
    left = client.read(f"/v1/contacts/{two[0]}").json
    for one in (planned["contacts"][0], done["contacts"][0]):
        assert {name: one[name] for name in names} == {name: left[name] for name in names}


def test_a_split_by_either_id_takes_it_back(client, world, two):
    for id in two:
        merged(client, world, *two)
        answer = split(client, world, id, reason="two people")
        assert answer.status_code == 200
        assert [one["traits"] for one in answer.json["contacts"]] == [
            {"name": "Gavin", "city": "Pune"},
            {"name": "Asha", "area": "Kothrud"},
        ]
        assert [world.contact(phone)["id"] for phone in (GAVIN, ASHA)] == [*two]


def test_the_history_and_the_trail_name_who_did_it_and_why(client, world, two):
    merged(client, world, *two, reason="one person")
    split(client, world, two[1], reason="two people")
    for id in two:
        events = client.read(f"/v1/contacts/{id}/history").json["events"]
        merge, parted = (next(one for one in events if one["type"] == type) for type in types())
        assert (merge["by"], merge["reason"]) == (f"key:{KEY_NAME}", "one person")
        assert merge["merged"] == parted["split"] == {"contact": two[1], "survivor": two[0]}
        assert parted["reason"] == "two people"
    acts = client.read("/v1/audit/trail").json["acts"]
    told = [(one["what"], one["why"], one["detail"]["contact"]) for one in acts if one["what"].startswith("contacts")]
    assert told == [("contacts split", "two people", two[1]), ("contacts merged", "one person", two[1])]
    assert client.read("/v1/audit/trail?what=contacts%20split").json["acts"][0]["why"] == "two people"


def types():
    return "ContactsMerged", "ContactsSplit"


def test_nobody_is_opted_in_without_a_second_yes(client, world):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.track(phone=ASHA, whatsapp_opted=True)
    world.settle()
    ids = [world.contact(phone)["id"] for phone in (GAVIN, ASHA)]
    refused = merged(client, world, *ids)
    assert (refused.status_code, refused.json["reason"]) == (409, "opt_in_not_allowed")
    assert merged(client, world, *ids, dry_run=True).json["opts_in"]
    assert merged(client, world, *ids, allow_opt_in=True).status_code == 200


def test_nobody_is_opted_in_by_a_no_that_is_still_on_its_way(client, world, two):
    """The merge is planned while nobody has said no, and decided behind it; so it is planned once more."""
    world.track(phone=ASHA, whatsapp_opted=True)
    world.settle()
    world.track(phone=GAVIN, time="2026-11-22T10:00:00Z", whatsapp_opted=False)
    refused = merged(client, world, *two)
    assert (refused.status_code, refused.json["reason"]) == (409, "opt_in_not_allowed")
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is False
    assert client.read("/v1/rejected?open=true").json["rejected"] == []


def test_a_merge_is_planned_once_more_where_something_newer_is_on_its_way(client, world, two):
    world.track(phone=GAVIN, city="Agra")
    answer = merged(client, world, *two)
    assert answer.status_code == 200
    assert answer.json["contacts"][0]["traits"]["city"] == "Agra"


def test_a_contact_that_has_changed_since_it_was_read_is_not_merged(client, world, two):
    etag = client.read(f"/v1/contacts/{two[0]}").headers["ETag"]
    world.track(phone=GAVIN, city="Agra")
    assert merged_if(client, world, etag, *two) == (412, "precondition_failed")  # still on its way
    world.settle()
    assert merged_if(client, world, etag, *two) == (412, "precondition_failed")
    etag = client.read(f"/v1/contacts/{two[0]}").headers["ETag"]
    assert merged_if(client, world, etag, *two) == (200, None)


def merged_if(client, world, etag, one, other):
    with settling(world):
        answer = client.post(f"/v1/contacts/{one}/merge", {"absorbed": other}, headers={"If-Match": etag})
    return answer.status_code, answer.json.get("reason")


def test_a_reason_that_is_too_long_says_what_to_do(client, two):
    refused = client.post(f"/v1/contacts/{two[0]}/merge", {"absorbed": ASHA, "reason": "x" * 501})
    assert (refused.status_code, refused.json["message"]) == (
        422,
        "reason is longer than 500 characters: say it shorter",
    )


def test_a_merge_with_itself_or_with_nobody_is_refused(client, world, two):
    assert merged(client, world, two[0], GAVIN).status_code == 409
    assert merged(client, world, two[0], MEERA).status_code == 404
    assert merged(client, world, "00000000-0000-0000-0000-000000000009", GAVIN).status_code == 404
    assert client.post(f"/v1/contacts/{two[0]}/merge", {}).status_code == 422


def test_a_split_of_what_is_not_merged_is_refused_and_of_several_asks_which(client, world, two):
    assert split(client, world, two[0]).status_code == 409
    world.track(phone=RAVI)
    world.settle()
    third = world.contact(RAVI)["id"]
    merged(client, world, two[0], ASHA)
    merged(client, world, two[0], RAVI)
    asked = split(client, world, two[0])
    assert (asked.status_code, asked.json["contacts"]) == (409, [two[1], third])
    assert split(client, world, third).status_code == 200


def test_the_feed_tells_who_was_merged_and_who_was_split(client, world, two):
    merged(client, world, *two)
    split(client, world, two[1])
    *_, merge, parted = client.read("/v1/changes").json["changes"]
    assert (merge["type"], merge["contact"], merge["merged"]) == ("ContactsMerged", *two)
    assert (parted["type"], parted["contact"], parted["merged"], parted["split"]) == (
        "ContactsSplit",
        two[0],
        None,
        two[1],
    )
    assert client.read(f"/v1/audit/entries/{parted['position']}").json["split"] == two[1]


def test_the_examples_are_bodies_that_are_taken(client, world, two):
    with settling(world):
        assert client.post(f"/v1/contacts/{two[0]}/merge", shapes.MERGE).status_code == 200
        assert client.post(f"/v1/contacts/{two[0]}/split", shapes.SPLIT).status_code == 200


def test_everything_about_a_person_has_nothing_of_whom_it_was_split_from(client, world, two):
    merged(client, world, *two)
    world.track(phone=ASHA, nickname="Ashi")
    world.track(phone=GAVIN, nickname="Gav")
    world.settle()
    split(client, world, two[1])
    for id, own, others in ((two[0], "Gav", ("Ashi", "Kothrud", ASHA)), (two[1], "Ashi", ("Gav", "Pune", GAVIN))):
        text = client.read(f"/v1/contacts/{id}/everything").text
        assert own in text
        assert [other for other in others if f'"{other}"' in text.replace("\\", "")] == []


def test_the_history_after_a_split_has_what_was_said_of_the_contact_while_it_was_merged(client, world, two):
    merged(client, world, *two)
    for phone, name in ((ASHA, "Ashi"), (GAVIN, "Gav")):
        world.track(phone=phone, nickname=name)
    world.settle()
    split(client, world, two[1])
    for id, own in zip(two, ("Gav", "Ashi"), strict=True):
        events = client.read(f"/v1/contacts/{id}/history").json["events"]
        assert [one["type"] for one in events] == ["UserTracked", "ContactsMerged", "UserTracked", "ContactsSplit"]
        assert {"attribute": "nickname", "to": own} in [
            {"attribute": change["attribute"], "to": change["to"]} for change in events[2]["changes"]
        ]
        assert client.read(f"/v1/contacts/{id}").json["traits"]["nickname"] == own


def test_a_call_that_would_merge_what_was_split_is_told_at_once(client, world):
    world.track(phone=GAVIN)
    world.track(user_id="u")
    world.track(phone=GAVIN, user_id="u")
    world.settle()
    second = client.read("/v1/changes").json["changes"][1]["contact"]
    assert split(client, world, second).status_code == 200
    answer = client.post(
        "/v1/public/track/users/", {"fullPhoneNumber": GAVIN, "userId": "u", "traits": {"city": "Goa"}}
    )
    assert answer.status_code == 409
    assert "split" in answer.json["message"]


def test_a_list_finds_a_contact_by_the_phone_that_gave_way_too(client, world, two):
    merged(client, world, *two)
    for value in (ASHA, GAVIN):
        (found,) = client.read(f"/v1/contacts?where=phone%3D{value.replace('+', '%2B')}").json["contacts"]
        assert found["id"] == two[0]
    assert client.read(f"/v1/contacts?where=phone!%3D{ASHA.replace('+', '%2B')}").json["total"] == 1


def apart(client, world, two, *said):
    """Two who were one and are two again; what each says of WhatsApp then."""
    merged(client, world, *two)
    split(client, world, two[0])
    for phone, opted in zip((GAVIN, ASHA), said, strict=True):
        world.track(phone=phone, whatsapp_opted=opted)
    world.settle()


def test_of_two_who_were_one_each_has_a_last_word_of_their_own(client, world, two):
    """R16: else the yes of one would pass for the other's."""
    apart(client, world, two, False, True)
    refused = client.post(f"/v1/contacts/{two[0]}/merge", {"absorbed": ASHA})
    assert (refused.status_code, refused.json["reason"]) == (409, "opt_in_not_allowed")
    planned = client.post(f"/v1/contacts/{two[1]}/renumber", {"phone": GAVIN, "dry_run": True}).json
    assert planned["contacts"][0]["traits"]["whatsapp_opted"] is False
