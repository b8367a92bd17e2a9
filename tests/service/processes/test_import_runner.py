"""Imports that nobody works on go on by themselves, several beside each other."""

import io
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from threading import Event
from time import monotonic

import pytest

from ledger.bus.port import Publisher, Unavailable
from service.deployment.tables.database import open_store
from service.imports.columns.choices import Choices
from service.imports.record.cancelling import cancel
from service.imports.record.folder import ImportFolder
from service.imports.registry.registry import Registry
from service.imports.run.importer import Importer
from service.processes.import_runner import FEW_ROWS, MOST_AT_ONCE, ImportRunner
from service.wiring.drivers import now
from service.wiring.imports import importer_parts, importing
from tests.service.imports.broken import IMPATIENT, MANY, Breaking, importer_with
from tests.service.imports.imported import WorldImports, silent

SECONDS = 60.0


@pytest.fixture
def imports(world):
    made = WorldImports(world)
    yield made
    made.close()


def break_off(imports, name, content=MANY, after=2, **choices):
    publisher = Breaking(imports.ports.publisher, after)
    broken = importer_with(imports, publisher=publisher, pace=IMPATIENT, batch=14)
    with pytest.raises(Unavailable):
        broken.bring(io.BytesIO(content.encode()), name, Choices(**choices), silent)
    return imports.importer.results.all()[0]["id"]


class Held(Publisher):
    """The real publisher, which publishes for none of these imports until `event` is set."""

    def __init__(self, publisher, imports, event):
        self._publisher, self._sources, self._event = publisher, [id.encode() for id in imports], event

    def publish(self, messages, timeout=4.0):
        if any(source in message.value for message in messages for source in self._sources):
            assert self._event.wait(SECONDS)
        self._publisher.publish(messages, timeout)

    def close(self):
        pass


def run_until(world, holds, importing_=None):
    """Run the runner until `holds(registry)`, but not for ever."""
    deadline = monotonic() + SECONDS
    with closing(open_store(world.deployment.service_path)) as store:
        registry = Registry(store, now)
        is_over = Event()

        def wait(seconds):
            if holds(registry) or monotonic() > deadline:
                is_over.set()
            return is_over.wait(min(seconds, 0.02))

        ImportRunner(importing_ or partial(importing, world.deployment), wait).run()
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
    cancel(imports.registry, world.folder / "imports", id, "asha")
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


def test_a_change_of_one_contact_waits_for_no_large_file(imports, world):
    large = "Name,Phone\n" + "".join(f"Asha,+91996750{number:04d}\n" for number in range(FEW_ROWS + 1))
    files = [break_off(imports, f"{name}.csv", large, tags=(f"t{name}",)) for name in range(MOST_AT_ONCE)]
    small = break_off(imports, "one.csv", "Name,Phone\nRavi,+919967536783\n", after=0)
    is_out = Event()

    @contextmanager
    def held(check):
        with importer_parts(world.deployment, check) as (folder, registry, ports, limits):
            publisher = Held(ports.publisher, files, is_out)
            yield Importer(folder, registry, replace(ports, publisher=publisher), limits)

    def small_came_first(registry):
        if registry.get(small).state == "published":
            assert is_out.is_set() or {registry.get(id).state for id in files} == {"running"}
            is_out.set()
        return not registry.unfinished()

    run_until(world, small_came_first, held)
