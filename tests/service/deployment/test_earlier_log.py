"""A log of an earlier version is copied into the tables of today: with room for it, and whatever its entries hold."""

from contextlib import closing

import pytest

from ledger.log.sqlite.schema import VERSION, bring_up_to_date, version_of
from ledger.sqlite import connect
from ledger.storage import StorageFault
from service.wiring.ledger import verification
from tests.examples import GAVIN


@pytest.fixture
def log(earlier):
    """The earlier log's file, open for writing."""
    with closing(connect(earlier.deployment.log_path)) as connection:
        yield connection


def test_without_room_for_the_copy_the_log_is_left_as_it_is_and_it_is_said_how_much_is_needed(earlier, log):
    path, before = earlier.deployment.log_path, version_of(log)
    size = path.stat().st_size / 2**20
    with pytest.raises(StorageFault, match=rf"needs {2.6 * size:.1f} MiB .* which has 0\.0 MiB: make room") as raised:
        bring_up_to_date(log, path, lambda: None, free=lambda _: 100)
    assert raised.value.is_passing
    assert version_of(log) == before
    assert log.execute("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%_before'").fetchone() == (0,)


def test_with_room_it_is_copied_and_its_wal_is_empty_again(earlier, log):
    path = earlier.deployment.log_path
    bring_up_to_date(log, path, lambda: None)
    assert version_of(log) == VERSION
    assert path.with_name("log.db-wal").stat().st_size == 0


def test_a_copy_that_breaks_off_leaves_the_earlier_log_and_an_empty_wal(earlier, log):
    path, before = earlier.deployment.log_path, version_of(log)

    def broken():
        raise OSError("no more space")

    with pytest.raises(OSError, match="no more space"):
        bring_up_to_date(log, path, broken)
    assert version_of(log) == before
    assert path.with_name("log.db-wal").stat().st_size == 0


def test_entries_that_no_identities_can_be_folded_from_are_copied_and_verify_names_them(earlier, log):
    """Two entries say that they made the contact of the same id, which no log can have."""
    (guard,) = log.execute("SELECT sql FROM sqlite_schema WHERE name = 'entries_are_fixed'").fetchone()
    log.execute("DROP TRIGGER entries_are_fixed")
    made = "SELECT {} (position) FROM entries WHERE contact_id IS NOT NULL"
    first, last = made.format("min"), made.format("max")
    log.execute(
        f"UPDATE entries SET contact_id = (SELECT contact_id FROM entries WHERE position = ({first}))"
        f" WHERE position = ({last})"
    )
    ((position,),) = log.execute(last).fetchall()
    log.execute(guard)
    known = log.execute("SELECT contact, phone FROM contacts WHERE absorbed_by IS NULL ORDER BY contact").fetchall()
    earlier.settle()
    assert version_of(log) == VERSION
    assert (
        log.execute(
            "SELECT contact, phone FROM contacts WHERE contact NOT IN (SELECT absorbed FROM merges) ORDER BY contact"
        ).fetchall()
        == known
    )
    report = verification(earlier.deployment).run()
    assert position in {fault.position for fault in report.faults}
    earlier.send("UserTracked", {"phone": GAVIN, "traits": {"city": "Agra"}}, id="later")
    earlier.settle()
    assert earlier.contact(GAVIN)["traits"]["city"] == "Agra"
