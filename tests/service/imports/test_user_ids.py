"""User ids of a file: whose they are is decided as for calls (R6)."""

from tests.examples import ASHA, GAVIN, RAVI


def test_what_programs_write_for_nothing_counts_as_not_given_and_the_result_says_so(imports, world):
    document = imports.bring(f"Phone,User ID\n{GAVIN},undefined\n{ASHA},[object Object]\n{RAVI},u-9\n")
    assert (document["created"], document["user_ids_left_out"]) == (3, 2)
    assert {one["phone"]: one["user_id"] for one in world.contacts()} == {GAVIN: None, ASHA: None, RAVI: "u-9"}


def test_a_file_and_a_call_mean_the_same_contact(imports, world):
    world.track(user_id=" e\u0301-9 ", phone=GAVIN)
    world.settle()
    assert imports.bring(f"Phone,User ID\n{GAVIN},\ufeff\u00e9-9\u200b\n")["unchanged"] == 1
    assert [one["user_id"] for one in world.contacts()] == ["\u00e9-9"]
