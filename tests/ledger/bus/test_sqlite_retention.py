"""What the SQLite bus cuts from its start, and when."""

from contextlib import closing

from ledger.bus.port import Message
from ledger.bus.sqlite import SqliteBus
from ledger.bus.sqlite.file import bounds, cut, open_file
from ledger.bus.sqlite.reader import CUT_INTERVAL

HOUR = 3600 * 1_000_000


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
    clock[0] += CUT_INTERVAL
    reader.poll(2, 0)
    assert reader.ranges() == {0: (4, 4)}


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
