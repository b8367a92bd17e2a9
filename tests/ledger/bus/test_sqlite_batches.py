"""How the SQLite bus keeps and gives batches."""

import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import sqlite
from ledger.bus.port import Damaged, Message
from ledger.bus.sqlite import SqliteBus


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


def test_poll_stops_early_when_the_messages_are_big(tmp_path):
    bus = SqliteBus(tmp_path / "bus.db")
    bus.publisher().publish([Message(None, b"x" * 1_000_000)] * 200, timeout=60)
    reader = bus.reader()
    reader.seek({})
    assert 32 <= len(reader.poll(200, 1)) < 200
