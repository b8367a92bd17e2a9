"""Every row of a file is counted once, as what became of it (R11, R15, R17, R18, R22)."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.imports.table.refusal import FileRefused
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import WorldImports
from tests.world import World

COUNTED = ("created", "updated", "unchanged", "skipped", "duplicate", "rejected", "pending", "cancelled", "erased")


def adds_up(document):
    return document["rows"] == sum(document[name] for name in COUNTED)


def table(*rows, header=("Name", "Phone", "User ID", "City")):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def lines(document):
    return [(one["line"], one["reason"]) for one in document["rejects"]]


def test_new_contacts_are_created_with_what_their_rows_say(imports, world):
    document = imports.bring(table(("Gavin Roberts", GAVIN, "u1", "Pune"), ("Asha", ASHA, "", "")), tags=("VIP",))
    assert (document["state"], document["rows"], document["created"], document["rejects"]) == ("done", 2, 2, [])
    gavin = world.contact(GAVIN)
    assert (gavin["traits"], gavin["user_id"], gavin["tags"]) == (
        {"name": "Gavin Roberts", "city": "Pune"},
        "u1",
        ["VIP"],
    )


def test_known_contacts_are_updated_or_left_unchanged(imports):
    imports.bring(table(("Gavin", GAVIN, "", "Pune"), ("Asha", ASHA, "", "Pune")))
    document = imports.bring(table(("Gavin", GAVIN, "", "Delhi"), ("Asha", ASHA, "", "Pune"), ("Ravi", RAVI, "", "")))
    assert (document["updated"], document["unchanged"], document["created"]) == (1, 1, 1)


def test_a_blank_cell_leaves_a_value_alone_unless_it_clears(imports, world):
    imports.bring(table(("Gavin", GAVIN, "", "Pune")))
    imports.bring(table(("Gavin", GAVIN, "", " ")))
    assert world.contact(GAVIN)["traits"]["city"] == "Pune"
    imports.bring(table(("Gavin", GAVIN, "", " ")), blank="clear")
    assert world.contact(GAVIN)["traits"] == {"name": "Gavin"}


def test_create_skips_known_contacts_and_update_skips_new_ones(imports, world):
    imports.bring(table(("Gavin", GAVIN, "", "Pune")))
    file = table(("Gavin", GAVIN, "", "Delhi"), ("Asha", ASHA, "", "Delhi"))
    created = imports.bring(file, mode="create", tags=("vip",))
    assert (created["skipped"], created["created"]) == (1, 1)
    assert world.contact(GAVIN)["traits"]["city"] == "Pune"
    updated = imports.bring(table(("Gavin", GAVIN, "", "Goa"), ("Ravi", RAVI, "", "Goa")), mode="update", tags=("vip",))
    assert (updated["skipped"], updated["updated"]) == (1, 1)


def test_the_first_accepted_row_of_a_phone_counts_and_later_ones_are_duplicates_of_it(imports, world):
    rows = (("R2", GAVIN), ("Gavin", GAVIN), ("Late", "+91 9967536783"), ("Last", GAVIN))
    document = imports.bring(table(*((name, phone, "", "") for name, phone in rows)))
    assert (document["created"], document["rejected"], document["duplicate"]) == (1, 2, 1)
    assert lines(document) == [(2, "name_not_letters"), (4, "phone_not_digits"), (5, "duplicate_phone")]
    assert "Row 2 (line 3)" in document["rejects"][2]["message"]
    assert world.contact(GAVIN)["traits"]["name"] == "Gavin"


def test_of_two_phones_with_one_user_id_the_first_in_the_file_keeps_it(imports, world):
    document = imports.bring(table(("Ravi", RAVI, "u1", ""), ("Asha", ASHA, "u1", ""), ("Gavin", GAVIN, "u2", "")))
    assert lines(document) == [(3, "user_id_conflict")]
    assert "Row 1 (line 2)" in document["rejects"][0]["message"]
    assert world.contact(RAVI)["user_id"] == "u1"


def test_a_row_that_is_not_taken_keeps_no_user_id(imports):
    document = imports.bring(table(("R2", RAVI, "u1", ""), ("Asha", ASHA, "u1", "")))
    assert (document["created"], lines(document)) == (1, [(2, "name_not_letters")])


def test_a_user_id_of_another_contact_rejects_the_row_at_the_append(imports, world):
    world.track(phone=RAVI, user_id="u1")
    world.settle()
    document = imports.bring(table(("Gavin", GAVIN, "u2", ""), ("Asha", ASHA, "u1", "")), tags=("vip",))
    assert (document["created"], document["rejected"]) == (1, 1)
    assert [(one["line"], one["column"], one["reason"]) for one in document["rejects"]] == [
        (3, "User ID", "user_id_conflict")
    ]
    assert "Asha" in imports.rejects(document)


def test_blank_records_are_no_rows(imports):
    document = imports.bring(f"Name,Phone\n\n,,\nGavin,{GAVIN}\n  , \nR2,{ASHA}\n\n")
    assert (document["rows"], document["created"], lines(document)) == (2, 1, [(6, "name_not_letters")])


def test_opting_in_again_needs_a_second_yes(imports, world):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.track(phone=ASHA, whatsapp_opted=True)
    world.settle()
    file = f"Phone,WhatsApp Opted\n{GAVIN},TRUE\n{ASHA},TRUE\n{RAVI},true\n"
    document = imports.bring(file)
    assert (document["created"], document["unchanged"], lines(document)) == (1, 1, [(2, "opt_in_not_allowed")])
    allowed = imports.bring(file, allow_opt_in=True)
    assert (allowed["updated"], allowed["unchanged"]) == (1, 2)
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is True


def test_too_many_rows_or_bytes_refuse_the_file_before_anything_is_published(tmp_path):
    world = World(tmp_path / "data", max_rows="2", max_upload_mib="1")
    imports = WorldImports(world)
    with pytest.raises(FileRefused, match="more than 2 rows"):
        imports.bring(f"Phone\n{GAVIN}\n{ASHA}\n{RAVI}\n")
    with pytest.raises(FileRefused, match="larger than 1 MiB"):
        imports.bring(f"Phone\n{GAVIN}\n{'x' * (1 << 20)}\n")
    world.settle()
    assert world.entries() == []
    assert list((world.folder / "imports").iterdir()) == []
    imports.close()
    world.close()


CELL = st.one_of(
    st.sampled_from(["", GAVIN, ASHA, RAVI, "u1", "u2", "Asha", "R2", "TRUE", '"', "\n"]), st.text(max_size=4)
)
FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck))
RECORDS = st.lists(st.lists(CELL, max_size=5), max_size=12)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(records=RECORDS)
def test_whatever_a_file_holds_its_counts_add_up(imports, records):
    content = table(*records, header=("Name", "Phone", "User ID", "WhatsApp Opted"))
    try:
        document = imports.bring(content.encode("utf-8", "ignore"), again=True)
    except FileRefused:
        assert "\0" in content
        return
    assert adds_up(document)
    assert (document["state"], document["pending"]) == ("done", 0)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(raw=st.binary(max_size=60))
def test_no_bytes_crash_an_import(imports, raw):
    try:
        document = imports.bring(b"Phone,Name\n" + raw, again=True)
    except FileRefused:
        return
    assert adds_up(document)
