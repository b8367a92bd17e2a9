"""What only the SQLite bus does; what every bus does is in tests/contracts/."""

import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import sqlite
from ledger.bus.port import Damaged, Message, Replaced, Unavailable, Unusable
from ledger.bus.sqlite import SqliteBus
from ledger.bus.sqlite.file import bounds, cut, open_file

HOUR = 3600 * 1_000_000


def test_a_message_is_stamped_with_the_clock_at_its_publish(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: 17)
    bus.publisher().publish([Message(b"k", b"v")])
    reader = bus.reader()
    reader.seek({})
    assert [(record.time, record.key, record.value) for record in reader.poll(10, 1)] == [(17, b"k", b"v")]


def test_the_stamps_never_go_backwards_even_when_the_clock_does(tmp_path):
    clock = iter([50, 20, 70]).__next__
    bus = SqliteBus(tmp_path / "bus.db", clock=clock)
    publisher = bus.publisher()
    for value in (b"1", b"2", b"3"):
        publisher.publish([Message(None, value)])
    reader = SqliteBus(tmp_path / "bus.db").reader()
    reader.seek({})
    assert [record.time for record in reader.poll(10, 1)] == [50, 50, 70]


YEAR = 366 * 24 * HOUR
BEGIN = 1_700_000_000_000_000


@pytest.fixture
def clock():
    return [BEGIN]


@pytest.fixture
def bus(tmp_path, clock):
    made = SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0])
    with closing(made.publisher()) as publisher:
        publisher.publish([Message(None, b"before")])
    return made


def stamps(bus):
    with closing(bus.reader()) as reader:
        reader.seek({})
        return [record.time for record in reader.poll(1_000, 1)]


def test_a_clock_more_than_366_days_past_the_last_message_stamps_nothing(bus, clock):
    """R4: what is stamped too late pins all later stamps."""
    publisher = bus.publisher()
    clock[0] = BEGIN + YEAR + 1
    for act in (lambda: publisher.publish([Message(None, b"too late")]), bus.check):
        with pytest.raises(Unavailable, match=r"2024-11-14T22:13:20\.000001Z, more than 366 days .*--accept-clock"):
            act()
    clock[0] = BEGIN + 5
    bus.check()
    publisher.publish([Message(None, b"after")])
    publisher.close()
    assert stamps(bus) == [BEGIN, BEGIN + 5]


def test_a_bus_that_rested_for_a_year_goes_on_without_a_question(bus, clock):
    clock[0] = BEGIN + YEAR
    with closing(bus.publisher()) as publisher:
        publisher.publish([Message(None, b"after")])
    assert stamps(bus) == [BEGIN, BEGIN + YEAR]


def test_a_clock_that_somebody_accepts_is_right_from_then_on_for_every_publisher(bus, clock, tmp_path):
    clock[0] = BEGIN + 10 * YEAR
    publisher = bus.publisher()
    bus.accept_clock()
    bus.check()
    publisher.publish([Message(None, b"after")])
    clock[0] += 1
    SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0]).publisher().publish([Message(None, b"later")])
    publisher.close()
    assert stamps(bus) == [BEGIN, BEGIN + 10 * YEAR, BEGIN + 10 * YEAR + 1]


def test_of_a_long_publish_nothing_is_stamped_by_a_clock_that_is_refused(bus, clock):
    clock[0] = BEGIN + 2 * YEAR
    with closing(bus.publisher()) as publisher, pytest.raises(Unavailable, match="366 days"):
        publisher.publish([Message(None, b"%d" % number) for number in range(2_000)])
    assert stamps(bus) == [BEGIN]


