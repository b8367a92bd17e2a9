"""What strangers and failing disks leave on a Kafka topic becomes entries, or stops the consumer with a way on."""

import uuid
from contextlib import closing

import orjson
import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from consumers.consume_loop import MessagesMissing
from ledger import sqlite
from ledger.events import moments
from tests.brokers import JavaBroker, missing
from tests.examples import ASHA, GAVIN, MEERA
from tests.intake import message
from tests.kafka.raw_batches import batch, flip, record, send
from tests.world import UntilCaughtUp, World

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]


@pytest.fixture
def topic():
    return f"topic-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def world(kafka_broker, topic, tmp_path):
    made = World(tmp_path / "data", bus=f"kafka://{kafka_broker.bootstrap}/{topic}")
    made.consume()
    yield made
    made.close()


@pytest.fixture
def send_raw(kafka_broker, topic):
    """Call it with record batches as bytes."""

    def call(*batches):
        assert set(send(kafka_broker.bootstrap, topic, batches)) == {0}

    return call


def told(phone, id):
    return message("UserTracked", {"phone": phone}, id=id)


def log_of(world):
    return [(entry.message_id, entry.reason) for entry in world.entries()]


@pytest.mark.parametrize("size", [1, 2, 25_000])
def test_a_record_with_a_header_name_that_is_not_utf8_is_rejected_whole_and_stops_nothing(world, send_raw, size):
    """R28, R35."""
    odd = [(b"ce_\xff", b"x")]
    send_raw(
        batch([record(0, None, b"first", odd), record(1, None, told(GAVIN, "g")), record(2, b"k", b"again", odd)]),
        batch([record(0, None, told(ASHA, "a")), record(1, None, b"last", odd)], codec=4),
    )
    world.consume(batch=size)
    expected = [(None, "unreadable"), ("g", None), (None, "unreadable"), ("a", None), (None, "unreadable")]
    assert log_of(world) == expected
    bad = world.entries()[2]
    assert (bad.key, bad.value, bad.headers) == (b"k", b"again", (("ce_\\xff", b"x"),))
    assert "offset 2 of partition 0" in bad.detail
    forget_offsets(world)
    world.consume(batch=size)
    assert log_of(world) == expected


def forget_offsets(world):
    """The topic is read again from its beginning, as after a restored backup."""
    with closing(sqlite.connect(world.deployment.log_path)) as log:
        log.execute("DELETE FROM offsets")


def test_a_batch_damaged_on_the_brokers_disk_stops_the_consumer_with_its_offsets_until_somebody_goes_on(
    world, send_raw, kafka_broker, topic
):
    """Decision 3."""
    if not isinstance(kafka_broker, JavaBroker):
        missing("only the files of a broker of our own can be damaged")
    one = batch([record(0, None, told(GAVIN, "g"))])
    send_raw(one, batch([record(0, None, b"1"), record(1, None, b"2")]), batch([record(0, None, told(ASHA, "a"))]))
    flip(kafka_broker.file_of(topic), len(one) + 70)
    for _ in range(2):
        with pytest.raises(MessagesMissing, match=r"offsets 1 to 2 are damaged on the bus.*--accept-gap"):
            world.consume()
        assert log_of(world) == [("g", None)]
    with world.drivers.consumer(gaps_accepted_by="cli:asha") as consumer:
        consumer.run(UntilCaughtUp(world, consumer.log))
    _, gap, last = world.entries()
    accepted = orjson.loads(gap.value)["data"]
    assert (gap.type, accepted["first"], accepted["resume"]) == ("GapAccepted", 1, 3)
    assert last.message_id == "a"


def test_the_marks_of_a_transaction_that_retention_removes_are_no_gap(world, kafka_broker, topic):
    producer = KafkaProducer(bootstrap_servers=kafka_broker.bootstrap, transactional_id=topic)
    producer.init_transactions()
    for id, phone in (("g", GAVIN), ("a", ASHA)):
        producer.begin_transaction()
        producer.send(topic, told(phone, id)).get(10)
        producer.commit_transaction()
    producer.begin_transaction()
    producer.send(topic, told(MEERA, "never")).get(10)
    producer.abort_transaction()
    producer.close()
    world.consume()
    with KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap) as admin:
        admin.delete_records({TopicPartition(topic, 0): -1})
    world.consume()
    world.send("UserTracked", {"phone": GAVIN}, id="later")
    world.consume()
    assert log_of(world) == [("g", None), ("a", None), ("later", None)]


def test_a_time_that_the_sender_chose_for_the_bus_counts_at_most_as_now(kafka_broker, topic, tmp_path):
    """R4: a topic that somebody else made, with CreateTime."""
    with KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap) as admin:
        configs = {"message.timestamp.type": "CreateTime", "message.timestamp.after.max.ms": str(2**62)}
        admin.create_topics({topic: {"num_partitions": 1, "configs": configs}}, wait_for_metadata=True)
    with KafkaProducer(bootstrap_servers=kafka_broker.bootstrap) as producer:
        for city, time in (("Pune", 7258118400000), ("Goa", 2**62)):
            body = message("UserTracked", {"phone": GAVIN, "traits": {"city": city}}, id=city)
            producer.send(topic, body, timestamp_ms=time).get(10)
    send(kafka_broker.bootstrap, topic, [batch([record(0, None, told(ASHA, "untimed"))], time=-1)])
    world = World(tmp_path / "data", bus=f"kafka://{kafka_broker.bootstrap}/{topic}")
    world.consume()
    world.track(phone=GAVIN, city="Agra")
    world.settle()
    assert world.contact(GAVIN)["traits"] == {"city": "Agra"}
    assert all(entry.stated <= entry.recorded and entry.bus_time <= entry.recorded for entry in world.entries())
    assert moments.text(world.entries()[-1].stated) > "2026"
    world.close()
