"""R37: one ledger id stands in all of a data folder; a part of another ledger, or a lost one, is refused by name."""

import shutil
from contextlib import closing
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient

from consumers.consume_loop import BusUnknown
from ledger import sqlite
from ledger.belonging import NotOurs
from ledger.bus.port import Message, Unusable
from ledger.storage import NotMadeYet
from projections.projector.projector import Contradiction
from service.deployment.ledger_file import SecretWrong
from tests.brokers import eventually
from tests.examples import ASHA, GAVIN
from tests.world import UntilCaughtUp, World


def copied(world, folder):
    shutil.copytree(world.folder, folder)
    return World(folder)


@pytest.fixture
def other(tmp_path):
    made = World(tmp_path / "other")
    made.track(phone=ASHA)
    made.settle()
    made.drivers.store().close()
    made.close()
    return made


def state(world):
    return world.drivers.generations().current_path()


def test_the_id_is_the_same_in_every_part(used):
    ledger = used.deployment.ledger.id
    for path, query in (
        ("log.db", "SELECT id FROM ledger"),
        ("service.db", "SELECT id FROM ledger"),
        ("bus.db", "SELECT ledger FROM stream"),
        ("state/contacts-1.db", "SELECT id FROM ledger"),
    ):
        with closing(sqlite.connect(used.folder / path, read_only=True)) as connection:
            assert connection.execute(query).fetchone() == (ledger,), path
    assert World(used.folder).deployment.ledger == used.deployment.ledger


def put(source, target):
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    shutil.copy(source, target)


@pytest.mark.parametrize("part", ["log.db", "service.db"])
def test_a_part_of_another_ledger_is_refused_by_every_process(used, other, part):
    put(other.folder / part, used.folder / part)
    with pytest.raises(NotOurs, match=rf"{part} is part of another ledger"):
        World(used.folder)


def test_the_bus_of_another_ledger_takes_no_message_and_gives_none(used, other):
    put(other.folder / "bus.db", used.folder / "bus.db")
    again = World(used.folder)
    with pytest.raises(Unusable, match=r"bus\.db is part of another ledger"):
        again.track(phone=ASHA)
    with pytest.raises(Unusable, match=r"bus\.db is part of another ledger"):
        again.consume()


def test_the_state_of_another_ledger_is_neither_read_nor_written(used, other):
    put(state(other), state(used))
    again = World(used.folder)
    with pytest.raises(NotOurs, match=r"contacts-1\.db is part of another ledger"):
        again.state()
    with pytest.raises(Contradiction, match="the state is part of another ledger"):
        again.project()


@pytest.mark.parametrize("content", ["another secret, of sixteen", "0" * 64])
def test_another_secret_is_refused(used, content):
    (used.folder / "secret").write_text(content)
    with pytest.raises(SecretWrong, match="secret is not the secret that this ledger's messages are signed with"):
        World(used.folder)
    with pytest.raises(SecretWrong, match="CONTACTS_SECRET is not the secret"):
        World(used.folder, secret=content)


def test_a_new_log_adopts_its_first_bus(world):
    world.track(phone=GAVIN)
    world.consume()
    with closing(world.log()) as log, closing(world.drivers.bus().reader()) as bus:
        assert log.bus() == bus.bus_id


def as_before_ids(world):
    """The folder as the version before ledger ids left it."""
    (world.folder / "ledger").unlink()
    with closing(sqlite.connect(world.folder / "log.db")) as log:
        for later in ("tips", "ledger", "layouts", "erased_names"):
            log.execute(f"DROP TABLE {later}")
        log.execute("PRAGMA user_version = 2")
    with closing(sqlite.connect(world.folder / "bus.db")) as bus:
        bus.execute("ALTER TABLE stream DROP COLUMN ledger")
    with closing(sqlite.connect(world.folder / "service.db")) as store:
        store.execute("DROP TABLE ledger")
        store.execute("DELETE FROM _sqlite_migrations WHERE name = 'ledger'")
    with closing(sqlite.connect(state(world))) as contacts:
        contacts.execute("DROP TABLE ledger")