def test_messages_past_the_retention_are_cut_when_the_reader_is_idle(tmp_path):
    clock = [0]
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0], retention=HOUR)
    publisher = bus.publisher()
    for _ in range(120):
        publisher.publish([Message(None, b"old")] * 10)
    clock[0] = HOUR
    publisher.publish([Message(None, b"new")])
    reader = bus.reader()
    reader.seek({})
    assert len(reader.poll(5000, 1)) == 1201
    reader.mark({0: 1202})
    clock[0] += 1
    for _ in range(4):
        reader.poll(1, 0)
    assert reader.ranges() == {0: (1201, 1202)}


def test_one_cut_takes_no_more_than_lets_a_publisher_go_on_soon(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: 0, retention=0)
    publisher = bus.publisher()
    for size in (400, 200, 500):
        publisher.publish([Message(None, b"old")] * size)
    publisher.publish([Message(None, b"x" * 1_000_000)] * 2)
    firsts = []
    with closing(open_file(tmp_path / "bus.db")) as connection:
        while cut(connection, 1, 10_000):
            firsts.append(bounds(connection)[0])
    assert firsts == [401, 601, 1101, 1102]
    assert bus.reader().ranges() == {0: (1103, 1103)}


def test_a_message_that_the_log_has_not_taken_is_never_cut(tmp_path):
    clock = [0]
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0], retention=HOUR)
    publisher = bus.publisher()
    for _ in range(3):
        publisher.publish([Message(None, b"old")])
    clock[0] = 2 * HOUR
    reader = bus.reader()
    reader.seek({})
    reader.poll(3, 0)
    reader.mark({0: 3})
    reader.poll(3, 0)
    assert reader.ranges() == {0: (3, 4)}


def test_messages_that_were_published_together_stay_until_the_log_has_the_last_of_them(tmp_path):
    clock = [0]
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0], retention=HOUR)
    bus.publisher().publish([Message(None, b"old")] * 3)
    clock[0] = 2 * HOUR
    reader = bus.reader()
    reader.seek({})
    reader.mark({0: 3})
    reader.seek({0: 4})
    reader.poll(2, 0)
    assert reader.ranges() == {0: (1, 4)}
    reader.mark({0: 4})
    reader._next_cut = 0
    reader.poll(2, 0)
    assert reader.ranges() == {0: (4, 4)}


@given(
    sizes=st.lists(st.integers(0, 1_500_000), min_size=1, max_size=8),
    steps=st.lists(st.integers(1, 4), min_size=8, max_size=8),
    since=st.integers(1, 8),
)
@settings(max_examples=40, deadline=None)
def test_however_messages_were_published_and_are_read_they_come_in_order_each_once(sizes, steps, since):
    sent = [Message(b"k%d" % size, bytes([place]) * min(size, 1_000_000)) for place, size in enumerate(sizes)]
    with tempfile.TemporaryDirectory() as folder:
        bus = SqliteBus(Path(folder) / "bus.db")
        publisher, rest = bus.publisher(), sent
        for step in steps:
            publisher.publish(rest[:step])
            rest = rest[step:]
        reader = bus.reader()
        first = min(since, len(sent))
        reader.seek({0: first})
        read = [record for step in steps for record in reader.poll(step, 0)]
        publisher.close()
        reader.close()
    assert [record.offset for record in read] == list(range(first, len(sent) + 1))
    assert [(record.key, record.value) for record in read] == [(one.key, one.value) for one in sent[first - 1 :]]


def test_offsets_and_stamps_go_on_after_every_message_was_cut(tmp_path):
    clock = [5 * HOUR]
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: clock[0], retention=HOUR)
    publisher = bus.publisher()
    publisher.publish([Message(None, b"old")])
    reader = bus.reader()
    reader.seek({})
    reader.poll(1, 0)
    reader.mark({0: 2})
    clock[0] = 7 * HOUR
    reader.poll(1, 0)
    clock[0] = 1 * HOUR
    publisher.publish([Message(None, b"next")])
    assert [(record.offset, record.time) for record in reader.poll(1, 1)] == [(2, 5 * HOUR)]


