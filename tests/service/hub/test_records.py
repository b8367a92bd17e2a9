"""The records: how the ledger is, checks asked for here, refused updates, single entries, and who did what."""

import csv
import io

import pytest

from service.hub.records import told
from tests.brokers import eventually
from tests.examples import GAVIN, RAVI

PLACES = ["/audit", "/audit/rejected", "/audit/trail", "/audit/entries/1", "/audit/trail.csv"]


@pytest.fixture
def five(world):
    """Five entries, of which the first three are refused."""
    world.publish([b"\xff\xfe<script>"])
    world.send("UserTracked", {"phone": "12", "traits": {"name": "<b>Gavin</b>"}}, source="https://crm.example")
    world.track(phone="13")
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=RAVI)
    world.settle()
    return world


@pytest.mark.usefixtures("five", "parts_at_work")
def test_the_first_page_says_in_words_how_the_ledger_is(browser):
    page = browser.open("/audit")
    assert "Everything is up to date" in page.text
    assert "Nobody has had it verified yet" in page.text
    assert "Verify 5 entries" in page.text


@pytest.mark.usefixtures("five", "parts_at_work")
def test_a_verify_is_asked_for_watched_and_told_ever_after(browser):
    answer = browser.send("/audit/verify")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    eventually(lambda: "Intact: 5 entries" in browser.open(address).text, 120, "the verify is done")
    status = browser.open("/audit").text
    assert "Everything is intact and up to date Checked" in status
    assert "nothing has changed since" in status
    trail = browser.open("/audit/trail?what=verify+asked+for").text
    assert "Verify asked for asha" in trail


@pytest.mark.usefixtures("five")
def test_a_rebuild_beside_tells_how_many_contacts_it_came_to(browser):
    address = browser.send("/audit/rebuild").headers["Location"]
    eventually(lambda: "2 contacts" in browser.open(address).text, 120, "the rebuild is done")


STATUS = {"parts": [], "bus_lag": 0, "lag_events": 0, "lag_seconds": 0.0, "position": 7}
VERIFIED = {"state": "done", "ended_at": "then", "result": {"ok": True, "events": 7, "faults": []}}
BROKEN = {**VERIFIED, "result": {"ok": False, "events": 7, "faults": [{}, {}]}}
FALLEN = {"name": "projector", "fault": "it has stopped."}


@pytest.mark.parametrize(
    ("status", "last", "tone", "said"),
    [
        ({}, None, "well", "Nobody has had it verified yet."),
        ({}, VERIFIED, "well", "Checked then; nothing has changed since."),
        ({"position": 9}, VERIFIED, "well", "Checked then; 2 messages have come since."),
        ({"lag_events": 3, "lag_seconds": 3.2}, VERIFIED, "late", "Changes show up to 4 s late: 3 messages"),
        ({"bus_lag": 1}, None, "late", "1 message wait"),
        ({}, BROKEN, "wrong", "Checked then and found 2 faults; nothing has changed since."),
        ({"parts": [FALLEN], "lag_events": 3}, VERIFIED, "wrong", "The projector: it has stopped."),
        (
            {},
            {"state": "failed", "message": "the disk is full"},
            "well",
            "The last verify did not end: the disk is full",
        ),
    ],
)
def test_how_the_ledger_is_has_a_tone_and_a_sentence(status, last, tone, said):
    found = told.health(STATUS | status, last, lambda moment: moment)
    assert found.tone == tone
    assert any(sentence.startswith(said) for sentence in found.sentences)


@pytest.mark.usefixtures("five")
def test_refused_updates_come_newest_first_with_the_reason_in_words(browser):
    page = browser.open("/audit/rejected")
    assert page.text.index("Not a valid phone") < page.text.index("Cannot be read")
    assert "3 of 3 shown" in page.text
    assert "ff fe 3c 73" in page.text
    assert page.running == []
    of_crm = browser.open("/audit/rejected?source=https://crm.example")
    assert ("1 of 1 shown" in of_crm.text, "Only from https://crm.example" in of_crm.text) == (True, True)
    assert "No message fits" in browser.open("/audit/rejected?reason=too_large").text


def test_where_nothing_was_refused_the_page_says_so(world, browser):
    world.track(phone=GAVIN)
    world.settle()
    assert "No message was ever refused" in browser.open("/audit/rejected").text


def test_more_refused_updates_than_a_page_are_reached_one_after_the_other(world, browser):
    for _ in range(60):
        world.track(phone="12")
    world.settle()
    first = browser.open("/audit/rejected?reason=phone_invalid")
    (older,) = [link for link in first.links if link and "before=" in link]
    assert "10 of 60 shown" in browser.open(older).text


