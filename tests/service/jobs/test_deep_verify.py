"""`verify --deep`: also what was written by somebody who has the secret must follow from the messages (R28)."""

import re
from contextlib import closing

import pytest

from ledger.bus.port import Record
from ledger.bus.sqlite import renew
from ledger.log import chain
from ledger.log.sqlite import seal
from ledger.log.sqlite.head import head
from ledger.sqlite import connect
from service.jobs.verifying import Extent
from service.wiring.drivers import Drivers
from service.wiring.ledger import verification
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.tampered import Tampering
from tests.world import UntilCaughtUp, World
from tests.worlds import folder

DEEP = Extent(is_deep=True)


@pytest.fixture(scope="module")
def tampering():
    with folder() as here:
        yield Tampering(here)


@pytest.fixture
def copy(tampering):
    with folder() as here:
        yield tampering.copied(here / "copy")


def forge(deployment, statement):
    """Change entries by this statement, and make all anew that proves them: chain, seal and its signature."""
    with closing(connect(deployment.log_path)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        previous = chain.GENESIS
        columns = "source_name, message_id, key, headers, value, phone, user_id, detail"
        rows = connection.execute(
            f"SELECT position, recorded, stated, bus_time, contact, absorbed, skipped, type, reason, contact_id,"
            f" raw_digest, kind, import, row, row_end, salt, {columns.replace('source_name', 'sources.name')}"
            " FROM entries LEFT JOIN sources USING (source) ORDER BY position"
        ).fetchall()
        for position, *kept, salt, source, message_id, key, headers, value, phone, user_id, detail in rows:
            proof = chain.commitment(salt, source, message_id, key, headers, value, phone, user_id, detail)
            previous = chain.link(previous, proof, position, *kept)
            statement = "UPDATE entries SET commitment = ?, hash = ? WHERE position = ?"
            connection.execute(statement, (proof, previous, position))
        seal.write(connection, head(connection), Drivers(deployment).signer())
        for _, declaration in guards:
            connection.execute(declaration)


def positions(deployment, extent=DEEP):
    return {fault.position for fault in verification(deployment).run(extent).faults}


def test_of_a_sound_ledger_every_decision_follows(copy):
    report = verification(copy).run(DEEP)
    assert (report.faults, report.otherwise) == ((), 0)


@pytest.fixture
def accepted(tmp_path):
    """A ledger that went over to another bus, which an entry says that came over none: the second."""
    with closing(World(tmp_path)) as world:
        world.track(phone=GAVIN)
        world.consume()
        renew(world.deployment.data / "bus.db")
        with world.drivers.consumer(bus_accepted_by="cli:asha") as consumer:
            consumer.run(UntilCaughtUp(world, consumer.log))
        world.project()
        yield world.deployment


def test_so_does_what_the_append_itself_has_noted(accepted):
    report = verification(accepted).run(DEEP)
    assert (report.faults, report.otherwise) == ((), 0)


def test_a_note_that_says_something_else_than_was_signed_is_found(accepted):
    forge(accepted, "UPDATE entries SET value = CAST(replace(value, 'cli:asha', 'cli:e') AS BLOB) WHERE position = 2")
    assert positions(accepted) == {2}


FORGED = {
    "a message made rejected": (2, "reason = 'invalid', contact = NULL, raw_digest = x'00', phone = NULL"),
    "a rejection's reason": (10, "reason = 'invalid'"),
    "a rejection's sentence": (9, "detail = 'another sentence'"),
    "whose message it is": (2, "contact = 4"),
    "a phone": (1, "phone = phone + 1"),
    "a user id": (1, "user_id = 'u77'"),
    "when it was stated for": (2, "stated = stated - 1"),
    "a type": (3, "type = 'UserTracked'"),
    "a skipped row": (2, "skipped = 1"),
    "a message's id": (2, "message_id = 'other'"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_decision_is_found_where_it_stands(copy, what):
    position, change = FORGED[what]
    forge(copy, f"UPDATE entries SET {change} WHERE position = {position}")
    faults = [one for one in verification(copy).run(DEEP).faults if "decided otherwise" in one.fault]
    assert [one.position for one in faults][:1] == [position], faults


def test_only_the_forged_decision_is_named_and_not_those_behind_it(copy):
    forge(copy, "UPDATE entries SET stated = stated - 1 WHERE position IN (2, 8)")
    assert [one.position for one in verification(copy).run(DEEP).faults if "decided" in one.fault] == [2, 8]


def test_a_merge_that_no_message_asked_for_is_found(world):
    world.track(phone=GAVIN)
    world.track(user_id="u1")
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    forge(world.deployment, "UPDATE entries SET contact = 1, absorbed = 2, user_id = 'u1' WHERE position = 3")
    assert 3 in positions(world.deployment)


@pytest.fixture
def earlier(world):
    """A ledger whose entries another program has decided."""
    world.track(phone=GAVIN, user_id="u1")
    world.track(phone=ASHA)
    world.track(phone=ASHA, city="Agra")
    world.track(phone=RAVI)
    world.consume()
    with closing(connect(world.deployment.log_path)) as connection:
        connection.execute("UPDATE rules SET name = 'another program'")
    forge(world.deployment, "UPDATE entries SET stated = stated")
    world.project()
    return world.deployment


def test_a_number_that_was_not_valid_for_an_earlier_program_is_no_fault_and_is_counted(earlier):
    """R14: libphonenumber's data changes."""
    with Drivers(earlier).consumer() as consumer, Drivers(earlier).log_reader() as log:
        digest = consumer.appender.digest(Record(0, 0, 0, None, log.entry(4).value))
    decided = "reason = 'phone_invalid', contact = NULL, contact_id = NULL, phone = NULL, stated = NULL"
    forge(earlier, f"UPDATE entries SET {decided}, raw_digest = x'{digest.hex()}' WHERE position = 4")
    with closing(connect(earlier.log_path)) as connection:
        connection.execute("DELETE FROM phones WHERE contact = 4")
        connection.execute("DELETE FROM contacts WHERE contact = 4")
    report = verification(earlier).run(DEEP)
    assert [one for one in report.faults if not re.search("state|contact 4|growth", one.fault)] == []
    assert report.otherwise == 1


@pytest.mark.parametrize(
    "change",
    [
        "contact = 1 WHERE position = 3",
        "phone = phone + 1 WHERE position = 2",
        "skipped = 0, contact = 1, absorbed = 2 WHERE position = 3",
    ],
)
def test_who_a_contact_is_follows_whatever_program_decided_it(earlier, change):
    forge(earlier, f"UPDATE entries SET {change}")
    assert any("decided otherwise" in one.fault for one in verification(earlier).run(DEEP).faults)


def test_a_signed_message_is_not_rejected_as_a_strangers(world):
    world.send_signed("/hub", "UserTracked", "s1", {"phone": GAVIN})
    world.settle()
    forge(world.deployment, "UPDATE entries SET reason = 'reserved', contact = NULL, contact_id = NULL, phone = NULL")
    assert 1 in positions(world.deployment)


@pytest.fixture
def settled(tmp_path):
    """A ledger in which the second of two rejected messages is dropped, by an order that only names its position."""
    with closing(World(tmp_path / "data")) as world:
        world.publish([b"{", b"{{"])
        world.consume()
        world.send_signed("/cli", "MessageDropped", "d1", {"position": 2, "by": "asha", "reason": "not ours"})
        world.settle()
        yield world.deployment


@pytest.mark.parametrize("extent", [Extent(), DEEP], ids=["verify", "verify --deep"])
def test_an_entry_that_settles_another_message_than_it_names_is_found(settled, extent):
    assert positions(settled, extent) == set()
    other = "raw_digest = (SELECT raw_digest FROM entries WHERE position = 1)"
    forge(settled, f"UPDATE entries SET {other} WHERE position = 3")
    assert 3 in positions(settled, extent)
