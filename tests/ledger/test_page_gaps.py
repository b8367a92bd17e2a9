"""What no row of a file has any more is in none of its bytes, however SQLite has moved rows about (R31)."""

import re
from contextlib import closing
from random import Random

import pytest

from ledger import sqlite
from ledger.wal import cut_whole, overwrite_whole, overwrite_whole_of

ROWS = 30_000
GONE = range(6_000)


def name(number):
    return f"person-{number:05}-{Random(number).randrange(10**9)}"


@pytest.fixture
def path(tmp_path):
    """Rows of many sizes that came in no order, with an index, of which the first are deleted a few at a time.

    They take so many pages that several processes go through them.
    """
    path = tmp_path / "people.db"
    numbers = list(range(ROWS))
    Random(1).shuffle(numbers)
    with closing(sqlite.connect(path)) as file:
        file.execute("CREATE TABLE people (number INTEGER PRIMARY KEY, name TEXT, more TEXT)")
        file.execute("CREATE INDEX names ON people (name)")
        with sqlite.transaction(file):
            file.executemany(
                "INSERT INTO people VALUES (?, ?, ?)", [(one, name(one), "x" * (one % 90)) for one in numbers]
            )
        for start in range(0, len(GONE), 50):
            with sqlite.transaction(file):
                file.execute("DELETE FROM people WHERE number BETWEEN ? AND ?", (start, start + 49))
    return path


def left(path):
    """The numbers of those who are gone and stand in the file's bytes."""
    found = {int(number) for number in re.findall(rb"person-(\d{5})-", path.read_bytes())}
    return found.intersection(GONE)


def test_sqlite_alone_leaves_some(path):
    with closing(sqlite.connect(path)) as file:
        assert cut_whole(file)
    assert left(path)


def test_nothing_of_them_is_left_and_the_others_are_as_they_were(path):
    assert overwrite_whole_of(path)
    assert left(path) == set()
    with closing(sqlite.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        kept = file.execute("SELECT number, name FROM people ORDER BY number").fetchall()
    assert kept == [(number, name(number)) for number in range(len(GONE), ROWS)]


def test_whoever_keeps_pages_in_memory_does_not_write_them_back(path):
    with closing(sqlite.connect(path)) as writer, closing(sqlite.connect(path)) as other:
        writer.execute("SELECT sum(length(more)), max(name) FROM people").fetchall()
        for file in (writer, other):
            assert overwrite_whole(file)
        with sqlite.transaction(writer):
            writer.execute("UPDATE people SET more = more || 'y'")
        assert cut_whole(other)
    assert left(path) == set()


def test_a_reader_in_the_way_is_told(path):
    with closing(sqlite.connect(path)) as reader, closing(sqlite.connect(path)) as file:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchall()
        with sqlite.transaction(file):
            file.execute("DELETE FROM people WHERE number = 7000")
        assert not overwrite_whole(file)
        reader.execute("COMMIT")
        assert overwrite_whole(file)
