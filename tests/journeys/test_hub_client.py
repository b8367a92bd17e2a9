"""The hub's own Python client, as it comes from the package index: only its host is another."""

import logging

import pytest
from track.client import Client
from track.request import APIError

from tests.shipped import eventually

PHONE = "9811098110"


@pytest.fixture
def make_client(served):
    """Makes a client that talks to the served deployment; `faults` has what it could not send."""
    made = []

    def make(**options):
        faults = []
        client = Client(
            api_key=options.pop("api_key", served.key),
            host=served.url,
            on_error=lambda fault, message: faults.append((fault, message)),
            **options,
        )
        client.faults = faults
        made.append(client)
        return client

    yield make
    for client in made:
        if client.consumer is not None:
            client.shutdown()


def contact(served, **where):
    """The one contact with this attribute, as the API lists it."""
    conditions = [f"{name}={value}" for name, value in where.items()]
    answer = served.http.get("/v1/contacts", params={"where": conditions})
    found = answer.json()["contacts"] if answer.status_code == 200 else []
    return found[0] if found else None


def test_a_call_that_waits_for_its_answer_arrives(served, make_client):
    answer = make_client(sync_mode=True).user(
        user_id="waiting-1", country_code="+91", phone_number=PHONE, traits={"name": "Meera", "visits": 3}
    )
    assert answer.status_code == 202
    assert answer.json()["result"] is True
    found = eventually(lambda: contact(served, user_id="waiting-1"), "the contact is in the state")
    assert (found["phone"], found["traits"]) == (f"+91{PHONE}", {"name": "Meera", "visits": 3})


def test_calls_sent_in_the_background_all_arrive(served, make_client):
    client = make_client()
    for number in range(30):
        assert client.user(user_id=f"background-{number}", traits={"number": number, "batch": "background"})[0]
    client.flush()
    assert client.faults == []

    def arrived():
        answer = served.http.get("/v1/contacts", params={"where": "batch=background"})
        return answer.status_code == 200 and answer.json()["total"] == 30

    eventually(arrived, "all thirty are in the state")


@pytest.mark.parametrize("is_waiting", [True, False])
def test_an_event_joins_the_contacts_history(served, make_client, is_waiting):
    user_id = f"event-{is_waiting}"
    client = make_client(sync_mode=is_waiting)
    client.user(user_id=user_id, traits={})
    client.event(user_id=user_id, event="Order placed", traits={"amount": 12.5})
    if not is_waiting:
        client.flush()
        assert client.faults == []
    found = eventually(lambda: contact(served, user_id=user_id), "the contact is in the state")

    def events():
        history = served.http.get(f"/v1/contacts/{found['id']}/history").json()
        return [event.get("event") for event in history["events"]] == [None, "Order placed"]

    eventually(events, "the event is in the history")


def test_a_refused_call_is_an_error_that_the_client_can_read(make_client):
    with pytest.raises(APIError) as caught:
        make_client(sync_mode=True).user(country_code="+91", phone_number="12")
    assert caught.value.status_code == 422
    assert "phoneNumber" in str(caught.value)


def test_a_wrong_key_is_told_to_the_callback_and_not_tried_again(make_client, caplog):
    client = make_client(api_key="cl_wrong")
    with caplog.at_level(logging.CRITICAL):
        client.user(user_id="never")
        client.flush()
    ((fault, message),) = client.faults
    assert fault.status_code == 401
    assert message["body"]["userId"] == "never"
