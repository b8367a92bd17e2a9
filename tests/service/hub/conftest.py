import re
from html.parser import HTMLParser
from secrets import token_urlsafe

import pytest
from jinja2 import BytecodeCache

from service.deployment.tables.database import open_store
from service.deployment.tables.keys import Keys
from service.deployment.tables.people import People
from service.deployment.tables.scopes import SCOPES
from service.deployment.tables.sessions import Sessions
from service.wiring.api import hub, services
from tests.clock import SECOND
from tests.service.hub.uploads import Desk
from tests.world import World

DAY = 24 * 3600 * SECOND


class Page(HTMLParser):
    """What a page holds: its text, links, hidden fields by form, and whatever could run."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.headers = answer.status_code, answer.headers
        self.html = answer.text
        self.texts, self.links, self.fields, self.running = [], [], {}, []
        found = re.search(r"'nonce-([^']+)'", self.headers.get("Content-Security-Policy", ""))
        self._nonce = found and found[1]
        self._unseen = 0
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "span" and (self._unseen or "hidden" in given):
            self._unseen += 1  # it waits for a script
        is_ours = given.get("src", "").startswith("/static/") and given.get("nonce") == self._nonce
        if tag == "style" or (tag == "script" and not is_ours):
            self.running.append(tag)
        if any(name.startswith("hx-") for name in given) and given.get("hx-nonce") != self._nonce:
            self.running.append(f"{tag} with hx-*")
        self.running += [name for name in given if name == "style" or name.startswith("on")]
        if given.get("href", "").lower().startswith("javascript:"):
            self.running.append(given["href"])
        if tag == "a":
            self.links.append(given.get("href"))
        if tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given.get("value")

    def handle_endtag(self, tag):
        if tag == "span" and self._unseen:
            self._unseen -= 1

    def handle_data(self, data):
        if data.strip() and not self._unseen:
            self.texts.append(" ".join(data.split()))

    @property
    def text(self):
        return " ".join(self.texts)


class Browser:
    """Opens pages as a browser on this host would: it keeps cookies, and says where a form comes from."""

    def __init__(self, app):
        self.client = app.test_client()

    def open(self, path, **options):
        return Page(self.client.get(path, follow_redirects=True, **options))

    def get(self, path):
        return self.client.get(path)

    def send(self, path, fields=None, *, site="same-origin", token=True):
        """Send a form, with the session's token taken from a page."""
        given = dict(fields or {})
        if token:
            given = {"csrf": self.open("/help").fields.get("csrf", ""), **given}
        return self.client.post(path, data=given, headers={"Sec-Fetch-Site": site})

    def sign_in(self, key):
        return self.send("/sign-in", {"key": key}, token=False)


def forms(page):
    """The forms that change something, by their address: each as the fields a browser sends of it, and its buttons."""
    found = {}
    for address, inside in re.findall(r'<form[^>]*method="post" action="([^"]+)"[^>]*>(.*?)</form>', page.html, re.S):
        fields = {}
        for tag in re.findall(r"<input[^>]*>", inside):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if name and not ('type="radio"' in tag and " checked" not in tag):
                fields[name[1]] = value[1] if value else ""
        fields |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', inside, re.S))
        found.setdefault(address, []).append((fields, re.findall(r"<button[^>]*>(.*?)</button>", inside, re.S)))
    return found


def fields_of(page, address):
    return forms(page)[address][0][0]


BOXES = ("allow_opt_in", "old_begins_anew")
"""What is ticked by hand."""


def confirmed(browser, address, query="", **more):
    """Look at what an order comes to, and say yes to that; boxes are ticked by `more`. Gives the answer."""
    found = forms(browser.open(f"{address}{query}"))
    (sent,) = [at for at in found if at.endswith(address.rpartition("/")[2])]
    fields = {name: value for name, value in found[sent][0][0].items() if name not in BOXES}
    return browser.send(sent, fields | more)


@pytest.fixture
def as_page():
    """Reads an answer as a page."""
    return Page


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "data", time_zone="Asia/Kolkata")
    yield made
    made.close()


@pytest.fixture
def store(world):
    connection = open_store(world.deployment.service_path)
    yield connection
    connection.close()


@pytest.fixture
def people(store, clock):
    return People(store, clock, token_urlsafe)


@pytest.fixture
def sessions(store, clock):
    return Sessions(store, clock, token_urlsafe)


@pytest.fixture
def keys(store, clock):
    return Keys(store, clock, token_urlsafe)


class CompiledOnce(BytecodeCache):
    """The templates as they were compiled for the first application of this process."""

    def __init__(self):
        self._compiled = {}

    def load_bytecode(self, bucket):
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket):
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_COMPILED = CompiledOnce()


@pytest.fixture
def make_browser(world, clock):
    """Makes a browser of its own, not signed in."""
    app = hub(world.deployment, services(world.deployment, clock))
    app.jinja_env.bytecode_cache = _COMPILED
    return lambda: Browser(app)


@pytest.fixture
def browser(make_browser, keys):
    """A browser, signed in with every right."""
    made = make_browser()
    made.sign_in(keys.create("asha", SCOPES, by="tests")[1])
    return made


@pytest.fixture
def desk(browser, world):
    world.settle()
    return Desk(browser, world)
