"""Data folders that earlier versions have made go on; `folders` has one of each, with the story of `tampered.story`."""

from contextlib import closing

import pytest

from ledger.belonging import NotOurs
from ledger.bus.port import Unavailable
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.log.sqlite.schema import VERSION
from ledger.sqlite import connect
from ledger.storage import NotMadeYet
from service.imports.ledger.at_head import at_head
from service.imports.ledger.sent import SentRows
from service.imports.registry.import_order import Order
from service.jobs.verifying import Extent
from service.wiring.ledger import verification
from tests.examples import GAVIN, RAVI
from tests.service.imports.imported import WorldImports
from tests.world import World

EVERYTHING = Extent(is_deep=True, all_files=True)


def old_head(world):
    """The newest entry before the log is brought up to date, as somebody may have noted it down."""
    with closing(connect(world.deployment.log_path, read_only=True)) as log:
        query = "SELECT position, hash FROM entries ORDER BY position DESC LIMIT 1"
        return log.execute(query).fetchone()


def counts(world):
    with closing(WorldImports(world)) as desk:
        return {one["id"]: {name: one[name] for name in COUNTS} for one in desk.results.all()}


COUNTS = ("rows", "created", "updated", "unchanged", "skipped", "rejected", "pending")


def faults(world):
    return [(one.position, one.fault) for one in verification(world.deployment).run(EVERYTHING).faults]


def test_nobody_reads_the_log_before_its_writer_has_brought_it_up_to_date(earlier):
    stored = earlier.drivers.log()
    assert stored.exists()
    assert "of an earlier version" in stored.absence()
    with pytest.raises(NotMadeYet, match="of an earlier version"):
        stored.open()
    earlier.consume()
    assert stored.absence() is None
    with closing(earlier.log()) as log:
        assert log.altered() == []


def test_no_import_takes_a_log_that_is_not_up_to_date_for_an_empty_one(earlier):
    drivers = earlier.drivers
    with pytest.raises(NotMadeYet), at_head(drivers.log(), drivers.generations()):
        pass
    sent = SentRows(drivers.bus(), drivers.log(), drivers.signer())
    with pytest.raises(NotMadeYet):
        list(sent.of("01a2283b-2a19-79f0-a243-411b8f3957a5", "1.u"))


def test_a_bus_that_is_lost_meanwhile_is_not_made_anew(earlier):
    for path in earlier.folder.glob("bus.db*"):
        path.unlink()
    with pytest.raises(Unavailable, match="of an earlier version"):
        earlier.track(phone=GAVIN)
    assert not (earlier.folder / "bus.db").exists()


def test_a_log_of_a_newer_version_is_left_as_it_is(world):
    world.track(phone=GAVIN)
    world.consume()
    world.close()
    with closing(connect(world.deployment.log_path)) as log:
        log.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = world.deployment.log_path.read_bytes()
    with pytest.raises(NotOurs, match="newer version of this program"):
        World(world.folder).consume()
    assert world.deployment.log_path.read_bytes() == before


def test_a_log_without_the_index_of_rejected_messages_gets_it_and_its_entries_are_not_copied(world):
    """Version 4 has all but this index."""
    world.track(phone="12")
    world.track(phone=GAVIN)
    world.settle()
    world.close()
    with closing(connect(world.deployment.log_path)) as log:
        log.execute("DROP INDEX entries_rejected_newest")
        log.execute("PRAGMA user_version = 4")
        seal = log.execute("SELECT * FROM seal").fetchall()
        root = log.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'").fetchall()
    later = World(world.folder)
    with pytest.raises(NotMadeYet, match="of an earlier version"):
        later.drivers.log().open()
    later.consume()
    with closing(later.log()) as log:
        assert log.altered() == []
        assert [entry.position for entry in log.rejected(9)] == [1]
    with closing(connect(world.deployment.log_path)) as log:
        assert log.execute("SELECT * FROM seal").fetchall() == seal
        assert log.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'").fetchall() == root
    assert faults(later) == []
    later.close()


def test_who_wants_to_read_it_is_told_why_not(earlier):
    with pytest.raises(NotMadeYet, match="of an earlier version"), earlier.drivers.log_reader():
        pass


def test_all_that_it_holds_is_proved_before_and_after_more_has_come(earlier):
    noted = old_head(earlier)
    earlier.settle()
    assert faults(earlier) == []
    earlier.send("UserTracked", {"phone": GAVIN, "traits": {"city": "Delhi"}}, id="later")
    earlier.settle()
    assert faults(earlier) == []
    with closing(earlier.log()) as log:
        kept = log.head_at(noted[0])
    assert (kept.position, kept.hash) == noted
    assert earlier.contact(GAVIN)["traits"]["city"] == "Delhi"


def test_its_imports_keep_their_counts_and_can_be_undone(earlier):
    earlier.settle()
    found = counts(earlier)
    assert sorted(one["rows"] for one in found.values()) == [2, 3]
    assert all(one["pending"] == 0 for one in found.values())
    earlier.rebuild()
    assert counts(earlier) == found
    with closing(WorldImports(earlier)) as desk:
        (done,) = [one["id"] for one in desk.results.all() if one["state"] != "undone"]
        desk.importer.order(done, Order(is_redo=False, by="asha", reason="a test"))
        earlier.settle()
        assert desk.results.show(done)["state"] == "undone"
    assert faults(earlier) == []


@pytest.mark.parametrize("change", ["row = row + 1", "import = 1", "kind = 'hub'", "row_end = 1 - row_end"])
def test_what_its_entries_got_later_is_covered_by_the_chain_too(earlier, change):
    earlier.send("UserTracked", {"phone": RAVI}, id="later")
    earlier.settle()
    with closing(SqliteLogReader(earlier.deployment.log_path)) as log:
        since = log.layouts()[-1].since
    with closing(connect(earlier.deployment.log_path)) as log:
        (guard,) = log.execute("SELECT sql FROM sqlite_schema WHERE name = 'entries_are_fixed'").fetchone()
        log.execute("DROP TRIGGER entries_are_fixed")
        log.execute(f"UPDATE entries SET {change} WHERE position = (SELECT min(position) FROM entries WHERE row = 2)")
        log.execute(guard)
    assert since in {position for position, _ in faults(earlier)}


def test_the_state_of_another_fold_is_folded_anew_and_until_then_a_reader_is_told_so(earlier):
    path = earlier.drivers.generations().current_path()
    with closing(connect(path)) as state:
        state.execute("UPDATE checkpoint SET fold_version = 1")
        state.execute("PRAGMA user_version = 1")
    earlier.consume()
    with pytest.raises(NotMadeYet, match="of an earlier version"):
        earlier.state()
    earlier.project()
    assert faults(earlier) == []


def test_a_past_that_was_kept_is_folded_anew(earlier):
    earlier.consume()
    with closing(earlier.log()) as log:
        path = earlier.drivers.past().at(log, 1).path
        with closing(connect(path)) as state:
            state.execute("UPDATE checkpoint SET fold_version = 1")
            state.execute("PRAGMA user_version = 1")
        path = earlier.drivers.past().at(log, 1).path
    with closing(connect(path)) as state:
        assert state.execute("SELECT count(*) FROM dirty").fetchone() == (0,)
