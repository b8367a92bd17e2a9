"""An operations person opens the hub in a real browser: signs in by a link, finds somebody, sees who said what."""

import re

import httpx
import pytest

from tests.browser import Window

PEOPLE = """Name,Country Code,Phone Number,City,Plan
Farah Siddiqui,91,9820055501,Lucknow,gold
Rohan Mehta,91,9820055502,Ahmedabad,silver
Tenzin Dolma,91,9820055503,Dharamshala,gold
"""
FARAH = {"phoneNumber": "9820055501", "countryCode": "+91"}


@pytest.fixture(scope="module")
def told(served_to_people):
    """A file brought three people in, and a call changed one of them afterwards."""
    file = served_to_people.shipped.folder / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    served_to_people.shipped.run("import", str(file), "--json")
    served_to_people.track(FARAH | {"traits": {"city": "Kanpur"}, "tags": ["vip"]})
    served_to_people.shipped.settle()
    return served_to_people


@pytest.fixture
def open_hub(told, browser):
    """A window of its own, with the browser context's options, signed in with the first key."""
    opened = []

    def open_(**options):
        opened.append(Window(browser, **options))
        page = opened[-1].page
        page.goto(told.url)
        page.get_by_label("API key").fill(told.key)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/contacts")
        return opened[-1]

    yield open_
    for window in opened:
        window.close()


def test_a_person_signs_in_by_their_link_and_sees_what_they_may_not_do(told, browser):
    made = told.shipped.run("people", "add", "--name", "Meera Shah", "--scope", "read", "--json")
    window = Window(browser)
    page = window.page
    page.goto(told.url + re.sub(r"^http://[^/]+/", "", made["link"]))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/contacts")
    assert "Meera Shah" in page.locator(".who").inner_text()
    assert "Manage people" in page.locator("nav .off").last.inner_text()
    page.goto(f"{told.url}people")
    assert "Manage people" in page.get_by_role("main").inner_text()
    page.get_by_role("button", name="Sign out").click()
    assert page.get_by_role("heading", name="Sign in").is_visible()
    window.close()


def test_an_address_that_is_not_there_is_a_page_for_a_browser_and_an_object_for_a_program(open_hub, told):
    page = open_hub().page
    page.goto(f"{told.url}import")
    assert page.get_by_role("navigation", name="Main").is_visible()
    assert httpx.get(f"{told.url}import").json()["status"] == 404


@pytest.mark.parametrize("page", ["contacts", "duplicates", "imports", "edits", "exports", "audit", "people", "help"])
def test_every_page_asks_whoever_is_not_signed_in_to_sign_in(told, page):
    answer = httpx.get(f"{told.url}{page}")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/sign-in")


def test_the_address_leads_to_the_sign_in(told, browser):
    window = Window(browser)
    window.page.goto(told.url)
    assert window.page.get_by_role("heading", name="Sign in").is_visible()
    window.close()


def test_somebody_is_found_and_every_value_says_where_it_comes_from(open_hub):
    window = open_hub()
    page = window.page
    page.get_by_label("Search contacts").fill("farah")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Farah Siddiqui").click()
    city = page.locator(".field", has_text="City")
    assert "Kanpur" in city.inner_text()
    assert "first key" in city.inner_text()
    assert "people.csv, line 2" in page.locator(".field", has_text="Plan").inner_text()
    city.locator("summary").click()
    assert "Lucknow" in city.inner_text()
    assert window.complaints == []


def test_a_past_moment_is_shown_and_left_again_by_back(open_hub):
    page = open_hub().page
    page.get_by_label("Search contacts").fill("farah")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Farah Siddiqui").click()
    page.get_by_role("link", name="Earlier").click()
    page.get_by_text("Event 2 of 3").wait_for()  # what is clicked next stands in the page that came
    page.get_by_role("link", name="Earlier").click()
    page.get_by_text("Event 1 of 3").wait_for()
    assert "As it was on" in page.locator(".band.past").inner_text()
    assert "Lucknow" in page.locator(".details").inner_text()
    page.go_back()
    page.get_by_text("Event 2 of 3").wait_for()
    page.go_back()
    page.get_by_text("Event 3 of 3").wait_for()
    assert "Kanpur" in page.locator(".details").inner_text()


