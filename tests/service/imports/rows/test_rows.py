"""What a row must be to be taken, and what it then says (R10, R12-R14, R16-R19)."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events.schema import check_data
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import Column, ColumnMap
from service.imports.columns.mapping import map_columns
from service.imports.rows.row import RowRejected
from service.imports.rows.rows import RowChecks
from tests.service.imports.rows.judged import GOOD, HEADER, checked, reasons, row, with_cell


def test_a_good_row_says_its_phone_its_user_id_and_its_traits():
    phone, found = checked(HEADER, GOOD)
    assert phone == "+919967536783"
    assert found.user_id == "u1"
    assert found.traits == {"name": "Asha Rao", "email": "asha@example.com", "whatsapp_opted": True, "Plan": "gold"}


@pytest.mark.parametrize("name", ["Asha Rao", "मीरा जोशी", "Ölwin", "Zoe\u0308", "محمد", "王小明", "ක්‍රිෂ්"])
def test_names_are_letters_of_any_script_with_their_marks(name):
    assert row(with_cell("Name", name)).traits["name"] == name


@pytest.mark.parametrize(
    "name", ["R2 D2", "O'Neil", "Asha.", "A-B", "\u0308Zoe", "Asha_Rao", "Asha\tRao", "😀", "Rao,", "१२"]
)
def test_names_with_digits_or_other_characters_are_rejected(name):
    assert reasons(with_cell("Name", name)) == ["name_not_letters"]


@pytest.mark.parametrize("name", ["O'Neil", "O\u2019Neil", "Jean-Luc", "Dr. Rao"])
def test_relaxed_names_may_have_apostrophes_hyphens_and_dots(name):
    assert row(with_cell("Name", name), relaxed_names=True).traits["name"] == name
    assert reasons(with_cell("Name", "R2 D2"), relaxed_names=True) == ["name_not_letters"]
    assert reasons(with_cell("Name", "--"), relaxed_names=True) == ["name_not_letters"]


PARTED = ["Phone", "First Name", "Last Name"]


@pytest.mark.parametrize(
    ("first", "last", "traits"),
    [
        ("Asha", "Rao", {"first_name": "Asha", "last_name": "Rao", "name": "Asha Rao"}),
        ("Asha", "", {"first_name": "Asha", "name": "Asha"}),
        (" ", "Rao", {"last_name": "Rao", "name": "Rao"}),
        ("", "", {}),
    ],
)
def test_first_and_last_name_make_the_name(first, last, traits):
    assert row(["+919967536783", first, last], PARTED).traits == traits


def test_blank_names_clear_all_three_when_blanks_clear():
    cleared = row(["+919967536783", "", ""], PARTED, blank="clear").traits
    assert cleared == {"first_name": None, "last_name": None, "name": None}


@pytest.mark.parametrize(("cell", "value"), [("TRUE", True), ("false", False), ("True", True)])
def test_opted_is_true_or_false_in_any_letter_case(cell, value):
    assert row(with_cell("WhatsApp Opted", cell)).traits["whatsapp_opted"] is value


@pytest.mark.parametrize("cell", ["YES", "1", "0", "T"])
def test_opted_is_nothing_else(cell):
    assert reasons(with_cell("WhatsApp Opted", cell)) == ["opt_in_invalid"]


def test_blank_cells_are_not_given():
    assert row(["", "91", "9967536783", " ", "", "\t", ""]).traits == {}
    assert row(["", "91", "9967536783", " ", "", "\t", ""]).user_id is None


def test_blank_cells_clear_on_demand():
    assert row(["", "91", "9967536783", "", "", "", ""], blank="clear").traits["email"] is None


@pytest.mark.parametrize(
    ("type", "cell", "value"),
    [
        ("number", "-12.5", -12.5),
        ("number", "1e3", 1000.0),
        ("number", "9007199254740992", 2**53),
        ("boolean", "false", False),
        ("datetime", "2022-10-31", "2022-10-31"),
        ("datetime", "2022-10-31T19:30:00.000+05:30", "2022-10-31T19:30:00.000+05:30"),
        ("list", "a; b ;c", ["a", "b", "c"]),
        ("list", ";", []),
        ("string", "007", "007"),
    ],
)
def test_a_cell_becomes_a_value_of_its_columns_type(type, cell, value):
    assert row(["+919967536783", cell], ["Phone", "X"], maps=(f"X=X:{type}",)).traits == {"X": value}


@pytest.mark.parametrize(
    ("type", "cell"),
    [("number", cell) for cell in ("007", "1,5", "+1", ".5", "1.", "NaN", "1e999", "9007199254740993", "0x1", "१")]
    + [("boolean", "yes"), ("datetime", "tomorrow"), ("datetime", "2022-02-30"), ("datetime", "2022-10-31T10:00:00")],
)
def test_a_cell_that_does_not_fit_its_type_rejects_the_row_naming_column_and_value(type, cell):
    with pytest.raises(RowRejected) as rejected:
        row(["+919967536783", cell], ["Phone", "Score"], maps=(f"Score=Score:{type}",))
    (fault,) = rejected.value.faults
    assert (fault.reason, fault.column) == ("type_mismatch", "Score")
    assert cell in fault.message


def test_several_faults_of_one_row_are_all_named():
    assert reasons(["R2", "", "x", "", "YES", "u" * 257, "", "more"]) == [
        "too_many_cells",
        "country_code_missing",
        "phone_not_digits",
        "name_not_letters",
        "opt_in_invalid",
        "user_id_invalid",
    ]


def test_a_short_row_has_blank_cells_at_its_end():
    assert row(GOOD[:3]).traits == {"name": "Asha Rao"}
    assert reasons(GOOD[:2]) == ["phone_missing"]


def test_more_cells_than_the_header_names_are_never_dropped_in_silence():
    assert row([*GOOD, "", " "]).user_id == "u1"
    assert reasons([*GOOD, "more"]) == ["too_many_cells"]
    assert reasons(["+919967536783", "gold", "lost"], ["Phone", "Plan", ""]) == ["too_many_cells"]


@pytest.mark.parametrize(
    ("name", "cell", "reason"),
    [
        ("Email", "x" * 32_769, "too_long"),
        ("User ID", "x" * 257, "user_id_invalid"),
        ("User ID", "a\nb", "user_id_invalid"),
    ],
)
def test_values_over_their_limits_are_rejected(name, cell, reason):
    assert reasons(with_cell(name, cell)) == [reason]


CELLS = st.one_of(
    st.sampled_from(
        ["", " ", "TRUE", "91", "+919967536783", "2022-10-31", "1.5", "a;b", "Asha Rao", "u\u200d", "é" * 20_000]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
)
TITLES = ["Name", "First Name", "Last Name", "Email", "WhatsApp Opted", "User ID", "n", "d", "l", "b", "s"]
TYPES = {"n": "number", "d": "datetime", "l": "list", "b": "boolean"}


@settings(max_examples=300)
@given(data=st.data(), relaxed=st.booleans(), blank=st.sampled_from(["keep", "clear"]))
def test_what_an_accepted_row_says_passes_the_check_of_messages(data, relaxed, blank):
    parted = data.draw(st.booleans())
    titles = ["Phone", *(t for t in TITLES if t not in (("Name",) if parted else ("First Name", "Last Name")))]
    maps = tuple(f"{name}={name}:{type}" for name, type in TYPES.items())
    choices = Choices(maps=maps, relaxed_names=relaxed, blank=blank)
    checks = RowChecks(map_columns(titles, choices, {}), choices)
    cells = ["+919967536783", *(data.draw(CELLS) for _ in titles[1:])]
    try:
        found = checks.check(cells, has_phone=True)
    except RowRejected:
        return
    said = {"phone": "+919967536783", "traits": found.traits, "match": "phone"}
    if found.user_id is not None:
        said["userId"] = found.user_id
    assert check_data("UserTracked", orjson.loads(orjson.dumps(said))) == ()


def test_a_guarded_file_is_read_without_its_guard():
    columns = ColumnMap((Column("Phone", "phone_number"), Column("Note", "Note")), is_guarded=True)
    found = RowChecks(columns, Choices()).check(["+919967536783", "'=1+1"], has_phone=True)
    assert found.traits == {"Note": "=1+1"}
