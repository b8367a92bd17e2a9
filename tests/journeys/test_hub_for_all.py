"""Nobody is kept out of what is done step by step in the hub: axe-core finds no fault on the way, in any look.

`test_hub_every_page.py` has the pages.
"""

import re
from pathlib import Path

import pytest

from tests.journeys.windows import choose_file, sign_in
from tests.shipped import serving

AXE = next((Path(__file__).parent.parent / "vendor").glob("axe-core-*.js")).read_text(encoding="utf-8")
FILE = """Name,Country Code,Phone Number,City
Nalini Bose,91,9820066601,Kolkata
Omar Khan,91,9820066602,Bhopal
"""
MESSY = """Name,Country Code,Phone Number,City,WhatsApp Opted,Notes
Nalini Bose,91,9820066601,Howrah,TRUE,
Sunil Rao,91,98200,Pune,TRUE,short
Omar Khan,91,9820066602,Bhopal,FALSE,twice
Omar Khan,91,9820066602,Bhopal,maybe,twice
Leela Nair,91,9820066609,Kochi,,
"""
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "narrow": {"viewport": {"width": 360, "height": 740}},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Two people from a file, one of them with a refused update; the bus makes no difference to a page."""
    with serving(tmp_path_factory.mktemp("for-all")) as served:
        file = served.shipped.folder / "for-all.csv"
        file.write_text(FILE, encoding="utf-8")
        served.shipped.run("import", str(file), "--json")
        of_nalini = {"phoneNumber": "9820066601", "countryCode": "+91", "traits": {"city": "Salem"}}
        served.track(of_nalini | {"userId": "u-all"})
        served.shipped.settle()
        yield served


class Look:
    """A window in one of the looks, and the faults that axe-core found on each page."""

    def __init__(self, told, window):
        self.url = told.url
        self.window = window
        self.page = window.page
        self.faults = {}

    def at(self, address):
        self.page.goto(self.url + address)
        self.look(address)

    def look(self, name):
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        if faults := [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]]:
            self.faults[name] = faults

    def unfolded(self, address):
        """The page with each of its menus open, one at a time."""
        self.page.goto(self.url + address)
        for place in range(self.page.locator("main details").count()):
            self.page.evaluate(
                "place => document.querySelectorAll('main details').forEach((one, at) => (one.open = at === place))",
                place,
            )
            self.look(f"{address}, {place} unfolded")

    def press(self, words, heading):
        """Press a button, wait for the heading it leads to, and look."""
        self.page.get_by_role("button", name=words).first.click()
        self.page.get_by_role("heading", name=heading).wait_for()
        self.page.wait_for_load_state("networkidle")
        self.look(f"after {words}")


@pytest.fixture(params=LOOKS)
def look(request, open_hub, told):
    made = Look(told, open_hub(**LOOKS[request.param]))
    yield made
    assert made.faults == {}


def test_the_keys_of_a_page_and_a_contact_to_be_merged(look):
    contact = look.page.locator("tbody th a").first.get_attribute("href").lstrip("/")
    look.at(f"{contact}/merge?with=98200%2066602")
    look.page.locator("[data-keys]:not([hidden])").wait_for(state="attached")  # scripts run
    look.page.keyboard.press("?")
    look.page.get_by_role("button", name="Close").wait_for()
    look.look("keys")


def test_the_steps_of_the_wizard_and_the_correction_of_what_it_rejected(look, told, request):
    page, name = look.page, f"messy {request.node.name}.csv"
    choose_file(page, told.url, name, MESSY.encode() + f"# {name}\n".encode())
    page.get_by_role("heading", name="Which tags").wait_for()
    look.look("tags")
    page.get_by_role("button", name="Next: match columns").click()
    page.locator("#columns").wait_for()
    look.look("columns")
    look.unfolded(page.url.removeprefix(told.url))
    look.press("Next: check the file", "What would happen")
    address = page.url
    look.unfolded(address.removeprefix(told.url))
    page.goto(address)
    look.press("Import", "What happened")
    look.unfolded(address.removeprefix(told.url))
    page.goto(f"{address}/rejected")
    look.look("corrections")


def test_a_file_whose_letters_have_to_be_looked_at(look, told):
    choose_file(look.page, told.url, "letters.csv", "Name,Phone\nJosé,+919820066612\n".encode("latin-1"))
    look.page.get_by_text("José").first.wait_for()
    look.look("letters")


def test_a_file_that_cannot_be_read(look, told):
    choose_file(look.page, told.url, "refused.csv", b"")
    look.page.get_by_role("alert").first.wait_for()
    look.look("an empty file")


def test_a_change_of_many_and_an_export_from_the_question_to_the_result(look, request):
    page = look.page
    look.at("edits/new?where=city%3DBhopal")
    page.get_by_label("Tag").first.fill(request.node.name)
    look.press("Check 1 contact", re.compile("1 chosen ="))
    look.press("Change 1 contact", re.compile("1 changed"))
    look.at("exports/new")
    look.press("Make the file", re.compile("all as they were at one moment"))


def test_signing_in_and_a_link_that_is_used_up(look, told):
    page = look.page
    page.context.clear_cookies()
    look.at("contacts")
    look.at("sign-in/no-such-link")
    page.goto(told.url)
    sign_in(page, told.key)
