"""Tags of a row from columns of the file, and dates in a format of their own (R5, R19, R20)."""

import pytest

from service.imports.columns.column_choice import ColumnChoice
from service.imports.rows.row_tags import split_tags
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.test_counts import lines


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("vip, repeat buyer", ["vip", "repeat buyer"]),
        ("vip;gold|new", ["vip", "gold", "new"]),
        ('"vip","repeat buyer"', ["vip", "repeat buyer"]),
        ('"Smith, Sons","b"', ["Smith, Sons", "b"]),
        ('5" disk, vip', ['5" disk', "vip"]),
        ("* myContacts ::: VIP", ["* myContacts", "VIP"]),
        (" ,;| ", []),
    ],
)
def test_a_cell_is_split_at_comma_semicolon_and_bar(cell, tags):
    assert split_tags(cell) == tags


def test_a_row_has_its_own_tags_beside_those_of_the_upload(imports, world):
    content = f'Phone,Tags\n{ASHA},"vip, gold"\n{GAVIN},\n{RAVI},"VIP"\n'
    document = imports.bring(content, tags=("Vip",))
    assert document["created"] == 3
    assert [world.contact(phone)["tags"] for phone in (ASHA, GAVIN, RAVI)] == [["Vip", "gold"], ["Vip"], ["Vip"]]


def test_a_row_without_a_tag_is_one_message(imports, world):
    imports.bring(f"Phone,Tags\n{ASHA},vip\n{GAVIN},\n")
    assert [entry.type for entry in world.entries()].count("TagsAdded") == 1
    assert (world.contact(GAVIN)["tags"], world.contact(ASHA)["tags"]) == ([], ["vip"])


@pytest.mark.parametrize("cell", ["x" * 101, ",".join(f"t{number}" for number in range(51))])
def test_a_row_with_what_is_no_tag_is_rejected(imports, cell):
    assert lines(imports.bring(f'Phone,Tags\n{ASHA},"{cell}"\n')) == [(2, "tag_invalid")]


def test_any_column_can_be_mapped_to_tags_and_several_too(imports, world):
    content = f"Phone,Labels,Groups\n{ASHA},a;b,c\n"
    imports.bring(content, maps=("Labels=tags", "Groups=tags"))
    assert world.contact(ASHA)["tags"] == ["a", "b", "c"]
    assert "Labels" not in world.contact(ASHA)["traits"]


def test_the_check_names_the_tags_that_would_come_into_being(imports, world):
    world.tag("vip", phone=GAVIN)
    world.settle()
    id = imports.checked(f"Phone,Tags\n{ASHA},VIP;gold\nnobody,silver\n", tags=("diwali",))
    assert imports.status(id)["check"]["new_tags"] == ["diwali", "gold"]


def test_a_mapping_over_http_can_name_tags_and_formats(imports, world):
    wanted = (ColumnChoice("Labels", "tags", None), ColumnChoice("Born", "dob", None, "DD/MM/YYYY"))
    id = imports.checked(f"Phone,Labels,Born\n{ASHA},a;b,31/12/1990\n{GAVIN},,1990-12-31\n", *wanted)
    assert imports.status(id)["mapping"][1:] == [
        {"column": "Labels", "attribute": "tags", "type": "list", "format": None},
        {"column": "Born", "attribute": "dob", "type": "datetime", "format": "DD/MM/YYYY"},
    ]
    document = imports.run(id)
    assert lines(document) == [(3, "type_mismatch")]
    assert world.contact(ASHA)["traits"] == {"dob": "1990-12-31"}


def test_a_format_is_a_choice_that_makes_another_import(imports):
    content = f"Phone,Born\n{ASHA},03/04/1990\n"
    first = imports.bring(content, maps=("Born=Born:datetime:DD/MM/YYYY",))
    second = imports.bring(content, maps=("Born=Born:datetime:MM/DD/YYYY",))
    assert first["id"] != second["id"]
    assert second["updated"] == 1


def test_the_first_look_says_by_which_formats_a_column_is_dates(imports):
    id = imports.upload(f"Phone,Born,Seen\n{ASHA},03/04/1990,31/12/2022 14:00\n")
    columns = imports.status(id)["preview"]["proposal"]["columns"]
    assert [one["formats"] for one in columns] == [[], ["DD/MM/YYYY", "MM/DD/YYYY"], ["DD/MM/YYYY HH:mm"]]
    assert [one["type"] for one in columns] == ["string", "string", "string"]
