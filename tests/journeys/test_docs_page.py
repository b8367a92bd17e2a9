"""A developer opens `/docs` in a real browser, signs in with a key, and tries a call from the page."""

import re

import pytest

from tests.browser import Window

PHONE = "9845012345"


@pytest.fixture
def open_docs(served_to_people, browser):
    """Opens the page in a window of its own, with the browser context's options."""
    opened = []

    def open_(**options):
        opened.append(Window(browser, **options))
        opened[-1].page.goto(f"{served_to_people.url}docs")
        opened[-1].page.wait_for_selector(".opblock")
        return opened[-1]

    yield open_
    for window in opened:
        window.close()


def _operations(path):
    return [operation for name, operation in path.items() if name in ("get", "post", "put", "patch", "delete")]


def test_the_page_shows_every_call_and_needs_nothing_but_this_server(open_docs, served_to_people):
    window = open_docs()
    paths = served_to_people.http.get("/openapi.json").json()["paths"]
    described = {operation["operationId"] for path in paths.values() for operation in _operations(path)}
    shown = window.page.locator(".opblock").evaluate_all("blocks => blocks.map(block => block.id)")
    assert {id.rpartition("-")[2] for id in shown} == described
    assert window.complaints == []


def test_a_call_can_be_tried_from_the_page(open_docs, served_to_people):
    window = open_docs()
    page = window.page
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(served_to_people.key)
    page.locator(".modal-ux").get_by_role("button", name="Apply credentials").last.click()
    page.get_by_role("button", name="Close").last.click()
    call = page.locator("#operations-track-track_user")
    call.locator(".opblock-summary").click()
    call.get_by_role("button", name="Try it out").click()
    call.locator("textarea.body-param__text").fill(f'{{"phoneNumber": "{PHONE}", "countryCode": "+91"}}')
    call.get_by_role("button", name="Execute").click()
    assert call.locator(".live-responses-table .response-col_status").last.inner_text().startswith("202")
    served_to_people.shipped.settle()
    assert served_to_people.shipped.run("show", f"+91{PHONE}", "--json")["phone_number"] == PHONE
    assert window.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_stands_out_of_the_window(open_docs, width):
    page = open_docs(viewport={"width": width, "height": 900}).page
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_the_page_is_as_dark_as_the_reader_likes(open_docs, scheme, is_dark):
    page = open_docs(color_scheme=scheme).page
    # the text, which is light on dark: a page without a background of its own has none to tell
    colour = page.locator(".info h1").evaluate("title => getComputedStyle(title).color")
    assert (min(int(channel) for channel in re.findall(r"\d+", colour)[:3]) > 128) is is_dark
