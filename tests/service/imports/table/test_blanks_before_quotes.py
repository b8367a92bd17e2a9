"""A blank before an opening quote belongs to the delimiter (R24)."""

import pytest

from tests.examples import ASHA, GAVIN


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("blank", ["", " ", "   "])
def test_cells_after_a_blank_lose_their_quotes_and_keep_the_delimiter_in_them(imports, world, delimiter, blank):
    rows = [
        ["Name", "Phone", "City"],
        ['"Asha Rao"', ASHA, '"Pune"'],
        ["Gavin", f'"{GAVIN}"', f'"Navi{delimiter} Mumbai"'],
    ]
    document = imports.bring("".join(blank + f"{delimiter}{blank}".join(row) + "\n" for row in rows))
    assert (document["created"], document["rejects"]) == (2, [])
    assert world.contact(ASHA)["traits"] == {"name": "Asha Rao", "city": "Pune"}
    assert world.contact(GAVIN)["traits"]["city"] == f"Navi{delimiter} Mumbai"
