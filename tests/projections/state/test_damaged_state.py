"""The state's file is made from the log: whatever is in it, the projector goes on, or folds it anew (R35, R37)."""

from contextlib import closing

import pytest

from ledger import sqlite
from ledger.log.sqlite.reading.reader import LogFile
from projections.projector.loop import run
from projections.projector.projector import Contradiction
from projections.state.digest import full_digest
from projections.state.sqlite.reader import reading
from service.wiring.ledger import ledger_status
from tests.examples import ASHA, GAVIN

DAMAGE = {
    "says nowhere how far it is": "DELETE FROM checkpoint",
    "has no contacts": "DELETE FROM contacts",
    "has no table of contacts": "DROP TABLE contacts",
    "has no table of imports": "DROP TABLE imports",
    "has no table of rows under way": "DROP TABLE open_rows",
    "does not say its layout": "PRAGMA user_version = 0",
    "has traits that are no JSON": "UPDATE contacts SET traits = '{'",
    "has traits that are no text": "UPDATE contacts SET traits = CAST(x'7b22ff' AS TEXT)",
    "has stamps of another form": "UPDATE contacts SET stamps = '[1]'",
    "has tags of another form": "UPDATE contacts SET tags = '[1]'",
}


@pytest.fixture
def damaged(world, request):
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA, city="Agra")
    world.settle()
    with closing(sqlite.connect(world.drivers.generations().current_path())) as state:
        state.execute(request.param)
    world.track(phone=GAVIN, city="Goa")
    world.send_signed("/imports/i1", "ImportStarted", "i1.started", {"import": "i1", "rows": 1})
    row = {"phone": ASHA, "match": "phone", "row": 1, "line": 2, "rowend": True, "traits": {"city": "Delhi"}}
    world.send_signed("/imports/i1", "UserTracked", "i1.000001.u", row)
    world.consume()
    return world


@pytest.mark.parametrize("damaged", DAMAGE.values(), ids=DAMAGE, indirect=True)
def test_a_state_whose_file_is_damaged_is_folded_anew(damaged):
    told = project(damaged)
    mended = digest(damaged)
    damaged.rebuild()
    assert mended == digest(damaged)
    assert all("folded anew" in str(fault) and "Pune" not in str(fault) for fault in told)


@pytest.mark.parametrize("damaged", DAMAGE.values(), ids=DAMAGE, indirect=True)
def test_what_reads_how_far_it_is_meanwhile_answers(damaged):
    assert ledger_status(damaged.deployment).now().position == 5


@pytest.mark.parametrize("damaged", ["UPDATE checkpoint SET position = 99"], indirect=True)
def test_one_that_contradicts_the_log_is_left_to_a_person(damaged):
    with pytest.raises(Contradiction):
        project(damaged)


def test_somebodys_copies_beside_the_states_are_let_be(world):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    folder = world.drivers.generations().folder
    for name in ("contacts-1 (copy).db", "contacts-old.db", "contacts-1.db.bak", "contacts-.db", "contacts-²²²²²²².db"):
        (folder / name).write_bytes((folder / "contacts-1.db").read_bytes())
    project(world)
    world.rebuild()
    assert world.drivers.generations().current_path().name == "contacts-2.db"
    assert (folder / "contacts-old.db").exists()


def project(world):
    """Be the projector until all is folded; gives the faults that it reported."""
    told, done = [], []
    generations = world.drivers.generations()
    run(
        LogFile(world.deployment.log_path), generations, lambda _: len(done) > 2, told.append, lambda: done.append(True)
    )
    return told


def digest(world):
    with reading(world.drivers.generations().current_path()) as state:
        assert state.checkpoint().position == 5
        return full_digest(state)
