"""Imports that nobody works on go on by themselves, several beside each other."""

import io
from contextlib import closing
from functools import partial
from threading import Event
from time import monotonic

import pytest

from ledger.bus.port import Unavailable
from service.deployment.database import open_store
from service.imports.columns.choices import Choices
from service.imports.record.folder import ImportFolder
from service.imports.record.registry import Registry
from service.imports.run.cancelling import cancel
from service.processes.import_runner import ImportRunner
from service.wiring.drivers import now
from service.wiring.imports import importing
from tests.service.imports.broken import IMPATIENT, MANY, Breaking, importer_with
from tests.service.imports.imported import WorldImports, silent

SECONDS = 60.0


@pytest.fixture
def imports(world):
    made = WorldImports(world)
    yield made
    made.close()


def break_off(imports, name, **choices):
    publisher = Breaking(imports.ports.publisher, 2)
    broken = importer_with(imports, publisher=publisher, pace=IMPATIENT, batch=14)
    with pytest.raises(Unavailable):
        broken.bring(io.BytesIO(MANY.encode()), name, Choices(**choices), silent)
    return imports.importer.results.all()[0]["id"]


def run_until(world, holds):
    """Run the runner until `holds(registry)`, but not for ever."""
    deadline = monotonic() + SECONDS
    with closing(open_store(world.deployment.service_path)) as store:
        registry = Registry(store, now)
        is_over = Event()

        def wait(seconds):
            if holds(registry) or monotonic() > deadline:
                is_over.set()
            return is_over.wait(min(seconds, 0.02))

        ImportRunner(partial(importing, world.deployment), wait).run()
        assert holds(registry)


def test_imports_that_were_broken_off_are_published_to_their_last_row(imports, world):
    ids = [break_off(imports, "many.csv"), break_off(imports, "again.csv", tags=("vip",))]
    run_until(world, lambda registry: not registry.unfinished())
    world.settle()
    shown = [imports.importer.results.show(id) for id in ids]
    assert [one["state"] for one in shown] == ["done", "done"]
    assert sum(one["created"] for one in shown) == len(world.contacts())


def test_an_import_that_is_to_stop_is_stopped(imports, world):
    id = break_off(imports, "many.csv")
    cancel(imports.registry, world.folder / "imports", id)
    run_until(world, lambda registry: not registry.unfinished())
    world.settle()
    # what may have been published before is: here all, as the file is smaller than a stride
    assert imports.importer.results.show(id)["state"] == "done"


def test_an_import_that_cannot_go_on_fails_and_keeps_no_other_from_it(imports, world):
    broken, good = break_off(imports, "many.csv"), break_off(imports, "again.csv", tags=("vip",))
    ImportFolder(world.folder / "imports" / broken).source.unlink()
    run_until(world, lambda registry: not registry.unfinished())
    assert imports.importer.results.show(broken)["state"] == "failed"
    assert imports.registry.get(good).state == "published"


def test_an_import_that_another_process_works_on_is_left_to_it(imports, world):
    held, free = break_off(imports, "many.csv"), break_off(imports, "again.csv", tags=("vip",))
    with ImportFolder(world.folder / "imports" / held).held():
        run_until(world, lambda registry: registry.unfinished() == [held])
    assert imports.registry.get(free).state == "published"
