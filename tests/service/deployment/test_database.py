import multiprocessing
import stat

import pytest

from ledger.storage import StorageFault
from service.deployment.tables.audit_trail import Act, AuditTable, record
from service.deployment.tables.database import open_store


def _open_when_all_are_ready(path, barrier, answers):
    barrier.wait(20)
    tables = open_store(path).execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    answers.put({name for (name,) in tables})


def test_processes_that_start_together_make_one_store(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    barrier, answers = spawn.Barrier(4), spawn.Queue()
    processes = [
        spawn.Process(target=_open_when_all_are_ready, args=(tmp_path / "service.db", barrier, answers))
        for _ in range(4)
    ]
    for process in processes:
        process.start()
    for _ in processes:
        assert {"keys", "audit"} <= answers.get(timeout=30)
    for process in processes:
        process.join(30)


def test_the_store_is_private(tmp_path):
    open_store(tmp_path / "service.db")
    assert stat.S_IMODE((tmp_path / "service.db").stat().st_mode) == 0o600


def test_acts_are_told_oldest_first(tmp_path):
    store = open_store(tmp_path / "service.db")
    for at in (1, 2, 3):
        record(store, Act(at, "cli:root", "key created", {"key": "k"}))
    assert [kept.act.at for kept in AuditTable(store).newest(2)] == [3, 2]


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_audit_table_only_grows(tmp_path, statement):
    store = open_store(tmp_path / "service.db")
    record(store, Act(1, "cli:root", "key created", {}))
    with pytest.raises(StorageFault, match="only grows"):
        store.execute(statement)