@pytest.mark.usefixtures("five")
def test_an_entry_is_shown_whole_with_its_neighbours(browser):
    page = browser.open("/audit/entries/4")
    assert {"/audit/entries/3", "/audit/entries/5"} <= set(page.links)
    assert '"traits":{"city":"Pune"}' in page.text.replace(": ", ":")
    assert "came by this entry" in page.text
    assert "/audit/entries/0" not in browser.open("/audit/entries/1").links
    assert browser.get("/audit/entries?position=4").headers["Location"] == "/audit/entries/4"


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("position", ["0", "6", "x", "9" * 30, "-1", "1.5"])
def test_a_position_that_the_log_does_not_have_is_404(browser, position):
    assert browser.get(f"/audit/entries/{position}").status_code == 404


def test_the_trail_is_read_and_downloaded_by_actor_and_kind(world, browser, people):
    world.settle()
    person = people.add("Meera", ["read"], by="=evil")
    people.remove(person.id, by="asha")
    assert "Person removed asha" in browser.open("/audit/trail?who=asha").text
    assert "Nothing fits" in browser.open("/audit/trail?who=nobody").text
    answer = browser.get("/audit/trail.csv?what=person+added")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (row["who"], answer.headers["Content-Type"]) == ("'=evil", "text/csv; charset=utf-8")


def test_a_key_is_made_shown_once_and_revoked(browser, keys):
    answer = browser.send("/audit/keys", {"name": "shop", "scope": ["track", "read"]})
    (key,) = [key for key in keys.all() if key.name == "shop"]
    text = answer.text.split('value="cl_')[1].split('"')[0]
    assert keys.find(f"cl_{text}") == key
    assert f"cl_{text}" not in browser.open("/audit/keys").html
    assert browser.send(f"/audit/keys/{key.id}/revoke").status_code == 303
    assert keys.find(f"cl_{text}").revoked_at is not None
    assert "1 revoked" in browser.open("/audit/keys").text


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"name": "shop"}, 422, "Choose at least one right"),
        ({"name": " ", "scope": "read"}, 422, "1 to 100"),
        ({"name": "twice", "scope": "read"}, 409, "Two valid keys"),
    ],
)
def test_what_is_wrong_with_a_new_key_is_said_and_what_was_typed_stays(browser, keys, fields, status, said):
    for _ in range(2):
        keys.create("twice", ["read"], by="tests")
    answer = browser.send("/audit/keys", fields)
    assert answer.status_code == status
    assert said in answer.text
    assert f'value="{fields["name"]}"' in answer.text


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("path", PLACES)
def test_the_records_need_the_right_to_audit_and_say_so(make_browser, keys, path):
    browser = make_browser()
    browser.sign_in(keys.create("reader", ["read", "admin"], by="tests")[1])
    answer = browser.get(path)
    assert (answer.status_code, "Audit" in answer.text) == (403, True)


@pytest.mark.parametrize("path", ["/audit/keys", "/audit/keys/x/revoke"])
def test_keys_need_the_right_to_manage_people(make_browser, keys, path):
    browser = make_browser()
    browser.sign_in(keys.create("auditor", ["audit"], by="tests")[1])
    assert browser.send(path, {"name": "X", "scope": ["admin"]}).status_code == 403


def test_a_page_that_a_person_may_not_see_is_on_the_trail_at_once_and_a_flood_of_them_is_not(
    make_browser, browser, keys
):
    reader = make_browser()
    reader.sign_in(keys.create("reader", ["read"], by="tests")[1])
    for path in ("/imports", "/imports/new", "/people"):
        assert reader.open(path).status == 403
    trail = browser.open("/audit/trail?what=denied").text
    assert "Denied reader" in trail
    assert (trail.count("needs Upload and undo"), trail.count("needs Manage people")) == (1, 1)


def test_the_figures_say_how_many_refused_updates_are_still_open(browser, five):
    assert "Refused updates 3 3 still open" in browser.open("/audit").text
    browser.send("/audit/rejected/2/drop", {"why": "a test"})
    five.settle()
    assert "Refused updates 3 2 still open" in browser.open("/audit").text


def test_the_trail_calls_a_file_by_its_name_and_a_change_of_many_a_change(browser, desk, world):
    path = desk.checked()
    desk.run(path)
    desk.send(f"{path}/undo", {"reason": "wrong shop"})
    world.settle()
    desk.send(f"{path}/redo")
    world.settle()
    edit = browser.send("/edits", {"tags": "vip"}).headers["Location"]
    desk.work(edit)
    desk.run(edit)
    desk.send(f"{edit}/undo")
    world.settle()
    page = browser.open("/audit/trail")
    assert "Import undone asha" in page.text
    assert "import october.csv" in page.text
    assert "Change undone asha" in page.text
    assert "change tag vip" in page.text
    assert {path, edit} <= set(page.links)
