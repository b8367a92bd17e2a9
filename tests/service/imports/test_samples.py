"""The sample files are what the README says: ten good contacts, and each fault a row can have."""

from collections import Counter

import pytest

from tests.shipped import ROOT, Shipped

TYPES = ("--map", "Last Order Date=Last Order Date:datetime", "--map", "Lifetime Value=Lifetime Value:number")
FAULTS = (
    "name_not_letters",
    "phone_missing",
    "phone_not_digits",
    "phone_invalid",
    "phone_scientific",
    "country_code_missing",
    "country_code_invalid",
    "duplicate_phone",
    "opt_in_invalid",
    "too_many_cells",
)


@pytest.fixture
def shipped(tmp_path):
    """A deployment of its own; nothing of it runs."""
    return Shipped(tmp_path)


def test_the_sample_file_brings_ten_contacts(shipped):
    result = shipped.run("import", str(ROOT / "samples/contacts.csv"), *TYPES, "--tag", "diwali", "--json")
    assert (result["rows"], result["created"], result["rejects"]) == (10, 10, [])
    gavin = shipped.run("show", "+919967536783", "--json")
    assert (gavin["traits"]["Lifetime Value"], gavin["tags"]) == (12500, ["diwali"])


def test_the_sample_with_faults_has_each_fault_once(shipped):
    path = str(ROOT / "samples/contacts-with-faults.csv")
    result = shipped.run("import", path, *TYPES, "--json", code=3)
    assert Counter(reject["reason"] for reject in result["rejects"]) == Counter((*FAULTS, *["type_mismatch"] * 2))
    assert (result["rows"], result["created"]) == (13, 1)
