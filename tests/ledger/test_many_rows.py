import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import sqlite
from ledger.many_rows import ManyRows
from ledger.storage import StorageFault


@pytest.fixture
def connection():
    connection = sqlite.in_memory()
    connection.execute("CREATE TABLE people (number INTEGER PRIMARY KEY, name TEXT UNIQUE)")
    yield connection
    connection.close()


PEOPLE = ManyRows("people (number, name)", "(?, nullif(?, 0))")


def people(connection):
    return connection.execute("SELECT number, name FROM people ORDER BY number").fetchall()


@given(st.integers(0, 200))
def test_every_row_is_inserted_once_however_many_there_are(count):
    connection = sqlite.in_memory()
    connection.execute("CREATE TABLE people (number INTEGER PRIMARY KEY, name TEXT UNIQUE)")
    rows = [(number, f"name {number}") for number in range(count)]
    PEOPLE.insert(connection, iter(rows))
    assert people(connection) == rows
    connection.close()


def test_rows_are_inserted_in_their_order(connection):
    connection.execute("CREATE TABLE seen (place INTEGER PRIMARY KEY, name TEXT)")
    names = [f"name {number * 7 % 150}" for number in range(150)]
    ManyRows("seen (name)", "(?)").insert(connection, [(name,) for name in names])
    assert [name for (name,) in connection.execute("SELECT name FROM seen ORDER BY place")] == names


def test_a_function_of_a_place_holder_is_of_each_row_its_own(connection):
    PEOPLE.insert(connection, [(number, 0 if number % 3 else f"name {number}") for number in range(200)])
    assert people(connection) == [(number, None if number % 3 else f"name {number}") for number in range(200)]


def test_a_row_that_is_there_already_becomes_what_the_clause_says(connection):
    PEOPLE.insert(connection, [(number, "old" + str(number)) for number in range(130)])
    newer = ManyRows(
        "people (number, name)", "(?, ?)", "ON CONFLICT (number) DO UPDATE SET name = excluded.name || '!'"
    )
    newer.insert(connection, [(number, "new" + str(number)) for number in range(20, 140)])
    assert dict(people(connection)) == {number: f"old{number}" for number in range(20)} | {
        number: f"new{number}{'!' if number < 130 else ''}" for number in range(20, 140)
    }


def test_what_cannot_be_inserted_is_a_storage_fault(connection):
    with pytest.raises(StorageFault, match="UNIQUE"):
        PEOPLE.insert(connection, [(number, "the same") for number in range(100)])


def test_what_making_the_rows_raises_is_raised(connection):
    def rows():
        yield from ((number, f"name {number}") for number in range(100))
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        PEOPLE.insert(connection, rows())
