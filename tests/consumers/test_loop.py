"""The consumer's loop: it goes on over faults that heal, stops before a gap, and starts anew on another bus."""

from contextlib import closing
from dataclasses import replace

import orjson
import pytest

from consumers.consume_loop import BusUnknown, MessagesMissing
from ledger import sqlite
from ledger.bus.port import Message
from ledger.bus.sqlite import SqliteBus
from ledger.bus.sqlite.file import cut, open_file, renew
from ledger.storage import StorageFault
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.limits import limit_files
from tests.world import UntilCaughtUp

FOREVER = 2**62


class Recording(UntilCaughtUp):
    """Notes what the loop tells; `heal` is called at each fault."""

    def __init__(self, world, log, heal=lambda: None):
        super().__init__(world, log)
        self.heal = heal
        self.told = []

    def healthy(self):
        self.told.append("healthy")

    def faulty(self, fault):
        self.told.append(fault)
        self.heal()


def bus_file(world):
    return world.folder / "bus.db"


def lose_first(world, count):
    """Retention passes the consumer: the first messages are gone."""
    with closing(open_file(bus_file(world))) as bus:
        cut(bus, FOREVER, count + 1)


def lose_last(world, count):
    """The bus was put back to an earlier copy of itself, under the same id."""
    with closing(open_file(bus_file(world))) as bus:
        bus.execute("DELETE FROM batches WHERE first > (SELECT max(first) FROM batches) - ?", (count,))


def ids(world):
    return [entry.message_id for entry in world.entries()]


def test_messages_are_taken_in_the_order_of_the_bus(world):
    sent = [world.track(phone=phone) for phone in (GAVIN, ASHA, GAVIN, RAVI)]
    world.consume()
    assert ids(world) == sent


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_batches_of_any_size_take_everything(world, batch):
    sent = [world.track(phone=GAVIN, visits=number) for number in range(7)]
    world.consume(batch=batch)
    assert ids(world) == sent


def test_a_consumer_started_again_goes_on_where_the_log_is(world):
    first = world.track(phone=GAVIN)
    world.consume()
    second = world.track(phone=GAVIN)
    world.consume()
    assert ids(world) == [first, second]


def accept_bus(world):
    with world.drivers.consumer(bus_accepted_by="cli:asha") as consumer:
        consumer.run(UntilCaughtUp(world, consumer.log))


def test_a_bus_under_a_new_id_is_refused_until_a_person_accepts_it(world):
    """R37; then it is read from its beginning, and the redelivered messages are known by source and id."""
    sent = [world.track(phone=GAVIN)]
    world.consume()
    (before,) = buses(world)
    after = renew(bus_file(world))
    sent.append(world.track(phone=ASHA))
    with pytest.raises(BusUnknown, match="is not the one that the log takes from") as refused:
        world.consume()
    assert "--accept-bus" in str(refused.value)
    assert ids(world) == sent[:1]
    accept_bus(world)
    assert [entry.message_id for entry in world.entries()][0::2] == sent
    accepted = world.entries()[1]
    assert (accepted.type, accepted.source, accepted.reason) == ("BusAccepted", "/cli", None)
    assert orjson.loads(accepted.value)["data"] == {"from": before, "to": after, "by": "cli:asha"}
    world.project()
    assert [contact["phone"] for contact in world.contacts()] == [GAVIN, ASHA]


def buses(world):
    with closing(world.log()) as log:
        return [log.bus()]


def test_an_accepted_bus_is_the_logs_own_from_then_on(world):
    """R37."""
    world.track(phone=GAVIN)
    world.consume()
    renew(bus_file(world))
    accept_bus(world)
    world.track(phone=ASHA)
    world.consume()
    accept_bus(world)
    assert [entry.type for entry in world.entries()] == ["UserTracked", "BusAccepted", "UserTracked"]


def test_a_bus_put_back_from_a_copy_is_refused_though_it_has_the_right_id_and_more_messages(world):
    """R37: what was acknowledged meanwhile would be skipped without a word."""
    world.track(phone=GAVIN)
    with closing(sqlite.connect(bus_file(world))) as bus:
        bus.execute("VACUUM INTO ?", (str(world.folder / "copy.db"),))
    world.track(phone=ASHA)
    world.consume()
    world.close()
    for name in ("bus.db-wal", "bus.db-shm"):
        (world.folder / name).unlink(missing_ok=True)
    (world.folder / "copy.db").rename(bus_file(world))
    other = SqliteBus(bus_file(world)).publisher()
    shop = {"specversion": "1.0", "source": "https://shop.example/orders", "type": "UserTracked"}
    for number, phone in enumerate((RAVI, MEERA)):
        other.publish([Message(None, orjson.dumps({**shop, "id": f"late{number}", "data": {"phone": phone}}))])
    with pytest.raises(BusUnknown, match="another message at offset 2 of partition 0"):
        world.consume()
    accept_bus(world)
    world.project()
    assert {contact["phone"] for contact in world.contacts()} == {GAVIN, ASHA, RAVI, MEERA}


