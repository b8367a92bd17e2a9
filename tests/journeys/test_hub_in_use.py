"""The hub's scripts in a real browser: quicker than whole pages, nothing typed is lost, and nothing of data's runs."""

import re

import pytest

from tests.browser import Window
from tests.journeys.windows import sign_in

FILE = """Name,Country Code,Phone Number,City
Nalini Bose,91,9820066601,Kolkata
Omar Khan,91,9820066602,Bhopal
"""
HOSTILE = '"><img src=x onerror=alert(1)><b hx-get=/people hx-trigger=load>\u202eevil'
KB = 1000


@pytest.fixture(scope="module")
def told(served_to_people):
    """Two people from a file, and one whose name is an attack."""
    file = served_to_people.shipped.folder / "in-use.csv"
    file.write_text(FILE, encoding="utf-8")
    served_to_people.shipped.run("import", str(file), "--json")
    served_to_people.track(
        {"phoneNumber": "9820066603", "countryCode": "+91", "traits": {"name": HOSTILE}, "tags": [HOSTILE[:60]]}
    )
    served_to_people.shipped.settle()
    return served_to_people


def _scripts_run(page):
    """Wait for the page's scripts: a click before they run is a whole page."""
    page.locator("[data-keys]").wait_for()


def _open_contact(page, name):
    page.get_by_label("Search contacts").fill(name)
    page.locator(".chip", has_text=name).wait_for()  # its link, which takes the search away, has the name too
    page.locator("tbody").get_by_role("link", name=name).first.click()
    page.get_by_role("heading", name=name).wait_for()
    _scripts_run(page)


def _edit_city(page, city):
    page.get_by_label("Edit City").click()
    page.get_by_label("City", exact=True).fill(city)


def test_the_list_follows_what_is_typed_and_the_field_keeps_the_focus(open_hub):
    window = open_hub()
    page = window.page
    _scripts_run(page)
    page.keyboard.press("/")
    page.keyboard.type("nalini")
    page.wait_for_url("**/contacts?*q=nalini*")
    assert page.locator("tbody tr").count() == 1
    assert page.evaluate("document.activeElement.value") == "nalini"
    assert window.complaints == []


def test_what_changed_last_comes_after_the_rows_and_leads_to_the_timeline(open_hub):
    window = open_hub()
    told = window.page.locator("tr", has_text="Nalini Bose").get_by_role("link", name="in-use.csv, line 2")
    told.click()
    window.page.get_by_role("heading", name="Nalini Bose").wait_for()
    assert "#e-" in window.page.url
    assert window.complaints == []


def test_ticked_rows_are_counted_and_lead_to_a_change_of_just_them(open_hub):
    window = open_hub()
    page = window.page
    _scripts_run(page)
    assert not page.get_by_role("button", name="Change").is_visible()
    page.get_by_label("Tick Nalini Bose").check()
    page.get_by_label("Tick Omar Khan").check()
    page.get_by_role("button", name="Change 2 ticked").wait_for()
    page.get_by_label("Tick all").check()
    page.get_by_role("button", name="ticked").first.wait_for()
    page.get_by_label("Tick all").uncheck()
    page.get_by_label("Tick Omar Khan").check()
    page.get_by_role("button", name="Change 1 ticked").click()
    page.get_by_role("heading", name="Change 1 contact").wait_for()
    assert window.complaints == []


