"""The drill: a backup under load, the machine lost, the ledger brought up elsewhere with nothing acknowledged lost."""

import json
import shutil
from contextlib import closing
from itertools import count
from threading import Event, Thread

import httpx
import pytest

from tests.journeys.conftest import KAFKA, bus_of
from tests.shipped import ROOT, Served, Shipped, eventually, serving


class Callers:
    """Threads that make track calls until told to stop; `acknowledged` are the user ids of calls answered 202."""

    def __init__(self, served):
        self._served = served
        self._stop = Event()
        self.acknowledged = []
        self._threads = [Thread(target=self._call, args=[name], daemon=True) for name in "ab"]
        for thread in self._threads:
            thread.start()

    def _call(self, name):
        with httpx.Client(base_url=self._served.url, auth=(self._served.key, ""), timeout=10) as http:
            for number in count():
                if self._stop.is_set():
                    return
                user_id = f"{name}-{number}"
                body = {"userId": user_id, "traits": {"number": number}}
                if http.post("/v1/public/track/users/", json=body).status_code == 202:
                    self.acknowledged.append(user_id)

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)


@pytest.fixture(params=["sqlite", KAFKA])
def bus(request):
    return bus_of(request)


def held(shipped):
    """The user ids of all contacts."""
    shipped.settle()
    listed = shipped.run("list", "--limit", "1000000", "--json")
    return {one["user_id"] for one in listed["contacts"]}


def test_a_ledger_is_brought_up_elsewhere_from_a_backup_under_load(tmp_path, bus):
    folder = tmp_path / "backup"
    with serving(tmp_path / "first", bus, workers=1) as served:
        key = served.key
        callers = Callers(served)
        eventually(lambda: len(callers.acknowledged) > 200, "there is load")
        before = set(callers.acknowledged)
        made = served.shipped.run("backup", str(folder), "--json")
        under_load = len(callers.acknowledged) - len(before)
        told = served.shipped.run("status", "--json")["last_backup"]
        callers.stop()
        served.kill_all()
        everything = set(callers.acknowledged)
    assert under_load > 0
    assert told["position"] == made["position"]
    shutil.rmtree(tmp_path / "first" / "data")

    second = Shipped(tmp_path / "second", bus)
    try:
        restored = second.run("restore", str(folder), "--json")
        assert (restored["position"], restored["now"]["bus_lag"]) == (made["position"], 0)
        assert second.run("verify", "--deep", "--json")["ok"]
        head = tmp_path / "head.json"
        head.write_text(json.dumps(json.loads((folder / "manifest.json").read_text())["head"]))
        assert second.run("verify", "--head", str(head), "--json")["ok"]
        found = held(second)
        assert before <= found
        if bus is not None:  # which still has what came after the backup
            assert everything <= found
        _is_called_as_before(second, key)
    finally:
        second.stop_all()
        print(second.told())  # noqa: T201


def test_who_was_erased_after_the_backup_is_erased_again_where_it_is_restored(tmp_path):
    first, second = Shipped(tmp_path / "first"), Shipped(tmp_path / "second")
    try:
        first.run("import", str(ROOT / "samples/contacts.csv"), "--country-code", "91")
        first.run("backup", str(tmp_path / "backup"))
        with Served(first).http as http:
            erased = http.get("/v1/contacts?q=9967536783").json()["contacts"][0]
            first.run("erase", erased["id"], "--yes", "--reason", "asked to be forgotten")
        restored = second.run(
            *("restore", str(tmp_path / "backup"), "--erased", str(first.data / "service.db"), "--json")
        )
        assert (restored["erased_again"], restored["still_being_erased"]) == (1, 0)
        assert second.run("verify", "--deep", "--json")["ok"]
        assert second.run("show", erased["id"], code=1)
        text = second.run("audit-trail")
        assert "contact erased" in text
        assert "asked to be forgotten" in text
        for path in second.data.rglob("*"):
            assert not path.is_file() or b"9967536783" not in path.read_bytes(), path
    finally:
        first.stop_all()
        second.stop_all()
        print(first.told(), second.told())  # noqa: T201


def test_who_was_one_with_somebody_erased_is_erased_too_where_they_are_two_in_the_backup(tmp_path):
    with serving(tmp_path / "first", None, workers=1) as served:
        for name in ("xavier", "yolanda", "zoe"):
            assert served.track({"userId": name, "traits": {"name": name.title()}}).status_code == 202
        first = served.shipped
        assert held(first) == {"xavier", "yolanda", "zoe"}
        first.run("backup", str(tmp_path / "backup"))
        first.run("merge", "xavier", "yolanda")
        first.run("erase", "xavier", "--yes", "--reason", "asked to be forgotten")
        assert held(first) == {"zoe"}
    second = Shipped(tmp_path / "second")
    try:
        newer = str(first.data / "service.db")
        restored = second.run("restore", str(tmp_path / "backup"), "--erased", newer, "--json")
        assert (restored["erased_again"], restored["still_being_erased"]) == (2, 0)
        assert held(second) == {"zoe"}
    finally:
        second.stop_all()
        print(second.told())  # noqa: T201


@pytest.mark.parametrize("bus", [KAFKA], indirect=True)
def test_an_import_from_after_the_backup_is_listed_again_and_can_be_undone(tmp_path, bus):
    """Its rows are on the topic, and come in where it is restored."""
    with serving(tmp_path / "first", bus, workers=1) as served:
        assert served.track({"userId": "before", "traits": {}}).status_code == 202
        assert held(served.shipped) == {"before"}
        served.shipped.run("backup", str(tmp_path / "backup"))
        brought = served.shipped.run("import", str(ROOT / "samples/contacts.csv"), "--country-code", "91", "--json")
    second = Shipped(tmp_path / "second", bus)
    try:
        restored = second.run("restore", str(tmp_path / "backup"), "--json")
        assert restored["imports_listed"] == 1
        assert second.run("verify", "--deep", "--json")["ok"]
        again = second.run("imports", "show", brought["id"], "--json")
        assert (again["created"], again["file_name"]) == (brought["created"], "contacts.csv")
        with closing(Served(second, served.key)):
            second.run("imports", "undo", brought["id"], "--reason", "the wrong file", "--json")
            assert held(second) == {"before"}
    finally:
        second.stop_all()
        print(second.told())  # noqa: T201


def _is_called_as_before(second, key):
    """The key of then opens the ledger of now, which takes calls and shows them."""
    served = Served(second, key)
    try:
        assert served.track({"userId": "after", "traits": {}}).status_code == 202
        assert "after" in held(second)
    finally:
        served.close()
