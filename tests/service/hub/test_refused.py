"""Refused updates in the hub: tried again, corrected, dropped; one by one and many (R28, R33)."""

import orjson
import pytest

from ledger.log.entry import NewEntry
from tests.examples import ASHA, GAVIN, MEERA
from tests.world import SHOP


@pytest.fixture
def refused(world):
    """Three that are refused: two with phones that are none, one with the user id of somebody else."""
    world.track(phone=ASHA, user_id="u1")
    world.send("UserTracked", {"phone": "12", "traits": {"city": "Pune"}}, id="order-17")
    world.track(phone="13")
    world.send("UserTracked", {"phone": GAVIN, "userId": "u1", "match": "phone"})
    world.settle()
    return world


@pytest.mark.usefixtures("refused")
def test_each_that_waits_has_a_way_to_try_it_again_and_to_correct_or_drop_it(browser):
    page = browser.open("/audit/rejected")
    assert page.text.count("Try again") == 3
    assert "/audit/rejected/2" in page.links
    assert "Settle all 3…" in page.text


def test_a_corrected_update_is_taken_and_leaves_the_list(browser, refused):
    page = browser.open("/audit/rejected/2")
    assert "order-17" in page.html
    message = {"specversion": "1.0", "id": "order-17", "source": SHOP, "type": "UserTracked", "data": {"phone": MEERA}}
    answer = browser.send("/audit/rejected/2/retry", {"message": orjson.dumps(message).decode(), "why": "a digit"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/audit/rejected/2")
    refused.settle()
    assert refused.contact(MEERA)["phone"] == MEERA
    assert "It was taken after all" in browser.open("/audit/rejected/2").text
    assert "Settle all 2…" in browser.open("/audit/rejected").text
    assert "Taken after all" in browser.open("/audit/rejected?show=all").text


@pytest.mark.usefixtures("refused")
def test_a_correction_that_is_wrong_comes_back_as_it_was_typed_with_why(browser):
    message = {"specversion": "1.0", "id": "order-17", "source": SHOP, "type": "UserTracked", "data": {"phone": "14"}}
    answer = browser.send("/audit/rejected/2/retry", {"message": orjson.dumps(message).decode(), "why": "a digit"})
    assert answer.status_code == 422
    assert "It would be refused again" in answer.text
    assert "&#34;14&#34;" in answer.text
    assert "a digit" in answer.text


@pytest.mark.usefixtures("refused")
def test_what_breaks_a_rule_of_today_as_well_is_not_sent(browser):
    answer = browser.send("/audit/rejected/2/retry")
    assert answer.status_code == 422
    assert "It would be refused again" in answer.text


def test_an_update_is_dropped_with_a_reason_and_not_without(browser, refused):
    assert browser.send("/audit/rejected/2/drop", {"why": " "}).status_code == 422
    assert browser.send("/audit/rejected/2/drop", {"why": "a test"}).status_code == 303
    refused.settle()
    assert "It was dropped" in browser.open("/audit/rejected/2").text
    assert "a test" in browser.open("/audit/trail").text
    assert browser.send("/audit/rejected/2/drop", {"why": "again"}).status_code == 409


def test_an_update_whose_id_is_anothers_can_only_be_dropped(browser, world):
    for phone in (GAVIN, MEERA):
        world.send("UserTracked", {"phone": phone}, id="order-17")
    world.settle()
    assert "Try again" not in browser.open("/audit/rejected").text
    page = browser.open("/audit/rejected/2").text
    assert "Drop this 1 update" in page
    assert "Try this 1 update again" not in page
    assert "Take the corrected update" not in page


def test_an_empty_message_can_be_dropped(browser, world):
    """Kafka has them; the embedded bus takes none."""
    with world.drivers.consumer() as consumer, consumer.log.appending("another bus", {}, {0: 1}) as batch:
        batch.add(NewEntry(bus_time=1, reason="unreadable", raw_digest=bytes(32), detail="the message has no value"))
    assert "The message was empty." in browser.open("/audit/rejected").text
    assert "Drop this 1 update" in browser.open("/audit/rejected/1").text
    assert browser.send("/audit/rejected/1/drop", {"why": "a tombstone"}).status_code == 303


def test_many_are_settled_only_by_the_exact_number(browser, refused):
    page = browser.open("/audit/rejected/all?reason=phone_invalid")
    assert "Drop 2 updates" in page.text
    assert "Every one of them breaks a rule of today as well" in page.text
    wrong = browser.send("/audit/rejected/all/drop", {"reason": "phone_invalid", "count": "1", "why": "tests"})
    assert wrong.status_code == 409
    assert "there are 2 of them now" in wrong.text
    browser.send("/audit/rejected/all/drop", {"reason": "phone_invalid", "count": "2", "why": "tests"})
    refused.settle()
    assert "Settle this one…" in browser.open("/audit/rejected").text


@pytest.mark.usefixtures("refused")
def test_a_page_about_all_says_how_many_could_be_taken_by_now(browser):
    page = browser.open("/audit/rejected/all")
    assert "1 update no longer breaks a rule by itself" in page.text
    assert "Try 1 update again" in page.text
    assert "The other 2 would be refused again" in page.text


@pytest.mark.usefixtures("refused")
def test_who_may_only_look_is_told_what_it_takes(make_browser, keys):
    browser = make_browser()
    browser.sign_in(keys.create("meera", ["audit"], by="tests")[1])
    assert "Try again" not in browser.open("/audit/rejected").text
    assert "you need the right “Change”" in browser.open("/audit/rejected/2").text
    assert browser.send("/audit/rejected/2/drop", {"why": "a test"}).status_code == 403
    assert browser.open("/audit/rejected/all").status == 403


@pytest.mark.usefixtures("refused")
@pytest.mark.parametrize("position", ["1", "99", "x"])
def test_what_is_no_refused_update_is_not_there(browser, position):
    assert browser.open(f"/audit/rejected/{position}").status == 404
    assert browser.send(f"/audit/rejected/{position}/drop", {"why": "a test"}).status_code == 404
