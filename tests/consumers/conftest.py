"""What tests of the consumers start from."""

from contextlib import closing

import pytest

from ledger.log.sqlite.reading.reader import SqliteLogReader
from tests.examples import ASHA, GAVIN
from tests.intake import Intake, tracked


@pytest.fixture
def intake(tmp_path):
    with closing(Intake(tmp_path / "log.db")) as made:
        yield made


@pytest.fixture
def log(intake):
    with closing(SqliteLogReader(intake.path)) as reader:
        yield reader


@pytest.fixture
def two(intake):
    """Gavin, the first contact, and Asha, the second; each has a phone and a user id."""
    intake.take(tracked(phone=GAVIN, userId="g"), tracked(phone=ASHA, userId="a"))
