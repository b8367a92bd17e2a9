"""How far the orders of an erasure of many have come is kept once for all of them (R31)."""

from contextlib import closing

import pytest

from service.deployment.tables.bulk_erasure_table import BulkErasure, BulkErasureTable
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
