"""`service.db` is brought to this version's tables by what it says of itself."""

from contextlib import closing

import pytest
from sqlite_utils import Database, Migrations

from ledger.sqlite import connect
from ledger.storage import StorageFault
from service.deployment.tables.database import open_store
from service.deployment.tables.migrations import StoreMigrations


def migrations_of(*names):
    """Each makes a table of its name."""
    migrations = StoreMigrations()
    for name in names:

        def change(database, name=name):
            database.execute(f"CREATE TABLE {name} (a)")

        change.__name__ = name
        migrations()(change)
    return migrations


def test_what_is_pending_is_what_the_file_does_not_have(tmp_path):
    with closing(connect(tmp_path / "service.db")) as connection:
        first, both, other = migrations_of("one"), migrations_of("one", "two"), migrations_of("three")
        assert first.are_pending(connection)
        first.apply(connection)
        assert not first.are_pending(connection)
        assert both.are_pending(connection)
        other.apply(connection)  # a process that knows others
        both.apply(connection)
        assert not both.are_pending(connection)
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert {"one", "two", "three"} <= there


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path):
    with closing(connect(tmp_path / "service.db")) as connection:
        twice = migrations_of("one", "two")
        connection.execute("CREATE TABLE two (b)")
        with pytest.raises(StorageFault, match="two"):
            twice.apply(connection)
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert "one" not in there
        assert twice.are_pending(connection)


def test_the_account_is_the_one_that_the_library_keeps(tmp_path):
    with closing(open_store(tmp_path / "service.db")) as connection:
        (rows,) = connection.execute(f"SELECT count(*) FROM {Migrations.migrations_table}").fetchone()
        assert rows == len(Migrations("service").applied(Database(connection))) > 0
