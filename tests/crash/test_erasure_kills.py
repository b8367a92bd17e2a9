"""An erasure that is killed at any moment is finished, or was never given: nothing is left half erased (R31)."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from service.deployment.tables.bulk_erasure_table import BulkErasureTable
from service.wiring.drivers import now
from service.wiring.erasing import erasing
from service.wiring.ledger import verification
from tests.examples import ASHA, GAVIN
from tests.service.jobs.erasing.bulk import traces
from tests.world import World

NEEDLES = (GAVIN[3:].encode(), b"Zyxwvutsr", b"gavin-user-7731")


def left(folder):
    """The files that hold something of the person."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in files if any(needle in path.read_bytes() for needle in NEEDLES)}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seconds", [0.3, 0.5, 0.7, 0.9, 1.2, 1.6])
def test_an_erasure_that_is_killed_is_finished_or_was_never_given(tmp_path, seconds):
    with closing(World(tmp_path / "data")) as world:
        for number in range(200):
            world.track(user_id=f"other-{number}", name=f"Somebody {number}")
        world.track(phone=GAVIN, user_id="gavin-user-7731", name="Zyxwvutsr")
        world.track(phone=ASHA, name="Asha")
        world.settle()
        command = [sys.executable, "-m", "service", "erase", GAVIN, "--yes", "--reason", "asked to be forgotten"]
        environ = os.environ | {"CONTACTS_DATA": str(world.folder), "CONTACTS_BUS": ""}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, env=environ, start_new_session=True, **quiet)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with the consumer and the projector that it started
            process.wait()
        world.settle()
        with erasing(world.deployment, "/cli") as work:
            with world.drivers.log_reader() as log:
                was_given = bool(work.table.pending() or log.erasures(10**6))
            late = replace(work, clock=lambda: now() + 61_000_000)  # an order that never came to the bus is given again
            late.go_on()
            world.settle()
            late.go_on()
            assert work.table.pending() == []
        assert (left(world.folder) == set()) is was_given
        assert len(world.contacts()) == (201 if was_given else 202)
        assert verification(world.deployment).run().faults == ()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seconds", [0.6, 1.0, 1.5, 2.2])
def test_an_erasure_of_many_that_is_killed_is_gone_on_with_by_the_same_command(tmp_path, seconds):
    with closing(World(tmp_path / "data")) as world:
        for number in range(60):
            world.track(user_id=f"other-{number}", city="Pune")
            world.track(user_id=f"gone-{number}-zyx", city="Zyxwvutsr")
        world.settle()
        command = [sys.executable, "-m", "service", "erase", "--where", "city=Zyxwvutsr", "--yes", "--reason", "ended"]
        environ = os.environ | {"CONTACTS_DATA": str(world.folder), "CONTACTS_BUS": ""}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environ}
        process = subprocess.Popen(command, start_new_session=True, **quiet)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode:
            assert subprocess.run(command, check=False, **quiet).returncode == 0
        world.settle()
        with closing(world.drivers.store()) as store:
            bulk = BulkErasureTable(store)
            asked_only = [*bulk.in_state("counting"), *bulk.in_state("counted")]  # which keep their filter for a day
        assert traces(world, "-zyx") == set()
        assert traces(world, "Zyxwvutsr") <= ({"service.db", "service.db-wal"} if asked_only else set())
        assert len(world.contacts()) == 60
        assert verification(world.deployment).run().faults == ()
