"""Whatever a stranger repeats in a message, reading it takes time that grows with its length alone (R35).

Where it grew with the square, one message of 256 KiB stopped the consumer for minutes; the limit of these tests is far
from what they take, and from what they took then.
"""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.incoming import MAX_BYTES, read
from ledger.bus.port import Record
from ledger.events.mentions import Mentions
from ledger.events.signing import Signer
from tests.examples import PHONES
from tests.intake import NOON, SECRET
from tests.worlds import IS_FULL, bounded

pytestmark = pytest.mark.timeout(2000 if IS_FULL else 100)

NAMED = (("ce_specversion", b"1.0"), ("ce_id", b"e1"), ("ce_source", b"https://shop.example"))
MOST = MAX_BYTES - 500
"""Bytes of a text, so that the message around it is not too large to be read."""

PLACES = {
    "user id": ("UserTracked", lambda text: {"userId": text}),
    "phone": ("UserTracked", lambda text: {"phone": text}),
    "attribute's name": ("UserTracked", lambda text: {"userId": "u", "traits": {text: 1}}),
    "value": ("UserTracked", lambda text: {"userId": "u", "traits": {"name": text, "whatsapp_opted": text[:9]}}),
    "item": ("UserTracked", lambda text: {"userId": "u", "traits": {"a": [text]}}),
    "tag": ("TagsAdded", lambda text: {"userId": "u", "tags": [text]}),
    "event": ("EventTracked", lambda text: {"userId": "u", "event": text}),
    "name of an event's attribute": ("EventTracked", lambda text: {"userId": "u", "event": "e", "traits": {text: 1}}),
    "follows": ("UserTracked", lambda text: {"userId": "u", "follows": text, "basedOn": text}),
    "member nobody knows": ("UserTracked", lambda text: {"userId": "u", text: text[:9]}),
}


def in_place(place, text):
    type, data = PLACES[place]
    event = {"specversion": "1.0", "id": "e1", "source": "https://shop.example", "type": type, "data": data(text)}
    return Record(0, 0, NOON, None, json.dumps(event, ensure_ascii=False).encode("utf-8", "replace"), ())


def as_data(content):
    return Record(0, 0, NOON, None, content, (*NAMED, ("ce_type", b"UserTracked")))


def as_base64(content):
    encoded = base64.b64encode(content[: MOST * 3 // 4]).decode()
    event = {"specversion": "1.0", "id": "e1", "source": "s", "type": "UserTracked", "data_base64": encoded}
    return Record(0, 0, NOON, None, json.dumps(event).encode())


def look_at(record):
    """As the append does, and as an erasure does, which looks for a person in all that was refused."""
    incoming = read(record, Signer(SECRET))
    assert incoming.refusal is None or incoming.refusal.reason != "too_large"
    for phones, user_ids in ((PHONES[:1], ["u-77"]), (PHONES, [f"u-{number}" for number in range(20)])):
        mentions = Mentions(phones, user_ids)
        mentions.may_be_in(record.value)
        mentions.in_message(record.key, record.headers, record.value)
    return incoming


def run_of(*runs):
    """So many of each one after the other, together as long as a message may be."""
    share = MOST // len(runs)
    return "".join(run * (share // len(run.encode())) for run in runs)


@pytest.mark.parametrize("deliver", [as_data, as_base64])
def test_a_string_that_is_never_closed_is_looked_for_once(deliver):
    incoming = look_at(deliver(b"[" * 65 + b'"' + b'\\"' * ((MOST - 100) // 2)))
    assert incoming.refusal.detail == "nested deeper than 64 levels"


@pytest.mark.parametrize("blank", ["\u00a0", "\u200e", "\u3000"])
@pytest.mark.parametrize("place", ["user id", "attribute's name"])
def test_blanks_within_a_text_are_passed_once(place, blank):
    assert look_at(in_place(place, f"a{run_of(blank)[:-8]}b")).refusal.reason == "invalid"


@pytest.mark.parametrize("place", ["user id", "attribute's name", "tag", "member nobody knows"])
def test_marks_in_the_wrong_order_are_not_put_in_order_where_the_text_is_too_long_anyway(place):
    look_at(in_place(place, "a" + run_of("\u0301", "\u0323")[:-8]))


UNITS = [" ", "\t", "\n", "\u00a0", "\u200e", "\u0301", "\u0323", "\u1fbe", "9", "9 ", "9.", "٩", "a", "é", "+", "-"]
UNITS += ["(", "[", "{", "[]", '"', '\\"', "\\", "\\\\", "'", ",", ":", "@", "e+", "1e", "\x00", "\ud7ff", "\U0001f600"]
unit = st.sampled_from(UNITS)
runs = st.lists(st.tuples(st.lists(unit, max_size=2).map("".join), unit), min_size=1, max_size=3)


@st.composite
def long_records(draw):
    pieces, end = draw(runs), draw(st.lists(unit, max_size=2).map("".join))
    share = (MOST - 100) // len(pieces)
    text = "".join(before + run * (share // len(run.encode())) for before, run in pieces) + end
    place = draw(st.sampled_from([*PLACES, "data", "base64"]))
    if place in PLACES:
        while len((record := in_place(place, text)).value) > MAX_BYTES:  # JSON escapes some
            text = text[: len(text) // 2]
        return record
    return (as_data if place == "data" else as_base64)(text.encode("utf-8", "replace"))


@bounded(60)
@given(long_records())
def test_any_runs_in_any_place_are_read(record):
    look_at(record)
