"""Messages, the feed of entries, rejected messages, status and head over HTTP."""

import pytest

from service.cli.main import main
from tests.examples import ASHA, GAVIN
from tests.world import SHOP


def test_a_call_is_pending_until_the_log_has_it(client, world):
    id = client.track({"fullPhoneNumber": GAVIN}).json["id"]
    assert client.read(f"/v1/messages/{id}").json == {"id": id, "source": None, "state": "pending"}
    world.settle()
    answer = client.read(f"/v1/messages/{id}").json
    assert (answer["state"], answer["position"], answer["contact"]) == ("accepted", 1, world.contact(GAVIN)["id"])


def test_a_rejected_call_has_its_reason(client, world):
    client.track({"fullPhoneNumber": GAVIN, "userId": "u-1"})
    id = client.track({"fullPhoneNumber": GAVIN, "userId": "u-2"}).json["id"]
    world.settle()
    answer = client.read(f"/v1/messages/{id}").json
    assert (answer["state"], answer["position"], answer["reason"]) == ("rejected", 2, "identity_conflict")
    assert answer["message"]


def test_a_message_of_others_is_found_by_its_source(client, world):
    id = world.track(phone=GAVIN)
    world.settle()
    assert client.read(f"/v1/messages/{id}?source={SHOP}").json["state"] == "accepted"
    assert client.read(f"/v1/messages/{id}").status_code == 404


def test_a_message_accepted_after_it_was_rejected_is_accepted(client, world):
    for phone in ("12", GAVIN):
        id = world.send("UserTracked", {"phone": phone}, id="the same")
    world.settle()
    assert client.read(f"/v1/messages/{id}?source={SHOP}").json["state"] == "accepted"


def test_a_message_that_never_was_is_404_once_nothing_waits(client, world):
    world.track(phone=GAVIN)
    world.settle()
    assert client.read("/v1/messages/never-sent").status_code == 404
    world.track(phone=ASHA)
    assert client.read("/v1/messages/never-sent").json["state"] == "pending"


def test_no_message_is_known_before_anything_was_sent(client):
    assert client.read("/v1/messages/never-sent").status_code == 404


@pytest.fixture
def five(world):
    """Five entries, the fourth rejected."""
    world.track(phone=GAVIN, city="Pune")
    world.tag("vip", phone=GAVIN)
    world.send("EventTracked", {"phone": GAVIN, "event": "Paid", "traits": {"sum": {"of": [1.50]}}})
    world.track(phone="12")
    world.track(user_id="asha")
    world.settle()
    return world


@pytest.mark.usefixtures("five")
def test_the_feed_has_every_entry_in_order(client):
    feed = client.read("/v1/changes").json
    assert [entry["position"] for entry in feed["changes"]] == [1, 2, 3, 4, 5]
    assert [entry["reason"] for entry in feed["changes"]] == [None, None, None, "phone_invalid", None]
    assert (feed["next_after"], feed["head"]) == (5, 5)


def test_the_feed_goes_on_where_it_was_left_and_waits_at_the_end(client, five):
    seen, after = [], 0
    while (page := client.read(f"/v1/changes?after={after}&limit=2").json)["changes"]:
        seen += [entry["position"] for entry in page["changes"]]
        after = page["next_after"]
    assert seen == [1, 2, 3, 4, 5]
    assert page["next_after"] == 5
    five.track(phone=ASHA)
    five.settle()
    assert [entry["position"] for entry in client.read(f"/v1/changes?after={after}").json["changes"]] == [6]


def test_an_entry_of_the_feed_says_who_what_and_when(client, five):
    first, _, paid, refused, _ = client.read("/v1/changes").json["changes"]
    assert (first["type"], first["source"], first["contact"]) == ("UserTracked", SHOP, five.contact(GAVIN)["id"])
    assert first["data"] == {"phone": GAVIN, "traits": {"city": "Pune"}}
    assert paid["data"]["traits"] == {"sum": {"of": [1.5]}}
    assert (refused["contact"], refused["data"]) == (None, None)


def test_a_merge_names_who_became_whom(client, world):
    world.track(phone=GAVIN)
    world.track(user_id="u-1")
    world.settle()
    survivor, absorbed = world.contact(GAVIN)["id"], world.contact("u-1")["id"]
    world.track(phone=GAVIN, user_id="u-1")
    world.settle()
    merge = client.read("/v1/changes?after=2").json["changes"][0]
    assert (merge["contact"], merge["merged"]) == (survivor, absorbed)


def test_rejected_messages_are_whole_and_come_in_pages(client, world):
    world.publish([b"\xff\xfe"])
    for phone in ("12", "13"):
        world.track(phone=phone)
    world.settle()
    first = client.read("/v1/rejected?limit=2").json
    assert [each["reason"] for each in first["rejected"]] == ["phone_invalid", "phone_invalid"]
    assert '"13"' in first["rejected"][0]["raw"]
    second = client.read(f"/v1/rejected?limit=2&before={first['next_before']}").json
    assert (second["rejected"][0]["raw"], second["next_before"]) == ({"base64": "//4="}, None)
    assert first["total"] == second["total"] == 3


