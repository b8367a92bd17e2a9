"""The same file again, and imports that were broken off: no row is lost and none applied twice (R23)."""

import io

import pytest

from ledger.bus.port import NotConfirmed, Unavailable
from service.imports.columns.choices import Choices
from service.imports.ledger.ports import Pace
from service.imports.record.folder import Busy, ImportFolder
from service.imports.run.feed import Stalled
from service.imports.table.refusal import FileRefused
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.broken import IMPATIENT, MANY, Breaking, importer_with
from tests.service.imports.imported import silent

FILE = f"Name,Phone\nGavin,{GAVIN}\nAsha,{ASHA}\n"


def test_the_same_file_with_the_same_choices_changes_nothing_and_names_the_earlier_import(imports, world):
    first = imports.bring(FILE, tags=("vip", "new"))
    before = len(world.entries())
    again = imports.importer.bring(io.BytesIO(FILE.encode()), "other.csv", Choices(tags=("New", " VIP ")), silent)
    world.settle()
    assert (again.id, again.already) == (first["id"], True)
    assert len(world.entries()) == before


def test_other_choices_make_another_import(imports):
    first = imports.bring(FILE)
    second = imports.bring(FILE, tags=("vip",))
    assert second["id"] != first["id"]
    assert second["updated"] == 2


def test_again_applies_the_file_as_a_new_import(imports):
    first = imports.bring(FILE)
    second = imports.bring(FILE, again=True)
    assert second["id"] != first["id"]
    assert second["unchanged"] == 2


def test_a_refused_file_leaves_nothing_behind(imports, world):
    with pytest.raises(FileRefused):
        imports.bring('Name,Phone\n"open,1\n')
    world.settle()
    assert list((world.folder / "imports").iterdir()) == []
    assert world.entries() == []
    assert imports.importer.results.all() == []


@pytest.mark.parametrize("tags", [(), ("vip",)])
@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("after", [0, 1, 2, 3, 6, 7, 8])
def test_a_broken_import_goes_on_where_it_was_under_its_id(imports, world, after, is_late, tags):
    publisher = Breaking(imports.ports.publisher, after, is_late=is_late)
    broken = importer_with(imports, publisher=publisher, pace=IMPATIENT, batch=14)
    with pytest.raises((Unavailable, NotConfirmed)):
        broken.bring(io.BytesIO(MANY.encode()), "many.csv", Choices(tags=tags), silent)
    (listed,) = imports.importer.results.all()
    assert listed["state"] == "running"
    brought = importer_with(imports, batch=14).bring(io.BytesIO(MANY.encode()), "many.csv", Choices(tags=tags), silent)
    assert brought.id == listed["id"]
    assert not brought.already
    world.settle()
    resumed = imports.importer.results.show(brought.id)
    assert resumed["state"] == "done"
    assert all(entry.reason is None for entry in world.entries())
    whole = imports.bring(MANY, again=True, tags=tags)
    assert resumed["created"] == whole["unchanged"]
    assert (resumed["rejects"], resumed["duplicate"]) == (whole["rejects"], whole["duplicate"])


def test_a_resumed_import_does_not_change_its_mind_about_who_opted_out(imports, world):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    file = f"Phone,WhatsApp Opted\n{ASHA},\n{GAVIN},TRUE\n{RAVI},TRUE\n"
    publisher = Breaking(imports.ports.publisher, 2)
    broken = importer_with(imports, publisher=publisher, pace=IMPATIENT, batch=1)
    with pytest.raises(Unavailable):
        broken.bring(io.BytesIO(file.encode()), "people.csv", Choices(), silent)
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.track(phone=RAVI, whatsapp_opted=False)
    world.settle()
    document = imports.bring(file)
    assert [(one["line"], one["reason"]) for one in document["rejects"]] == [(3, "opt_in_not_allowed")]
    assert (document["created"], document["pending"]) == (1, 0)


def test_nothing_is_published_far_ahead_of_the_log(imports):
    pace = Pace(clock=iter(range(10**9)).__next__, sleep=lambda _: None, patience=3)
    ahead = importer_with(imports, backlog=lambda: 25_000, pace=pace)
    with pytest.raises(Stalled, match="is a consumer running"):
        ahead.bring(io.BytesIO(FILE.encode()), "people.csv", Choices(), silent)


def test_two_processes_do_not_work_on_one_import(imports, world):
    publisher = Breaking(imports.ports.publisher, 0)
    broken = importer_with(imports, publisher=publisher, pace=IMPATIENT)
    with pytest.raises(Unavailable):
        broken.bring(io.BytesIO(FILE.encode()), "people.csv", Choices(), silent)
    (listed,) = imports.importer.results.all()
    with ImportFolder(world.folder / "imports" / listed["id"]).held(), pytest.raises(Busy):
        imports.importer.resume(listed["id"], silent)


def test_copies_of_a_killed_process_are_removed_after_an_hour(imports, world):
    folder = world.folder / "imports"
    old = ImportFolder(folder / "01800000-0000-7000-8000-000000000000")
    with old.held():
        imports.bring(FILE)
        assert old.path.exists()
    imports.bring(FILE, again=True)
    assert not old.path.exists()


def test_files_of_an_import_are_private(imports, world):
    document = imports.bring(FILE + "R2,12\n")
    for path in (world.folder / "imports" / document["id"]).iterdir():
        assert path.stat().st_mode & 0o077 == 0
