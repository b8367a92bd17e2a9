"""Each page of the hub, opened once over a hostile ledger: what it shows is text, and can be used on any screen."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest

from service.wiring.api import hub, services
from service.wiring.deployment import deployment
from tests.journeys.hostile_ledger import hostile_ledger
from tests.journeys.windows import sign_in

pytestmark = pytest.mark.timeout(900)  # all pages are opened for the first test

AXE = next((Path(__file__).parent.parent / "vendor").glob("axe-core-*.js")).read_text(encoding="utf-8")
LOOK_FOR_FAULTS = """async ([where, options]) =>
    (await axe.run(where ? {include: [where]} : document, {resultTypes: ["violations"], ...options}))
        .violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200)).slice(0, 2)])"""
CONTRAST = {"runOnly": ["color-contrast"]}
ALL_BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}
KB = 1000
_MOST_OF_A_PATH = 4
"""Kinds of pages that links lead to, beside those in `STATES`."""

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
ROOMS = ("contacts", "duplicates", "imports", "edits", "exports", "erasures", "audit", "people", "help")
STATES = (
    *("contacts", "contacts?where=city%3DNowhere", "contacts?filter=tags", "contacts?filter=Number", "contacts/new"),
    *("contacts?as_of=1", "contacts?where=nosuch%3D1", "contacts/none", "nothing-here", "contacts/growth"),
    *("duplicates", "help", "imports", "imports/new", "imports?by=nobody", "imports?state=done", "people"),
    *("edits", "edits/new?where=List~b", "exports", "exports/new", "erasures", "erasures/new?where=List~b"),
    *("audit", "audit/rejected", "audit/rejected/all", "audit/trail", "audit/keys", "audit/entries/1"),
)
OF_A_CONTACT = ("", "?edit=city", "?edit=List", "?edit=Number", "?edit=Seen", "?edit=Sure", "?edit=Long", "?as_of=1")
OF_A_CONTACT += ("/merge?with=alone", "/merge?with=nobody", "/split", "/renumber", "/erase", "/everything")
UNVISITED = {
    *("/", "/sign-in", "/sign-in/<link>", "/static/<mark>/<path:name>"),  # without a session, or no page
    *(
        "/contacts/changes",
        "/contacts/total",
        "/contacts/filter",
        "/contacts/ticked",
        "/audit/entries",
    ),  # parts of a page, or lead to another one
    *("/audit/trail.csv", "/exports/<id>/file", "/imports/<id>/rejects.csv", "/imports/template.csv"),  # files
}


@dataclass
class Seen:
    """What was found on a page."""

    faults: list = field(default_factory=list)
    injected: list = field(default_factory=list)
    disguised: list = field(default_factory=list)
    width: int = 0
    received: int = 0
    complaints: list = field(default_factory=list)


def kind(address):
    """Which kind of page an address is: its path without ids, the names of what it asks for, and its step."""
    split = urlsplit(address)
    path = re.sub(r"(?<=/)(?=[^/]*\d)[^/]+", "*", split.path)
    asked = sorted(f"step={value}" if name == "step" else name for name, value in parse_qsl(split.query))
    return path, *asked


class Walk:
    """Goes through pages by their links, opens one of each kind, and looks at it as everybody would."""

    def __init__(self, page, url):
        self.page, self.url, self.seen = page, url, {}
        self._received, self._complaints = [], []
        page.on("console", lambda said: said.type in ("error", "warning") and self._complaints.append(said.text))
        page.on("pageerror", lambda fault: self._complaints.append(str(fault)))
        page.on("dialog", lambda dialog: (self._complaints.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", self._asked)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda done: self._received.append(done["encodedDataLength"]))

    def _asked(self, request):
        if urlsplit(request.url).hostname != "127.0.0.1":
            self._complaints.append(f"called {request.url}")

    def go(self, addresses):
        waiting = deque(urljoin(self.url, address) for address in addresses)
        kinds, paths = set(map(kind, waiting)), Counter()
        while waiting:
            for link in self._look_at(waiting.popleft()):
                path = urlsplit(link).path
                is_page = path.split("/")[1] in ROOMS and not path.endswith((".csv", "/file"))
                if is_page and kind(link) not in kinds and paths[kind(link)[0]] < _MOST_OF_A_PATH:
                    kinds.add(kind(link))
                    paths[kind(link)[0]] += 1
                    waiting.append(link)

    def _look_at(self, address):
        self._received.clear()
        self._complaints.clear()
        self.page.goto(address, wait_until="networkidle")
        found = self.seen[address.removeprefix(self.url)] = Seen(received=sum(self._received))
        found.injected, found.disguised, links = self.page.evaluate(
            """() => [
                [...document.querySelectorAll("main b, main img, iframe, [style], a[href^='javascript:' i]"),
                 ...[...document.querySelectorAll("*")].filter(one => [...one.attributes].some(
                    given => given.name.startsWith("on")))].map(one => one.outerHTML.slice(0, 200)),
                document.body.innerText.match(/.{0,20}[\\u202a-\\u202e\\u2066-\\u2069].{0,20}/g) ?? [],
                [...document.querySelectorAll("a[href]:not([download])")].map(
                    one => new URL(one.getAttribute("href"), location).href),
            ]"""
        )
        found.faults = self._faults(unfolded="?" not in address)
        self.page.set_viewport_size(NARROW)
        found.faults += [("narrow", *fault) for fault in self._axe(None, ALL_BUT_CONTRAST)]
        found.width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(WIDE)
        found.complaints = [one for one in self._complaints if not re.search(r"status of 4\d\d", one)]
        return links

    def _faults(self, unfolded):
        """In light and dark, also of what unfolds, four of a kind."""
        self.page.evaluate(AXE)
        faults = self._axe(None, {})
        kinds = self.page.evaluate("[...document.querySelectorAll('main details')].map(one => one.className)")
        for place in [place for place, kind in enumerate(kinds) if unfolded and kinds[:place].count(kind) < 4]:
            self.page.evaluate(
                """place => document.querySelectorAll("main details").forEach((one, at) => {
                    one.open = at === place; one.toggleAttribute("data-looked-at", at === place)})""",
                place,
            )
            faults += self._axe("[data-looked-at]", {})
        self.page.emulate_media(color_scheme="dark")
        faults += [("dark", *fault) for fault in self._axe(None, CONTRAST)]
        self.page.emulate_media(color_scheme="light")
        return faults

    def _axe(self, where, options):
        return self.page.evaluate(LOOK_FOR_FAULTS, [where, options])


@pytest.fixture(scope="module")
def walk(browser, tmp_path_factory):
    """The pages of the hub over a hostile ledger; the bus makes no difference to them."""
    with hostile_ledger(tmp_path_factory.mktemp("every-page")) as told:
        context = browser.new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(told.url)
        sign_in(page, told.key)
        page.wait_for_load_state("networkidle")
        made = Walk(page, told.url)
        made.rules = _rules(deployment(told.shipped.environ_elsewhere, None))
        made.go([*STATES, *told.states, *(f"contacts/{told.contact}{state}" for state in OF_A_CONTACT)])
        context.close()
        yield made


def _rules(deployment):
    """Every address that the hub answers a GET of, as a map to match one."""
    return hub(deployment, services(deployment, lambda: 0)).url_map


def _each(walk, what):
    return {address: found for address, seen in walk.seen.items() if (found := getattr(seen, what))}


def test_axe_finds_no_fault_light_dark_or_narrow(walk):
    assert _each(walk, "faults") == {}


def test_nothing_that_somebody_said_becomes_a_part_of_a_page(walk):
    assert _each(walk, "injected") == {}


def test_no_text_can_turn_what_stands_around_it(walk):
    assert _each(walk, "disguised") == {}


def test_no_page_is_wider_than_a_phone(walk):
    assert {address: seen.width for address, seen in walk.seen.items() if seen.width > NARROW["width"]} == {}


def test_no_page_calls_anything_else_or_is_stopped_by_its_policy(walk):
    assert _each(walk, "complaints") == {}


def test_each_page_behind_the_first_is_small(walk):
    assert {address: seen.received for address, seen in walk.seen.items() if seen.received > 15 * KB} == {}


def test_every_page_that_there_is_was_among_them(walk):
    found = walk.rules.bind("127.0.0.1")
    paths = {f"/{urlsplit(address).path}" for address in walk.seen}
    opened = {found.match(path, return_rule=True)[0].rule for path in paths if found.test(path)}
    there_is = {rule.rule for rule in walk.rules.iter_rules() if "GET" in rule.methods}
    assert there_is - opened - UNVISITED == set()
