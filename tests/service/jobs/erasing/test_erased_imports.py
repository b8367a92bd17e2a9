"""An import that has lost the rows of somebody who was erased is read by everybody as before (R31)."""

from contextlib import closing
from secrets import token_urlsafe

import pytest

from service.deployment.tables.database import open_store
from service.deployment.tables.keys import Keys
from service.deployment.tables.scopes import SCOPES
from service.jobs.verifying import Extent
from service.queries.contact.find import find
from service.wiring.api import application
from service.wiring.erasing import erasing
from service.wiring.ledger import verification
from tests.examples import ASHA, GAVIN
from tests.service.api.conftest import Client
from tests.service.imports.imported import WorldImports
from tests.service.imports.orders import REDO, UNDO, order
from tests.world import World

HEADER = "Name,Country Code,Phone Number,City\n"
FILE = f"{HEADER}Gav1n,91,{GAVIN[3:]},Goa\nAsha,91,{ASHA[3:]},Pune\nR2D2,91,9833098330,Agra\nRavi,91,98330983,Agra\n"
"""Two rejected rows behind one that is the erased person's."""


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        yield made


@pytest.fixture
def imports(world):
    with closing(WorldImports(world)) as made:
        yield made


@pytest.fixture
def erased_import(world, imports):
    """The id of an import of which one rejected row was about Gavin, who is erased."""
    world.track(phone=GAVIN)
    world.settle()
    id = imports.bring(FILE)["id"]
    erase(world)
    return id


def erase(world, *, keep_out=False):
    with erasing(world.deployment, "/cli") as work:
        work.order(lambda log: find(log, GAVIN), "asha", "asked to be forgotten", keep_out=keep_out)
        world.settle()
        work.go_on()
        assert work.table.pending() == []


def lines_and_hints(document):
    return [(one["line"], bool(one["hint"])) for one in document["rejects"]]


def test_its_rejected_rows_are_told_and_only_the_erased_one_has_no_advice(imports, erased_import):
    assert lines_and_hints(imports.results.show(erased_import)) == [(2, False), (4, True), (5, True)]


def test_the_csv_of_rejected_rows_has_the_others_with_their_own_cells(imports, erased_import):
    lines = imports.rejects({"id": erased_import}).splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["R2D2", "91", "9833098330", "Agra"],
        ["Ravi", "91", "98330983", "Agra"],
    ]


def test_rows_to_be_corrected_are_the_others(imports, erased_import):
    assert [row.line for row in imports.results.faulty_rows(erased_import, 9)] == [4, 5]


def test_as_many_are_open_as_can_be_corrected_though_one_that_was_corrected_is_erased(world, imports):
    document = imports.bring(FILE)
    imports.bring(imports.rejects(document).replace("Gav1n", "Gavin"))
    assert imports.results.still_open(document["id"]) == 2
    erase(world)
    assert imports.results.still_open(document["id"]) == len(imports.results.faulty_rows(document["id"], 9)) == 2


def test_calls_for_it_are_answered(world, erased_import):
    with closing(open_store(world.deployment.service_path)) as store:
        key = Keys(store, lambda: 0, token_urlsafe).create("office", SCOPES, by="tests")[1]
    client = Client(world, application(world.deployment), key)
    assert lines_and_hints(client.read(f"/v1/imports/{erased_import}").json) == [(2, False), (4, True), (5, True)]
    assert b"R2D2" in client.read(f"/v1/imports/{erased_import}/rejects.csv").data


def test_one_whose_advice_was_emptied_with_null_is_read_too(world, imports, erased_import):
    path = world.folder / "imports" / erased_import / "rejects.jsonl"
    path.write_bytes(path.read_bytes().replace(b',""]', b",null]"))
    assert lines_and_hints(imports.results.show(erased_import)) == [(2, False), (4, True), (5, True)]


@pytest.mark.parametrize("keep_out", [False, True])
def test_a_wrong_file_that_was_undone_is_erased_too_and_its_redo_brings_nobody_back(world, imports, keep_out):
    wrong = imports.bring(f"{HEADER}Zyxwvutsr,91,{GAVIN[3:]},Quaintville\nAsha,91,{ASHA[3:]},Pune\n")
    order(imports, wrong, UNDO)
    imports.bring(f"{HEADER}Gavin,91,{GAVIN[3:]},Goa\n")
    erase(world, keep_out=keep_out)
    left = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    assert [word for word in (b"Zyxwvutsr", b"Quaintville", GAVIN[3:].encode()) if word in left] == []
    told = order(imports, wrong, REDO)
    assert (told["created"], told["erased"]) == (1, 1)
    assert [one["phone"] for one in world.contacts()] == [ASHA]
    assert verification(world.deployment).run(Extent(is_deep=True)).faults == ()
