"""Headers that products export, and forms write: the columns that matter are found without a word (R19)."""

import pytest

from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_by_name
from tests.service.imports.columns.test_mapping import attributes, faults

GOOGLE_OLD = "Name,Given Name,Additional Name,Family Name,Yomi Name,Birthday,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,Address 1 - City,Organization 1 - Name"  # noqa: E501
GOOGLE = "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,File As,Organization Name,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - City"  # noqa: E501
OUTLOOK = "First Name,Middle Name,Last Name,Title,Suffix,Nickname,E-mail Address,E-mail 2 Address,Home Phone,Business Phone,Mobile Phone,Primary Phone,Home City,Business City,Birthday,Categories,Company"  # noqa: E501
IPHONE = "First Name,Last Name,Company,Phone (mobile),Phone (home),Email (home),Birthday"
SHOPIFY = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address City,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags"  # noqa: E501
HUBSPOT = "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,City,Contact owner,Lead Status,Create Date,Marketing contact status"  # noqa: E501
MAILCHIMP = "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,NOTES,TAGS"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (GOOGLE_OLD, {"phone_number": "Phone 1 - Value", "name": "Name", "email": "E-mail 1 - Value", "city": "Address 1 - City"}),  # noqa: E501
        (GOOGLE, {"phone_number": "Phone 1 - Value", "first_name": "First Name", "last_name": "Last Name", "email": "E-mail 1 - Value", "city": "Address 1 - City"}),  # noqa: E501
        (OUTLOOK, {"phone_number": "Mobile Phone", "first_name": "First Name", "last_name": "Last Name", "email": "E-mail Address", "city": "Home City"}),  # noqa: E501
        (IPHONE, {"phone_number": "Phone (mobile)", "first_name": "First Name", "last_name": "Last Name", "email": "Email (home)"}),  # noqa: E501
        (SHOPIFY, {"phone_number": "Phone", "first_name": "First Name", "last_name": "Last Name", "email": "Email", "city": "Default Address City", "tags": "Tags"}),  # noqa: E501
        (HUBSPOT, {"phone_number": "Phone Number", "first_name": "First Name", "last_name": "Last Name", "email": "Email", "city": "City"}),  # noqa: E501
        (MAILCHIMP, {"phone_number": "Phone Number", "first_name": "First Name", "last_name": "Last Name", "email": "Email Address", "tags": "TAGS"}),  # noqa: E501
    ],
    ids=["google, older", "google", "outlook", "iphone", "shopify", "hubspot", "mailchimp"],
)  # fmt: skip
def test_an_export_needs_no_mapping(header, found):
    columns, told = map_by_name(header.split(","), Choices(), {})
    assert told == ()
    ours = {"phone_number", "country_code", "user_id", "name", "first_name", "last_name", "email", "city", "tags"}
    assert {one.attribute: one.header for one in columns.columns if one.attribute in ours} == found


@pytest.mark.parametrize(
    "header",
    [
        "Mobile Number", "Mobile No.", "mobile_no", "Contact No", "Whatsapp No", "WhatsApp", "Telephone", "Tel", "Tel.",
        "CELL", "Phone Number*", "* Phone", "Phone:", "Mobile Number (10 digits)",
    ],
)  # fmt: skip
def test_a_header_of_a_form_means_the_phone_number(header):
    assert attributes([header])[header][0] == "phone_number"


def test_a_file_that_names_the_phone_number_itself_keeps_its_other_numbers_as_attributes():
    found = attributes(["Phone Number", "Telephone", "Mobile Phone", "WhatsApp"])
    assert {one: found[one][0] for one in found} == {
        "Phone Number": "phone_number", "Telephone": "Telephone", "Mobile Phone": "Mobile Phone",
        "WhatsApp": "WhatsApp",
    }  # fmt: skip


def test_two_columns_that_may_both_be_the_phone_number_are_asked_about():
    assert any(
        "'Mobile Number' and 'Telephone' are all Phone Number" in one for one in faults(["Mobile Number", "Telephone"])
    )


def test_a_column_that_is_chosen_leaves_no_room_for_a_likely_one():
    found = attributes(["Mobile Phone", "Home Phone"], maps=("Home Phone=phone_number",))
    assert (found["Mobile Phone"][0], found["Home Phone"][0]) == ("Mobile Phone", "phone_number")


def test_what_may_be_the_phone_number_is_named_by_header_and_by_values():
    rows = [["1", "919820012001", "Pune"], ["2", "+91 98200 12002", "Goa"]]
    _, told = map_by_name(["n", "wa_id", "City"], Choices(), {}, lambda: rows)
    assert any("Perhaps 'wa_id'?" in one for one in told)
    _, told = map_by_name(["Reach me at mobile", "City"], Choices(), {})
    assert any("Perhaps 'Reach me at mobile'?" in one for one in told)


@pytest.mark.parametrize("header", ["Tags", "TAGS", "tags*"])
def test_a_column_of_tags_is_found(header):
    columns, _ = map_by_name(["Phone", header], Choices(), {})
    assert columns.columns[1].is_tags


def test_an_attribute_that_is_called_tags_already_stays_one():
    columns, _ = map_by_name(["Phone", "Tags"], Choices(), {"Tags": "string"})
    assert (columns.columns[1].attribute, columns.columns[1].is_tags) == ("Tags", False)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("dob:datetime:DD/MM/YY", "century"),
        ("dob:datetime:DD/MM/YYYY HH:mm", "without its zone"),
        ("City:datetime:DD/MM/YYYY", "always of type string"),
        ("tags:number", "tags have no type"),
        ("dob:", "no type"),
    ],
)
def test_a_target_that_cannot_be_is_told_by_its_column(target, told):
    assert any(told in one and "'Born'" in one for one in faults(["Phone", "Born"], maps=(f"Born={target}",)))
