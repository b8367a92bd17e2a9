"""An import from its upload to its confirmation, one step after the other (R16, R19-R21, R23, R24)."""

from dataclasses import replace

import pytest

from service.imports.columns.column_choice import ColumnChoice
from service.imports.record.folder import ImportFolder
from service.imports.record.upload_faults import AlreadyImported
from service.imports.registry.lifecycle import StepNotAllowed
from service.imports.registry.registry import ImportUnknown
from service.imports.table.refusal import MappingRefused
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.service.imports.imported import silent
from tests.service.imports.test_counts import COUNTED, adds_up, table

FILE = table(("Gavin", GAVIN, "u1", "Pune"), ("R2", ASHA, "", ""))
OPTING = f"Phone,WhatsApp Opted\n{GAVIN},TRUE\n{ASHA},TRUE\n{RAVI},TRUE\n"
CHANGES = {
    "mapping": lambda imports, id: imports.uploads.map(id, [ColumnChoice("City", "Home", None)]),
    "tags": lambda imports, id: imports.uploads.tag(id, ["vip"]),
    "options": lambda imports, id: imports.uploads.set_options(id, {"mode": "create"}),
}


def test_an_upload_shows_its_first_rows_and_what_its_columns_could_become(imports):
    status = imports.status(imports.upload(FILE))
    assert (status["state"], status["rows"], status["allowed"]) == (
        "uploaded",
        None,
        ["mapping", "tags", "options", "cancel"],
    )
    assert status["preview"]["rows"][1] == {"line": 3, "cells": ["R2", ASHA, "", ""]}
    assert [one["attribute"] for one in status["preview"]["proposal"]["columns"]] == [
        "name",
        "phone_number",
        "user_id",
        "city",
    ]


def test_an_import_goes_from_upload_to_done(imports, world):
    id = imports.upload(FILE)
    imports.uploads.tag(id, ["vip"])
    imports.uploads.map(id, [])
    assert imports.status(id)["state"] == "mapped"
    imports.check(id)
    checked = imports.status(id)
    assert (checked["state"], checked["created"], checked["rejected"]) == ("checked", 1, 1)
    world.settle()
    assert world.entries() == []
    document = imports.run(id)
    assert (document["state"], document["created"], document["rejected"]) == ("done", 1, 1)
    assert world.contact(GAVIN)["tags"] == ["vip"]


def test_a_check_and_the_run_after_it_count_the_same_and_name_the_same_rejects(imports, world):
    world.track(phone=RAVI, user_id="u2")
    world.track(phone=MEERA, name="Meera", city="Goa")
    world.settle()
    rows = [("Gavin", GAVIN, "u1", ""), ("A", ASHA, "u2", ""), ("M", MEERA, "", "Agra"), ("L", GAVIN, "", "")]
    id = imports.checked(table(*rows), tags=("vip",))
    checked = imports.status(id)
    done = imports.run(id)
    assert {name: checked[name] for name in ("rows", *COUNTED)} == {name: done[name] for name in ("rows", *COUNTED)}
    assert checked["rejects"] == done["rejects"]
    assert adds_up(done)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_voids_the_check(imports, change):
    id = imports.checked(FILE)
    CHANGES[change](imports, id)
    assert (imports.status(id)["state"], imports.status(id)["check"]) == ("mapped", None)
    with pytest.raises(StepNotAllowed, match=r"is mapped and not checked; it cannot be confirmed\. Allowed: .*check"):
        imports.uploads.confirm(id, allow_opt_in=False, again=False, by="asha")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_during_a_check_voids_it(imports, change):
    id = imports.upload(FILE)
    imports.uploads.map(id, [])
    imports.uploads.check(id)

    def report(stage, _done, _rows):
        if stage == "checking":
            CHANGES[change](imports, id)

    imports.importer.go_on(id, report)
    assert (imports.status(id)["state"], imports.status(id)["progress"]) == ("mapped", None)
    imports.check(id)
    assert imports.status(id)["state"] == "checked"


def test_a_cancelled_upload_leaves_no_file_even_in_the_middle_of_its_check(imports, world):
    id = imports.upload(FILE)
    imports.uploads.map(id, [])
    imports.uploads.check(id)
    imports.importer.go_on(id, lambda stage, *_: imports.uploads.cancel(id, "asha") if stage == "checking" else None)
    status = imports.status(id)
    assert (status["state"], status["allowed"]) == ("cancelled", [])
    assert adds_up(status)
    assert list((world.folder / "imports").iterdir()) == []


@pytest.mark.parametrize("steps", range(4))
def test_an_import_that_does_not_run_yet_is_cancelled_at_once_and_its_file_removed(imports, world, steps):
    id = imports.upload(FILE)
    for step in (imports.uploads.map, lambda id, _: imports.uploads.check(id), lambda id, _: imports.check(id))[:steps]:
        step(id, [])
    imports.uploads.cancel(id, "asha")
    assert imports.status(id)["state"] == "cancelled"
    assert list((world.folder / "imports").iterdir()) == []
    imports.importer.go_on(id, silent)
    world.settle()
    assert world.entries() == []
    with pytest.raises(StepNotAllowed, match="has already been cancelled"):
        imports.uploads.map(id, [])