def test_messages_gone_from_the_bus_before_they_were_taken_stop_the_consumer_with_their_count(world):
    """Decision 3."""
    world.track(phone=GAVIN)
    world.consume()
    for phone in (ASHA, RAVI, MEERA):
        world.track(phone=phone)
    lose_first(world, 3)
    with pytest.raises(MessagesMissing, match="2 messages from offset 2 are gone") as missing:
        world.consume()
    assert "--accept-gap" in str(missing.value)
    assert len(world.entries()) == 1


def test_a_bus_with_fewer_messages_than_were_taken_stops_the_consumer(world):
    """Decision 3."""
    for phone in (GAVIN, ASHA, RAVI):
        world.track(phone=phone)
    world.consume()
    lose_last(world, 2)
    with pytest.raises(BusUnknown, match="2 messages more than the bus has"):
        world.consume()


def accept_gap(world):
    with world.drivers.consumer(gaps_accepted_by="cli:asha") as consumer:
        consumer.run(UntilCaughtUp(world, consumer.log))


def test_a_person_can_accept_the_gap_which_becomes_an_entry(world):
    """Decision 3."""
    world.track(phone=GAVIN)
    world.consume()
    for phone in (ASHA, RAVI, MEERA):
        world.track(phone=phone)
    lose_first(world, 3)
    accept_gap(world)
    world.project()
    _, gap, last = world.entries()
    assert (gap.type, gap.source, gap.reason) == ("GapAccepted", "/cli", None)
    told = orjson.loads(gap.value)["data"]
    assert (told["partition"], told["first"], told["resume"], told["by"]) == (0, 2, 4, "cli:asha")
    assert last.message_id == "m4"
    assert [contact["phone"] for contact in world.contacts()] == [GAVIN, MEERA]


def test_an_accepted_gap_is_accepted_for_good(world):
    world.track(phone=GAVIN)
    world.consume()
    world.track(phone=ASHA)
    lose_first(world, 2)
    accept_gap(world)
    world.track(phone=RAVI)
    world.consume()
    assert [entry.type for entry in world.entries()] == ["UserTracked", "GapAccepted", "UserTracked"]


def test_an_earlier_copy_of_the_bus_can_be_accepted_and_nothing_is_taken_twice(world):
    """R37."""
    for phone in (GAVIN, ASHA):
        world.track(phone=phone)
    world.consume()
    lose_last(world, 1)
    accept_bus(world)
    world.track(phone=RAVI)
    world.consume()
    assert [entry.type for entry in world.entries()] == ["UserTracked", "UserTracked", "BusAccepted", "UserTracked"]
    assert ids(world)[3] == "m3"


def test_a_full_disk_loses_nothing_and_the_loop_goes_on_once_there_is_space(world):
    """Decision 2: the batch is rolled back whole, and read again from the log's own offsets."""
    sent = [world.track(phone=GAVIN, about="x" * 20_000, number=number) for number in range(10)]
    with world.drivers.consumer() as consumer:
        watcher = Recording(world, consumer.log, heal=lambda: limit_files(None))
        try:
            limit_files(world.deployment.log_path.with_name("log.db-wal").stat().st_size + 100_000)
            replace(consumer, batch=5).run(watcher)
        finally:
            limit_files(None)
    world.project()
    fault, *after = watcher.told
    assert isinstance(fault, StorageFault)
    assert fault.is_passing
    assert set(after) == {"healthy"}
    assert ids(world) == sent
    assert world.contact(GAVIN)["traits"]["number"] == 9


def test_a_fault_that_no_waiting_mends_ends_the_loop(world):
    world.track(phone=GAVIN)
    with world.drivers.consumer() as consumer:
        with closing(sqlite.connect(world.deployment.log_path)) as other:
            other.execute("DROP TABLE sources")
        with pytest.raises(StorageFault, match="no such table"):
            consumer.run(Recording(world, consumer.log))


class Overtaken(UntilCaughtUp):
    """Lets another consumer take everything after this one has read the log's offsets."""

    def __init__(self, world, log):
        super().__init__(world, log)
        self.questions = 0

    def is_stopping(self):
        self.questions += 1
        if self.questions == 2:
            self._world.consume()
            self._world.track(phone=RAVI)
            return False
        return super().is_stopping()


def test_what_another_consumer_took_meanwhile_is_not_taken_again(world):
    """Decision 2: compare-and-set; the one that was overtaken goes on from the log's own offsets."""
    for phone in (GAVIN, ASHA):
        world.track(phone=phone)
    with world.drivers.consumer() as consumer:
        consumer.run(Overtaken(world, consumer.log))
    assert ids(world) == ["m1", "m2", "m3"]


class PassedByRetention(Overtaken):
    """Has the bus lose what the consumer is about to read, once it has begun."""

    def is_stopping(self):
        self.questions += 1
        if self.questions == 2:
            lose_first(self._world, 4)
        return False

    def faulty(self, fault):
        self._world.faults.append(fault)


def test_messages_that_are_lost_while_it_runs_stop_it_too(world):
    """Decision 3."""
    for phone in (GAVIN, ASHA):
        world.track(phone=phone)
    world.consume()
    for phone in (RAVI, MEERA):
        world.track(phone=phone)
    world.faults = []
    with world.drivers.consumer() as consumer, pytest.raises(MessagesMissing, match="2 messages from offset 3"):
        consumer.run(PassedByRetention(world, consumer.log))
    assert [type(fault).__name__ for fault in world.faults] == ["OutOfRange"]
