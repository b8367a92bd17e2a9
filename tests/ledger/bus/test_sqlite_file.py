"""The file of the SQLite bus: who may open it, and what happens when it is locked, full, replaced or damaged."""

import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from ledger import sqlite
from ledger.bus.port import Message, Replaced, Unavailable, Unusable
from ledger.bus.sqlite import SqliteBus


def test_a_call_that_finds_the_file_locked_gives_up_at_its_deadline_and_publishes_nothing(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db")
    publisher, reader = bus.publisher(), bus.reader()
    other = sqlite.connect(tmp_path / "bus.db")
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(Unavailable):
        publisher.publish([Message(None, b"v")], timeout=0.3)
    assert time.monotonic() - began < 5
    other.execute("ROLLBACK")
    publisher.publish([Message(None, b"later")])
    reader.seek({})
    assert [record.value for record in reader.poll(10, 1)] == [b"later"]


def test_a_call_waits_for_a_lock_that_is_let_go_in_time(tmp_path):
    publisher = SqliteBus(tmp_path / "bus.db").publisher()
    publisher.publish([Message(None, b"v")])
    other = sqlite.connect(tmp_path / "bus.db")
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.execute, ["ROLLBACK"]).start()
    publisher.publish([Message(None, b"w")])


FULL_DISK = """
import resource, sys
from pathlib import Path
from ledger.bus.port import Message, NotConfirmed, Unavailable
from ledger.bus.sqlite import SqliteBus
from ledger.bus.sqlite.file import bounds, cut, open_file
bus = SqliteBus(Path(sys.argv[1]))
publisher = bus.publisher()
publisher.publish([Message(None, b"x" * 1000)])
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
confirmed, faults = 1, 0
while faults < 3:
    try:
        publisher.publish([Message(None, b"x" * 1000)] * 10)
        confirmed += 10
    except (Unavailable, NotConfirmed):
        faults += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
publisher.publish([Message(None, b"after")])
reader = bus.reader()
reader.seek({})
first, following = reader.ranges()[0]
print(confirmed, following - first)
"""


def test_a_file_that_cannot_grow_is_an_error_and_space_made_lets_it_go_on(tmp_path):
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "bus.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    confirmed, kept = map(int, done.stdout.split())
    assert confirmed > 50
    assert kept >= confirmed + 1


def test_a_publisher_whose_file_was_replaced_goes_on_in_the_new_one(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db")
    publisher = bus.publisher()
    publisher.publish([Message(None, b"old")])
    for part in ("", "-wal", "-shm"):
        (tmp_path / f"bus.db{part}").unlink()
    publisher.publish([Message(None, b"new")])
    reader = bus.reader()
    reader.seek({})
    assert [record.value for record in reader.poll(10, 1)] == [b"new"]


def test_a_reader_whose_file_was_replaced_says_so(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db")
    reader = bus.reader()
    reader.seek({})
    for part in ("", "-wal", "-shm"):
        (tmp_path / f"bus.db{part}").unlink()
    bus.publisher().publish([Message(None, b"new")])
    with pytest.raises(Replaced):
        reader.poll(1, 5)


def test_many_processes_may_open_a_new_file_at_once(tmp_path):
    code = (
        "import sys; from ledger.bus.open import open_bus; from ledger.bus.port import Message;"
        "bus = open_bus(sys.argv[1]); bus.publisher().publish([Message(None, b'v')]); print(bus.reader().bus_id)"
    )
    command = [sys.executable, "-c", code, f"sqlite:{tmp_path / 'bus.db'}"]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    assert len({child.communicate(timeout=60)[0] for child in children}) == 1
    assert SqliteBus(tmp_path / "bus.db").reader().ranges() == {0: (1, 7)}


def test_a_file_that_is_no_database_is_unusable(tmp_path):
    (tmp_path / "bus.db").write_bytes(b"something else entirely" * 100)
    with pytest.raises(Unusable):
        SqliteBus(tmp_path / "bus.db").reader()


def test_only_the_owner_may_read_the_file(tmp_path):
    SqliteBus(tmp_path / "bus.db").publisher().publish([Message(None, b"v")])
    assert (tmp_path / "bus.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", [lambda content: b"x" * len(content), lambda content: content[: len(content) // 2]])
def test_a_damaged_bus_file_is_named_with_what_mends_it(tmp_path, damage):
    path = tmp_path / "bus.db"
    with closing(SqliteBus(path).publisher()) as publisher:
        publisher.publish([Message(None, b"m" * 1000)] * 50)
    path.write_bytes(damage(path.read_bytes()))
    told = rf"{path} cannot be read: .*restore the data folder from a backup.*--accept-bus"
    with closing(SqliteBus(path).publisher()) as publisher, pytest.raises(Unusable, match=told):
        publisher.publish([Message(None, b"m")])
