"""A check of a file in which two phones find one contact, since somebody merged the other into it (R21, R33)."""

import io

import pytest

from service.imports.columns.choices import Choices
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import WorldImports, silent

COUNTS = ("created", "updated", "unchanged", "skipped", "rejected")


@pytest.fixture
def imports(world):
    made = WorldImports(world)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        ((f"{GAVIN},Pune,", f"{ASHA},Pune,", f"{RAVI},Pune,"), (1, 1, 1, 0, 0)),
        ((f"{ASHA},Agra,", f"{GAVIN},Pune,"), (0, 2, 0, 0, 0)),
        ((f"{ASHA},,u1", f"{GAVIN},,u2"), (0, 1, 0, 0, 1)),
    ],
)
def test_it_counts_what_the_import_counts(world, imports, rows, counts):
    for phone in (GAVIN, ASHA):
        world.track(phone=phone, name="Gavin")
    world.settle()
    one, other = (world.contact(phone)["id"] for phone in (GAVIN, ASHA))
    world.send_signed("/cli", "ContactsMerged", "o1", {"survivor": one, "absorbed": other})
    world.settle()
    content = "\n".join(["Phone,City,User ID", *rows, ""])
    checked = imports.importer.checks.dry_run(io.BytesIO(content.encode()), "people.csv", Choices(), silent, None)
    brought = imports.bring(content)
    assert tuple(brought[name] for name in COUNTS) == counts
    assert {name: checked[name] for name in COUNTS} == {name: brought[name] for name in COUNTS}
