import re
import secrets

import pytest

from service.deployment.tables.database import open_store
from service.deployment.tables.keys import Keys, KeyUnknown, TooManyKeys
from service.deployment.tables.scopes import SCOPES, ScopeUnknown
from tests.acts import acts


@pytest.fixture
def store(tmp_path):
    connection = open_store(tmp_path / "service.db")
    yield connection
    connection.close()


@pytest.fixture
def keys(store):
    moments = iter(range(1_000, 2_000))
    return Keys(store, lambda: next(moments), secrets.token_urlsafe)


def test_a_keys_text_is_url_safe_and_long(keys):
    _, text = keys.create("shop", ["track"], by="cli:root")
    assert re.fullmatch(r"cl_[A-Za-z0-9_-]{43,}", text)


def test_a_key_is_found_by_its_text(keys):
    made, text = keys.create("shop", ["track", "read"], by="cli:root")
    assert keys.find(text) == made
    assert made.scopes == {"track", "read"}


@pytest.mark.parametrize("text", ["", "cl_", "cl_unknown", "\udc80", "é" * 50])
def test_another_text_finds_nothing(keys, text):
    keys.create("shop", ["track"], by="cli:root")
    assert keys.find(text) is None


def test_the_store_holds_no_key_text(keys, store, tmp_path):
    _, text = keys.create("shop", ["track"], by="cli:root")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert text.encode() not in (tmp_path / "service.db").read_bytes()


def test_revoking_is_said_once(keys, store):
    made, text = keys.create("shop", ["track"], by="cli:root")
    revoked = keys.revoke(made.id, by="cli:root")
    assert revoked.revoked_at is not None
    assert keys.revoke(made.id, by="cli:root") == revoked
    assert keys.find(text) == revoked
    assert [act.what for act in acts(store)] == ["key created", "key revoked"]


def test_another_process_sees_a_revoked_key(keys, tmp_path):
    made, text = keys.create("shop", ["track"], by="cli:root")
    other = Keys(open_store(tmp_path / "service.db"), lambda: 0, secrets.token_urlsafe)
    keys.revoke(made.id, by="cli:root")
    assert other.find(text).revoked_at is not None


def test_an_unknown_key_cannot_be_revoked(keys):
    with pytest.raises(KeyUnknown, match="nope"):
        keys.revoke("nope", by="cli:root")


@pytest.mark.parametrize("scopes", [[], ["track", "everything"]])
def test_scopes_must_exist(keys, scopes):
    with pytest.raises(ScopeUnknown):
        keys.create("shop", scopes, by="cli:root")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x07b"])
def test_a_name_must_be_readable(keys, name):
    with pytest.raises(ValueError, match="1 to 100"):
        keys.create(name, ["track"], by="cli:root")


def test_the_first_key_has_every_scope(keys):
    made, _ = keys.create_first("first", by="serve")
    assert made.scopes == set(SCOPES)


def test_there_is_one_first_key_ever(keys):
    made, _ = keys.create_first("first", by="serve")
    keys.revoke(made.id, by="cli:root")
    assert keys.create_first("first", by="serve") is None


def test_keys_are_listed_oldest_first(keys):
    names = ["b", "a", "c"]
    for name in names:
        keys.create(name, ["read"], by="cli:root")
    assert [key.name for key in keys.all()] == names


def test_an_act_says_who_made_which_key_and_no_text(keys, store):
    made, text = keys.create("shop", ["track"], by="cli:root")
    (act,) = acts(store)
    assert (act.who, act.what) == ("cli:root", "key created")
    assert act.detail == {"key": made.id, "name": "shop", "scopes": "track"}
    assert text not in str(act)


def test_a_client_has_two_valid_keys_so_that_it_can_go_over_to_the_second(keys):
    for _ in range(2):
        _, text = keys.create("shop", ["track"], by="cli:root")
        assert keys.find(text).revoked_at is None


def test_a_third_key_is_refused_and_the_two_to_choose_from_are_named(keys):
    two = [keys.create("shop", ["track"], by="cli:root")[0] for _ in range(2)]
    with pytest.raises(TooManyKeys) as caught:
        keys.create("  shop ", ["read"], by="cli:root")
    assert all(key.id in str(caught.value) for key in two)
    assert len(keys.all()) == 2


def test_a_revoked_key_makes_room_for_another(keys):
    old, _ = [keys.create("shop", ["track"], by="cli:root")[0] for _ in range(2)]
    keys.revoke(old.id, by="cli:root")
    assert keys.create("shop", ["track"], by="cli:root")


def test_keys_with_other_names_take_no_room(keys):
    names = ["shop", "Shop", "shop 2", "shop", "office"]
    assert len([keys.create(name, ["track"], by="cli:root") for name in names]) == 5
