"""User ids: whose they are, in whichever way a program writes them (R6, R14)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events import types
from ledger.events.calls import contact_patch, new_contact, track_event, track_user
from ledger.events.schema import Invalid, check_data, identity_of
from ledger.events.user_ids import clean
from tests.examples import GAVIN

NOTHING = ["undefined", "null", "none", "NaN", "N/A", "#N/A", "-", "[object Object]"]
AROUND = st.text(st.sampled_from(" \t\n\u00a0\u2003\u3000\ufeff\u200b\u200e\u202a\u202c\u2066"), max_size=3)
WRITTEN = st.tuples(AROUND, st.sampled_from(NOTHING), st.sampled_from([str, str.upper, str.lower, str.title]), AROUND)
CALLS = {
    "user": lambda body: track_user(body, "91"),
    "event": lambda body: track_event({"event": "Order placed", **body}, "91"),
    "contact": lambda body: new_contact(
        {"user_id": body["userId"]} | ({"phone": body["fullPhoneNumber"]} if "fullPhoneNumber" in body else {})
    ),
}
OF_TYPE = {types.USER_TRACKED: {}, types.TAGS_ADDED: {"tags": ["vip"]}, types.EVENT_TRACKED: {"event": "Order placed"}}


def faults(read, body):
    with pytest.raises(Invalid) as caught:
        read(body)
    return [(fault.pointer, fault.reason) for fault in caught.value.faults]


def member(call):
    return "user_id" if call == "contact" else "userId"


@given(st.sampled_from(sorted(CALLS)), WRITTEN)
def test_what_programs_write_for_nothing_is_nobodys_user_id(call, written):
    before, word, case, behind = written
    body = {"userId": before + case(word) + behind}
    assert faults(CALLS[call], body) == [(f"/{member(call)}", "user_id_placeholder")]
    taken = CALLS[call]({**body, "fullPhoneNumber": GAVIN})
    assert (taken.phone, taken.user_id) == (GAVIN, None)
    assert [(note.pointer, note.reason) for note in taken.notes] == [(f"/{member(call)}", "user_id_placeholder")]


@given(st.sampled_from(sorted(OF_TYPE)), WRITTEN)
def test_so_it_is_in_a_message(type, written):
    before, word, case, behind = written
    data = {**OF_TYPE[type], "userId": before + case(word) + behind}
    assert [fault.pointer for fault in check_data(type, data)] == ["/userId"]
    assert check_data(type, {**data, "phone": GAVIN}) == ()
    assert identity_of({**data, "phone": GAVIN}) == (GAVIN, None)


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_contact_that_is_known_is_given_no_such_user_id(nothing):
    assert faults(contact_patch, {"user_id": nothing}) == [("/user_id", "user_id_placeholder")]


@pytest.mark.parametrize("call", sorted(CALLS))
@pytest.mark.parametrize("id", ["6.61E+12", "9.1e+10", "6,61E+12", "1.5E-07", "7E+12", " 6.61E+12 ", "-6.61E+12"])
def test_what_a_spreadsheet_cut_digits_off_is_refused_beside_a_phone_too(call, id):
    """R14."""
    assert faults(CALLS[call], {"userId": id}) == [(f"/{member(call)}", "user_id_scientific")]
    assert faults(CALLS[call], {"userId": id, "fullPhoneNumber": GAVIN}) == [(f"/{member(call)}", "user_id_scientific")]


@pytest.mark.parametrize(
    "id", ["5e10", "5E10", "1e+", "E+12", "12.5E+12", "none-such", "nulls", "--", "n/a/b", "0", "NA"]
)
def test_what_only_looks_like_it_is_an_id(id):
    assert track_user({"userId": id}, "91").user_id == id


@given(AROUND, st.sampled_from(["u-9", "e\u0301", "a b", "\u0915\u094d\u200d\u0937", "17"]), AROUND)
def test_blanks_and_marks_around_an_id_and_its_unicode_form_say_nothing(before, id, behind):
    taken = track_user({"userId": before + id + behind}, "91").user_id
    assert taken == unicodedata.normalize("NFC", id)
    assert identity_of({"userId": before + id + behind}) == (None, taken)


@pytest.mark.parametrize("id", [" ", "\u200b", "\u3164", "\u2800 \ufeff", "\u202a\u202c"])
def test_an_id_of_which_nothing_is_seen_is_refused(id):
    assert faults(CALLS["user"], {"userId": id}) == [("/userId", "invalid")]


@pytest.mark.parametrize(("given", "id"), [(17, "17"), (0, "0"), (-5, "-5"), (10**20, "1" + "0" * 20)])
def test_an_integer_is_its_digits(given, id):
    assert track_user({"userId": given}, "91").user_id == id


@given(st.text(max_size=300))
def test_the_one_form_is_its_own(text):
    assert clean(clean(text)) == clean(text)
