"""A backup: whole or none, of one moment of the bus, with everything that the next ledger needs."""

import hashlib
import json
import os
import stat
from contextlib import closing

import pytest

from ledger.storage import NotMadeYet
from service.deployment.tables.audit_trail import AuditTable
from service.jobs.backups.backup import NotABackupPlace
from service.jobs.verifying import Extent
from service.wiring.ledger import ledger_status, verification
from tests.examples import GAVIN, MEERA
from tests.service.jobs.backups.conftest import Carrier
from tests.world import World

EVERYTHING = Extent(is_deep=True, all_files=True)


def faults(world):
    return list(verification(world.deployment).run(EVERYTHING).faults)


def test_the_manifest_says_whose_it_is_how_far_it_goes_and_every_file_with_its_digest(carrier):
    world = carrier.world
    head = ledger_status(world.deployment).signed_head()
    manifest = carrier.take()
    kept = json.loads((carrier.folder / "manifest.json").read_bytes())
    assert (kept["ledger"], kept["head"]) == (world.deployment.ledger.id, head)
    assert kept["state"]["position"] == head["position"]
    assert {one["name"]: one["sha256"] for one in kept["files"]} == {
        str(path.relative_to(carrier.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in carrier.folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert manifest.size == sum(one["bytes"] for one in kept["files"])


def test_its_files_are_for_their_owner_alone(carrier):
    carrier.take()
    paths = [carrier.folder, *carrier.folder.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in paths} == {0}


def test_it_is_told_by_the_audit_trail_and_by_the_status(carrier):
    assert ledger_status(carrier.world.deployment).now().last_backup is None
    manifest = carrier.take(by="meera")
    told = ledger_status(carrier.world.deployment).now().last_backup
    assert (told["position"], told["by"]) == (manifest.head.position, "meera")
    with closing(carrier.world.drivers.store()) as store:
        (kept,) = AuditTable(store).newest(1)
    assert (kept.act.what, kept.act.detail["bytes"]) == ("backup made", manifest.size)


def test_what_comes_while_it_is_taken_leaves_it_of_one_moment(carrier):
    """Calls, appends and folds between all of its files, each of which a copy at another time would show."""
    world = carrier.world

    def more(what, done, total):
        if done == total:
            world.track(phone=MEERA, city=what)
            world.settle()

    position = carrier.take(more).head.position
    assert world.contact(MEERA)["traits"]["city"] == "checksums"
    restored = carrier.restored()
    assert len(restored.entries()) == position
    assert restored.contact(GAVIN) == world.contact(GAVIN)
    assert faults(restored) == []


def test_messages_that_the_log_had_not_taken_yet_are_in_it(carrier):
    carrier.world.track(phone=MEERA, city="Goa")
    carrier.take()
    assert carrier.restored().contact(MEERA)["traits"]["city"] == "Goa"


def test_a_ledger_whose_contacts_were_never_folded_is_carried_without_them(world, tmp_path):
    world.track(phone=GAVIN, city="Pune")
    world.consume()
    with closing(Carrier(world, tmp_path)) as carrier:
        world.drivers.store().close()
        assert carrier.take().state is None
        assert carrier.restored().contact(GAVIN)["traits"]["city"] == "Pune"


def test_a_place_that_is_not_empty_is_refused_and_left_as_it_is(carrier):
    carrier.folder.mkdir()
    (carrier.folder / "note").write_text("mine")
    with pytest.raises(NotABackupPlace, match="is not empty"):
        carrier.take()
    assert os.listdir(carrier.folder) == ["note"]


def test_a_place_inside_the_data_folder_is_refused(carrier):
    carrier.folder = carrier.world.folder / "backup"
    with pytest.raises(NotABackupPlace, match="would be lost with it"):
        carrier.take()
    assert not carrier.folder.exists()


def test_a_backup_that_breaks_off_leaves_nothing_and_no_word_of_itself(carrier):
    def full(what, *_):
        if what == "checksums":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        carrier.take(full)
    assert list(carrier.folder.iterdir()) == []
    assert ledger_status(carrier.world.deployment).now().last_backup is None


def test_a_ledger_that_has_no_log_yet_has_nothing_to_carry(tmp_path):
    with closing(World(tmp_path / "data")) as world, closing(Carrier(world, tmp_path)) as carrier:
        with pytest.raises(NotMadeYet, match="no event log yet"):
            carrier.take()
        assert list(carrier.folder.iterdir()) == []


def test_a_secret_of_the_settings_stays_where_it_is_kept(tmp_path):
    secret = "x" * 40
    with closing(World(tmp_path / "data", secret=secret)) as world, closing(Carrier(world, tmp_path)) as carrier:
        world.track(phone=GAVIN)
        world.settle()
        world.drivers.store().close()
        assert carrier.take().secret == "elsewhere"
        assert not [path for path in carrier.folder.rglob("*") if path.is_file() and secret in str(path.read_bytes())]
        assert faults(carrier.restored(secret=secret)) == []
