"""Imports that do not come to their end: cancelled, or failed; their counts are exact all the same (R22)."""

import io
from contextlib import closing
from dataclasses import replace

import pytest

from ledger.bus.port import NotConfirmed, Publisher, Unavailable
from service.deployment.tables.database import open_store
from service.imports.columns.choices import Choices
from service.imports.record.folder import ImportFolder
from service.imports.registry.import_order import UndoNotPossible
from service.imports.registry.lifecycle import ImportStep, StepNotAllowed
from service.imports.registry.registry import ImportUnknown, Registry
from service.imports.run.feed import Stalled
from service.imports.table.limits import Limits
from service.imports.table.refusal import FileRefused
from service.wiring.drivers import now
from tests.examples import GAVIN
from tests.service.imports.broken import IMPATIENT, MANY, Breaking, importer_with
from tests.service.imports.imported import silent
from tests.service.imports.test_counts import adds_up
from tests.service.imports.test_undo import UNDO

STEPS = {"batch": 7, "stride": 14}


class Interrupting(Publisher):
    """The real publisher; with the batch after `after` others somebody asks for the import's end."""

    def __init__(self, world, publisher, after):
        self.world, self.publisher, self.after = world, publisher, after

    def publish(self, messages, timeout=4.0):
        self.publisher.publish(messages, timeout)
        self.after -= 1
        if self.after == 0:
            with closing(open_store(self.world.deployment.service_path)) as store:
                registry = Registry(store, now)
                registry.take(*registry.unfinished(), ImportStep.CANCEL, lambda one: replace(one, is_cancelling=True))

    def close(self):
        pass


def break_off(imports, after, *, is_late=False):
    """An import of MANY whose process is gone after so many batches; its id."""
    publisher = Breaking(imports.ports.publisher, after, is_late=is_late)
    broken = importer_with(imports, publisher=publisher, pace=IMPATIENT, **STEPS)
    with pytest.raises((Unavailable, NotConfirmed)):
        broken.bring(io.BytesIO(MANY.encode()), "many.csv", Choices(), silent)
    (listed,) = imports.importer.results.all()
    return listed["id"]


def settled(imports, world, id):
    """The import when everything on the bus is in the state: exact, and the same by a count of contacts."""
    world.settle()
    document = imports.importer.results.show(id)
    assert adds_up(document)
    assert document["pending"] == 0
    assert document["created"] == len(world.contacts())
    return document


def test_an_import_stops_where_somebody_cancels_it_and_what_is_published_stays(imports, world):
    publisher = Interrupting(world, imports.ports.publisher, 3)
    stopping = importer_with(imports, publisher=publisher, **STEPS)
    brought = stopping.bring(io.BytesIO(MANY.encode()), "many.csv", Choices(), silent)
    document = settled(imports, world, brought.id)
    assert document["state"] == "cancelled"
    assert document["created"] > 0
    assert document["cancelled"] > 0


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("after", range(9))
def test_an_import_whose_process_was_killed_is_cancelled_with_exact_counts(imports, world, after, is_late):
    id = break_off(imports, after, is_late=is_late)
    imports.importer.cancel(id, silent, by="asha")
    document = settled(imports, world, id)
    assert document["state"] == "cancelled"
    assert document["cancelled"] > 0


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("after", [0, 1, 4, 8])
def test_a_cancelled_import_is_undone_once_its_last_row_is_in(imports, world, after, is_late):
    """R32: and no row comes behind the undo."""
    id = break_off(imports, after, is_late=is_late)
    imports.importer.cancel(id, silent, by="asha")
    if imports.importer.results.counts(id)["pending"]:
        with pytest.raises(UndoNotPossible, match="still on their way"):
            imports.importer.order(id, UNDO)
    settled(imports, world, id)
    imports.importer.order(id, UNDO)
    world.settle()
    assert (world.contacts(), imports.importer.results.show(id)["state"]) == ([], "undone")
    assert {entry.reason for entry in world.entries()} == {None}


