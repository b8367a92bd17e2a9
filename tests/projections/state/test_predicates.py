"""Conditions as SQL: they hold for just the contacts that they hold for in Python (R34)."""

import pytest

from projections.conditions.condition import Condition
from projections.conditions.wanted import Wanted
from projections.fold.state import ContactState
from projections.state.indexes import needed
from tests.projections.listed import ASKED, OPERATORS, SCALARS, pages, state_file

EVERY_VALUE = {
    number: ContactState(number, bytes(16), None, f"u-{number}", 1, number, number, {"city": value}, (1, 1), {}, {})
    for number, value in enumerate([*SCALARS, [], *([each] for each in SCALARS), [5, "Straße", True]], 1)
} | {999: ContactState(999, bytes(16), None, "u-999", 1, 999, 999, {}, (1, 1), {}, {})}


@pytest.mark.parametrize("type", [None, "string", "number", "boolean", "datetime", "list"])
@pytest.mark.parametrize("is_indexed", [False, True])
@pytest.mark.parametrize("operator", OPERATORS)
def test_a_condition_holds_for_just_the_values_that_meet_it(operator, is_indexed, type):
    with state_file() as file:
        file.save(EVERY_VALUE)
        for asked in ASKED:
            wanted = Wanted((Condition("city", operator, asked, type),))
            if is_indexed:
                file.store.index(needed(wanted))
                assert (file.store.make_blocks(10) > 0) is (operator == "~" and asked == ASKED[0])
            (shown,) = pages(file, wanted, "created", 1000)
            assert [one.traits for one in shown] == [one.traits for one in file.expected(wanted, "created")], asked