def test_an_earlier_folder_gets_the_id_at_its_first_start_and_goes_on(used):
    as_before_ids(used)
    again = World(used.folder)
    again.next_id()
    again.track(phone=ASHA)
    again.settle()
    again.drivers.store().close()
    again.close()
    assert [contact["phone"] for contact in again.contacts()] == [GAVIN, ASHA]
    test_the_id_is_the_same_in_every_part(again)
    with closing(again.log()) as log:
        assert log.altered() == []


def test_an_earlier_folder_whose_bus_was_replaced_is_refused_too(used, other):
    as_before_ids(used)
    as_before_ids(other)
    put(other.folder / "bus.db", used.folder / "bus.db")
    with pytest.raises(BusUnknown, match="is not one that the log has ever taken messages from"):
        World(used.folder).consume()


def test_an_earlier_folder_without_its_secret_is_refused(used):
    as_before_ids(used)
    (used.folder / "secret").unlink()
    with pytest.raises(SecretWrong, match="secret is missing"):
        World(used.folder)


@pytest.mark.parametrize("content", [b"", b"garbage\n", b"\xff\x00", b"-1", b"999999999999", None])
def test_a_pointer_to_the_state_that_names_none_is_put_right_by_the_projector(used, content):
    pointer = used.folder / "state" / "current"
    pointer.unlink() if content is None else pointer.write_bytes(content)
    again = World(used.folder)
    with pytest.raises(NotMadeYet, match=r"state/current, which names the contact state in use"):
        again.state()
    again.project()
    assert [contact["phone"] for contact in again.contacts()] == [GAVIN]


@pytest.mark.parametrize("harm", ["emptied", "truncated", "garbage", "deleted", "scribbled"])
def test_a_state_that_is_damaged_is_folded_anew(used, harm):
    path = state(used)
    whole = path.read_bytes()
    {
        "emptied": lambda: path.write_bytes(b""),
        "truncated": lambda: path.write_bytes(whole[: len(whole) // 2]),
        "garbage": lambda: path.write_bytes(b"no database" * 1000),
        "deleted": path.unlink,
        "scribbled": lambda: path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192)),
    }[harm]()
    again = World(used.folder)
    again.project()
    assert [contact["phone"] for contact in again.contacts()] == [GAVIN]


def test_a_topic_that_was_made_again_is_refused_until_a_person_accepts_it(tmp_path, kafka_broker):
    topic = f"contacts-{uuid4().hex[:12]}"
    world = World(tmp_path / "kafka", bus=f"kafka://{kafka_broker.bootstrap}/{topic}")
    world.track(phone=GAVIN)
    world.consume()
    world.consume()
    with closing(KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap)) as admin:
        admin.delete_topics([topic])
        eventually(lambda: topic not in admin.list_topics(), 30, "the topic is deleted")
    world.close()
    again = World(tmp_path / "kafka", bus=f"kafka://{kafka_broker.bootstrap}/{topic}")
    again.next_id()
    again.drivers.bus().reader().close()
    again.track(phone=ASHA)
    with pytest.raises(BusUnknown, match="is not the one that the log takes from"):
        again.consume()
    with again.drivers.consumer(bus_accepted_by="cli:asha") as consumer:
        consumer.run(UntilCaughtUp(again, consumer.log))
    again.project()
    assert [entry.type for entry in again.entries()] == ["UserTracked", "BusAccepted", "UserTracked"]
    assert [contact["phone"] for contact in again.contacts()] == [GAVIN, ASHA]
    again.close()


def test_a_damaged_log_is_not_told_as_a_fault_of_the_bus(used):
    log = used.folder / "log.db"
    log.write_bytes(b"\xff" * log.stat().st_size)
    with pytest.raises(Unusable, match=r"^the log, .*log\.db") as raised:
        used.drivers.bus().publisher().publish([Message(None, b"{}")])
    assert "bus.db" not in str(raised.value)
