"""What tests of the consumers start from."""

from contextlib import closing

import pytest

from tests.intake import Intake


@pytest.fixture
def intake(tmp_path):
    with closing(Intake(tmp_path / "log.db")) as made:
        yield made
