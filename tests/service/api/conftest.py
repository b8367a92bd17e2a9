import base64
import io
from dataclasses import replace
from secrets import token_urlsafe

import msgspec
import pytest

from service.api.app import create_app
from service.deployment.tables.database import open_store
from service.deployment.tables.keys import Keys
from service.deployment.tables.scopes import SCOPES
from service.http.admission.denials import Denials
from service.http.admission.failures import ALLOWED, Failures
from service.http.admission.gate import Gate
from service.http.admission.rates import Rates
from service.queries.lists.indexing import Indexing
from service.queries.lists.list import Lists
from service.wiring.api import application, services
from tests.examples import ASHA, EMMA, GAVIN, RAVI
from tests.service.api.described import Description
from tests.world import World


@pytest.fixture
def store(tmp_path):
    connection = open_store(tmp_path / "service.db")
    yield connection
    connection.close()


@pytest.fixture
def keys(store, clock):
    return Keys(store, clock, token_urlsafe)


@pytest.fixture
def make_gate(keys, clock, tmp_path):
    """Makes the gate of a worker; all of them share a file, as the workers of one host do."""
    return lambda: Gate(
        keys, clock, Failures(keys, Rates(tmp_path / "sign-ins", ALLOWED, clock), clock), Denials(keys, clock)
    )


KEY_NAME = "Website"
"""The key that tests call with; its messages say so."""


def make_key(world, scopes, name=None):
    connection = open_store(world.deployment.service_path)
    try:
        named = name or f"may {' '.join(scopes)}"
        return Keys(connection, lambda: 0, token_urlsafe).create(named, scopes, by="tests")[1]
    finally:
        connection.close()


@pytest.fixture
def other_key(world):
    """Makes a key with these scopes; gives its text."""
    return lambda scopes: make_key(world, scopes)


@pytest.fixture
def key_text(world):
    return make_key(world, SCOPES, KEY_NAME)


class Client:
    """Calls the application as the bearer of a key; `on_bus` is what reached the bus."""

    def __init__(self, world, app, key_text):
        self._world = world
        self.app = app
        self._flask = app.test_client()
        self.authorization = "Basic " + base64.b64encode(f"{key_text}:".encode()).decode()

    def post(self, path, body=None, *, raw=None, headers=None, **options):
        content = msgspec.json.encode(body) if raw is None else raw
        given = {"Authorization": self.authorization, **(headers or {})}
        return self._flask.post(path, data=content, headers=given, **options)

    def patch(self, path, body=None, *, raw=None, headers=None):
        content = msgspec.json.encode(body) if raw is None else raw
        return self._flask.patch(path, data=content, headers={"Authorization": self.authorization, **(headers or {})})

    def put(self, path, body=None, *, raw=None, headers=None):
        content = msgspec.json.encode(body) if raw is None else raw
        return self._flask.put(path, data=content, headers={"Authorization": self.authorization, **(headers or {})})

    def upload(self, content, name="contacts.csv", part="file"):
        """POST a file as an import."""
        raw = content.encode() if isinstance(content, str) else content
        headers = {"Authorization": self.authorization}
        return self._flask.post("/v1/imports", data={part: (io.BytesIO(raw), name)}, headers=headers)

    def delete(self, path, body=None):
        return self._flask.delete(path, json=body, headers={"Authorization": self.authorization})

    def get(self, path, **options):
        return self._flask.get(path, **options)

    def read(self, path, *, headers=None, **options):
        """GET as the bearer of the key."""
        return self.get(path, headers={"Authorization": self.authorization, **(headers or {})}, **options)

    def open(self, path, **options):
        return self._flask.open(path, **options)

    def track(self, body=None, **options):
        return self.post("/v1/public/track/users/", body, **options)

    def settle(self):
        """Append and fold what is on the bus."""
        self._world.settle()

    def on_bus(self):
        reader = self._world.drivers.bus().reader()
        reader.seek({})
        records = reader.poll(1000, 0)
        reader.close()
        return records

    def messages(self):
        return [msgspec.json.decode(record.value) for record in self.on_bus()]


@pytest.fixture
def client(world, key_text):
    return Client(world, application(world.deployment), key_text)


@pytest.fixture
def description(client):
    return Description(client.get("/openapi.json").json)


@pytest.fixture
def start_client():
    """Makes a deployment of its own, with these settings, and a client of it."""
    worlds = []

    def start(folder, **settings):
        worlds.append(World(folder, **settings))
        return Client(worlds[-1], application(worlds[-1].deployment), make_key(worlds[-1], SCOPES))

    yield start
    for one in worlds:
        one.close()


@pytest.fixture
def four(world):
    """Gavin, Asha, Ravi and Emma, who changed last in this order."""
    world.track(phone=EMMA, user_id="u-emma", name="Emma Straße", city="London", visits=2)
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune", visits=5)
    world.track(phone=ASHA, name="Asha Rao", city="Pune", visits=11)
    world.track(phone=RAVI, name="Ravi Rao", city="Agra")
    world.settle()  # what is taken together is recorded at one moment
    world.tag("VIP", phone=EMMA)
    world.settle()
    return world


@pytest.fixture
def slow_client(world, key_text):
    """Calls an application for which every list takes long."""
    made = services(world.deployment)
    lists = Lists(made.readers, made.named_once, made.days, Indexing(made.readers.states, slow_seconds=-1.0))
    return Client(world, create_app(replace(made, lists=lists)), key_text)


@pytest.fixture
def three(world):
    """Gavin, then Asha, then Emma, each recorded later than the one before."""
    world.track(
        phone=GAVIN, user_id="u-1", name="Gavin Roberts", city="Pune", visits=5, opted=True, seen="2022-10-31T14:00:00Z"
    )
    world.settle()
    world.track(phone=ASHA, name="Asha Rao", city="Agra", visits=11, opted=False, langs=["Hindi", "English"])
    world.tag("VIP", phone=ASHA)
    world.settle()
    world.track(phone=EMMA, user_id="u/3", name="Emma", seen="2023-01-01", langs=["English"])
    world.settle()
    return world