def test_a_check_stays_valid_while_others_change_the_ledger_and_the_run_counts_what_happens(imports, world):
    id = imports.checked(table(("Gavin", GAVIN, "", "Pune")))
    assert imports.status(id)["created"] == 1
    world.track(phone=GAVIN, name="Gavin", city="Pune")
    world.settle()
    document = imports.run(id)
    assert (document["created"], document["unchanged"]) == (0, 1)


def test_opting_in_needs_a_second_yes_at_the_confirmation(imports, world):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    id = imports.checked(OPTING)
    status = imports.status(id)
    assert (status["check"]["opt_ins"], status["rejected"]) == (1, 1)
    document = imports.run(id)
    assert [(one["line"], one["reason"]) for one in document["rejects"]] == [(2, "opt_in_not_allowed")]
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is False


def test_the_second_yes_is_for_those_whom_the_check_counted_and_not_for_who_opted_out_since(imports, world):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    id = imports.checked(OPTING)
    world.track(phone=ASHA, whatsapp_opted=False)
    world.settle()
    document = imports.run(id, allow_opt_in=True)
    assert [(one["line"], one["reason"]) for one in document["rejects"]] == [(3, "opt_in_not_allowed")]
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is True
    assert world.contact(ASHA)["traits"]["whatsapp_opted"] is False


def test_the_same_file_and_choices_again_name_the_import_that_brought_them(imports):
    first = imports.bring(FILE, tags=("vip",))
    id = imports.checked(FILE, tags=("VIP",))
    assert imports.status(id)["imported_before"] == first["id"]
    with pytest.raises(AlreadyImported, match=first["id"]):
        imports.uploads.confirm(id, allow_opt_in=False, again=False, by="asha")
    assert imports.status(id)["state"] == "checked"
    assert imports.run(id, again=True)["unchanged"] == 1


def test_saying_what_the_headers_say_is_no_other_choice(imports):
    first = imports.bring(FILE)
    said = [
        ColumnChoice("Name", "name", "string"),
        ColumnChoice("Phone", "phone_number", None),
        ColumnChoice("City", "city", "string"),
    ]
    assert imports.status(imports.checked(FILE, *said))["imported_before"] == first["id"]
    assert imports.status(imports.checked(FILE, ColumnChoice("City", "Home", None)))["imported_before"] is None


def test_columns_are_mapped_as_wanted(imports, world):
    content = f"Who,Phone,Score,Secret,a=b\nGavin,{GAVIN},7,x,y\n"
    wanted = [
        ColumnChoice("Who", "name", None),
        ColumnChoice("Score", "Points: all", "number"),
        ColumnChoice("Secret", None, None),
        ColumnChoice("a=b", "c=d", None),
    ]
    id = imports.checked(content, *wanted)
    assert {one["column"]: (one["attribute"], one["type"]) for one in imports.status(id)["mapping"]} == {
        "Who": ("name", "string"),
        "Phone": ("phone_number", "string"),
        "Score": ("Points: all", "number"),
        "Secret": (None, "string"),
        "a=b": ("c=d", "string"),
    }
    imports.run(id)
    assert world.contact(GAVIN)["traits"] == {"name": "Gavin", "Points: all": 7, "c=d": "y"}


def test_a_mapping_that_cannot_be_changes_nothing(imports):
    id = imports.checked(FILE)
    with pytest.raises(MappingRefused, match="no such column"):
        imports.uploads.map(id, [ColumnChoice("Nope", "city", None)])
    assert imports.status(id)["state"] == "checked"


def test_what_was_uploaded_is_removed_once_it_runs_and_all_files_are_private(imports, world):
    id = imports.checked(FILE)
    for path in (world.folder / "imports" / id).iterdir():
        assert path.stat().st_mode & 0o077 == 0
    imports.run(id)
    assert not ImportFolder(world.folder / "imports" / id).upload.exists()


def test_what_a_kill_left_of_a_cancelled_upload_is_removed_after_an_hour(imports, world):
    id = imports.upload(FILE)
    old = ImportFolder(world.folder / "imports" / "01800000-0000-7000-8000-000000000000")
    registry = imports.registry
    registry.add(replace(registry.get(id), id=old.path.name), again=True)
    with old.held():
        imports.uploads.cancel(old.path.name, "asha")
    assert old.path.exists()
    imports.upload(FILE)
    assert (old.path.exists(), ImportFolder(world.folder / "imports" / id).upload.exists()) == (False, True)


def test_an_unknown_import_is_unknown_to_every_command(imports):
    commands = (
        lambda: imports.uploads.map("nope", []),
        lambda: imports.uploads.tag("nope", []),
        lambda: imports.uploads.set_options("nope", {}),
        lambda: imports.uploads.check("nope"),
        lambda: imports.uploads.confirm("nope", allow_opt_in=False, again=False, by="asha"),
        lambda: imports.uploads.cancel("nope", "asha"),
        lambda: imports.status("nope"),
    )
    for command in commands:
        with pytest.raises(ImportUnknown):
            command()
