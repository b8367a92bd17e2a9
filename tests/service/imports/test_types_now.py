"""An attribute's type is that of the values people have now, and one without any is nowhere (R2, R3)."""

import pytest

from tests.examples import ASHA, GAVIN
from tests.service.imports.test_undo import UNDO, order

TEXTS = f"Phone,Worth\n{GAVIN},a lot\n"
NUMBERS = f"Phone,Worth\n{ASHA},12500\n"
AS_NUMBER = ("Worth=Worth:number",)


def undone(imports):
    order(imports, imports.bring(TEXTS), UNDO)


def wholly_rejected(imports):
    assert imports.bring("Phone,Worth\n12,a lot\n")["rejected"] == 1


@pytest.mark.parametrize("before", [undone, wholly_rejected])
def test_an_import_of_which_nothing_counts_leaves_no_type_and_no_column(imports, before):
    before(imports)
    assert "Worth" not in imports.uploads.template()
    assert imports.bring(NUMBERS, maps=AS_NUMBER)["created"] == 1
    assert imports.bring(TEXTS, again=True)["rejects"][0]["reason"] == "type_mismatch"


def test_a_call_makes_a_type_as_a_file_does(imports, world):
    world.track(phone=GAVIN, Worth=5)
    world.settle()
    assert imports.bring(f"Phone,Worth\n{ASHA},a lot\n")["rejects"][0]["reason"] == "type_mismatch"


def test_the_type_goes_with_the_last_value(imports, world):
    world.track(phone=GAVIN, Worth=5)
    world.track(phone=GAVIN, Worth=None)
    world.settle()
    assert "Worth" not in imports.uploads.template()
    assert imports.bring(f"Phone,Worth\n{ASHA},a lot\n")["created"] == 1