def test_a_call_that_finds_the_file_locked_gives_up_at_its_deadline_and_publishes_nothing(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db")
    publisher, reader = bus.publisher(), bus.reader()
    other = sqlite.connect(tmp_path / "bus.db")
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(Unavailable):
        publisher.publish([Message(None, b"v")], timeout=0.3)
    assert time.monotonic() - began < 1
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


EARLIER = """
CREATE TABLE stream (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, time INTEGER NOT NULL);
CREATE TABLE message (
    offset INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, key BLOB, value BLOB, headers TEXT
);
INSERT INTO stream VALUES (1, 'the stream', 5);
INSERT INTO message (time, key, value, headers) VALUES
    (10, x'6b', x'31', NULL), (20, x'6b', x'32', NULL),
    (20, NULL, x'33', '[["ce_id","aWQ="]]'), (20, NULL, x'34', NULL);
DELETE FROM message WHERE offset = 1;
"""


def test_a_file_with_a_row_for_each_message_is_gathered_into_batches_and_goes_on(tmp_path):
    with closing(sqlite.driver.connect(tmp_path / "bus.db")) as earlier:
        earlier.executescript(EARLIER)
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: 15)
    bus.publisher().publish([Message(None, b"5")])
    reader = bus.reader()
    assert (reader.bus_id, reader.ranges()) == ("the stream", {0: (2, 6)})
    reader.seek({})
    read = [(one.offset, one.time, one.key, one.value, one.headers) for one in reader.poll(10, 0)]
    assert read == [
        (2, 20, b"k", b"2", ()),
        (3, 20, None, b"3", (("ce_id", b"id"),)),
        (4, 20, None, b"4", ()),
        (5, 20, None, b"5", ()),
    ]


def test_a_file_of_the_earlier_layout_from_which_all_was_cut_gives_no_offset_twice(tmp_path):
    with closing(sqlite.driver.connect(tmp_path / "bus.db")) as earlier:
        earlier.executescript(f"{EARLIER} DELETE FROM message;")
    bus = SqliteBus(tmp_path / "bus.db", clock=lambda: 3)
    bus.publisher().publish([Message(None, b"5")])
    reader = bus.reader()
    reader.seek({})
    assert [(one.offset, one.time) for one in reader.poll(10, 0)] == [(5, 5)]


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


@pytest.mark.parametrize(
    "content",
    [b"", b"\xc1 no MessagePack", b"\x90", b"\x91\x01", b"\x91\x93\xa1k\xc4\x01v\x91\x92\xa1\xff\xc4\x00", "text", 7],
)
def test_a_batch_that_is_not_what_was_written_is_told_with_its_offsets(tmp_path, content):
    publisher = SqliteBus(tmp_path / "bus.db").publisher()
    for values in ([b"1", b"2"], [b"3", b"4"], [b"5"]):
        publisher.publish([Message(None, value) for value in values])
    with closing(sqlite.connect(tmp_path / "bus.db")) as file:
        file.execute("UPDATE batches SET messages = ? WHERE first = 3", [content])
    reader = SqliteBus(tmp_path / "bus.db").reader()
    reader.seek({})
    assert [record.value for record in reader.poll(10, 1)] == [b"1", b"2"]
    with pytest.raises(Damaged) as raised:
        reader.poll(10, 1)
    assert (raised.value.offset, raised.value.resume) == (3, 5)
    reader.seek({0: raised.value.resume})
    assert [record.value for record in reader.poll(10, 1)] == [b"5"]


def test_only_the_owner_may_read_the_file(tmp_path):
    SqliteBus(tmp_path / "bus.db").publisher().publish([Message(None, b"v")])
    assert (tmp_path / "bus.db").stat().st_mode & 0o077 == 0


def test_poll_stops_early_when_the_messages_are_big(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db")
    bus.publisher().publish([Message(None, b"x" * 1_000_000)] * 200, timeout=60)
    reader = bus.reader()
    reader.seek({})
    assert 32 <= len(reader.poll(200, 1)) < 200
