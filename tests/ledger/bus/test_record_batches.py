"""Whatever bytes a publisher puts into a batch, each record of it is read; what a broker's disk damaged is named."""

import os
import random
import re
import uuid
from importlib.metadata import version

import pytest

from ledger.bus.kafka.record_batches import MOST_BYTES, VERSION
from ledger.bus.open import open_bus
from ledger.bus.port import Damaged
from tests.brokers import JavaBroker, missing
from tests.contracts.reading import read, values
from tests.kafka.raw_batches import PACKED, batch, flip, record, send

pytestmark = pytest.mark.timeout(120)

ODD = [(b"\xff\xfe", b"v"), (b"", None), (b"ok", b"\xff")]


def test_the_library_is_the_one_whose_insides_are_known():
    """A newer one needs a look at `ledger/bus/kafka/record_batches.py` first."""
    assert version("kafka-python") == VERSION


class Topic:
    """A topic of its own, published to with raw bytes."""

    def __init__(self, broker):
        self.name = f"raw-{uuid.uuid4().hex[:12]}"
        self.broker = broker
        self.reader = open_bus(f"kafka://{broker.bootstrap}/{self.name}").reader()
        self.reader.seek({})

    def send(self, *batches):
        return send(self.broker.bootstrap, self.name, batches)


@pytest.fixture
def topic(kafka_broker):
    made = Topic(kafka_broker)
    yield made
    made.reader.close()


@pytest.mark.kafka
@pytest.mark.parametrize("codec", PACKED, ids={0: "plain", 1: "gzip", 3: "lz4", 4: "zstd"}.get)
def test_records_with_a_header_name_that_is_not_utf8_are_given_whole_and_so_are_those_around_them(topic, codec):
    for bad in ([0], [2], [4], [0, 1, 2, 3, 4]):
        told = [record(n, b"\xff\x00", b"%d" % n, ODD if n in bad else ODD[1:]) for n in range(5)]
        assert topic.send(batch(told, codec=codec)) == [0]
        records = read(topic.reader, 5, limit=2)
        assert values(records) == [b"0", b"1", b"2", b"3", b"4"]
        assert {one.key for one in records} == {b"\xff\x00"}
        assert [n for n, one in enumerate(records) if one.fault] == bad
        first = records[bad[0]]
        assert first.headers == (("\\xff\\xfe", b"v"), ("", b""), ("ok", b"\xff"))
        assert "header name '\\xff\\xfe' is not UTF-8" in first.fault
    offsets = [one.offset for one in read_again(topic.reader, 20)]
    assert offsets == list(range(20))


def read_again(reader, count):
    reader.seek({})
    return read(reader, count)


@pytest.mark.kafka
def test_a_record_whose_unused_bits_are_set_is_a_record_like_any_other(topic):
    assert topic.send(batch([record(0, None, b"odd", ODD[1:], attributes=0xFF), record(1, None, b"next")])) == [0]
    assert [(one.value, one.fault) for one in read(topic.reader, 2)] == [(b"odd", None), (b"next", None)]


@pytest.mark.kafka
@pytest.mark.parametrize("codec", [1, 3, 4], ids=["gzip", "lz4", "zstd"])
def test_a_batch_that_unpacks_to_gigabytes_is_one_record_that_names_its_offsets(topic, codec):
    bomb = batch([record(0, None, b"small"), record(1, None, bytes(2 * MOST_BYTES))], codec=codec)
    assert topic.send(bomb, batch([record(0, None, b"after")])) == [0, 0]
    whole, after = read(topic.reader, 2)
    assert "from offset 0 to 1 unpacks to more than" in whole.fault
    assert (after.offset, after.value, after.fault) == (2, b"after", None)
    assert topic.reader.following() == {0: 3}


ROUNDS = 5_000 if os.environ.get("CONTACTS_TEST_FULL") == "1" else 300


def mutated(chance):
    """A batch of which some bytes are others than a library would write, under a right checksum."""
    records = [
        bytearray(record(n, chance.choice([None, b"", b"k"]), chance.choice([None, b"", b"v" * 20]), ODD[n % 3 :]))
        for n in range(chance.randint(1, 4))
    ]
    for _ in range(chance.randint(0, 2)):
        one = chance.choice(records)
        one[chance.randrange(len(one))] = chance.randrange(256)
    return batch([bytes(one) for one in records], codec=chance.choice(list(PACKED)))


@pytest.mark.kafka
def test_whatever_bytes_the_brokers_take_are_read_to_the_last_offset(topic):
    chance = random.Random(10)
    codes = topic.send(*(mutated(chance) for _ in range(ROUNDS)))
    assert codes.count(0) > ROUNDS / 5
    assert topic.send(batch([record(0, None, b"the last")])) == [0]
    (first, following) = topic.reader.ranges()[0]
    records = []
    while topic.reader.following() != {0: following}:
        records += topic.reader.poll(1_000, 5.0)
    assert {one.offset for one in records} | skipped(records) == set(range(first, following))
    assert len({one.offset for one in records}) == len(records)
    assert records[-1].value == b"the last"
    assert sum(one.fault is not None for one in records) > ROUNDS / 20


def skipped(records):
    """The offsets that a record names because it stands for them too."""
    told = (re.search(r"from offset (\d+) to (\d+) ", one.fault) for one in records if one.fault)
    return {offset for match in told if match for offset in range(int(match[1]), int(match[2]))}


@pytest.fixture
def on_disk(topic):
    """The file of a topic that holds one, two and three records in as many batches, and where the second begins."""
    if not isinstance(topic.broker, JavaBroker):
        missing("only the files of a broker of our own can be damaged")
    sizes = []
    for count in (1, 2, 3):
        sent = batch([record(n, None, b"%d of %d" % (n + 1, count)) for n in range(count)])
        sizes.append(len(sent))
        assert topic.send(sent) == [0]
    return topic.broker.file_of(topic.name), sizes[0], sizes[1]


def damage_met(reader):
    with pytest.raises(Damaged) as raised:
        read(reader, 2)
    return raised.value.partition, raised.value.offset, raised.value.resume


@pytest.mark.kafka
@pytest.mark.parametrize("place", [-1, 26], ids=["its last byte", "its count of offsets"])
def test_a_batch_that_is_damaged_on_the_brokers_disk_is_named_by_its_offsets_and_what_is_around_it_is_read(
    topic, on_disk, place
):
    file, begin, size = on_disk
    flip(file, begin + place % size)
    assert values(read(topic.reader, 1)) == [b"1 of 1"]
    for _ in range(2):
        assert damage_met(topic.reader) == (0, 1, 3)
    topic.reader.seek({0: 3})
    assert values(read(topic.reader, 3)) == [b"1 of 3", b"2 of 3", b"3 of 3"]
