"""Imports that only the log knows, as where a backup from before them was restored: listed again, and undone (R28)."""

import shutil
from contextlib import closing

import pytest

from ledger.sqlite import transaction
from service.deployment.tables.database import open_store
from service.imports.registry.against_log import kept_import_faults, kept_imports
from service.imports.table.refusal import FileRefused
from tests.service.imports.broken import MANY
from tests.service.imports.imported import silent
from tests.service.imports.test_counts import adds_up
from tests.service.imports.test_ends import break_off
from tests.service.imports.test_undo import UNDO

LOST_WITH_THE_FILE = {"bytes", "ended_at", "reasons", "rejects", "text_columns", "user_ids_left_out", "replaced"}


def lose(imports, id):
    """What an import left beside the log is gone."""
    with closing(open_store(imports.world.deployment.service_path)) as store, transaction(store):
        store.execute("DELETE FROM imports WHERE id = ?", (id,))
    shutil.rmtree(imports.folder / id)


def faults(world):
    with closing(world.log()) as log:
        kept = kept_imports(world.deployment.service_path, log)
        return [one.fault for one in kept_import_faults(kept, log, is_all_taken=True)]


def told(document):
    return {name: value for name, value in document.items() if name not in LOST_WITH_THE_FILE}


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"tags": ("vip", "new"), "mode": "create", "match": "either", "null_values": ("n/a",), "relaxed_names": True},
        {"maps": ("Name=nick",), "ignore": ("User ID",), "blank": "clear"},
    ],
)
def test_one_that_had_ended_is_told_as_before_but_for_what_its_file_said(imports, world, choices):
    before = imports.bring(MANY, **choices)
    lose(imports, before["id"])
    assert imports.importer.list_again() == [before["id"]]
    assert told(imports.importer.results.show(before["id"])) == told(before)
    assert faults(world) == []


def test_one_that_has_corrected_rows_still_says_whose(imports, world):
    of = imports.bring(MANY)["id"]
    id = imports.uploads.receive_corrected(of, iter(["Phone,Name\n", "+919820099999,Asha\n"]))
    imports.check(id)
    imports.run(id)
    lose(imports, id)
    assert (imports.importer.list_again(), faults(world)) == ([id], [])
    assert imports.results.show(id)["corrects"]["id"] == of


def test_it_is_undone(imports, world):
    id = imports.bring(MANY)["id"]
    lose(imports, id)
    imports.importer.list_again()
    imports.importer.order(id, UNDO)
    world.settle()
    assert (world.contacts(), imports.importer.results.show(id)["state"]) == ([], "undone")


def test_the_same_file_is_known_again(imports):
    first = imports.bring(MANY)["id"]
    lose(imports, first)
    imports.importer.list_again()
    assert imports.bring(MANY)["id"] == first


def test_one_that_was_cancelled_is_so_again(imports, world):
    id = break_off(imports, 4)
    imports.importer.cancel(id, silent, by="asha")
    world.settle()
    before = imports.importer.results.show(id)
    lose(imports, id)
    imports.importer.list_again()
    assert told(imports.importer.results.show(id)) == told(before)
    assert faults(world) == []


def test_one_that_had_not_ended_fails_and_its_rows_are_undone(imports, world):
    id = break_off(imports, 4)
    world.settle()
    there = len(world.contacts())
    lose(imports, id)
    imports.importer.list_again()
    with pytest.raises(FileRefused, match="is gone; import it again"):
        imports.importer.go_on(id, silent)
    world.settle()
    document = imports.importer.results.show(id)
    assert (document["state"], document["created"], adds_up(document)) == ("failed", there, True)
    imports.importer.order(id, UNDO)
    world.settle()
    assert world.contacts() == []


def test_those_that_are_listed_stay_as_they_are(imports):
    before = imports.bring(MANY)
    assert imports.importer.list_again() == []
    assert imports.importer.results.show(before["id"]) == before