def test_a_list_is_walked_and_a_contact_opened_by_keys_alone(open_hub):
    page = open_hub().page
    _scripts_run(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("tbody tr").nth(1).locator("a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{second}")
    _scripts_run(page)
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/help")


def test_single_letters_can_be_switched_off(open_hub):
    page = open_hub().page
    _scripts_run(page)
    page.keyboard.press("?")
    page.get_by_label("Use single letters as shortcuts").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tbody')") is None


def test_a_value_is_edited_without_leaving_the_page(open_hub):
    window = open_hub()
    page = window.page
    _open_contact(page, "Omar Khan")
    page.evaluate("window.stayed = true")
    _edit_city(page, "Indore")
    page.keyboard.press("Enter")
    page.locator("#f-city", has_text="Indore").locator(".pencil").wait_for()
    assert page.evaluate("window.stayed")
    page.go_back()
    page.locator("tbody tr", has_text="Indore").wait_for()
    assert window.complaints == []


def test_a_double_click_saves_once(open_hub, told):
    page = open_hub().page
    _open_contact(page, "Nalini Bose")
    _edit_city(page, "Siliguri")
    page.get_by_role("button", name="Save").dblclick()
    page.locator("#f-city", has_text="Siliguri").locator(".pencil").wait_for()
    events = told.shipped.run("history", "+919820066601", "--json")["events"]
    assert sum(change["to"] == "Siliguri" for event in events for change in event["changes"]) == 1


def test_who_is_signed_out_in_mid_edit_signs_in_elsewhere_and_saves_what_is_typed(told, browser):
    window = Window(browser)
    page = window.page
    page.goto(told.url)
    sign_in(page, told.key)
    _open_contact(page, "Omar Khan")
    _edit_city(page, "Ujjain")
    other = page.context.new_page()
    other.goto(f"{told.url}help")
    other.get_by_role("button", name="Sign out").click()
    other.get_by_role("heading", name="Sign in").wait_for()
    page.get_by_role("button", name="Save").click()
    page.locator("#notices", has_text="You are signed out").wait_for()
    assert page.get_by_label("City", exact=True).input_value() == "Ujjain"
    sign_in(other, told.key)
    page.get_by_role("button", name="Save").click()
    page.locator("#f-city", has_text="Ujjain").locator(".pencil").wait_for()
    window.close()


def test_a_lost_connection_is_said_and_what_was_typed_can_be_saved_when_it_is_back(open_hub):
    page = open_hub().page
    _open_contact(page, "Omar Khan")
    _edit_city(page, "Sagar")
    page.locator("main form[data-htmx-powered]", has=page.get_by_label("City", exact=True)).wait_for()  # scripts run
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    page.locator(".lost").wait_for()
    page.locator("main button[aria-disabled]").wait_for(state="detached")  # it can be clicked again
    page.context.set_offline(False)
    page.locator(".lost").wait_for(state="hidden")
    page.get_by_role("button", name="Save").click()
    page.locator("#f-city", has_text="Sagar").locator(".pencil").wait_for()
    assert page.locator(".lost").is_hidden()


def test_without_scripts_all_of_it_works_as_whole_pages(open_hub, told):
    page = open_hub(java_script_enabled=False).page
    page.get_by_label("Search contacts").fill("nalini")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Nalini Bose").click()
    _edit_city(page, "Durgapur")
    page.get_by_role("button", name="Save").click()
    assert "Durgapur" in page.locator("#f-city").inner_text()
    page.goto(f"{told.url}imports/new")
    page.get_by_label("CSV or Excel").set_input_files(
        {"name": "plain.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    page.get_by_role("button", name="Upload the file").click()
    assert page.get_by_role("heading", name="plain.csv").is_visible()


def _press(page, words, most=80):
    """Go on with Tab to what has these words, and press Enter."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "document.activeElement.matches('a, button, summary') && document.activeElement.textContent"
        )
        if here and words in here:
            return page.keyboard.press("Enter")
    raise AssertionError(f"no {words!r} among the first {most} places")


def test_a_file_goes_its_whole_way_by_keys_alone(open_hub, told):
    window = open_hub()
    page = window.page
    page.goto(f"{told.url}imports/new", wait_until="networkidle")
    page.get_by_label("CSV or Excel").set_input_files(
        {"name": "by-keys.csv", "mimeType": "text/csv", "buffer": b"Name,Phone\nKiran Pillai,+919820066611\n"}
    )
    _press(page, "Upload the file")
    page.get_by_role("heading", name="Which tags").wait_for()
    _press(page, "Next: match columns")
    page.locator("#columns").wait_for()
    _press(page, "Next: check the file")
    page.get_by_role("heading", name="What would happen").wait_for()
    _press(page, "Import 1 row")
    page.get_by_role("heading", name="What happened").wait_for()
    _press(page, "Undo this import")
    _press(page, "Undo 1 row")
    page.get_by_role("heading", name="What it had done").wait_for()
    assert window.complaints == []


def test_a_saved_view_leaves_the_navigation_of_a_phone_in_reach(open_hub):
    page = open_hub(viewport={"width": 390, "height": 844}).page
    page.locator("summary", has_text="Save view").click()
    page.get_by_role("textbox", name="Name").fill("Everybody here")
    page.locator("form button", has_text="Save view").click()
    page.get_by_role("link", name="Everybody here").wait_for()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Imports").click()
    page.wait_for_url("**/imports")


def test_files_that_are_chosen_together_become_an_import_each(open_hub, told):
    page = open_hub().page
    page.goto(f"{told.url}imports/new", wait_until="networkidle")
    files = [{"name": f"{name}.csv", "mimeType": "text/csv", "buffer": FILE.encode()} for name in ("monday", "tuesday")]
    page.get_by_label("CSV or Excel").set_input_files(files)
    page.get_by_role("button", name="Upload the file").click()
    page.wait_for_url("**/imports")
    assert page.get_by_role("link", name="monday.csv").is_visible()
    assert page.get_by_role("link", name="tuesday.csv").is_visible()


def test_an_upload_ends_at_its_next_step(open_hub, told):
    window = open_hub()
    page = window.page
    page.goto(f"{told.url}imports/new")
    page.get_by_label("CSV or Excel").set_input_files(
        {"name": "scripted.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_role("heading", name="scripted.csv").wait_for()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}$"))
    assert window.complaints == []


def test_markup_that_came_out_of_data_is_text_and_could_do_nothing_if_it_were_not(open_hub):
    window = open_hub()
    page = window.page
    _open_contact(page, "evil")
    assert "[U+202E]" in page.locator("h1").inner_text()
    assert page.locator("main img, main b").count() == 0
    assert window.complaints == []
    assert (
        page.evaluate("try { document.body.innerHTML = '<b>x</b>'; 'set' } catch (fault) { fault.name }") == "TypeError"
    )
    page.wait_for_load_state("networkidle")  # the page's own scripts are here
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("""
        const planted = document.createElement("b");
        planted.setAttribute("hx-get", "/people");
        planted.setAttribute("hx-trigger", "load");
        document.body.append(planted);
        htmx.process(planted);
    """)
    assert page.evaluate("document.querySelector('body > b').hasAttribute('hx-get')") is False
    assert asked == []


def test_a_first_visit_and_each_later_page_are_small(told, browser, signed_in):
    # a context of its own: one whose calls are looked at, as Window does, keeps nothing
    context = browser.new_context(storage_state=signed_in)
    page = context.new_page()
    received = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda done: received.append(done["encodedDataLength"]))
    page.goto(f"{told.url}contacts", wait_until="networkidle")
    assert sum(received) <= 110 * KB
    received.clear()
    page.goto(f"{told.url}people", wait_until="networkidle")
    assert sum(received) <= 15 * KB
    context.close()
