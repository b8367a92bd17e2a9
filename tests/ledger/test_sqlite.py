"""How every SQLite file of ours is opened."""

from threading import Timer

import pytest

from ledger.sqlite import connect, driver
from ledger.storage import StorageFault


@pytest.fixture
def writer(tmp_path):
    """A connection that is writing to a file not yet turned to write-ahead logging."""
    connection = driver.connect(tmp_path / "a.db", isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE facts (fact)")
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def test_a_file_that_somebody_else_is_making_is_waited_for(tmp_path, writer):
    """SQLite's own busy timeout does not wait when one connection turns to write-ahead logging as another writes."""
    Timer(0.05, writer.execute, ["COMMIT"]).start()
    assert connect(tmp_path / "a.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.usefixtures("writer")
def test_a_file_that_stays_taken_is_told(tmp_path):
    with pytest.raises(StorageFault, match="locked"):
        connect(tmp_path / "a.db", busy_seconds=0.05)


def test_whatever_byte_of_its_schema_is_damaged_a_file_is_read_or_refused_by_its_name(tmp_path):
    """The driver cannot decode what SQLite then quotes, and raises what is no fault of SQLite's."""
    path, schema = tmp_path / "a.db", b"CREATE TABLE facts (fact)"
    made = connect(path)
    made.execute(schema.decode())
    made.close()
    whole = path.read_bytes()
    begin = whole.index(schema)
    refused = []
    for place in range(begin, begin + len(schema)):
        path.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
        try:
            connect(path, read_only=True).close()
        except StorageFault as fault:
            refused.append(str(fault))
    assert len(refused) > len(schema) / 2
    assert all(str(path) in told for told in refused)
