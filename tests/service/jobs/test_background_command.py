"""Long work in a process of its own: one at a time, whoever asks, and none is left behind."""

import os

import pytest

from ledger.log.sqlite.writer import SqliteEventLog
from service.deployment.locks import is_held
from service.deployment.parts import PROJECTOR
from service.jobs.background_command import BackgroundCommands, HowFar, complaint_in, complaint_of, progress_in
from service.wiring.drivers import now
from tests.brokers import eventually

FOR_EVER = ["project"]


@pytest.fixture
def lock(tmp_path):
    return tmp_path / "work" / "lock"


@pytest.fixture
def background(world):
    made = BackgroundCommands(world.deployment.environ(os.environ))
    yield made
    made.close()


def test_a_command_runs_apart_and_its_output_is_kept(world, background, lock, tmp_path):
    world.track(user_id="u-1", city="Pune")
    world.settle()
    ended = []
    assert background.begin(lock, ["status", "--json"], out=tmp_path / "out", after=lambda: ended.append(True))
    eventually(lambda: ended, 60, "the command ends")
    assert b'"contacts": 1' in (tmp_path / "out").read_bytes()
    assert complaint_of(tmp_path / "out").read_bytes() == b""


def test_its_complaint_is_kept_too(background, lock, tmp_path):
    ended = []
    background.begin(lock, ["show", "nobody"], out=tmp_path / "out", after=lambda: ended.append(True))
    eventually(lambda: ended, 60, "the command ends")
    assert complaint_in(tmp_path / "out")


def test_how_far_a_command_is_is_told_by_its_last_whole_line(tmp_path):
    out = tmp_path / "out"
    assert (progress_in(out), complaint_in(out)) == (None, None)
    complaint_of(out).write_text(f"{HowFar(3, 9).line()}\nWarning: x\n{HowFar(7, 9).line()}\nprogress 8")
    assert progress_in(out) == HowFar(7, 9)
    assert complaint_in(out) is None


def test_a_verify_says_how_far_it_is(world, background, lock, tmp_path):
    world.track(user_id="u-1", city="Pune")
    world.settle()
    ended = []
    background.begin(lock, ["verify", "--json", "--progress"], out=tmp_path / "out", after=lambda: ended.append(True))
    eventually(lambda: ended, 60, "the command ends")
    assert progress_in(tmp_path / "out").of == 1


def test_while_it_runs_nobody_begins_another(world, background, lock):
    other = BackgroundCommands(world.deployment.environ(os.environ))
    begun = []
    assert background.begin(lock, FOR_EVER, before=lambda: begun.append("first"))
    assert not other.begin(lock, FOR_EVER, before=lambda: begun.append("second"))
    assert begun == ["first"]
    background.close()
    assert other.begin(lock, FOR_EVER)
    other.close()


def test_when_its_server_ends_it_ends(world, background, lock):
    SqliteEventLog(world.deployment.log_path, clock=now).close()
    background.begin(lock, FOR_EVER)
    eventually(lambda: is_held(PROJECTOR.lock(world.deployment.data)), 60, "the command is at work")
    background.close()
    assert not is_held(PROJECTOR.lock(world.deployment.data))
    assert not is_held(lock)
