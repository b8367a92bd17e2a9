"""What only the Kafka bus does, on a real broker; what every bus does is in tests/contracts/."""

import time
import uuid

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from ledger.bus.kafka.reader import GROUP
from ledger.bus.open import open_bus
from ledger.bus.port import Message, NotConfirmed, TooLarge, Unavailable, Unusable
from tests.brokers import JavaBroker, NoBroker, eventually, missing
from tests.contracts.reading import comes_through, read, values

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]


@pytest.fixture
def admin(kafka_broker):
    with KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap) as client:
        yield client


@pytest.fixture
def topic(admin):
    name = f"topic-{uuid.uuid4().hex[:12]}"
    yield name
    if name in admin.list_topics():
        admin.delete_topics([name])


@pytest.fixture
def bus(kafka_broker, topic):
    return open_bus(f"kafka://{kafka_broker.bootstrap}/{topic}")


def configs(admin, topic):
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    found = admin.describe_configs([resource], config_filter="all")["topic"][topic]
    return {name: found[name]["value"] for name in ("message.timestamp.type", "cleanup.policy", "retention.ms")}


def make(admin, topic, configs, partitions=1):
    admin.create_topics({topic: {"num_partitions": partitions, "configs": configs}}, wait_for_metadata=True)


NEEDED = {"message.timestamp.type": "LogAppendTime", "cleanup.policy": "delete", "retention.ms": "604800000"}


def test_opening_a_reader_makes_the_topic_with_a_broker_clock_and_seven_days(bus, admin, topic):
    reader = bus.reader()
    assert configs(admin, topic) == NEEDED
    assert list(reader.ranges()) == [0]
    reader.close()


def test_the_first_publish_makes_the_topic_as_a_reader_would(bus, admin, topic):
    publisher = bus.publisher()
    publisher.publish([Message(None, b"v")])
    publisher.close()
    assert configs(admin, topic) == NEEDED


def test_a_topic_that_others_made_is_set_to_the_brokers_clock(bus, admin, topic):
    make(admin, topic, {"message.timestamp.type": "CreateTime", "retention.ms": "1234567"})
    bus.reader().close()
    assert configs(admin, topic) == {**NEEDED, "retention.ms": "1234567"}


def test_a_compacted_topic_is_refused_with_the_command_to_run(bus, admin, topic):
    make(admin, topic, {"cleanup.policy": "compact"})
    with pytest.raises(Unusable, match=rf"kafka-configs .*--entity-name {topic} --add-config cleanup.policy=delete"):
        bus.reader()


def test_the_bus_id_is_the_id_of_the_topic(bus, admin, topic):
    reader = bus.reader()
    assert reader.bus_id == str(admin.describe_topics([topic])[0]["topic_id"])
    reader.close()


def committed(admin, topic):
    try:
        return admin.list_group_offsets([GROUP])[GROUP][TopicPartition(topic, 0)].offset
    except (KafkaError, KeyError):
        return None


def test_marked_offsets_show_under_our_consumer_group(bus, admin, topic):
    reader = bus.reader()

    def shows():
        reader.mark({0: 3})
        return committed(admin, topic) == 3

    eventually(shows, 30, "offset 3 is committed")
    reader.mark({0: 4})
    reader.mark({0: 5})
    reader.close()
    assert committed(admin, topic) == 5


def test_several_partitions_are_all_read_each_in_order(bus, admin, topic):
    make(admin, topic, {}, partitions=3)
    publisher, reader = bus.publisher(), bus.reader()
    reader.seek({})
    publisher.publish([Message(b"key %d" % (number % 10), b"%d" % number) for number in range(300)])
    records = read(reader, 300)
    assert {record.partition for record in records} == {0, 1, 2}
    for key in {record.key for record in records}:
        own = [int(record.value) for record in records if record.key == key]
        assert own == sorted(own)
    reader.close()
    publisher.close()


def test_partitions_added_while_reading_ask_for_a_new_reader(bus, admin, topic):
    reader = bus.reader()
    reader.seek({})
    admin.create_partitions({topic: 2})
    with pytest.raises(Unavailable, match="more partitions"):
        read(reader, 1)
    reader.close()


def test_a_message_the_topic_will_not_take_is_an_error(bus, admin, topic):
    make(admin, topic, {"max.message.bytes": "10000"})
    publisher = bus.publisher()
    with pytest.raises(TooLarge, match=r"max\.message\.bytes"):
        publisher.publish([Message(None, b"x" * 20_000)])
    publisher.publish([Message(None, b"small")])
    publisher.close()