def test_rejected_messages_are_found_and_counted_by_reason_and_source(client, world):
    world.publish([b"\xff\xfe"])
    for phone in ("12", "13"):
        world.track(phone=phone)
    world.settle()
    found = client.read("/v1/rejected?reason=unreadable").json
    assert ([each["position"] for each in found["rejected"]], found["total"]) == ([1], 1)
    assert found["reasons"] == [{"reason": "phone_invalid", "count": 2}, {"reason": "unreadable", "count": 1}]
    of_shop = client.read("/v1/rejected", query_string={"source": SHOP}).json
    assert ([each["position"] for each in of_shop["rejected"]], of_shop["total"]) == ([3, 2], 2)
    assert of_shop["reasons"] == [{"reason": "phone_invalid", "count": 2}]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=ten", "limit=1_0", "{}=-1", "{}=1.5", "limit=", "{}=" + "9" * 30]
)
@pytest.mark.parametrize(("path", "place"), [("/v1/changes", "after"), ("/v1/rejected", "before")])
@pytest.mark.usefixtures("five")
def test_a_number_that_is_not_allowed_is_422_and_says_what_is(client, path, place, query):
    query = query.format(place)
    answer = client.read(f"{path}?{query}")
    assert answer.status_code == 422
    (error,) = answer.json["errors"]
    assert error["parameter"] == query.split("=")[0]
    given = query.split("=")[1]
    is_whole = given.removeprefix("-").isdigit()
    assert f"{'must be' if is_whole else 'is not a whole number: give one'} from" in error["message"]


def test_an_entry_is_read_whole_with_its_place_in_the_chain(client, five, description):
    entries = [client.read(f"/v1/audit/entries/{position}").json for position in range(1, 6)]
    assert [(one["previous"], one["next"]) for one in entries] == [(None, 2), (1, 3), (2, 4), (3, 5), (4, None)]
    assert [one["previous_hash"] for one in entries[1:]] == [one["hash"] for one in entries[:-1]]
    assert entries[4]["hash"] == client.read("/v1/audit/head").json["hash"]
    first, refused = entries[0], entries[3]
    assert (first["contact"], first["made_contact"], first["kind"]) == (five.contact(GAVIN)["id"], True, "upstream")
    assert (refused["reason"], refused["contact"], '"12"' in refused["raw"]) == ("phone_invalid", None, True)
    description.assert_fits("GET", "/v1/audit/entries/{position}", client.read("/v1/audit/entries/4"))


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("position", ["0", "6", "x", "-1", "9" * 40, "\u0661"])
def test_an_entry_that_the_log_does_not_have_is_404(client, position):
    assert client.read(f"/v1/audit/entries/{position}").status_code == 404


def test_the_head_is_the_one_that_verify_takes(client, five, monkeypatch, tmp_path, capfd):
    saved = tmp_path / "head.json"
    saved.write_text(client.read("/v1/audit/head").text)
    monkeypatch.setenv("CONTACTS_DATA", str(five.folder))
    with pytest.raises(SystemExit) as ended:
        main(["verify", "--head", str(saved), "--json"])
    assert ended.value.code == 0, capfd.readouterr()


def test_the_status_is_how_far_everything_is(client, five):
    five.track(phone=ASHA)
    answer = client.read("/v1/audit/status").json
    assert (answer["position"], answer["bus_lag"], answer["lag_events"], answer["rejected"]) == (5, 1, 0, 1)


def test_attributes_and_tags_follow_the_state(client, world):
    for city in ("Pune", "Agra"):
        world.track(phone=GAVIN, city=city, **{city: 1})
        world.tag(city, phone=GAVIN)
        world.settle()
        attributes = client.read("/v1/attributes").json
        assert city in {each["name"] for each in attributes["attributes"]}
        tags = client.read("/v1/tags").json
        assert {"tag": city, "contacts": 1} in tags["tags"]
        assert attributes["position"] == tags["position"] == world.entries()[-1].position


def test_tags_are_found_by_a_part_of_them_in_any_letter_case(client, world):
    world.tag("Straße", "new customer", "VIP", phone=GAVIN)
    world.settle()
    for part, found in {"STRASSE": ["Straße"], "i": ["VIP"], "": None, "zzz": []}.items():
        answer = client.read("/v1/tags", query_string={"q": part})
        if found is None:
            assert answer.status_code == 422
        else:
            assert [each["tag"] for each in answer.json["tags"]] == found
    limited = client.read("/v1/tags?limit=1").json
    assert (len(limited["tags"]), limited["total"]) == (1, 3)


@pytest.mark.parametrize("strange", [b'"traceid":"\xff",', b'"x":1e400,', b'"x":' + b"9" * 5000 + b","])
def test_a_message_with_strange_extensions_stops_no_answer(client, world, strange):
    """R35: what is accepted can be told."""
    world.track(phone=GAVIN, city="Pune")
    data = b'{"phone":"%s","row":"7","traits":{"city":"Agra"}}' % GAVIN.encode()
    world.publish(
        [b'{"specversion":"1.0","id":"1","source":"s","type":"UserTracked",' + strange + b'"data":' + data + b"}"]
    )
    world.settle()
    id = world.contact(GAVIN)["id"]
    assert client.read(f"/v1/contacts/{id}/history").json["events"][1]["changes"][0]["to"] == "Agra"
    for path in (f"/v1/contacts/{id}/explain", f"/v1/contacts/{id}?as_of=2", "/v1/changes?after=0"):
        assert client.read(path).status_code == 200


def test_rejected_bytes_are_listed_and_stop_nothing_behind_them(client, world):
    """R28, R35."""
    head = b'{"specversion":"1.0","id":"1","source":"s","type":"UserTracked","data":{"phone":"+919967536783","traits":{'
    world.publish([head + b'"balance":1e400}}}', head + b'"a":"\xff"}}}', b"\xff"])
    world.publish(
        [b""], (("ce_specversion", b"1.0"), ("ce_id", b"2"), ("ce_source", b"s"), ("ce_type", b"UserTracked"))
    )
    world.track(phone=ASHA)
    world.settle()
    found = client.read("/v1/rejected").json["rejected"]
    assert [one["reason"] for one in found] == ["invalid", "unreadable", "invalid", "invalid"]
    assert world.contact(ASHA)["position"] == 5
