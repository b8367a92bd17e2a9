"""A log on a real file, with a clock that the test turns."""

from contextlib import closing

import pytest

from tests.contracts.logs import LogByHand, SqliteLogPlace, entry


@pytest.fixture
def by_hand(tmp_path):
    with closing(LogByHand(SqliteLogPlace(tmp_path))) as made:
        yield made


@pytest.fixture
def new_entry():
    return entry
