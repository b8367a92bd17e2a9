"""How far the orders of an erasure of many have come is kept once for all of them (R31)."""

from contextlib import closing

import pytest

from ledger.sqlite import connect
from service.deployment.tables.bulk_erasure_table import BulkErasure, BulkErasureTable
from service.deployment.tables.database import MIGRATIONS
from service.deployment.tables.erasures import BulkStep, ErasureTable, PendingErasure
from tests.service.jobs.erasing.bulk import WHY

LOG_DONE = [{"place": "log", "state": "done", "note": None}]


@pytest.fixture
def table(world):
    with closing(world.drivers.store()) as store:
        bulk = BulkErasureTable(store)
        bulk.add(BulkErasure("b1", "counting", "/cli", "asha", 0, None, WHY, False))
        bulk.move("b1", "counting", state="erasing")
        yield ErasureTable(store)


def give(table, number, taken):
    table.add(PendingErasure(f"e{number}", f"c{number}", "/cli", number, b""), step=BulkStep("b1", taken))


def test_it_is_that_of_each_of_its_orders(table):
    give(table, 1, 2)
    give(table, 2, 2)
    table.note_progress(BulkStep("b1", 2), LOG_DONE)
    assert table.progress(["e1", "e2"]) == table.progress(["e2"]) == table.receipt("c1") == LOG_DONE
    assert table.progress_of("b1") == LOG_DONE


def test_it_says_nothing_of_orders_that_were_given_since(table):
    give(table, 1, 1)
    table.note_progress(BulkStep("b1", 1), LOG_DONE)
    give(table, 2, 2)
    assert table.progress(["e1", "e2"]) == []
    table.note_progress(BulkStep("b1", 1), LOG_DONE)  # of a process that does not know of the second
    assert table.progress(["e1", "e2"]) == table.progress(["e2"]) == []


def test_once_all_are_done_their_receipt_is_that_of_the_whole(table):
    give(table, 1, 1)
    table.note_progress(BulkStep("b1", 1), LOG_DONE)
    assert table.is_any_pending(["e1"])
    table.note_done(["e1"], LOG_DONE)
    assert not table.is_any_pending(["e1"])
    assert (table.receipt("c1"), table.progress_of("b1")) == (LOG_DONE, None)


def counts(store, id="b1"):
    one = BulkErasureTable(store).get(id)
    return one.given, one.erased


def test_its_orders_are_counted_as_they_are_given_refused_and_done(world, table):
    with closing(world.drivers.store()) as store:
        for number in (1, 2, 3):
            give(table, number, number)
        table.withdraw("e3")
        table.note_done(["e1"], LOG_DONE)
        table.note_done(["e1"], LOG_DONE)
        assert counts(store) == (2, 1)
        table.add(PendingErasure("e1", "c1", "/cli", 1, b""))  # as where a newer copy of the ledger has it, too
        assert counts(store) == (2, 0)
        table.note_done(["e1", "e2"], LOG_DONE)
        assert counts(store) == (2, 2)


def test_orders_that_an_earlier_version_gave_are_counted(tmp_path):
    with closing(connect(tmp_path / "service.db")) as store:
        MIGRATIONS.apply(store, stop_before="counts_of_bulk_erasures")
        for id in ("b1", "b2"):
            values = f"'{id}', 'done', '/cli', 'asha', 0, 'why', 0"
            store.execute(f"INSERT INTO bulk_erasures (id, state, source, by, at, reason, keep_out) VALUES ({values})")
        for id, person in (("e1", "NULL"), ("e2", "'{}'")):
            values = f"'{id}', 'c', '/cli', 0, x'', {person}, 'b1'"
            store.execute(f"INSERT INTO erasures (id, contact, source, at, message, person, bulk) VALUES ({values})")
        MIGRATIONS.apply(store)
        assert (counts(store), counts(store, "b2")) == ((2, 1), (0, 0))
