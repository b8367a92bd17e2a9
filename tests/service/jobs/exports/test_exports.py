"""Exports on their way: asked for, made one after the other, kept for a day."""

from contextlib import closing
from dataclasses import replace

import pytest

from service.deployment.locks import holding
from service.deployment.tables.database import open_store
from service.jobs.exports.exports import DAY, MOST_UNDER_WAY, Attempt, Exports, ExportUnknown, NoFile, TooManyExports
from service.jobs.exports.wanted_export import WantedExport
from service.queries.filters.selection import Selection
from service.wiring.exports import export_folder, export_maker
from tests.acts import acts
from tests.examples import ASHA, GAVIN


class Background:
    """Notes what is begun, and does nothing."""

    def __init__(self):
        self.begun = []

    def begin(self, lock, arguments):
        self.begun.append((lock.name, arguments))
        return True


@pytest.fixture
def some(world):
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA)
    world.settle()
    return world


@pytest.fixture
def background():
    return Background()


@pytest.fixture
def exports(some, clock, background):
    return Exports(export_folder(some.deployment), background, some.drivers.ids(), clock)


@pytest.fixture
def make(some, clock):
    """Makes what waits, as the process that holds the lock does."""

    def run(**parts):
        with export_maker(some.deployment) as maker:
            replace(maker, clock=clock, **parts).run()

    return run


def test_one_that_waits_is_begun_by_whoever_looks_at_it(exports, background):
    asked = exports.ask(WantedExport(), "asha")
    assert (asked["state"], asked["by"], asked["rows"]) == ("waiting", "asha", None)
    exports.find(asked["id"])
    assert background.begun == [("making.lock", ["exports", "make"])] * 2


def test_it_is_ready_with_its_position_and_size_when_it_is_made(exports, make):
    id = exports.ask(WantedExport(), "asha")["id"]
    make()
    found = exports.find(id)
    assert (found["state"], found["position"], found["rows"], found["done"]) == ("ready", 2, 2, 2)
    path, name = exports.file(id)
    assert (path.stat().st_size, path.stat().st_mode & 0o777) == (found["bytes"], 0o600)
    assert name == f"contacts-2025-11-24-{id[-6:]}.csv"


def test_all_that_wait_are_made_the_oldest_first(exports, make, some):
    ids = [exports.ask(WantedExport(format=form), "asha")["id"] for form in ("csv", "jsonl")]
    make()
    assert {one["state"] for one in exports.all()} == {"ready"}
    assert [one["id"] for one in exports.all()] == ids[::-1]
    with closing(open_store(some.deployment.service_path)) as store:
        made = [act.detail["export"] for act in acts(store) if act.what == "exported"]
    assert made == ids


def test_there_is_no_file_before_it_is_ready_and_none_after_its_day(exports, make, clock):
    id = exports.ask(WantedExport(), "asha")["id"]
    with pytest.raises(NoFile, match="not ready"):
        exports.file(id)
    make()
    path, _ = exports.file(id)
    clock.now += DAY + 1
    with pytest.raises(NoFile, match="kept for a day"):
        exports.file(id)
    make()
    assert (path.exists(), exports.find(id)["state"]) == (False, "expired")


def test_its_record_goes_after_a_month(exports, make, clock, some):
    id = exports.ask(WantedExport(), "asha")["id"]
    make()
    clock.now += 31 * DAY
    make()
    with pytest.raises(ExportUnknown):
        exports.find(id)
    assert [path.name for path in export_folder(some.deployment).path.iterdir()] == []


def test_one_that_cannot_be_made_says_why_and_keeps_no_other_waiting(exports, make):
    wrong = exports.ask(WantedExport(Selection(("nobody_had_it=1",))), "asha")["id"]
    right = exports.ask(WantedExport(), "asha")["id"]
    make()
    assert exports.find(wrong)["state"] == "failed"
    assert "no contact ever had an attribute 'nobody_had_it'" in exports.find(wrong)["failure"]
    assert exports.find(right)["state"] == "ready"


def test_one_over_which_three_processes_died_is_given_up(exports, make, some):
    id = exports.ask(WantedExport(), "asha")["id"]
    export_folder(some.deployment).keep(id, Attempt(3))
    make()
    assert (exports.find(id)["state"], exports.find(id)["failure"][:21]) == ("failed", "it could not be made:")


def test_it_is_running_while_the_process_that_makes_it_lives_and_waits_again_when_that_has_died(exports, some):
    folder = export_folder(some.deployment)
    id = exports.ask(WantedExport(), "asha")["id"]
    folder.keep(id, Attempt(1, 2, 1, 2))
    with holding(folder.lock):
        found = exports.find(id)
        assert (found["state"], found["done"], found["rows"]) == ("running", 1, 2)
    assert exports.find(id)["state"] == "waiting"


def test_no_more_are_taken_than_can_be_made_soon(exports):
    for _ in range(MOST_UNDER_WAY):
        exports.ask(WantedExport(), "asha")
    with pytest.raises(TooManyExports):
        exports.ask(WantedExport(), "asha")


@pytest.mark.parametrize("id", ["../../service", "x" * 36, "01a20d6c-6b39-7a51-93fa-0c27d1f4b3a1"])
def test_an_id_that_is_no_exports_finds_nothing(exports, id):
    with pytest.raises(ExportUnknown):
        exports.find(id)
