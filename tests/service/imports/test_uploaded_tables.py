"""How an uploaded file is read as a table, and which files are refused (R11, R24, R39)."""

from dataclasses import replace

import pytest

from service.imports.columns.choices import Choices
from service.imports.record.first_look import forget_look
from service.imports.record.folder import ImportFolder
from service.imports.record.upload_faults import EncodingNeeded
from service.imports.registry.lifecycle import ImportStep
from service.imports.table.refusal import FileRefused, FileTooLarge
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import WorldImports
from tests.world import World


def test_an_encoding_that_is_not_known_is_shown_and_confirmed(imports, world):
    content = f"Name,Phone\nJosé,{GAVIN}\n".encode("windows-1252")
    id = imports.upload(content)
    status = imports.status(id)
    assert (status["state"], status["unreadable"], status["preview"]) == ("uploaded", [f"José,{GAVIN}"], None)
    with pytest.raises(EncodingNeeded, match="confirm the encoding windows-1252"):
        imports.uploads.map(id, [])
    imports.uploads.set_options(id, {"encoding": "windows-1252"})
    assert imports.status(id)["preview"]["rows"][0]["cells"][0] == "José"
    imports.uploads.map(id, [])
    imports.run(imports.check(id))
    assert world.contact(GAVIN)["traits"]["name"] == "José"


def test_another_encoding_or_delimiter_voids_the_mapping_too(imports):
    id = imports.checked(f"Phone;City,x\n{GAVIN};Pune,y\n", delimiter=";")
    assert [one["column"] for one in imports.status(id)["mapping"]] == ["Phone", "City,x"]
    imports.uploads.set_options(id, {"delimiter": ","})
    status = imports.status(id)
    assert (status["state"], status["mapping"], status["preview"]["header"]) == ("uploaded", None, ["Phone;City", "x"])


def test_an_encoding_that_does_not_fit_changes_nothing(imports):
    id = imports.checked("Phone,Name\n" + GAVIN + ",Zoë\n")
    with pytest.raises(FileRefused, match="not ascii all through"):
        imports.uploads.set_options(id, {"encoding": "ascii"})
    assert imports.status(id)["state"] == "checked"
    assert imports.run(id)["created"] == 1


@pytest.mark.parametrize("encoding", [None, "windows-1252"])
def test_a_look_that_was_not_kept_whole_is_made_again(imports, world, encoding):
    """A kill between the choice and the look: the choice counts."""
    id = imports.upload("Phone,Name\n" + GAVIN + ",Zoë\n")
    registry = imports.registry
    registry.take(id, ImportStep.READ_ANEW, lambda one: replace(one, choices=Choices(encoding=encoding)))
    forget_look(ImportFolder(world.folder / "imports" / id))
    imports.uploads.map(id, [])
    cells = imports.status(id)["preview"]["rows"][0]["cells"]
    assert cells[1] == ("Zoë" if encoding is None else "ZoÃ«")


def test_a_file_that_its_check_finds_to_be_no_table_says_so_and_can_be_read_otherwise(imports):
    many = "".join(f"+9199675{number:05d},x\n" for number in range(1_000))
    id = imports.checked(f'Phone,Note\n{many}{GAVIN},"open\n{ASHA},x\n')
    status = imports.status(id)
    assert (status["state"], status["progress"]) == ("mapped", None)
    assert "opens in line 1002 is never closed" in status["failure"]
    imports.uploads.tag(id, [])
    assert "failure" not in imports.status(id)


def test_over_a_limit_the_whole_file_is_refused(tmp_path):
    world = World(tmp_path / "data", max_rows="2", max_upload_mib="1")
    imports = WorldImports(world)
    with pytest.raises(FileTooLarge, match="larger than 1 MiB"):
        imports.upload("x" * ((1 << 20) + 1))
    assert list((world.folder / "imports").iterdir()) == []
    id = imports.checked(f"Phone\n{GAVIN}\n{ASHA}\n{RAVI}\n")
    assert "more than 2 rows" in imports.status(id)["failure"]
    imports.close()
    world.close()


def test_what_is_no_table_is_refused_at_the_upload_and_leaves_nothing(imports, world):
    for content in (b"PK\x03\x04", b"", b"Phone\n\0"):
        with pytest.raises(FileRefused):
            imports.upload(content)
    assert imports.results.all() == []
    assert list((world.folder / "imports").iterdir()) == []


def test_a_preview_of_a_file_with_thousands_of_columns_is_bounded(imports):
    wide = ",".join(["Phone", *(f"c{number}" for number in range(1_999))])
    preview = imports.status(imports.upload(f"{wide}\n{GAVIN}{(',' + 'x' * 300) * 1_999}\n"))["preview"]
    assert [len(row["cells"]) for row in preview["rows"]] == [200]
    assert max(map(len, preview["rows"][0]["cells"])) == 200
    assert any("1999 columns would be attributes" in fault for fault in preview["proposal"]["faults"])
