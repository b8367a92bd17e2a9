"""The audit table is chained: a line that somebody changed or removed is found, by a saved head also a new chain."""

import threading
from contextlib import closing, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.sqlite import connect, transaction
from service.deployment.tables.audit_chain import GENESIS, AuditHead, AuditLine, audit_faults, line_hash
from service.deployment.tables.audit_trail import Act, audit_head, record
from service.deployment.tables.database import open_store
from service.deployment.tables.store_checks import kept_audit
from service.wiring.ledger import ledger_status, verification
from tests.examples import GAVIN

ACTS = st.lists(st.tuples(st.integers(0, 2**50), st.text(max_size=5), st.text(max_size=5)), min_size=2, max_size=8)


def chained(acts):
    lines, previous = [], GENESIS
    for number, (at, who, what) in enumerate(acts, 1):
        previous = line_hash(previous, number, at, who, what, "{}")
        lines.append(AuditLine(number, at, who, what, "{}", previous))
    return lines


@given(ACTS)
def test_lines_that_were_written_one_after_the_other_are_sound(acts):
    assert list(audit_faults(chained(acts), len(acts))) == []


@given(ACTS, st.data())
def test_a_line_that_is_changed_removed_or_moved_is_found(acts, data):
    lines = chained(acts)
    place = data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(st.sampled_from(["who", "at", "detail", "removed", "hash"]))
    if how == "removed":
        del lines[place]
    elif how == "hash":
        lines[place] = lines[place]._replace(hash=bytes(32))
    else:
        changed = {"who": lines[place].who + "x", "at": lines[place].at + 1, "detail": "{ }"}[how]
        lines[place] = lines[place]._replace(**{how: changed})
    assert list(audit_faults(lines, len(acts)))


@given(ACTS, st.data())
def test_a_chain_that_was_made_anew_is_found_by_a_head_that_was_saved(acts, data):
    lines = chained(acts)
    saved = AuditHead(len(lines), lines[-1].hash)
    place = data.draw(st.integers(0, len(acts) - 1))
    forged = chained([(at + (n == place), who, what) for n, (at, who, what) in enumerate(acts)])
    assert list(audit_faults(forged, len(acts))) == []
    assert list(audit_faults(forged, len(acts), saved)) == [
        f"audit: it is not the one whose head was saved, at line {len(acts)}"
    ]
    assert list(audit_faults([*lines, *chained([*acts, (1, "", "")])[-1:]], len(acts) + 1, saved)) == []


def test_lines_that_several_write_at_the_same_time_are_one_chain(tmp_path):
    path = tmp_path / "service.db"
    open_store(path).close()

    def write(name):
        with closing(open_store(path)) as store:
            for at in range(30):
                if at % 2:
                    with transaction(store):
                        record(store, Act(at, name, "denied", {}))
                else:
                    record(store, Act(at, name, "denied", {}))

    threads = [threading.Thread(target=write, args=[name]) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines, last = kept_audit(path)
    assert (len(lines), last, list(audit_faults(lines, last))) == (90, 90, [])


def test_a_line_that_is_rolled_back_leaves_no_gap(tmp_path):
    with closing(open_store(tmp_path / "service.db")) as store:
        record(store, Act(1, "asha", "denied", {}))
        with suppress(InterruptedError), transaction(store):
            record(store, Act(2, "asha", "denied", {}))
            raise InterruptedError
        record(store, Act(3, "asha", "denied", {}))
        assert audit_head(store).lines == 2
    assert list(audit_faults(*kept_audit(tmp_path / "service.db"))) == []


@pytest.fixture
def told(world):
    """A ledger with three lines in its audit table, which `verify` finds sound."""
    world.track(phone=GAVIN)
    world.settle()
    with closing(world.drivers.store()) as store:
        for at in (1, 2, 3):
            record(store, Act(at, "asha", "denied", {"n": at}))
    assert verification(world.deployment).run().ok
    return world


def tamper(world, statement):
    with closing(connect(world.deployment.service_path)) as store:
        guards = store.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'")
        for name, _ in (rows := guards.fetchall()):
            store.execute(f"DROP TRIGGER {name}")
        store.execute(statement)
        for _, declared in rows:
            store.execute(declared)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE id = 2", "line 2 was changed"),
        ("DELETE FROM audit WHERE id = 1", "the lines between 0 and 2 were removed"),
        ("DELETE FROM audit WHERE id = 2", "the lines between 1 and 3 were removed"),
        ("DELETE FROM audit WHERE id = 3", "its last lines were removed: it ends at line 2, and had 3"),
        ("DELETE FROM audit", "its last lines were removed: it ends at line 0, and had 3"),
    ],
)
def test_verify_names_the_line_that_was_changed_or_removed(told, statement, said):
    tamper(told, statement)
    (fault,) = verification(told.deployment).run().faults
    assert said in fault.fault


def test_lines_that_come_after_others_were_removed_hide_nothing(told):
    tamper(told, "DELETE FROM audit WHERE id = 3")
    with closing(told.drivers.store()) as store:
        record(store, Act(4, "asha", "denied", {}))
    (fault,) = verification(told.deployment).run().faults
    assert "the lines between 2 and 4 were removed" in fault.fault


def test_the_signed_head_has_the_trails_and_verify_goes_through_it(told):
    trail = ledger_status(told.deployment).signed_head()["trail"]
    saved = AuditHead(trail["lines"], bytes.fromhex(trail["hash"]))
    assert trail["signature"] == told.drivers.signer().of_trail(*saved)
    assert verification(told.deployment).run(saved_trail=saved).ok
    tamper(told, "DELETE FROM audit")
    tamper(told, "DELETE FROM sqlite_sequence WHERE name = 'audit'")
    assert verification(told.deployment).run().ok  # nothing in the file says that there was anything
    assert not verification(told.deployment).run(saved_trail=saved).ok


def test_a_table_of_an_earlier_version_is_chained_as_it_is(tmp_path):
    path = tmp_path / "service.db"
    with closing(open_store(path)) as store:
        for name in ("audit_keeps_update", "audit_keeps_delete"):
            store.execute(f"DROP TRIGGER {name}")
        store.execute("DROP TABLE audit")
        store.execute(
            "CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL,"
            " what TEXT NOT NULL, detail TEXT NOT NULL) STRICT"
        )
        for verb in ("update", "delete"):
            store.execute(
                f"CREATE TRIGGER audit_keeps_{verb} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT, ''); END"
            )
        for at in (1, 2):
            store.execute("INSERT INTO audit (at, who, what, detail) VALUES (?, 'asha', 'denied', '{}')", (at,))
        store.execute("DELETE FROM _sqlite_migrations WHERE name = 'audit_that_is_chained'")
    assert kept_audit(path) == ([], 0)
    with closing(open_store(path)) as store:
        record(store, Act(3, "asha", "denied", {}))
    lines, last = kept_audit(path)
    assert ([line.at for line in lines], last, list(audit_faults(lines, last))) == ([1, 2, 3], 3, [])
