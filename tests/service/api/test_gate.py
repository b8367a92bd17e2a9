import base64
import secrets

import pytest

from service.api.gate import Gate, ScopeMissing, SignInFailed
from service.audit import acts
from service.keys import Keys
from service.store import open_store
from tests.service.api.conftest import SECOND


@pytest.fixture
def store(tmp_path):
    connection = open_store(tmp_path / "service.db")
    yield connection
    connection.close()


@pytest.fixture
def keys(store, clock):
    return Keys(store, clock, secrets.token_urlsafe)


@pytest.fixture
def gate(keys, clock):
    return Gate(keys, clock)


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "form",
    [
        lambda k: basic(f"{k}:"),
        basic,
        lambda k: f"Bearer {k}",
        lambda k: f"bearer  {k}",
        lambda k: f"BASIC {basic(k)[6:]}",
    ],
)
def test_a_key_signs_in_by_basic_or_bearer(gate, keys, form):
    key, text = keys.create("shop", ["track"], by="test")
    assert gate.admit(form(text), "track") == key


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic !!!", "Basic /w==", "Basic Og==", "Bearer ", "Bearer nope", "Digest x", "\udc80"],
)
def test_anything_else_is_refused(gate, keys, header):
    keys.create("shop", ["track"], by="test")
    with pytest.raises(SignInFailed):
        gate.admit(header, "track")


def test_a_key_does_only_what_its_scopes_allow(gate, keys):
    _, text = keys.create("shop", ["admin"], by="test")
    with pytest.raises(ScopeMissing, match="'track'"):
        gate.admit(f"Bearer {text}", "track")


def test_a_revoked_key_stops_within_5_seconds(gate, keys, clock):
    key, text = keys.create("shop", ["track"], by="test")
    gate.admit(f"Bearer {text}", "track")
    keys.revoke(key.id, by="test")
    clock.now += 5 * SECOND
    with pytest.raises(SignInFailed):
        gate.admit(f"Bearer {text}", "track")


def test_a_clock_set_back_does_not_keep_a_revoked_key_alive(gate, keys, clock):
    key, text = keys.create("shop", ["track"], by="test")
    gate.admit(f"Bearer {text}", "track")
    keys.revoke(key.id, by="test")
    clock.now -= 3600 * SECOND
    with pytest.raises(SignInFailed):
        gate.admit(f"Bearer {text}", "track")


def test_a_failed_sign_in_is_on_record_without_the_text_tried(gate, store):
    with pytest.raises(SignInFailed):
        gate.admit("Bearer hunter2-hunter2", "track")
    (act,) = acts(store)
    assert (act.what, act.detail) == ("sign-in failed", {"times": 1, "reasons": {"unknown": 1}})
    assert "hunter2" not in str(act)


def test_a_flood_of_failures_is_one_row_a_minute(gate, store, clock):
    for _ in range(500):
        with pytest.raises(SignInFailed):
            gate.admit("Bearer nope", "track")
    assert [act.detail["times"] for act in acts(store)] == [1]
    clock.now += 60 * SECOND
    with pytest.raises(SignInFailed):
        gate.admit(None, "track")
    assert [act.detail["times"] for act in acts(store)] == [1, 499]


def test_failures_counted_but_not_yet_written_are_written_at_the_end(gate, store):
    for _ in range(3):
        with pytest.raises(SignInFailed):
            gate.admit("Basic !!!", "track")
    gate.close()
    assert [act.detail["times"] for act in acts(store)] == [1, 2]
