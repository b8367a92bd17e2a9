"""A data folder that a version before undo has made goes on."""

from contextlib import closing

import pytest

from ledger.log.sqlite.reader import is_there
from ledger.sqlite import connect
from ledger.storage import NotMadeYet
from projections.past.states import state_at
from projections.past.verify import verify
from tests.examples import GAVIN


@pytest.fixture
def earlier(world):
    """A world whose files are as that version left them."""
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    with closing(world.log()) as log:
        past = state_at(world.deployment.data / "past", log, 1)
    with closing(connect(world.deployment.log_path)) as log:
        log.execute("DROP INDEX entries_of_undoings")
        log.execute("DROP TABLE seal")
        log.execute("DROP TABLE tips")
        log.execute("DROP TABLE ledger")
        log.execute("DROP TABLE rules")
        log.execute("PRAGMA user_version = 1")
    for path in (world.drivers.generations().current_path(), past):
        with closing(connect(path)) as state:
            state.execute("DROP TABLE dirty")
            state.execute("DROP TABLE outcomes")
            state.execute("CREATE TABLE outcomes (position INTEGER PRIMARY KEY, import, row, outcome, is_older)")
            state.execute("UPDATE checkpoint SET fold_version = 1")
            state.execute("PRAGMA user_version = 1")
    return world


def test_nobody_reads_the_log_before_its_writer_has_brought_it_up_to_date(earlier):
    assert not is_there(earlier.deployment.log_path)
    earlier.consume()
    assert is_there(earlier.deployment.log_path)
    with closing(earlier.log()) as log:
        assert log.altered() == []


def test_who_wants_to_read_it_is_told_why_not(earlier):
    with pytest.raises(NotMadeYet, match="of an earlier version"), earlier.drivers.log_reader():
        pass


def test_the_state_is_folded_anew_and_until_then_a_reader_is_told_so(earlier):
    earlier.consume()
    with pytest.raises(NotMadeYet, match="of an earlier version"):
        earlier.state()
    earlier.project()
    assert earlier.contact(GAVIN)["traits"] == {"city": "Pune"}
    with closing(earlier.log()) as log:
        scratch = earlier.folder / "scratch.db"
        assert verify(log, earlier.drivers.generations().current_path(), scratch).ok


def test_a_past_that_was_kept_is_folded_anew(earlier):
    earlier.consume()
    with closing(earlier.log()) as log:
        path = state_at(earlier.deployment.data / "past", log, 1)
    with closing(connect(path)) as state:
        assert state.execute("SELECT count(*) FROM dirty").fetchone() == (0,)