def test_a_call_of_which_a_part_was_refused_is_not_confirmed(bus, admin, topic):
    make(admin, topic, {"max.message.bytes": "10000"})
    publisher = bus.publisher()
    with pytest.raises((NotConfirmed, TooLarge)):
        publisher.publish([Message(None, b"small"), Message(None, b"x" * 20_000)])
    publisher.close()


def test_messages_of_an_aborted_transaction_are_not_read(bus, kafka_broker, topic):
    reader = bus.reader()
    reader.seek({})
    producer = KafkaProducer(bootstrap_servers=kafka_broker.bootstrap, transactional_id=topic)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(topic, b"never").get(10)
    producer.abort_transaction()
    producer.begin_transaction()
    producer.send(topic, b"kept").get(10)
    producer.commit_transaction()
    producer.close()
    assert values(read(reader, 1)) == [b"kept"]
    reader.close()


@pytest.fixture
def hanging(stoppable_broker):
    """Call it to have the broker hang until the end of the test or the next call."""
    frozen = []

    def turn():
        if frozen:
            frozen.clear()
            stoppable_broker.thaw()
        else:
            frozen.append(True)
            stoppable_broker.freeze()

    yield turn
    if frozen:
        turn()


def seconds_of_failing(call):
    began = time.monotonic()
    with pytest.raises((Unavailable, NotConfirmed)):
        call()
    return time.monotonic() - began


def test_a_broker_that_hangs_is_an_error_in_time_and_not_a_hanging_caller(stoppable_broker, topic, hanging):
    bus = open_bus(f"kafka://{stoppable_broker.bootstrap}/{topic}")
    publisher, reader = bus.publisher(), bus.reader()
    reader.seek({})
    publisher.publish([Message(None, b"before")])
    hanging()
    assert seconds_of_failing(lambda: publisher.publish([Message(None, b"meanwhile")])) < 12
    assert seconds_of_failing(lambda: publisher.publish([Message(None, b"meanwhile")])) < 12
    assert seconds_of_failing(bus.check) < 6
    assert seconds_of_failing(lambda: read(reader, 2)) < 20
    hanging()
    eventually(lambda: comes_through(publisher, Message(None, b"after")), 60, "a publish comes through")
    got = []

    def arrives():
        try:
            got.extend(values(reader.poll(10, 1)))
        except Unavailable:
            return False
        return b"after" in got

    eventually(arrives, 60, "the reader goes on")
    assert got[0] == b"before"
    reader.close()
    publisher.close()


@pytest.fixture(scope="module")
def guarded():
    """A broker that lets in only who knows a password."""
    try:
        broker = JavaBroker(users={"contacts": "it's a secret"})
    except NoBroker as fault:
        missing(str(fault))
    broker.start()
    yield broker
    broker.close()


def guarded_url(broker, password):
    signing_in = "security_protocol=SASL_PLAINTEXT&sasl_mechanism=SCRAM-SHA-256&sasl_plain_username=contacts"
    return f"kafka://{broker.bootstrap}/contacts?{signing_in}&sasl_plain_password={password}"


def test_a_user_signs_in_by_scram_with_the_options_of_the_url(guarded):
    bus = open_bus(guarded_url(guarded, "it%27s%20a%20secret"))
    eventually(lambda: is_reachable(bus), 30, "the bus answers within a second")
    publisher, reader = bus.publisher(), bus.reader()
    reader.seek({})
    publisher.publish([Message(b"k", b"v")])
    assert values(read(reader, 1)) == [b"v"]
    reader.close()
    publisher.close()


def is_reachable(bus):
    try:
        bus.check()
    except Unavailable:
        return False
    return True


def test_a_wrong_password_is_named_as_a_likely_cause_and_is_not_repeated(guarded):
    bus = open_bus(guarded_url(guarded, "wrong-password"))
    publisher = bus.publisher()
    for ask in (bus.reader, lambda: publisher.publish([Message(None, b"v")])):
        with pytest.raises((Unavailable, Unusable), match=r"user and password|Authentication") as raised:
            ask()
        assert "wrong-password" not in str(raised.value)
    publisher.close()


@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
def test_a_message_is_read_whichever_compression_its_publisher_chose(bus, kafka_broker, topic, compression):
    reader = bus.reader()
    with KafkaProducer(bootstrap_servers=kafka_broker.bootstrap, compression_type=compression) as producer:
        producer.send(topic, b"m" * 10_000).get(timeout=10)
    reader.seek({})
    assert values(read(reader, 1)) == [b"m" * 10_000]
    reader.close()
