"""The log's WAL is brought into its file beside the appends."""

import threading
from contextlib import closing

import pytest

from ledger import sqlite
from ledger.log.sqlite.checkpoints import Checkpoints
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.log.sqlite.writer import SqliteEventLog
from ledger.storage import StorageFault
from tests.shipped import eventually

PAGES = 50


def append(log, new_entry, number):
    """A batch of some ten pages."""
    entries = [new_entry(message_id=f"{number}.{place}", value=b"x" * 900) for place in range(100)]
    with log.appending("b", log.offsets("b"), {0: number + 1}) as batch:
        for one in entries:
            batch.add(one)


def is_idle():
    return all(thread.name != "log-checkpoint" for thread in threading.enumerate())


def test_the_wal_of_a_log_that_is_always_appended_to_does_not_grow_without_end(tmp_path, new_entry):
    wal = tmp_path / "log.db-wal"
    with closing(SqliteEventLog(tmp_path / "log.db", most_wal_pages=PAGES)) as log:
        for number in range(60):
            append(log, new_entry, number)
            eventually(is_idle, "the checkpoint has ended")
        assert wal.stat().st_size < 4 * PAGES * sqlite.PAGE_BYTES
        assert (tmp_path / "log.db").stat().st_size > 8 * PAGES * sqlite.PAGE_BYTES


def test_appends_during_a_checkpoint_are_all_there_after_it(tmp_path, new_entry):
    path = tmp_path / "log.db"
    with closing(SqliteEventLog(path, most_wal_pages=PAGES)) as log:
        for number in range(60):
            append(log, new_entry, number)
    with closing(SqliteLogReader(path)) as reader:
        assert reader.head().position == 6_000
    with closing(sqlite.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (6_000,)


@pytest.fixture
def full_wal(tmp_path):
    """A connection to a file whose WAL has more than one page."""
    with closing(sqlite.connect(tmp_path / "file.db")) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE one (content)")
        yield connection


def ended(checkpoints, connection):
    checkpoints.look(connection)
    checkpoints.close()


def test_a_damaged_file_is_told_by_the_next_look(tmp_path, full_wal):
    (tmp_path / "other.db").write_bytes(b"no database" * 1000)
    checkpoints = Checkpoints(tmp_path / "other.db", 1)
    ended(checkpoints, full_wal)
    with pytest.raises(StorageFault):
        checkpoints.look(full_wal)


def test_a_fault_that_waiting_mends_lets_the_next_look_try_again(tmp_path, full_wal):
    (tmp_path / "other.db").mkdir()
    checkpoints = Checkpoints(tmp_path / "other.db", 1)
    ended(checkpoints, full_wal)
    checkpoints.look(full_wal)
    (tmp_path / "other.db").rmdir()
    (tmp_path / "other.db").symlink_to(tmp_path / "file.db")
    ended(checkpoints, full_wal)
    pages, done = full_wal.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()[1:]
    assert pages == done > 1
