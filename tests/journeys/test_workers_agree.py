"""What two worker processes of one `contacts serve` count and know together: limits, failed sign-ins, revoked keys."""

import json
import sqlite3
import time
from contextlib import closing

import httpx
import pytest

from service.http.admission.failures import ALLOWED
from tests.shipped import Served, Shipped, eventually

CALLERS = 20
"""Connections of their own, so that both workers are sure to have some."""


@pytest.fixture
def serve(tmp_path):
    """Starts `contacts serve` with two workers and these settings."""
    started = []

    def start(**settings):
        shipped = Shipped(tmp_path / "workers", workers=2, **settings)
        started.append(shipped)
        return Served(shipped)

    yield start
    for shipped in started:
        shipped.stop_all()
        print(shipped.told())  # noqa: T201


@pytest.fixture
def callers():
    """Makes so many clients, each of which keeps one connection."""
    made = []

    def make(served, key):
        made.extend(httpx.Client(base_url=served.url, auth=(key, ""), verify=False, timeout=30) for _ in range(CALLERS))
        return made[-CALLERS:]

    yield make
    for client in made:
        client.close()


def statuses(clients):
    return [client.post("/v1/public/track/users/", json={"userId": "u-1"}).status_code for client in clients]


def test_a_revoked_key_is_refused_by_both_within_five_seconds(serve, callers):
    served = serve()
    made = served.shipped.run("keys", "create", "--name", "shop", "--scope", "track", "--json")
    clients = callers(served, made["key"])
    assert set(statuses(clients)) == {202}
    served.shipped.run("keys", "revoke", made["id"])
    revoked = time.monotonic()

    def is_refused_by_all():
        begun = time.monotonic()
        let_in = statuses(clients).count(202)
        assert not let_in or begun - revoked < 5
        return not let_in

    eventually(is_refused_by_all, "the key is refused on every connection")
    assert served.track({"userId": "u-1"}).status_code == 202


def test_a_keys_limit_is_one_for_both(serve, callers):
    served = serve(rate_limit="30/day")
    came = [status for _ in range(3) for status in statuses(callers(served, served.key))]
    assert sorted(came) == [202] * 30 + [429] * (3 * CALLERS - 30)


def test_failed_sign_ins_are_counted_by_both_and_on_record_in_few_rows(serve, callers):
    served = serve()
    clients = callers(served, "cl_nobody")
    begun = time.monotonic()
    came = [status for _ in range(3) for status in statuses(clients)]
    assert set(came) == {401, 429}
    if time.monotonic() - begun < ALLOWED.seconds:
        assert came.count(401) == ALLOWED.calls
    assert served.track({"userId": "u-1"}).status_code == 202
    served.shipped.stop_all()
    with closing(sqlite3.connect(served.shipped.data / "service.db")) as store:
        rows = store.execute("SELECT detail FROM audit WHERE what = 'sign-in failed'").fetchall()
    assert sum(json.loads(detail)["times"] for (detail,) in rows) == len(came)
    assert len(rows) <= 6