def test_the_slider_goes_through_a_contacts_events_by_the_arrow_keys_and_keeps_the_focus(open_hub):
    window = open_hub()
    page = window.page
    page.get_by_label("Search contacts").fill("farah")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Farah Siddiqui").click()
    page.wait_for_load_state("networkidle")
    slider = page.get_by_role("slider", name="Event")
    slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == "Event 2 of 3"  # at once, before anything is asked for
    page.wait_for_selector("#moment[aria-valuetext^='Event 2 of 3, ']")
    page.wait_for_function("document.activeElement.id === 'moment'")
    slider.press("ArrowLeft")
    page.wait_for_selector("#moment[aria-valuetext^='Event 1 of 3, ']")
    page.locator(".band.past").wait_for()
    assert "Lucknow" in page.locator(".details").inner_text()
    page.wait_for_function("document.activeElement.id === 'moment'")
    slider.press("End")
    page.get_by_text("Event 3 of 3").wait_for()
    page.wait_for_url(lambda address: "as_of" not in address)
    assert page.locator(".band.past").count() == 0
    assert window.complaints == []


def test_a_moment_chosen_in_the_timeline_is_left_again_by_back(open_hub):
    page = open_hub().page
    page.get_by_label("Search contacts").fill("farah")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Farah Siddiqui").click()
    page.wait_for_load_state("networkidle")  # scripts run, and answer other links of the timeline in place
    page.get_by_role("link", name="See the contact as of here").last.click()
    page.get_by_text("Event 1 of 3").wait_for()
    page.go_back()
    page.get_by_text("Event 3 of 3").wait_for()


def _figures(page):
    return " ".join(page.locator(".overview").inner_text().split())


def test_the_figures_are_those_of_the_day_that_is_pointed_at(open_hub):
    window = open_hub()
    page = window.page
    page.wait_for_load_state("networkidle")
    now, bars = _figures(page), page.locator(".overview .chart a")
    assert "in 7 days" in now
    bars.nth(3).hover()
    assert "0 contacts 0 new on" in _figures(page)
    page.get_by_role("link", name="See the list as it was").click()
    page.wait_for_url("**/contacts?as_of=*")
    page.go_back()
    page.wait_for_load_state("networkidle")
    bars.nth(3).focus()
    assert "0 contacts 0 new on" in _figures(page)
    page.get_by_label("Search contacts").focus()
    assert _figures(page) == now
    assert window.complaints == []


def test_a_finger_that_slides_over_the_days_leads_to_none_of_them(open_hub, told):
    window = open_hub(has_touch=True, viewport={"width": 390, "height": 844})
    page = window.page
    page.wait_for_load_state("networkidle")
    place = page.locator(".overview .chart").bounding_box()
    finger = page.context.new_cdp_session(page)

    def touch(kind, share):
        points = [] if kind == "touchEnd" else [{"x": place["x"] + share * place["width"], "y": place["y"] + 20}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.9)
    for share in (0.7, 0.5, 0.3):
        touch("touchMove", share)
    touch("touchEnd", 0.3)
    page.get_by_role("link", name="See the list as it was").wait_for()
    assert "0 contacts 0 new on" in _figures(page)
    assert page.url == f"{told.url}contacts"


def test_filters_and_columns_are_chosen_and_stay(open_hub):
    window = open_hub()
    page = window.page
    page.locator("summary", has_text="+ Filter").click()
    page.get_by_label("Field").select_option("Plan")
    page.get_by_role("button", name="Choose how").click()
    page.get_by_label("Value", exact=True).fill("gold")
    page.get_by_role("button", name="Add filter").click()
    page.wait_for_url("**where=*")
    assert "2" in page.locator(".figure").inner_text()
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Plan").check()
    page.get_by_role("button", name="Show these").click()
    page.get_by_role("columnheader", name="Plan").wait_for()
    assert "2" in page.locator(".figure").inner_text()
    page.reload()
    page.get_by_role("columnheader", name="Plan").wait_for()
    assert window.complaints == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_stands_out_of_the_window(open_hub, told, width):
    window = open_hub(viewport={"width": width, "height": 800})
    page = window.page
    addresses = ["contacts", "help", "contacts?where=city%3DNowhere"]
    addresses.append(page.locator("tbody th a").first.get_attribute("href").lstrip("/"))
    for address in addresses:
        page.goto(told.url + address)
        page.wait_for_load_state("networkidle")  # what comes after the rows is there too
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
    assert window.complaints == []


def test_the_theme_can_be_chosen(open_hub):
    page = open_hub(color_scheme="light").page
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="Dark", pressed=True).wait_for()
    colour = page.locator("h1").evaluate("title => getComputedStyle(title).color")
    assert min(int(channel) for channel in re.findall(r"\d+", colour)[:3]) > 128
    page.get_by_role("button", name="Auto").click()
    page.get_by_role("button", name="Auto", pressed=True).wait_for()
    colour = page.locator("h1").evaluate("title => getComputedStyle(title).color")
    assert min(int(channel) for channel in re.findall(r"\d+", colour)[:3]) < 128
