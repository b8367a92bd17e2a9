"""What is particular to a log in an SQLite file; what every log does is in tests/contracts."""

from contextlib import closing

import pytest

from ledger import sqlite
from ledger.log.sqlite.reading.reader import LogFile
from ledger.storage import NotMadeYet
from tests.examples import PHONES
from tests.intake import identity_faults


def test_the_file_is_private(by_hand):
    assert by_hand.place.path.stat().st_mode & 0o777 == 0o600


def test_a_file_without_tables_is_no_log_yet(tmp_path):
    stored = LogFile(tmp_path / "log.db")
    sqlite.connect(stored.path).close()
    assert not stored.exists()
    with pytest.raises(NotMadeYet, match="no event log yet"):
        stored.open()


def test_a_file_of_a_newer_version_exists_and_cannot_be_read(by_hand):
    with closing(sqlite.connect(by_hand.place.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    stored = LogFile(by_hand.place.path)
    assert stored.exists()
    assert "newer version" in stored.absence()
    with pytest.raises(NotMadeYet, match="newer version"):
        stored.open()


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
