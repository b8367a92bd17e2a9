"""A bus file of the earlier layout, with a row for each message, goes on."""

from contextlib import closing

from ledger import sqlite
from ledger.bus.port import Message
from ledger.bus.sqlite import SqliteBus

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
