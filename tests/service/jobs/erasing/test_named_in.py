"""A person is named in a filter by phone, user id, name and email address, and nobody else is."""

import json

import pytest

from ledger.events.mentions import Mentions
from service.jobs.erasing.named_in import NamedIn
from tests.examples import GAVIN

NAMED = NamedIn(Mentions([GAVIN], ["7", "gavin-7731"]), ["Gavin Roberts", "gavin@mail.example"])


@pytest.mark.parametrize(
    "condition",
    [f"phone={GAVIN}", f"phone~{GAVIN[3:]}", "user_id=7", "user_id!=gavin-7731", "email=Gavin@mail.example",
     "name=gavin roberts", "Gavin Roberts", "Gavin Roberts.csv", "gavin_roberts.xlsx", GAVIN],
)  # fmt: skip
def test_by_the_value_of_a_condition_also_inside_json(condition):
    assert NAMED(condition)
    assert NAMED(json.dumps({"where": ["city=Pune", condition], "q": None}))


@pytest.mark.parametrize(
    "condition",
    [
        "visits=77",
        "name=Gavin",
        "city=Pune",
        "name~Roberts",
        "Gavin.csv",
        "shop of Gavin Roberts.csv",
        "",
        "[1, 7]",
        "{",
    ],
)
def test_not_by_a_part_of_a_name_or_by_another_number(condition):
    assert not NAMED(condition)
    assert not NAMED(json.dumps({"where": [condition]}))
