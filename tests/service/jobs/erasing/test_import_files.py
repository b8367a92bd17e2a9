"""A person taken out of the files of imports: whole records, at their lines, and nobody else's (R31)."""

from contextlib import closing

import orjson
import pytest

from ledger.events.mentions import Mentions
from service.imports.record.folder import ImportFolder
from service.imports.record.registry import ImportUnknown, Registry
from service.jobs.erasing.import_files import GONE, forget_in_imports
from service.jobs.erasing.places import NotYet
from service.wiring.drivers import now
from service.wiring.imports import importing, uploads
from tests.examples import ASHA, GAVIN
from tests.world import World

MENTIONS = Mentions([GAVIN], ["gavin-7731"])


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        made.settle()
        yield made


def upload(world, text):
    """An upload that waits for its columns; its id."""
    with uploads(world.deployment) as prepared:

        def fill(incoming):
            incoming.write(text.encode())
            return "people.csv"

        return prepared.receive(fill)


def imported(world, text):
    """An import whose rows are all published; its id."""
    id = upload(world, text)
    with uploads(world.deployment) as prepared, importing(world.deployment) as importer:
        prepared.map(id, [])
        prepared.check(id)
        importer.checks.run(id, lambda *_: None)
        prepared.confirm(id, allow_opt_in=False, again=False)
        importer.see_out(id, lambda *_: None)
    world.settle()
    return id


def forget(world):
    with closing(world.drivers.store()) as store:
        forget_in_imports(world.folder / "imports", Registry(store, now), MENTIONS)


def folder(world, id):
    return ImportFolder(world.folder / "imports" / id)


HEADER = "Name,Country Code,Phone Number,City\n"


def test_lines_of_the_person_are_blanked_and_all_others_stay_where_they_are(world):
    id = imported(world, f"{HEADER}Asha,91,{ASHA[3:]},Pune\nGavin,91,{GAVIN[3:]},Goa\nRavi,91,9833098330,Agra\n")
    forget(world)
    assert folder(world, id).source.read_text() == f"{HEADER}Asha,91,{ASHA[3:]},Pune\n,,,\nRavi,91,9833098330,Agra\n"


def test_a_record_of_several_lines_goes_whole_and_its_quotes_stay(world):
    text = f'{HEADER}Gavin,91,{GAVIN[3:]},"Hidden\nstreet, Goa"\nAsha,91,{ASHA[3:]},Pune\n'
    id = imported(world, text)
    forget(world)
    assert folder(world, id).source.read_text() == f'{HEADER},,,"\n,"\nAsha,91,{ASHA[3:]},Pune\n'


def test_a_rejected_row_keeps_its_line_and_reason_and_no_word_of_what_stood_there(world):
    id = imported(world, f"{HEADER}Gav1n,91,{GAVIN[3:]},Goa\nAsha,91,{ASHA[3:]},Pune\n")
    forget(world)
    (line,) = folder(world, id).rejects.read_bytes().splitlines()
    assert orjson.loads(line) == [1, 2, [["Name", "name_not_letters", GONE, ""]]]


def test_an_upload_that_nobody_confirmed_is_cancelled_and_its_file_removed(world):
    id = upload(world, f"{HEADER}Gavin,91,{GAVIN[3:]},Goa\n")
    kept = upload(world, f"{HEADER}Asha,91,{ASHA[3:]},Pune\n")
    forget(world)
    assert not folder(world, id).path.exists()
    assert folder(world, kept).source.exists()
    with closing(world.drivers.store()) as store:
        assert Registry(store, now).get(id).state == "cancelled"


def test_what_an_upload_left_that_came_to_nothing_goes_too(world):
    left = ImportFolder(world.folder / "imports" / "01a22b5f-d2c4-7ebd-8719-49d1ef6dd153")
    left.path.mkdir(parents=True)
    left.upload.write_text(f"Gavin,{GAVIN}\n")
    with closing(world.drivers.store()) as store, pytest.raises(ImportUnknown):
        Registry(store, now).get(left.path.name)
    forget(world)
    assert not left.path.exists()


def test_an_import_that_is_worked_on_is_waited_for(world):
    id = imported(world, f"{HEADER}Gavin,91,{GAVIN[3:]},Goa\n")
    with folder(world, id).held(), pytest.raises(NotYet):
        forget(world)
    forget(world)
    assert GAVIN[3:] not in folder(world, id).source.read_text()
