"""R7, decided by values alone."""

from ledger.events.identity import CREATE, Attach, Conflict, Known, Merge, is_left_out, resolve

PHONE, OTHER_PHONE = "+919967536783", "+919820098200"


def test_two_unknown_identities_make_a_new_contact():
    assert resolve(PHONE, "u1", None, None) == CREATE


def test_two_identities_of_one_contact_find_it():
    known = Known(7, PHONE, "u1")
    assert resolve(PHONE, "u1", known, known) == Attach(7)


def test_a_free_user_id_is_attached_to_the_contact_with_the_phone():
    assert resolve(PHONE, "u1", Known(7, PHONE, None), None) == Attach(7)


def test_a_free_phone_is_attached_to_the_contact_with_the_user_id():
    assert resolve(PHONE, "u1", None, Known(7, None, "u1")) == Attach(7)


def test_a_second_user_id_is_a_conflict():
    decision = resolve(PHONE, "u2", Known(7, PHONE, "u1"), None)
    assert decision == Conflict("the contact with this phone already has another user id", (7,))


def test_a_second_phone_is_a_conflict():
    decision = resolve(OTHER_PHONE, "u1", None, Known(7, PHONE, "u1"))
    assert decision == Conflict("the contact with this user id already has another phone", (7,))


def test_two_contacts_that_complete_each_other_are_merged_into_the_older_one():
    assert resolve(PHONE, "u1", Known(9, PHONE, None), Known(4, None, "u1")) == Merge(survivor=4, absorbed=9)


def test_two_contacts_are_not_merged_where_the_setting_says_never():
    decision = resolve(PHONE, "u1", Known(9, PHONE, None), Known(4, None, "u1"), may_merge=False)
    assert isinstance(decision, Conflict)
    assert decision.holders == (9, 4)


def test_two_contacts_of_which_one_has_both_kinds_are_a_conflict():
    assert isinstance(resolve(PHONE, "u1", Known(9, PHONE, "u2"), Known(4, None, "u1")), Conflict)
    assert isinstance(resolve(PHONE, "u1", Known(9, PHONE, None), Known(4, OTHER_PHONE, "u1")), Conflict)


def test_a_match_by_phone_alone_never_merges():
    decision = resolve(PHONE, "u1", Known(9, PHONE, None), Known(4, None, "u1"), by_phone_alone=True)
    assert isinstance(decision, Conflict)


def test_a_match_by_phone_alone_refuses_the_user_id_of_another_contact():
    decision = resolve(PHONE, "u1", None, Known(4, "+919820098200", "u1"), by_phone_alone=True)
    assert decision == Conflict("this user id belongs to another contact", (4,))


def test_a_match_by_phone_alone_says_when_the_user_ids_contact_has_no_phone():
    decision = resolve(PHONE, "u1", None, Known(4, None, "u1"), by_phone_alone=True)
    assert isinstance(decision, Conflict)
    assert "has no phone" in decision.message


def test_a_match_by_phone_alone_attaches_a_free_user_id():
    assert resolve(PHONE, "u1", Known(9, PHONE, None), None, by_phone_alone=True) == Attach(9)


def test_a_row_is_left_out_by_whether_its_contact_was_known():
    """R18."""
    known, unknown = Attach(7), CREATE
    assert [is_left_out(known, mode) for mode in ("upsert", "create", "update")] == [False, True, False]
    assert [is_left_out(unknown, mode) for mode in ("upsert", "create", "update")] == [False, False, True]
