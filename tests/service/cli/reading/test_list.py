"""list: JSON exactly as the interface has it, its conditions and its cursor."""

import pytest

from tests.examples import GAVIN


@pytest.mark.usefixtures("filled")
def test_list_has_the_shape_of_a_list_the_one_changed_last_first(told):
    listed = told("list")
    assert listed["total"] == 2
    assert listed["next_cursor"] is None
    assert listed["contacts"] == [told("show", GAVIN), told("show", "emma")] or listed["contacts"] == [
        told("show", "emma"),
        told("show", GAVIN),
    ]


@pytest.mark.usefixtures("filled")
def test_a_list_goes_on_at_its_cursor(told):
    first = told("list", "--limit", "1")
    second = told("list", "--limit", "1", "--cursor", first["next_cursor"])
    assert second["next_cursor"] is None
    assert first["total"] == second["total"] == 2
    assert first["contacts"] != second["contacts"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("options", "phones"),
    [
        (["--where", "city=Agra"], [GAVIN]),
        (["--where", "city=Agra", "--where", "visits>5"], []),
        (["--where", "city!=Agra"], [None]),
        (["--tag", "vip"], [GAVIN]),
        (["--tag", "vip", "--tag", "New Customer"], [GAVIN]),
        (["--tag", "vip", "--tag", "inactive"], []),
        (["--where", "city=Pune", "--as-of", "2"], [GAVIN]),
        (["--as-of", "0"], []),
    ],
)
def test_a_list_shows_those_who_meet_every_condition_and_tag(told, options, phones):
    assert [contact["phone"] for contact in told("list", *options)["contacts"]] == phones


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "options",
    [
        ["--where", "city"],
        ["--where", "visits=many"],
        ["--tag", " "],
        ["--tag", "x" * 101],
        ["--limit", "0"],
        ["--cursor", "²"],
        ["--cursor", "-1"],
        ["--cursor", "9" * 5000],
        ["--as-of", "soon"],
        ["--nonsense"],
    ],
)
def test_a_list_asked_for_wrongly_is_exit_code_2(contacts, options):
    code, out, err = contacts("list", *options)
    assert (code, out) == (2, "")
    assert "Error" in err
