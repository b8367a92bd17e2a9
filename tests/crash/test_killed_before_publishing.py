"""The API is killed when a call's idempotency key is on the disk and its message is not."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ledger import sqlite
from tests.crash.evidence import query
from tests.crash.repeaters import Repeaters, events_in_log
from tests.crash.test_repeated_calls import kill_api
from tests.shipped import eventually


@pytest.fixture
def bus_url():
    """The embedded bus, whose file a test can hold: time stands between the key and the publishing."""
    return


def kept_ids(served):
    return [id for (id,) in query(served.shipped.data / "service.db", "SELECT id FROM idempotency_keys")]


def test_the_call_repeated_under_its_key_is_there_once(served):
    with closing(sqlite.connect(served.shipped.data / "bus.db")) as bus, ThreadPoolExecutor(1) as pool:
        bus.execute("BEGIN IMMEDIATE")
        call = pool.submit(Repeaters(served).repeat_until_taken, "Paid", "one")
        (kept,) = eventually(lambda: kept_ids(served), "the key is kept")
        kill_api(served)
        assert events_in_log(served) == []
        bus.execute("ROLLBACK")
        assert call.result(120) == [[kept], [kept]]
    served.shipped.settle()
    assert events_in_log(served) == ["Paid"]
