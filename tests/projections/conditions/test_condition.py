"""Conditions and tags of a list (interface: `= != > >= < <= ~`)."""

import pytest

from projections.conditions.condition import BadCondition
from projections.fold.state import ContactState
from tests.matching import matching, parse_condition


def contact(traits, tags=()):
    folded = {tag.casefold(): (tag, 1) for tag in tags}
    return ContactState(1, b"i" * 16, "+919967536783", "u1", 1, 1, 1, traits, (1, 1), {}, folded)


GAVIN = contact(
    {
        "name": "Gavin Roberts",
        "city": "Pune",
        "visits": 5,
        "score": 1.5,
        "opted": True,
        "seen": "2022-10-31T14:00:00Z",
        "born": "1996-12-01",
        "langs": ["English", "मराठी", 3],
        "pin": "0007",
    },
    tags=["VIP", "new customer"],
)


def holds(text, state=GAVIN):
    return parse_condition(text).holds_for(state)


@pytest.mark.parametrize(
    "text",
    [
        "city=Pune",
        " city = Pune ",
        "city!=Agra",
        "city~UN",
        "name~gavin",
        "city>Agra",
        "city<=Pune",
        "visits=5",
        "visits=5.0",
        "visits>4",
        "visits>=5",
        "visits<10",
        "score<1.75",
        "opted=TRUE",
        "opted!=false",
        "seen=2022-10-31T19:30:00+05:30",
        "seen=2022-10-31T14:00:00.000Z",
        "seen>2022-10-31T13:59:59.999Z",
        "seen<2022-10-31T14:00:00.001Z",
        "seen>=2022-10-31",
        "born<2000-01-01",
        "born=1996-12-01T00:00:00Z",
        "langs=English",
        "langs=3",
        "langs~engl",
        "langs!=Hindi",
        "phone=+919967536783",
        "phone~99675",
        "user_id=u1",
        "missing!=x",
        "pin=0007",
        "pin!=7",
        "name=Gavin Roberts",
    ],
)
def test_a_condition_that_is_met(text):
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "city=pune",
        "city=",
        "city!=Pune",
        "city~x",
        "visits=five",
        "visits>five",
        "visits>5",
        "visits=true",
        "opted=1",
        "opted=yes",
        "opted>false",
        "seen>2022-10-31T14:00:00.000Z",
        "seen<2022-10-31T14:00:00Z",
        "seen>yesterday",
        "seen=yesterday",
        "langs=Eng",
        "langs!=English",
        "langs>English",
        "missing=x",
        "missing>0",
        "missing~x",
        "CITY=Pune",
        "pin=7",
    ],
)
def test_a_condition_that_is_not_met(text):
    assert not holds(text)


def test_a_value_may_contain_operators_and_spaces():
    assert holds("note=a=b > c ~ d", contact({"note": "a=b > c ~ d"}))


@pytest.mark.parametrize("text", ["", "city", "=Pune", "  = x", "!", "~~"])
def test_what_is_no_condition_says_what_is_allowed(text):
    with pytest.raises(BadCondition, match="NAME=VALUE"):
        parse_condition(text)


@pytest.mark.parametrize(
    ("tags", "is_found"), [((), True), (("vip",), True), (("VIP", " new  Customer "), True), (("vip", "x"), False)]
)
def test_every_tag_asked_for_must_be_there_in_any_letter_case(tags, is_found):
    """R5."""
    assert list(matching([GAVIN], [], tags)) == ([GAVIN] if is_found else [])


def test_every_condition_must_hold():
    conditions = [parse_condition("city=Pune"), parse_condition("visits>5")]
    assert list(matching([GAVIN], conditions, [])) == []
