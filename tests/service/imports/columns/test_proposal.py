"""What a column is proposed to become: by its header, then by its values (R19)."""

import pytest

from service.imports.columns.proposal import proposals


def proposal(header, *values, known=None):
    found, _ = proposals(["Phone", header], [["", value] for value in values], known or {})
    return found[1]


@pytest.mark.parametrize(
    ("header", "attribute", "reason"),
    [
        ("full_name", "name", "synonym"),
        ("User ID (ours)", "user_id", "exact"),
        ("EMAIL", "email", "exact"),
        ("customer type", "Customer_Type", "existing"),
        ("Plan", "Plan", "new"),
        ("rejected:line", None, "ignored"),
        (" ", None, "ignored"),
    ],
)
def test_a_column_is_proposed_by_its_header_with_the_reason(header, attribute, reason):
    found = proposal(header, "x", known={"Customer_Type": "string"})
    assert (found.attribute, found.reason) == (attribute, reason)


@pytest.mark.parametrize(
    ("values", "type", "fits"),
    [
        (["1", "-2.5", "3e2"], "number", 1.0),
        (["TRUE", "false"], "boolean", 1.0),
        (["2022-10-31", "2022-10-31T14:00:00Z"], "datetime", 1.0),
        (["a;b", "c", "d;e"], "list", 1.0),
        (["gold", "silver"], "string", 1.0),
        (["007", "012"], "string", 1.0),
        (["1", "2", "three"], "string", 1.0),
        ([*"1234567890", "many"], "number", 10 / 11),
        ([], "string", None),
        (["", " "], "string", None),
    ],
)
def test_a_new_attribute_gets_the_type_that_nearly_all_values_have(values, type, fits):
    found = proposal("Score", *values)
    assert (found.type, found.fits) == (type, fits)


def test_blank_values_do_not_count():
    assert (proposal("Score", "1", "", " ", "2").values, proposal("Score", "1", "").fits) == (2, 1.0)


def test_an_existing_attribute_keeps_its_type_and_the_share_says_how_many_values_fit():
    found = proposal("Score", "1", "two", "3", "4", known={"Score": "number"})
    assert (found.type, found.fits) == ("number", 0.75)


def test_a_default_attribute_has_its_own_rule():
    assert proposal("Name", "Asha", "R2").fits == 0.5
    assert proposal("Opt In", "TRUE", "yes").fits == 0.5


def test_what_keeps_a_proposal_from_being_taken_is_said():
    _, faults = proposals(["Mobile", "Phone", "Name"], [], {})
    assert faults == ("The columns 'Mobile' and 'Phone' are all Phone Number; map or ignore all but one.",)


def test_the_guard_against_formulas_is_taken_off_first():
    found, _ = proposals(["Phone", "Score", "rejected:line"], [["1", "'-1", "2"]], {})
    assert (found[1].type, found[1].fits) == ("number", 1.0)
