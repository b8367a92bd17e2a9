"""The disk of the data folder is full: told plainly, healed by making space, and nothing acknowledged is lost."""

import os
import re
import signal
import subprocess
from contextlib import suppress

import pytest

from tests.conftest import missing
from tests.crash.callers import Callers, assert_acknowledged_once, assert_refused_well
from tests.crash.evidence import assert_state_is_right, message_ids, taken
from tests.shipped import ROOT, Served, Shipped, eventually

DISK = 40 * 2**20
SPARE = 16 * 2**20
"""Bytes of the disk, and of the file on it that is removed to make space."""


@pytest.fixture
def shipped(tmp_path):
    """A deployment whose data folder is a small disk, with a file on it that could go."""
    made = Shipped(tmp_path)
    made.data.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "contacts-test", str(made.data)], capture_output=True, text=True
    )
    if mounted.returncode:
        missing(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        (made.data / "spare").write_bytes(bytes(SPARE))
        yield made
    finally:
        made.stop_all()
        subprocess.run(["umount", "--lazy", str(made.data)], check=True)
        print(made.told())  # noqa: T201


@pytest.fixture
def served(shipped):
    made = Served(shipped)
    yield made
    made.close()


def test_calls_are_refused_while_it_is_full_and_taken_again_when_there_is_space(served):
    with Callers(served, padding="x" * 30_000) as callers:
        eventually(lambda: callers.count(503) >= 10, "calls are refused")
        assert served.http.get("/healthz").status_code == 200
        for command in (
            ("track", "--phone", "+919967536783", "--trait", f"long={'x' * 30_000}"),
            ("import", str(ROOT / "samples" / "contacts.csv")),
        ):
            told = served.shipped.run(*command, code=1)
            assert re.fullmatch(r"((reading|scanning) the file\n)*Error: [^\n]+\n", told), told
        (served.shipped.data / "spare").unlink()
        before = callers.count(202)
        eventually(lambda: callers.count(202) >= before + 20, "calls are taken again")
    assert_refused_well(callers.answers)
    assert_all_is_right(served, callers)


def test_parts_that_are_started_while_it_is_full_work_when_there_is_space(served):
    with Callers(served, padding="x" * 30_000) as callers:
        eventually(lambda: callers.count(503) >= 10, "calls are refused")
        before = troubles(served)
        for part in ("consume", "project", "api"):
            os.kill(served.child(part), signal.SIGKILL)
        eventually(lambda: troubles(served) >= before + 2, "consumer and projector start, and find the disk full")
        (served.shipped.data / "spare").unlink()
        before = callers.count(202)
        eventually(lambda: callers.count(202) >= before + 20, "calls are taken again")
    assert_all_is_right(served, callers)


def test_consumer_and_projector_that_find_no_space_for_their_first_files_make_them_later(shipped):
    shipped.run("track", "--phone", "+919967536783", "--tag", "vip")
    fill(shipped.data / "filler")
    parts = {part: shipped.start(part) for part in ("consume", "project")}
    eventually(lambda: "full" in parts["consume"].text(), "the consumer finds the disk full")
    (shipped.data / "filler").unlink()
    shipped.settle()
    assert [part.exit_code() for part in parts.values()] == [None, None]
    assert_state_is_right(shipped, taken(shipped.data))


def fill(path):
    """Leave not a byte on the disk."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    assert os.statvfs(path).f_bfree == 0


def troubles(served):
    """How often a part said that it could not work and will try again."""
    return len(re.findall(r"will be tried again|exit_code=\d+", served.process.text()))


def assert_all_is_right(served, callers):
    served.shipped.settle()
    assert served.process.exit_code() is None
    entries = taken(served.shipped.data)
    assert_acknowledged_once(callers.acknowledged(), message_ids(entries))
    assert_state_is_right(served.shipped, entries)
