"""WALs are brought into their files and cut, whoever reads meanwhile and however full the disk is."""

from contextlib import closing

import pytest

from ledger import sqlite
from ledger.wal import LEAST, Wal

BLOCK = 100_000


@pytest.fixture
def file(tmp_path):
    return tmp_path / "some.db"


@pytest.fixture
def writer(file):
    with closing(sqlite.connect(file)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE blocks (content BLOB)")
        yield connection


def write(connection, count):
    with sqlite.transaction(connection):
        connection.executemany("INSERT INTO blocks VALUES (?)", [(bytes(BLOCK),)] * count)


def size(file):
    return file.with_name(f"{file.name}-wal").stat().st_size


def test_a_large_wal_is_cut_and_a_small_one_left(file, writer):
    wal = Wal(file, 4 * LEAST)
    write(writer, 20)
    before = size(file)
    wal.keep_small(writer)
    assert size(file) == before
    write(writer, 40)
    wal.keep_small(writer)
    assert size(file) == 0


def test_a_reader_in_the_way_is_not_waited_for_and_the_wal_is_cut_once_it_is_gone(file, writer):
    wal = Wal(file, 4 * LEAST)
    with closing(sqlite.connect(file, read_only=True)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM blocks").fetchone()
        write(writer, 60)
        wal.keep_small(writer)
        assert size(file) > 4 * LEAST
        reader.execute("COMMIT")
    Wal(file, 4 * LEAST).keep_small(writer)
    assert size(file) == 0
    assert writer.execute("SELECT count(*) FROM blocks").fetchone() == (60,)


def test_a_full_disk_gets_back_what_even_a_small_wal_takes(file, writer):
    write(writer, 5)
    assert size(file) > 0
    Wal(file, 64 * LEAST).make_room(writer)
    assert size(file) == 0
