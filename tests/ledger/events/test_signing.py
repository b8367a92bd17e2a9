"""R33: signatures, held against the standard library's hmac."""

import hashlib
import hmac

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.envelope import decode
from ledger.events.signing import Signer

SECRET = b"a secret of the deployment"
MESSAGE = {"source": "/hub", "id": "h1", "type": "UserTracked", "time": "2026-11-22T10:00:00Z"}


def by_the_book(secret, source, id, type, time, data):
    framed = [part.encode() for part in (source, id, type, time)] + [data]
    content = b"".join(len(part).to_bytes(8, "big") for part in framed) + b"".join(framed)
    return hmac.new(secret, content, hashlib.sha256).hexdigest()


@given(st.binary(max_size=200), st.text(), st.text(), st.text(), st.text(), st.binary())
def test_a_signature_is_hmac_sha256_over_the_framed_parts(secret, source, id, type, time, data):
    try:
        expected = by_the_book(secret, source, id, type, time, data)
    except UnicodeEncodeError:
        return
    assert Signer(secret).signature(source, id, type, time, data) == expected


@given(st.lists(st.text(max_size=3), min_size=4, max_size=4), st.lists(st.text(max_size=3), min_size=4, max_size=4))
def test_moving_a_letter_from_one_part_to_the_next_changes_the_signature(one, other):
    signer = Signer(SECRET)
    if one != other:
        assert signer.signature(*one, b"") != signer.signature(*other, b"")


def test_a_message_is_an_event_that_its_signer_knows():
    signer = Signer(SECRET)
    envelope = decode((), signer.message(**MESSAGE, data=b'{"phone":"+919967536783"}'))
    assert signer.has_signed(envelope)
    assert {name: getattr(envelope, name) for name in MESSAGE} == MESSAGE


def test_another_secret_did_not_sign_it():
    assert not Signer(b"another").has_signed(decode((), Signer(SECRET).message(**MESSAGE, data=b"{}")))


def test_an_unsigned_message_is_not_signed():
    assert not Signer(SECRET).has_signed(decode((), orjson.dumps({"specversion": "1.0", **MESSAGE, "data": {}})))


@pytest.mark.parametrize("member", ["source", "id", "type", "time"])
def test_a_changed_attribute_breaks_the_signature(member):
    signer = Signer(SECRET)
    message = orjson.loads(signer.message(**MESSAGE, data=b"{}"))
    message[member] = "2026-11-23T10:00:00Z"
    assert not signer.has_signed(decode((), orjson.dumps(message)))


def test_data_that_means_the_same_in_other_bytes_breaks_the_signature():
    signer = Signer(SECRET)
    message = signer.message(**MESSAGE, data=b'{"a":1}')
    assert not signer.has_signed(decode((), message.replace(b'{"a":1}', b'{"a": 1}')))


def test_a_signature_that_is_not_ascii_is_none():
    message = orjson.dumps({"specversion": "1.0", **MESSAGE, "ledgersig": "é" * 64, "data": {}})
    assert not Signer(SECRET).has_signed(decode((), message))


def test_a_signed_head_is_of_one_position_and_one_hash():
    signer = Signer(SECRET)
    heads = {signer.of_head(7, b"a" * 32), signer.of_head(8, b"a" * 32), signer.of_head(7, b"b" * 32)}
    assert len(heads) == 3
    assert signer.of_head(7, b"a" * 32) in heads