def test_a_row_that_is_cancelled_was_never_published(imports, world):
    id = break_off(imports, 4)
    imports.importer.cancel(id, silent, by="asha")
    world.settle()
    published = [entry for entry in world.entries() if entry.type == "UserTracked"]
    document = imports.importer.results.show(id)
    assert document["rows"] - document["cancelled"] == len(published) + document["duplicate"] + len(
        [one for one in document["rejects"] if one["reason"] != "duplicate_phone"]
    )


def test_an_import_whose_rows_are_all_out_cannot_be_cancelled(imports):
    document = imports.bring(MANY)
    with pytest.raises(StepNotAllowed, match="is on the bus whole"):
        imports.importer.cancel(document["id"], silent, by="asha")


def test_an_import_is_cancelled_once(imports):
    id = break_off(imports, 2)
    imports.importer.cancel(id, silent, by="asha")
    with pytest.raises(StepNotAllowed, match="has already been cancelled"):
        imports.importer.cancel(id, silent, by="asha")


def test_an_unknown_import_cannot_be_cancelled(imports):
    with pytest.raises(ImportUnknown):
        imports.importer.cancel("nope", silent, by="asha")


def test_a_cancelled_import_is_not_gone_on_with(imports, world):
    id = break_off(imports, 2)
    imports.importer.cancel(id, silent, by="asha")
    before = settled(imports, world, id)
    imports.importer.resume(id, silent)
    assert settled(imports, world, id) == before
    assert imports.importer.unfinished() == {}


def test_the_file_of_a_cancelled_import_is_imported_anew(imports):
    id = break_off(imports, 2)
    imports.importer.cancel(id, silent, by="asha")
    document = imports.bring(MANY)
    assert document["id"] != id
    assert (document["state"], document["cancelled"]) == ("done", 0)


def test_an_import_whose_copy_is_gone_fails_and_says_so(imports, world):
    id = break_off(imports, 4, is_late=True)
    ImportFolder(world.folder / "imports" / id).source.unlink()
    with pytest.raises(FileRefused, match="is gone; import it again"):
        imports.importer.resume(id, silent)
    document = settled(imports, world, id)
    assert document["state"] == "failed"
    assert "is gone" in document["failure"]
    assert document["cancelled"] > 0
    with pytest.raises(StepNotAllowed, match="has already failed"):
        imports.importer.cancel(id, silent, by="asha")
    with pytest.raises(FileRefused, match="its rejected rows with it"):
        imports.importer.results.rejects_csv(id)


def test_a_limit_that_was_lowered_meanwhile_does_not_fail_an_import(imports, world):
    id = break_off(imports, 2)
    importer_with(imports, limits=Limits(bytes=1, rows=1)).resume(id, silent)
    assert settled(imports, world, id)["state"] == "done"


def test_who_comes_second_waits_for_the_process_that_is_at_it(imports, world):
    id = break_off(imports, 2)
    other = importer_with(imports, **STEPS)
    other_hold = ImportFolder(world.folder / "imports" / id).held()
    other_hold.__enter__()
    said = []

    def report(stage, _done, _rows):
        said.append(stage)
        if len(said) == 3:
            other_hold.__exit__(None, None, None)

    other.see_out(id, report)
    assert said[:3] == ["publishing"] * 3
    assert settled(imports, world, id)["state"] == "done"


def test_waiting_for_a_process_that_comes_no_further_ends_with_a_sentence(imports, world):
    id = break_off(imports, 2)
    impatient = importer_with(imports, pace=IMPATIENT)
    with ImportFolder(world.folder / "imports" / id).held(), pytest.raises(Stalled, match="has not come further"):
        impatient.see_out(id, silent)


def test_a_done_import_fails_in_nothing(imports):
    document = imports.bring(f"Name,Phone\nGavin,{GAVIN}\n")
    assert "failure" not in document
