import base64

import pytest

from service.http.admission.gate import ScopeMissing, SignInFailed
from tests.acts import acts
from tests.clock import SECOND

HERE = "127.0.0.1"


@pytest.fixture
def gate(make_gate):
    return make_gate()


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
    assert gate.admit(form(text), HERE, "track") == key


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic", "Basic !!!", "Basic /w==", "Basic Og==", "Bearer ", "Bearer nope", "Digest x", "\udc80"],
)
def test_anything_else_is_refused(gate, keys, header):
    keys.create("shop", ["track"], by="test")
    with pytest.raises(SignInFailed):
        gate.admit(header, HERE, "track")


def test_a_key_does_only_what_its_scopes_allow(gate, keys):
    _, text = keys.create("shop", ["admin"], by="test")
    with pytest.raises(ScopeMissing, match="'track'"):
        gate.admit(f"Bearer {text}", HERE, "track")


def test_what_needs_two_scopes_lets_in_only_a_key_that_has_both(gate, keys):
    texts = {scopes: keys.create(scopes, scopes.split(), by="test")[1] for scopes in ("audit track", "audit", "track")}
    gate.admit(f"Bearer {texts.pop('audit track')}", HERE, ("audit", "track"))
    for text in texts.values():
        with pytest.raises(ScopeMissing, match="'audit' and 'track'"):
            gate.admit(f"Bearer {text}", HERE, ("audit", "track"))


def test_a_revoked_key_stops_within_5_seconds(gate, keys, clock):
    key, text = keys.create("shop", ["track"], by="test")
    gate.admit(f"Bearer {text}", HERE, "track")
    keys.revoke(key.id, by="test")
    clock.now += 5 * SECOND
    with pytest.raises(SignInFailed):
        gate.admit(f"Bearer {text}", HERE, "track")


def test_a_clock_set_back_does_not_keep_a_revoked_key_alive(gate, keys, clock):
    key, text = keys.create("shop", ["track"], by="test")
    gate.admit(f"Bearer {text}", HERE, "track")
    keys.revoke(key.id, by="test")
    clock.now -= 3600 * SECOND
    with pytest.raises(SignInFailed):
        gate.admit(f"Bearer {text}", HERE, "track")


def test_a_denied_call_is_on_record_at_once_and_many_are_one_row_a_minute(gate, keys, clock, store):
    key, text = keys.create("shop", ["track"], by="test")

    def denied():
        with pytest.raises(ScopeMissing):
            gate.admit(f"Bearer {text}", HERE, "read")

    def rows():
        return [(act.who, act.detail) for act in acts(store) if act.what == "denied"]

    first = (f"key {key.id}", {"name": "shop", "scope": "read", "times": 1})
    denied()
    assert rows() == [first]
    for _ in range(5):
        denied()
    assert rows() == [first]
    clock.now += 60 * SECOND
    gate.admit(f"Bearer {text}", HERE, "track")
    assert rows()[1:] == [(f"key {key.id}", {"name": "shop", "scope": "read", "times": 5})]
    denied()
    gate.close()
    assert len(rows()) == 3
