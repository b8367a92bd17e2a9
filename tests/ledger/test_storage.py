"""Faults of storage have one type, whatever the driver behind a file."""

import re
from contextlib import closing
from pathlib import Path

import pytest

from ledger.sqlite import Connection, connect, in_memory, transaction
from ledger.storage import StorageFault

ROOT = Path(__file__).parents[2]


@pytest.fixture
def table(tmp_path):
    with closing(connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE facts (fact TEXT UNIQUE)")
        connection.executemany("INSERT INTO facts VALUES (?)", [(f"fact {number}",) for number in range(2_000)])
        yield connection


def failing(number: int) -> int:
    if number > 1:
        raise ValueError("a row that cannot be worked out")
    return number


def read(how: str, connection: Connection) -> object:
    cursor = connection.cursor()
    cursor.execute("SELECT failing(value) FROM json_each('[0, 1, 2]')")
    return {
        "fetchone": lambda: [cursor.fetchone() for _ in range(3)],
        "fetchmany": lambda: cursor.fetchmany(9),
        "fetchall": lambda: cursor.fetchall(),
        "next": lambda: list(cursor),
    }[how]()


@pytest.mark.parametrize("how", ["fetchone", "fetchmany", "fetchall", "next"])
def test_what_fails_between_two_rows_is_a_storage_fault_however_they_are_fetched(how):
    with closing(in_memory()) as connection:
        connection.create_function("failing", 1, failing)
        with pytest.raises(StorageFault, match="user-defined function"):
            read(how, connection)


def test_a_statement_that_fails_is_a_storage_fault_with_what_the_driver_says(table):
    with pytest.raises(StorageFault, match="no such table: rumours") as fault:
        table.execute("SELECT * FROM rumours")
    assert (fault.value.kind, fault.value.is_passing, fault.value.is_damage) == ("SQLITE_ERROR", False, False)
    with pytest.raises(StorageFault, match="UNIQUE") as fault:
        table.executemany("INSERT INTO facts VALUES (?)", [("one",), ("one",)])
    assert (fault.value.kind, fault.value.is_passing) == ("SQLITE_CONSTRAINT", False)


def test_a_full_disk_is_passing(table):
    (pages,) = table.execute("PRAGMA page_count").fetchone()
    table.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFault) as fault, transaction(table):
        table.execute("INSERT INTO facts VALUES (?)", ("x" * 100_000,))
    assert (fault.value.kind, fault.value.is_passing, fault.value.is_busy) == ("SQLITE_FULL", True, False)


def test_a_file_that_another_one_writes_is_busy_and_that_is_passing(table, tmp_path):
    other = connect(tmp_path / "a.db", busy_seconds=0)
    with closing(other), transaction(table), pytest.raises(StorageFault, match="locked") as fault:
        other.execute("BEGIN IMMEDIATE")
    assert (fault.value.kind, fault.value.is_passing, fault.value.is_busy) == ("SQLITE_BUSY", True, True)


def test_what_is_no_database_is_damage(tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(StorageFault, match=f"not a database: {path}") as fault:
        connect(path, read_only=True)
    assert (fault.value.is_damage, fault.value.is_passing) == (True, False)


def test_a_damaged_page_is_damage(table, tmp_path):
    path = tmp_path / "a.db"
    table.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with closing(connect(path, read_only=True)) as connection, pytest.raises(StorageFault) as fault:
        connection.execute("SELECT * FROM facts").fetchall()
    assert (fault.value.is_damage, fault.value.is_passing) == (True, False)


def test_a_file_that_is_not_there_can_come_yet(tmp_path):
    with pytest.raises(StorageFault, match="unable to open") as fault:
        connect(tmp_path / "a.db", read_only=True)
    assert fault.value.is_passing


def test_only_the_file_that_opens_databases_knows_the_exceptions_of_the_library():
    named = re.compile(r"\bp?y?sqlite3\b|\b(sqlite|driver)\.\w*Error\b|\bsqlite_error|\b(Operational|Database)Error\b")
    sources = [
        path for room in ("ledger", "consumers", "projections", "service") for path in (ROOT / room).rglob("*.py")
    ]
    assert len(sources) > 200
    found = [str(path.relative_to(ROOT)) for path in sources if named.search(path.read_text(encoding="utf-8"))]
    assert found == ["ledger/sqlite.py"]
