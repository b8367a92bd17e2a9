"""What is particular to a log in an SQLite file; what every log does is in tests/contracts."""

import pytest

from ledger import sqlite
from ledger.log.sqlite.reader import SqliteLogReader, is_there
from ledger.storage import StorageFault
from tests.examples import PHONES
from tests.intake import identity_faults


def test_the_file_is_private(by_hand):
    assert by_hand.place.path.stat().st_mode & 0o777 == 0o600


def test_a_log_that_was_never_made_cannot_be_read(tmp_path):
    assert not is_there(tmp_path / "log.db")
    with pytest.raises(StorageFault):
        SqliteLogReader(tmp_path / "log.db")


def test_a_file_without_tables_is_no_log_yet(tmp_path):
    sqlite.connect(tmp_path / "log.db").close()
    assert not is_there(tmp_path / "log.db")


def test_a_log_is_there_once_it_was_made(by_hand):
    assert is_there(by_hand.place.path)


def test_a_chain_of_merges_is_one_component(by_hand):
    """Three contacts: the third absorbed into the second, the second then into the first (as a command may)."""
    for phone in PHONES[:3]:
        by_hand.create(phone)
    with sqlite.transaction(sqlite.connect(by_hand.place.path)) as connection:
        connection.execute("INSERT INTO merges (absorbed, survivor, since) VALUES (3, 2, 4), (2, 1, 5)")
    for contact in (1, 2, 3):
        assert by_hand.reader.component(contact) == (1, 2, 3)


def test_a_binding_that_its_contact_does_not_have_is_found(by_hand):
    by_hand.create(PHONES[0], "u0")
    with sqlite.transaction(sqlite.connect(by_hand.place.path)) as connection:
        connection.execute("UPDATE contacts SET user_id = NULL")
    assert identity_faults(by_hand.reader) == ["contacts: contact 1 has another user_id than the entries say"]
