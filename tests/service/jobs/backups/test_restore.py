"""A restored backup: what it was, to the byte, or nothing at all; and nobody gets in by what was spent since."""

import json
import os
import shutil
from contextlib import closing
from secrets import token_urlsafe

import pytest

from service.deployment.ledger_file import SecretWrong
from service.deployment.tables.people import LinkUnusable, People
from service.deployment.tables.sessions import Sessions
from service.jobs.backups.manifest import BadBackup
from service.jobs.backups.restore import NotEmpty
from service.jobs.verifying import Extent
from service.wiring.drivers import now
from service.wiring.ledger import verification
from tests.examples import ASHA, GAVIN
from tests.service.imports.imported import WorldImports
from tests.world import World

EVERYTHING = Extent(is_deep=True, all_files=True)


def everything(world):
    with closing(WorldImports(world)) as desk:
        return world.contacts(), [entry.value for entry in world.entries()], desk.results.all()


def change(carrier, **members):
    """Change what the manifest says."""
    path = carrier.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | members))


def test_a_restored_ledger_is_what_it_was_and_verifies(carrier):
    carrier.take()
    restored = carrier.restored()
    assert everything(restored) == everything(carrier.world)
    report = verification(restored.deployment).run(EVERYTHING)
    assert (list(report.faults), report.full_digest) == ([], verification(carrier.world.deployment).run().full_digest)


def test_it_goes_on_where_it_was(carrier):
    carrier.take()
    restored = carrier.restored()
    restored.send("UserTracked", {"phone": GAVIN, "traits": {"city": "Goa"}}, id="a new one")
    restored.settle()
    with closing(WorldImports(restored)) as desk:
        desk.bring("Name,Phone\nAsha Devi,+919820098200\n")
    assert restored.contact(GAVIN)["traits"]["city"] == "Goa"
    assert restored.contact(ASHA)["traits"]["name"] == "Asha Devi"
    assert verification(restored.deployment).run(EVERYTHING).ok


def test_a_newer_bus_file_that_was_saved_is_read_from_where_the_backup_ends(carrier):
    carrier.take()
    carrier.world.track(phone=GAVIN, city="later")
    carrier.restore()
    shutil.copy(carrier.world.folder / "bus.db", carrier.data / "bus.db")
    shutil.copy(carrier.world.folder / "bus.db-wal", carrier.data / "bus.db-wal")
    with closing(World(carrier.data)) as restored:
        restored.settle()
        assert restored.contact(GAVIN)["traits"]["city"] == "later"


def test_sessions_and_one_time_links_of_then_let_nobody_in(carrier):
    with closing(carrier.world.drivers.store()) as store:
        people, sessions = People(store, now, token_urlsafe), Sessions(store, now, token_urlsafe)
        person = people.add("Meera Shah", ["read"], by="tests")
        link, cookie = people.link(person.id, by="tests"), sessions.begin("Chrome", person=person.id)
    carrier.take()
    with closing(carrier.restored().drivers.store()) as store:
        people, sessions = People(store, now, token_urlsafe), Sessions(store, now, token_urlsafe)
        assert [one.name for one in people.all()] == ["Meera Shah"]
        assert sessions.find(cookie) is None
        with pytest.raises(LinkUnusable):
            people.spend(link)


@pytest.mark.parametrize("name", ["log.db", "service.db", "state.db", "bus.db", "secret"])
def test_a_file_that_is_not_as_it_was_made_is_refused_and_nothing_is_left(carrier, name):
    carrier.take()
    path = carrier.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadBackup, match=f"{name} is not"):
        carrier.restore()
    assert not carrier.data.exists() or os.listdir(carrier.data) == []


def test_a_file_that_is_missing_is_refused_by_name(carrier):
    carrier.take()
    (carrier.folder / "state.db").unlink()
    with pytest.raises(BadBackup, match=r"state\.db is missing"):
        carrier.restore()
    assert os.listdir(carrier.data) == []


def test_a_folder_without_a_manifest_is_no_backup(carrier):
    carrier.take()
    (carrier.folder / "manifest.json").unlink()
    with pytest.raises(BadBackup, match="is no finished backup"):
        carrier.restore()


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"format": 2}, "made by a newer version of this program .its format is 2"),
        ({"log_layout": 99, "program": "9.9"}, r"newer version of this program .9\.9., whose log this one cannot read"),
        ({"files": [{"name": "../log.db", "bytes": 1, "sha256": ""}]}, "names a file outside it"),
        ({"files": []}, "names no log.db"),
        ({"files": 7}, "is damaged"),
        ({"secret_check": "00"}, "is not the secret that the messages of this ledger are signed with"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_with_one_sentence(carrier, members, said):
    carrier.take()
    change(carrier, **members)
    with pytest.raises(BadBackup, match=said) as raised:
        carrier.restore()
    assert "\n" not in str(raised.value)
    assert not carrier.data.exists() or os.listdir(carrier.data) == []


def test_a_data_folder_that_is_not_empty_is_refused_and_left_as_it_is(carrier):
    carrier.take()
    carrier.data.mkdir()
    (carrier.data / "log.db").write_text("mine")
    with pytest.raises(NotEmpty, match=r"log\.db is in it"):
        carrier.restore()
    assert (carrier.data / "log.db").read_text() == "mine"


def test_a_bus_file_that_is_there_already_is_refused(carrier, tmp_path):
    carrier.take()
    (tmp_path / "bus.db").write_text("mine")
    with pytest.raises(NotEmpty, match=r"bus\.db is there already"):
        carrier.restore(bus=f"sqlite:{tmp_path / 'bus.db'}")


def test_another_kind_of_bus_is_refused(carrier):
    carrier.take()
    with pytest.raises(BadBackup, match="another kind of bus: set CONTACTS_BUS to sqlite:"):
        carrier.restore(bus="kafka://broker:9092/contacts")


def test_the_secret_that_its_settings_had_is_demanded_and_another_is_refused(carrier):
    carrier.take()
    with pytest.raises(BadBackup, match="CONTACTS_SECRET is not the secret"):
        carrier.restore(secret="y" * 40)
    change(carrier, secret="elsewhere")
    with pytest.raises(BadBackup, match="set that to it"):
        carrier.restore()


def test_nothing_starts_in_a_folder_whose_restore_was_killed(carrier):
    carrier.take()

    class Killed(BaseException):
        pass

    def killed(*_):
        shutil.copytree(carrier.data, carrier.data.with_name("killed"), dirs_exist_ok=True)
        raise Killed

    with pytest.raises(Killed):
        carrier.restore(killed)
    with pytest.raises(SecretWrong, match="secret is missing"):
        World(carrier.data.with_name("killed"))
