"""The hub with much to do, and with others at it: a file of half a million rows, ten thousand events, two people."""

import json

import pytest

from tests.journeys.windows import choose_file, sign_in
from tests.shipped import serving

ROWS = 500_000
EVENTS = 10_000
BUSY = {"userId": "busy-1"}
USHA = {"phoneNumber": "9820077701", "countryCode": "+91"}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A ledger of its own, for what is counted on its pages."""
    with serving(tmp_path_factory.mktemp("at-size")) as served:
        served.track(USHA | {"traits": {"name": "Usha Iyer", "city": "Pune"}})
        for first in range(0, EVENTS, 1_000):
            calls = [BUSY | {"traits": {"name": "Busy Bee", "Score": first + one}} for one in range(1_000)]
            answer = served.http.post("/v1/contacts/batch", content="\n".join(map(json.dumps, calls)))
            assert answer.is_success
        served.shipped.settle()
        yield served


def _open(page, url, name):
    page.goto(f"{url}contacts?q={name.replace(' ', '+')}")
    page.locator("tbody th a", has_text=name).first.click()
    page.get_by_role("heading", name=name).wait_for()
    page.locator("[data-keys]").wait_for()


def test_the_timeline_of_ten_thousand_events_is_read_from_its_newest_on(open_hub, told):
    page = open_hub().page
    _open(page, told.url, "Busy Bee")
    assert f"Event {EVENTS:,} of {EVENTS:,}" in page.get_by_role("main").inner_text()
    assert f"{EVENTS - 1:,}" in page.locator(".details").inner_text()
    page.get_by_role("link", name="Earlier").first.click()
    page.get_by_text(f"Event {EVENTS - 1:,} of {EVENTS:,}").wait_for()
    assert f"{EVENTS - 2:,}" in page.locator(".details").inner_text()


def test_two_people_who_edit_one_value_see_what_the_other_did_and_lose_nothing(open_hub, told):
    mine, theirs = open_hub().page, open_hub().page
    for page in (mine, theirs):
        _open(page, told.url, "Usha Iyer")
        page.get_by_label("Edit City").click()
    theirs.get_by_label("City", exact=True).fill("Nagpur")
    theirs.get_by_role("button", name="Save").click()
    theirs.locator("#f-city", has_text="Nagpur").locator(".pencil").wait_for()
    mine.get_by_label("City", exact=True).fill("Nashik")
    mine.get_by_role("button", name="Save").click()
    mine.get_by_text("Nagpur").first.wait_for()
    assert "Nashik" in mine.locator("#f-city").inner_html()


def test_who_is_signed_out_in_mid_wizard_signs_in_and_goes_on_where_the_file_was(browser, told):
    context = browser.new_context()
    page = context.new_page()
    page.goto(told.url)
    sign_in(page, told.key)
    choose_file(page, told.url, "wizard.csv", b"Name,Phone\nAnil Das,+919820077711\n")
    page.get_by_role("heading", name="Which tags").wait_for()
    address = page.url
    context.clear_cookies()
    page.get_by_role("button", name="Next: match columns").click()
    page.wait_for_load_state("networkidle")
    page.goto(address)
    sign_in_here = page.get_by_label("API key")
    sign_in_here.fill(told.key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="wizard.csv").wait_for()
    page.get_by_role("button", name="Next: match columns").click()
    page.locator("#columns").wait_for()
    page.get_by_role("button", name="Next: check the file").click()
    page.get_by_role("heading", name="What would happen").wait_for()
    context.close()


def test_half_a_million_rows_are_watched_from_the_page_to_their_last_one(open_hub, told):
    window = open_hub()
    page = window.page
    numbers = range(10_000_000, 10_000_000 + ROWS)
    rows = "".join(f"Row {chr(65 + number % 26)},+9199{number:08d}\n" for number in numbers)
    path = told.shipped.folder / "half-a-million.csv"
    path.write_text(f"Name,Phone\n{rows}", encoding="utf-8")
    page.set_default_timeout(240_000)
    page.goto(f"{told.url}imports/new", wait_until="networkidle")
    page.get_by_label("CSV or Excel").set_input_files(path)
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_role("heading", name="Which tags").wait_for()
    page.get_by_role("button", name="Next: match columns").click()
    page.locator("#columns").wait_for()
    page.get_by_role("button", name="Next: check the file").click()
    page.get_by_role("heading", name="What would happen").wait_for()
    page.get_by_role("button", name=f"Import {ROWS:,} rows").click()
    page.get_by_role("progressbar").first.wait_for()
    page.get_by_role("heading", name="What happened").wait_for()
    assert f"{ROWS:,} new" in " ".join(page.get_by_role("main").inner_text().split())
    page.reload()
    assert f"{ROWS:,} new" in " ".join(page.get_by_role("main").inner_text().split())
    assert window.complaints == []


def test_a_total_that_takes_long_comes_after_the_rows_and_wherever_it_is_told(open_hub, told):
    window = open_hub()
    page = window.page
    # of the half million people that came by the file
    with page.expect_response(lambda answer: "/contacts/total?" in answer.url, timeout=60_000):
        page.goto(f"{told.url}contacts?where=name~row")
        assert page.locator("tbody tr").count() == 50
    page.locator("#total", has_text=f"{ROWS:,} match").wait_for()
    assert page.locator("#shown").inner_text() == f"50 shown of {ROWS:,}"
    assert page.locator("#change-all").inner_text() == f"Change all {ROWS:,}"
    assert window.complaints == []
