"""Whom erasures look for, and in what: a phone that was given up in one person's time alone (R31)."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ledger.bus.port import Record
from ledger.log.erasure import Sought, Span
from service.jobs.erasing.sought_people import SoughtPeople
from tests.examples import ASHA, GAVIN, PHONES

GIVEN_UP = 500
"""When GAVIN's number was given up, in microseconds since the epoch."""

BEFORE = Sought([ASHA], [], 90, 1_000, spans=[Span(GAVIN, until=GIVEN_UP)])
SINCE = Sought([], [], 90, 1_000, spans=[Span(GAVIN, since=GIVEN_UP)])


def said(at, phone=GAVIN, offset=1):
    return Record(0, offset, at, None, b'{"phone": "%s"}' % phone.encode())


def test_messages_are_theirs_by_when_the_bus_took_them():
    first, second = SoughtPeople({7: BEFORE}), SoughtPeople({7: SINCE})
    assert [first.are_in(said(at)) for at in (499, 500, 501)] == [True, False, False]
    assert [second.are_in(said(at)) for at in (499, 500, 501)] == [False, False, True]


def test_what_was_theirs_all_along_is_looked_for_at_any_time_up_to_the_order():
    people = SoughtPeople({7: BEFORE})
    assert [people.are_in(said(800, ASHA, offset)) for offset in (1, 89, 90, 91)] == [True, True, False, False]


def test_nothing_that_came_after_the_order_is_theirs():
    assert [SoughtPeople({7: SINCE}).are_in(said(800, offset=offset)) for offset in (89, 90)] == [True, False]


def test_both_holders_of_a_number_that_are_erased_together_are_looked_for_in_all():
    people = SoughtPeople({7: BEFORE, 8: SINCE})
    assert [people.are_in(said(at)) for at in (499, 501)] == [True, True]


def test_a_file_is_looked_through_for_a_phone_that_was_theirs_all_the_while():
    first, second = SoughtPeople({7: BEFORE}).in_files({}), SoughtPeople({7: SINCE}).in_files({})
    before, across, after = (400, 450), (450, 550), (550, 600)
    assert [GAVIN in first(*times).phones for times in (before, across, after)] == [True, False, False]
    assert [GAVIN in second(*times).phones for times in (before, across, after)] == [False, False, True]
    assert [ASHA in first(*times).phones for times in (before, across, after)] == [True, True, True]
    assert first(1_001, 1_002) is None


def test_a_text_of_no_known_time_names_whoever_had_the_number_last():
    assert not SoughtPeople({7: BEFORE}).names(f"phone={GAVIN}")
    assert SoughtPeople({7: SINCE}).names(f"phone={GAVIN}")


def test_whom_an_earlier_version_wrote_down_is_looked_for_as_then():
    text = b'{"phones":["%s"],"user_ids":["u1"],"offset":90,"at":1000,"values":["Gavin"],"is_shared":true}'
    found = msgspec.json.decode(text % GAVIN.encode(), type=Sought)
    assert SoughtPeople({7: found}).are_in(said(499))
    assert found.spans == []


IDS = ("u-1", "u-22", "u 3")


@st.composite
def sought(draw):
    spans = st.sampled_from([Span(GAVIN, until=GIVEN_UP), Span(ASHA, since=GIVEN_UP)])
    phones = draw(st.lists(st.sampled_from(PHONES), max_size=2))
    user_ids = draw(st.lists(st.sampled_from(IDS), max_size=2))
    return Sought(phones, user_ids, draw(st.integers(1, 6)), 1_000, spans=draw(st.lists(spans, max_size=2)))


@st.composite
def records(draw):
    named = draw(st.lists(st.sampled_from([*PHONES, *(phone[3:] for phone in PHONES), *IDS, "u-2"]), max_size=3))
    value = json.dumps({"said": named}) if draw(st.booleans()) else ", ".join(named)
    key = draw(st.none() | st.sampled_from(PHONES).map(str.encode))
    return Record(0, draw(st.integers(0, 6)), draw(st.sampled_from([400, 500, 600])), key, value.encode())


@given(st.lists(sought(), min_size=1, max_size=5), st.lists(records(), max_size=9))
def test_a_message_is_about_those_alone_whose_orders_came_after_it(several, said_of_them):
    """Whoever else it names: each answer is that of people who were looked for one by one."""
    people = SoughtPeople(dict(enumerate(several)))
    alone = [SoughtPeople({number: one}) for number, one in enumerate(several)]
    for record in said_of_them:
        assert people.are_in(record) == any(one.are_in(record) for one in alone)
