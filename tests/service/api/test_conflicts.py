"""Conflicts of identity: who holds what is told at the call, and all of them are counted (R7)."""

from contextlib import closing

import pytest

from ledger import sqlite
from ledger.log.sqlite.reading.reader import LogFile
from service.commands.conflicts import IdentityConflict
from service.queries.ledger.rejected_conflicts import RejectedConflicts
from service.wiring.api import tracker
from tests.examples import ASHA, GAVIN

USERS = "/v1/public/track/users/"
EVENTS = "/v1/public/track/events/"
CONTACTS = "/v1/contacts"


@pytest.fixture
def told(world):
    """Gavin is known with a user id, Asha with another."""
    world.track(phone=GAVIN, user_id="gavin")
    world.track(phone=ASHA, user_id="asha")
    world.settle()
    return world


def counts(client):
    """The metric, by where the conflicts showed."""
    name = "contacts_identity_conflicts_total"
    lines = [line for line in client.get("/metrics").text.splitlines() if line.startswith(name)]
    return {line.split('"')[1]: float(line.split()[-1]) for line in lines}


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ({"fullPhoneNumber": GAVIN, "userId": "asha"}, {"phone": GAVIN, "user_id": ASHA}),
        ({"fullPhoneNumber": GAVIN, "userId": "new"}, {"phone": GAVIN}),
        ({"fullPhoneNumber": "+919845012345", "userId": "asha"}, {"user_id": ASHA}),
    ],
)
@pytest.mark.parametrize("path", [USERS, EVENTS])
def test_a_conflict_names_the_contacts_that_hold_what_was_sent(client, told, description, path, body, held):
    answer = client.post(path, body | {"event": "Order placed"})
    holders = {what: told.contact(phone)["id"] for what, phone in held.items()}
    assert (answer.status_code, answer.json["holders"]) == (409, holders)
    for what, id in holders.items():
        assert f"contact {id} has the {what.replace('_', ' ')}" in answer.json["message"]
    description.assert_fits("POST", path, answer)


def test_where_merging_is_off_both_holders_are_named(tmp_path, start_client):
    client = start_client(tmp_path / "apart", merge="never")
    client.track({"fullPhoneNumber": GAVIN})
    client.track({"userId": "gavin"})
    client.settle()
    answer = client.track({"fullPhoneNumber": GAVIN, "userId": "gavin"})
    assert answer.status_code == 409
    assert len(set(answer.json["holders"].values())) == 2


def test_a_conflict_whose_contacts_cannot_be_named_is_one_all_the_same(told):
    calls = tracker(told.deployment)
    calls._conflicts._contact_ids = lambda _contacts: {}
    with closing(calls.publisher), pytest.raises(IdentityConflict) as fault:
        calls.publish(calls.user({"fullPhoneNumber": GAVIN, "userId": "asha"}, USERS, "website"))
    assert fault.value.holders == {}
    assert str(fault.value) == "the contact with this phone already has another user id"


def test_conflicts_refused_at_a_call_and_those_in_the_log_are_counted_apart(client, told):
    assert counts(client) == {"call": 0, "append": 0}
    conflict = {"fullPhoneNumber": GAVIN, "userId": "asha"}
    for path, body in ((USERS, conflict), (EVENTS, conflict | {"event": "Order placed"})):
        assert client.post(path, body).status_code == 409
    assert counts(client) == {"call": 2, "append": 0}
    for _ in range(3):
        told.track(phone=GAVIN, user_id="asha")
    told.send("UserTracked", {"phone": "12"})
    told.settle()
    assert counts(client) == {"call": 2, "append": 3}
    told.track(phone=ASHA, user_id="gavin")
    told.settle()
    assert counts(client) == {"call": 2, "append": 4}


def test_those_at_calls_that_make_and_change_contacts_name_the_holders_and_are_counted_too(client, told):
    gavin, asha = (told.contact(phone)["id"] for phone in (GAVIN, ASHA))
    made = client.post(CONTACTS, {"phone": "+919845012345", "user_id": "asha"})
    changed = client.patch(f"{CONTACTS}/{gavin}", {"user_id": "asha"})
    assert [answer.status_code for answer in (made, changed)] == [409, 409]
    assert [answer.json["holders"]["user_id"] for answer in (made, changed)] == [asha, asha]
    assert counts(client) == {"call": 2, "append": 0}


@pytest.mark.usefixtures("told")
def test_no_other_refusal_is_counted(client):
    assert client.track({"userId": "x", "traits": {"a": {}}}).status_code == 422
    assert client.track(raw=b"nonsense").status_code == 400
    assert counts(client) == {"call": 0, "append": 0}


def test_a_log_that_took_the_place_of_a_longer_one_is_counted_anew(tmp_path, told):
    for _ in range(3):
        told.track(phone=GAVIN, user_id="asha")
    told.settle()
    path, cut = told.deployment.log_path, tmp_path / "cut.db"
    conflicts = RejectedConflicts(LogFile(path))
    assert conflicts() == 3
    with closing(sqlite.connect(path, read_only=True)) as whole:
        whole.execute("VACUUM INTO ?", [str(cut)])
    with closing(sqlite.connect(cut)) as connection:
        connection.execute("DROP TRIGGER entries_are_kept")
        connection.execute("DELETE FROM entries WHERE position > 4")
    path.unlink()
    assert conflicts() == 3
    cut.rename(path)
    assert conflicts() == 2
