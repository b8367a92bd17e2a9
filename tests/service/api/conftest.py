import base64
import io
from secrets import token_urlsafe

import msgspec
import pytest

from service.deployment.tables.database import open_store
from service.deployment.tables.keys import SCOPES, Keys
from service.http.admission.denials import Denials
from service.http.admission.failures import ALLOWED, Failures
from service.http.admission.gate import Gate
from service.http.admission.rates import Rates
from service.wiring.api import application
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
