"""A part of a ledger that is lost is refused, and not made anew behind anybody's back (R37)."""

import json
from contextlib import closing

import pytest

from ledger.belonging import Gone
from ledger.bus.port import Message, Unusable
from service.deployment.ledger_file import SecretWrong
from service.deployment.tables.store_checks import fault_of
from service.wiring.deployment import deployment
from service.wiring.drivers import Drivers
from tests.examples import ASHA, GAVIN
from tests.world import World


@pytest.mark.parametrize("how", ["is missing", "is empty"])
def test_a_lost_log_is_refused_and_not_made_anew(used, how):
    for path in used.folder.glob("log.db*"):
        path.unlink()
    if how == "is empty":
        (used.folder / "log.db").touch()
    with pytest.raises(Gone, match=rf"log\.db {how}.*restore it from a backup"):
        World(used.folder)


@pytest.mark.parametrize("how", ["is missing", "is empty"])
def test_a_lost_service_db_is_refused_and_not_made_anew(used, how):
    lose_store(used)
    if how == "is empty":
        (used.folder / "service.db").touch()
    with pytest.raises(Gone, match=rf"service\.db {how}.*restore it.*--accept-lost-service-db"):
        World(used.folder)
    with pytest.raises(Gone):
        World(used.folder)


def test_a_lost_service_db_is_begun_anew_when_somebody_accepts_that(used):
    lose_store(used)
    environ = {"CONTACTS_DATA": str(used.folder)}
    Drivers(deployment(environ, None, is_store_loss_accepted=True)).store().close()
    assert (used.folder / "service.db").stat().st_size
    World(used.folder)


def test_a_look_at_a_lost_service_db_does_not_make_it(used):
    lose_store(used)
    assert fault_of(used.folder / "service.db") == "it is missing"
    with pytest.raises(Gone):
        used.drivers.store()
    assert not (used.folder / "service.db").exists()


def test_what_was_accepted_once_is_not_accepted_the_next_time(used):
    test_a_lost_service_db_is_begun_anew_when_somebody_accepts_that(used)
    lose_store(used)
    with pytest.raises(Gone):
        World(used.folder)


def test_a_folder_of_the_last_version_learns_that_it_has_a_service_db(used):
    note = used.folder / "ledger"
    document = json.loads(note.read_text())
    del document["has_service_db"]
    note.write_text(json.dumps(document))
    World(used.folder)
    lose_store(used)
    with pytest.raises(Gone):
        World(used.folder)


def lose_store(used):
    for path in used.folder.glob("service.db*"):
        path.unlink()


def test_a_lost_secret_is_refused_and_not_made_anew(used):
    (used.folder / "secret").unlink()
    with pytest.raises(SecretWrong, match=r"secret is missing.*put it back"):
        World(used.folder)
    assert not (used.folder / "secret").exists()


@pytest.mark.parametrize("content", [None, b"", b"{", b"[1]", b"\xff\xfe", b'{"id": 1}'])
def test_what_says_which_ledger_it_is_can_be_lost_for_the_log_says_it_too(used, content):
    path = used.folder / "ledger"
    path.unlink() if content is None else path.write_bytes(content)
    assert World(used.folder).deployment.ledger == used.deployment.ledger
    (used.folder / "secret").write_text("another secret, of sixteen")
    path.unlink()
    with pytest.raises(SecretWrong):
        World(used.folder)


def test_who_publishes_where_the_log_is_damaged_is_told_which_file_and_what_mends_it(used):
    bus = used.drivers.bus()
    for path in used.folder.glob("log.db*"):
        path.unlink()
    (used.folder / "log.db").write_bytes(b"x" * 4096)
    told = r"the log, .*cannot be read: .*log\.db; stop everything and restore the data folder from a backup"
    with pytest.raises(Unusable, match=told), closing(bus.publisher()) as publisher:
        publisher.publish([Message(None, b"m")])


@pytest.mark.parametrize("how", ["is missing", "is empty"])
def test_a_lost_bus_file_is_not_made_anew_until_a_person_accepts_that(used, how):
    for path in used.folder.glob("bus.db*"):
        path.unlink()
    if how == "is empty":
        (used.folder / "bus.db").touch()
    again = World(used.folder)
    for attempt in (lambda: again.track(phone=ASHA), again.consume):
        with pytest.raises(Unusable, match=rf"bus\.db {how}.*--accept-bus"):
            attempt()
    with again.drivers.consumer(bus_accepted_by="cli:asha") as consumer:
        consumer.run(OneTurn())
    again.next_id()
    again.track(phone=ASHA)
    again.settle()
    assert [entry.type for entry in again.entries()] == ["UserTracked", "BusAccepted", "UserTracked"]
    assert [contact["phone"] for contact in again.contacts()] == [GAVIN, ASHA]


class OneTurn:
    """Ends the consumer's loop as soon as it has begun."""

    def is_stopping(self):
        self.asked = getattr(self, "asked", 0) + 1
        return self.asked > 1

    def wait(self, seconds):
        pass

    def healthy(self):
        pass

    def faulty(self, fault):
        raise fault
