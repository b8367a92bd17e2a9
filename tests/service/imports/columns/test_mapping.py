"""Columns become attributes by name, or as chosen (R10, R13, R19)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.columns.column_map import Column, ColumnMap
from service.imports.columns.headers import title_of, told_apart
from service.imports.columns.mapping import map_by_name, map_columns
from service.imports.table.refusal import MappingRefused

PHONES = ["Country Code", "Phone Number"]
UNSEEN = ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200e", "\u202a", "\u2009", "\u00a0"]


def attributes(header, known=None, **choices):
    columns = map_columns(header, Choices(**choices), known or {}).columns
    return {column.header: (column.attribute, column.type) for column in columns}


def faults(header, known=None, sample=(), **choices):
    with pytest.raises(MappingRefused) as refused:
        map_columns(header, Choices(**choices), known or {}, lambda: sample)
    return refused.value.faults


@pytest.mark.parametrize(
    ("header", "attribute"),
    [
        ("Full Name", "name"),
        ("NAME", "name"),
        ("email_address", "email"),
        ("E-mail", "email"),
        ("Email ID", "email"),
        ("whatsapp opted", "whatsapp_opted"),
        ("Opt In", "whatsapp_opted"),
        ("UserID", "user_id"),
        ("Area", "area"),
        ("city ", "city"),
        ("First_Name", "first_name"),
        ("LastName", "last_name"),
    ],
)
def test_a_header_means_a_default_attribute(header, attribute):
    assert attributes([*PHONES, header])[header.strip()][0] == attribute


@pytest.mark.parametrize(
    "header",
    [
        "Phone",
        "mobile",
        "Phone no",
        "Contact Number",
        "WhatsApp Number",
        "phone_number",
        "Phone Number (including the Country Code)",
        "Phone Number [digits]",
    ],
)
def test_a_header_means_the_phone_number(header):
    assert attributes([header])[header] == ("phone_number", "string")


def test_any_other_column_becomes_a_custom_attribute_of_its_trimmed_name():
    assert attributes([*PHONES, " Customer Type "])["Customer Type"] == ("Customer Type", "string")


def test_a_line_break_in_a_header_is_a_space():
    assert attributes([*PHONES, "Customer\r\nType", "Full\nName"])["Customer Type"] == ("Customer Type", "string")


def test_an_existing_attribute_is_found_by_a_name_that_differs_by_case_space_or_underscore():
    known = {"customer_type": "number", "Other": "list"}
    assert attributes([*PHONES, "Customer Type"], known)["Customer Type"] == ("customer_type", "number")


def test_an_existing_attribute_that_has_a_column_of_just_its_name_is_meant_by_no_other():
    found = attributes(["Phone", "id", "_id", "ID"], {"id": "string"}, country_code="91")
    assert [found[header][0] for header in ("id", "_id", "ID")] == ["id", "_id", "ID"]
    assert attributes(["Phone", "id", "_id"], {"id": "string"}, maps=("id=Key",))["_id"][0] == "id"


@pytest.mark.parametrize(
    "header", ["City\u200b", "\ufeffCity", "\u202aCity\u202c", '="City"', "City\u00a0", '=" City "']
)
def test_what_nobody_sees_around_a_header_is_no_part_of_it(header):
    assert attributes([*PHONES, header]) == {**attributes(PHONES), "City": ("city", "string")}
    assert attributes([*PHONES, header], maps=(f"{header}=Town",))["City"][0] == "Town"


def test_a_chosen_mapping_goes_before_the_name():
    chosen = attributes([*PHONES, "City", "a=b"], maps=("City=Home town", "a=b=score:number"))
    assert (chosen["City"], chosen["a=b"]) == (("Home town", "string"), ("score", "number"))


def test_a_chosen_target_may_be_a_default_attribute_by_any_of_its_names():
    assert attributes([*PHONES, "Who"], maps=("Who=Full Name",))["Who"] == ("name", "string")


def test_a_column_can_be_ignored():
    assert attributes([*PHONES, "Secret"], ignore=("secret",))["Secret"] == (None, "string")


def test_columns_of_a_rejects_file_and_columns_without_a_name_are_ignored():
    found = map_columns([*PHONES, "rejected:line", "rejected:reason", ""], Choices(), {})
    assert found.is_guarded
    assert [column.attribute for column in found.columns] == ["country_code", "phone_number", None, None, None]


@pytest.mark.parametrize(
    ("header", "choices", "told"),
    [
        (["Name", "City"], {}, "No column is the phone number"),
        ([*PHONES, "Name", "First Name"], {}, "Name and also First Name"),
        (["Phone", "Mobile"], {}, "'Phone' and 'Mobile' are all Phone Number"),
        ([*PHONES, "Plan", "Plan"], {}, "'Plan (column C)' and 'Plan (column D)' are all Plan"),
        ([*PHONES, "City", "City"], {}, "'City (column C)' and 'City (column D)' are all City"),
        ([*PHONES, "Plan", "Plan"], {"maps": ("Plan=plan",)}, "no such column; the file has"),
        (PHONES, {"maps": ("Nope=city",)}, "no such column"),
        (PHONES, {"maps": ("Phone Number",)}, "write it as"),
        (PHONES, {"ignore": ("Nope",)}, "no such column"),
        ([*PHONES, "Age"], {"maps": ("Age=age:integer",)}, "the types are string, number"),
        ([*PHONES, "Age"], {"maps": ("Age=age:string:DD/MM/YYYY",)}, "a format is behind the type datetime alone"),
        ([*PHONES, "Mail"], {"maps": ("Mail=email:number",)}, "always of type string"),
        ([*PHONES, "Age"], {"maps": ("Age=age", "Age=years")}, "mapped or ignored twice"),
        (["Phone"], {"country_code": "9x"}, "Country code"),
        (["Phone"], {"country_code": "999"}, "Country code"),
        ([*PHONES, "x" * 129], {}, "128"),
        ([*PHONES, *(f"c{number}" for number in range(4_998))], {}, "4998 columns would be attributes"),
    ],
)
def test_what_cannot_be_mapped_is_named(header, choices, told):
    assert any(told in fault for fault in faults(header, **choices))


def test_of_two_columns_with_one_title_each_can_be_named():
    chosen = attributes([*PHONES, "Plan", "Plan"], maps=("Plan (column C)=Plan",), ignore=("Plan (column D)",))
    assert chosen["Plan (column C)"] == ("Plan", "string")
    assert chosen["Plan (column D)"] == (None, "string")


def test_columns_with_one_title_can_all_be_tags():
    found = map_columns([*PHONES, "Tags", "Tags"], Choices(), {})
    assert [column.is_tags for column in found.columns] == [False, False, True, True]


def test_a_title_that_stands_twice_is_told_apart_by_the_letter_of_its_column():
    titles = [f"c{place}" for place in range(25)] + ["City", "City", "City", "", ""]
    assert told_apart(titles)[25:] == ["City (column Z)", "City (column AA)", "City (column AB)", "", ""]


def test_every_fault_is_named_at_once():
    assert len(faults(["Name", "First Name", "Plan", "Plan"], maps=("Nope=x",))) == 4


def test_a_mapping_survives_being_kept():
    found = ColumnMap((Column("Phone", "phone_number"), Column("Age", "age", "number"), Column("", None)), True)
    assert ColumnMap.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "header", [["9820012137"], ["Asha Rao", "91", "9820012140"], ["+91 98200-12140", "x"], ["A", "asha@example.com"]]
)
@pytest.mark.parametrize("choices", [{}, {"maps": ("9820012137=phone_number",)}])
def test_a_first_row_of_values_is_told_to_be_no_header_and_not_shown(header, choices):
    with pytest.raises(MappingRefused, match="no header row") as refused:
        map_columns(header, Choices(**choices), {})
    assert len(refused.value.faults) == 1
    assert not any(cell in str(refused.value) for cell in header if len(cell) > 1)


@pytest.mark.parametrize("header", [["Phone", "2023"], ["Phone", "2022-10-31"], ["Phone", "E-mail @ work"]])
def test_a_header_may_hold_a_year_a_date_or_a_sign(header):
    assert map_columns(header, Choices(), {}).columns[1].attribute == header[1]


TITLES = st.sampled_from(["Customer list", "Acme Ltd. (2026)", "# exported", "", "Person", "Contact", "12", "x" * 100])
HEADERS = st.sampled_from(
    [
        ["Name", "Phone", "City"],
        ["First Name", "Last Name", "Mobile Number", "Notes"],
        ["Given Name", "Phone 1 - Value"],
        ["Email", "Country Code", "Phone Number (with no code)"],
        ["\ufeffName ", "", " WhatsApp\nNumber", "Joined"],
    ]
)


@given(st.lists(st.lists(TITLES, min_size=1, max_size=3), min_size=1, max_size=5), HEADERS, st.integers(0, 3))
def test_a_header_that_stands_below_others_is_found_and_quoted(above, header, rows):
    above = [[*above[0], "Customer list"], *above[1:]]
    lines = [*above, header, *[["+91 98200-98200" if "hone" in t or "Num" in t else "Pune" for t in header]] * rows]
    with pytest.raises(MappingRefused, match="The first row does not name the columns: a row below it does") as refused:
        map_columns(lines[0], Choices(), {}, lambda: lines[1:])
    assert all(repr(title_of(title)) in str(refused.value) for title in header if title)


def test_rows_of_values_are_no_header():
    told = faults(["Email", "Notes"], sample=[["a@example.com", "call his phone"], ["Name", ""], ["phone", ""]])
    assert told == ("No column is the phone number; map one to phone_number. The columns are 'Email', 'Notes'.",)


WORDS = st.sampled_from(
    ["Mobile", "Email", "Name", "Telephone", "WhatsApp", "City", "Phone Number", "Full Name", "", "Yes"]
)
PHONES_WRITTEN = st.sampled_from(["+919820098200", "98200 98200", "(022) 2345-6789", "'+919820098200", "9.19820E+11"])
ANSWERS = st.tuples(st.just("Asha"), PHONES_WRITTEN, WORDS, WORDS, WORDS).map(list)


@given(st.lists(ANSWERS, min_size=1, max_size=4))
@pytest.mark.parametrize("header", [["Person", "Nummer", "First choice", "Second choice", "Third choice"]])
def test_a_row_of_values_with_the_words_of_a_header_is_not_taken_for_it_nor_quoted(header, rows):
    (told,) = faults(header, sample=rows)
    assert "map one to phone_number" in told
    assert "'Nummer'" in told
    assert not any(cell in told for row in rows for cell in row[:2])


@given(st.integers(0, 3), st.permutations(["Mobile", "Email", "Name"]))
def test_a_row_whose_phone_is_blank_is_no_header_where_words_stand_below_its_words(before, order):
    rows = [["Asha", "", "Mobile", "Email"]] * (before + 1) + [["Ravi", "+919820098201", *order[:2]]]
    (told,) = faults(["Person", "Nummer", "First choice", "Second choice"], sample=rows)
    assert told.endswith("Perhaps 'Nummer'?")


@pytest.mark.parametrize("words", [("Mobile", "Email"), ("Name", "Telephone"), ("WhatsApp", "City")])
def test_the_column_that_holds_phones_is_proposed_where_cells_are_called_like_columns(words):
    (told,) = faults(["Person", "Nummer", "First choice", "Second choice"], sample=[["Asha", "+919820098200", *words]])
    assert told == "No column is the phone number; map one to phone_number. Perhaps 'Nummer'?"


@given(
    st.sampled_from(["Phone Number", "WhatsApp Opted", "User ID", "Tags"]), st.integers(0, 14), st.sampled_from(UNSEEN)
)
def test_what_nobody_sees_in_a_header_does_not_count(title, place, unseen):
    """A WhatsApp Opted that was not known for one opted nobody out."""
    header = title[:place] + unseen + title[place:]
    (column, *_) = map_by_name([header], Choices(), {})[0].columns
    (plain, *_) = map_by_name([title], Choices(), {})[0].columns
    assert (column.attribute, column.type) == (plain.attribute, plain.type)
