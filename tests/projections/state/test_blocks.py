"""Blocks of contacts are made once, until their contacts change (R25)."""

import pytest

from projections.fold.state import ContactState
from projections.state.indexes import KINDS, SEARCH
from projections.state.sqlite.blocks import SIZE, missing
from projections.state.sqlite.reader import reading
from tests.projections.listed import state_file


def _contact(number):
    return ContactState(
        number, bytes(16), f"+91{9_900_000_000 + number}", None, number, number, number, {}, (1, 1), {}, {}
    )


@pytest.mark.parametrize("index", [KINDS, SEARCH])
def test_also_the_blocks_that_nobody_is_in_are_made(index):
    """Else every reader would look for contacts in them."""
    with state_file() as file:
        file.store.index({index})
        for number in (1, 5 * SIZE, 9 * SIZE + 1):
            file.save({number: _contact(number)})
        while file.store.make_blocks(3):
            pass
        with reading(file.path) as state:
            assert missing(state.rows, index) == []
