"""What the append decides of a changed number, and what identities come to by it (R1, R33)."""

from contextlib import closing
from uuid import UUID

import pytest

from ledger.events.identity import Known
from ledger.sqlite import connect
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.intake import (
    apart_message,
    erasure_message,
    identity_faults,
    merge_message,
    number_message,
    order_message,
    reasons,
    row,
    split_message,
    tracked,
)

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


def holders(log, *phones):
    return [found and found.contact for found in map(log.holder_of_phone, phones)]


@pytest.mark.usefixtures("two")
def test_the_new_number_is_the_phone_and_the_old_one_finds_the_contact_still(intake, log):
    (entry,) = intake.take(number_message(FIRST, RAVI))
    assert (entry.reason, entry.contact, entry.absorbed, entry.phone) == (None, 1, entry.position, RAVI)
    assert log.holder_of_phone(GAVIN) == log.holder_of_phone(RAVI) == Known(1, RAVI, "g")
    assert log.aliases(1) == ([GAVIN], [])
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_a_message_by_either_number_is_about_the_contact_in_the_same_batch_too(intake, log):
    entries = intake.take(number_message(FIRST, RAVI), tracked(phone=GAVIN), tracked(phone=RAVI, userId="g"))
    assert [one.contact for one in entries] == [1, 1, 1]
    assert log.holder_of_user_id("g").phone == RAVI


@pytest.mark.usefixtures("two")
def test_whoever_has_the_number_is_merged_in_and_their_user_id_finds_the_contact(intake, log):
    (entry,) = intake.take(number_message(FIRST, ASHA))
    assert (entry.contact, entry.absorbed, entry.contact_id) == (1, 2, None)
    assert log.holder_of_user_id("a") == Known(1, ASHA, "g")
    assert log.aliases(1) == ([GAVIN], ["a"])
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_a_split_takes_it_back_and_what_came_by_the_new_number_is_a_contact_of_its_own(intake, log):
    intake.take(number_message(FIRST, RAVI), tracked(phone=RAVI, traits={"city": "Goa"}))
    intake.take(apart_message(THIRD))
    assert log.holder_of_phone(GAVIN) == Known(1, GAVIN, "g")
    assert log.holder_of_phone(RAVI) == Known(3, RAVI, None)
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_a_number_that_nobody_used_since_is_nobodys_after_the_split(intake, log):
    intake.take(number_message(FIRST, RAVI), apart_message(THIRD))
    assert holders(log, GAVIN, RAVI) == [1, None]
    (entry,) = intake.take(tracked(phone=RAVI))
    assert entry.contact == entry.position
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_a_number_can_change_again_and_back_and_each_split_takes_back_its_own(intake, log):
    intake.take(number_message(FIRST, RAVI), number_message(FIRST, MEERA))
    assert log.holder_of_phone(GAVIN).phone == MEERA
    intake.take(apart_message(THIRD))
    assert log.aliases(1) == ([GAVIN], [])
    (back,) = intake.take(number_message(FIRST, GAVIN))
    assert (back.reason, back.absorbed) == (None, None)
    assert log.holder_of_phone(MEERA) == Known(1, GAVIN, "g")
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("order", "reason", "told"),
    [
        (number_message(FIRST, GAVIN), "wrong_state", "this is the contact's phone already"),
        (number_message(UUID(int=9), RAVI), "wrong_state", "there is no contact with the id"),
        (number_message("x", RAVI), "wrong_state", "there is no contact with the id 'x'"),
        (number_message(FIRST, "12"), "invalid", "phone must be in E.164, such as +919967536783"),
        (number_message(FIRST, RAVI, basedOn=0), "precondition_failed", "it is based on position 0"),
        (number_message(FIRST, ASHA, basedOn=1), "precondition_failed", "has an event at 2"),
        (number_message(FIRST, ASHA, absorbed=None), "precondition_failed", "another contact's by now"),
        (number_message(FIRST, RAVI, absorbed=str(SECOND)), "precondition_failed", "another contact's by now"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(intake, log, order, reason, told):
    (entry,) = intake.take(order)
    assert entry.reason == reason
    assert told in entry.detail
    assert log.holder_of_phone(GAVIN) == Known(1, GAVIN, "g")


@pytest.mark.usefixtures("two")
def test_a_contact_that_is_merged_away_or_gone_has_no_number_to_change(intake):
    intake.take(merge_message(SECOND, FIRST))
    assert reasons(intake.take(number_message(FIRST, RAVI))) == ["wrong_state"]
    intake.take(row(1, MEERA), split_message(1), order_message("ImportUndone", "undo"))
    assert reasons(intake.take(number_message(THIRD, RAVI))) == ["wrong_state"]


@pytest.mark.usefixtures("two")
def test_an_unsigned_order_is_reserved(intake):
    forged = number_message(FIRST, RAVI).replace(b'"ledgersig":"', b'"ledgersig":"0')
    assert reasons(intake.take(forged)) == ["reserved"]


def test_whoever_was_renumbered_keeps_the_new_number_when_the_import_that_made_them_is_undone(intake, log):
    intake.take(row(1, GAVIN), split_message(1), number_message(FIRST, RAVI))
    intake.take(order_message("ImportUndone", "undo"))
    assert holders(log, GAVIN, RAVI) == [None, 1]
    intake.take(order_message("ImportRedone", "redo"))
    assert log.holder_of_phone(GAVIN) == Known(1, RAVI, None)
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_an_erasure_empties_what_came_by_either_number(intake, log):
    intake.take(tracked(phone=GAVIN), number_message(FIRST, RAVI), tracked(phone=RAVI), tracked(phone=GAVIN))
    intake.take(erasure_message(str(FIRST)))
    assert [one for one in range(1, 8) if log.entry(one).is_erased] == [1, 3, 4, 5, 6]
    assert holders(log, GAVIN, RAVI, ASHA) == [None, None, 2]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_after_a_split_either_is_erased_with_the_order_and_the_other_stays(intake, log):
    intake.take(number_message(FIRST, RAVI), tracked(phone=RAVI), apart_message(THIRD))
    intake.take(erasure_message(str(THIRD)))
    assert [one for one in range(1, 6) if log.entry(one).is_erased] == [3, 4, 5]
    assert holders(log, GAVIN, RAVI) == [1, None]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_after_a_split_the_order_stays_with_whoever_came_by_the_new_number(intake, log):
    """It made their contact: without it nothing says whose the messages by that number are."""
    intake.take(number_message(FIRST, RAVI), tracked(phone=RAVI), apart_message(THIRD))
    intake.take(erasure_message(str(FIRST)))
    assert [one for one in range(1, 6) if log.entry(one).is_erased] == [1, 5]
    assert log.holder_of_phone(RAVI) == Known(3, RAVI, None)
    assert holders(log, GAVIN) == [None]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_after_a_split_the_order_goes_with_the_contact_where_nobody_came_by_the_new_number(intake, log):
    intake.take(number_message(FIRST, RAVI), apart_message(THIRD), erasure_message(str(FIRST)))
    assert [one for one in range(1, 5) if log.entry(one).is_erased] == [1, 3, 4]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_the_phone_of_somebody_who_is_kept_out_is_nobodys_new_number(intake, log):
    intake.take(erasure_message(str(SECOND), keep_out=True))
    (entry,) = intake.take(number_message(FIRST, ASHA))
    assert (entry.reason, entry.value) == ("kept_out", None)
    assert holders(log, GAVIN, ASHA) == [1, None]


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (f"UPDATE contacts SET phone = {int(GAVIN)} WHERE contact = 1", "contacts: contact 1 has another phone"),
        (f"DELETE FROM phones WHERE phone = {int(GAVIN)}", "phones: the phone of contact 1 is missing"),
        ("DELETE FROM merges", "merges: the merge of contact 3 is missing"),
        ("DELETE FROM contacts WHERE contact = 3", "contacts: contact 3 is missing"),
    ],
)
def test_verify_names_what_was_changed_of_a_changed_number(intake, log, change, told):
    intake.take(number_message(FIRST, RAVI))
    assert identity_faults(log) == []
    with closing(connect(intake.path)) as connection:
        connection.execute(change)
    assert any(fault.startswith(told) for fault in identity_faults(log)), identity_faults(log)


@pytest.mark.usefixtures("two")
def test_a_number_that_is_given_up_begins_a_new_contact(intake, log):
    (order,) = intake.take(number_message(FIRST, RAVI, oldBeginsAnew=True))
    assert (order.reason, order.detail) == (None, '{"gives_up":1}')
    assert holders(log, GAVIN, RAVI) == [None, 1]
    (entry,) = intake.take(tracked(phone=GAVIN))
    assert entry.contact == entry.position
    assert holders(log, GAVIN, RAVI) == [entry.position, 1]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_whoever_has_the_number_that_was_given_up_keeps_it_and_the_split_waits_for_a_merge(intake, log):
    intake.take(number_message(FIRST, RAVI, oldBeginsAnew=True), tracked(phone=GAVIN))
    (refused,) = intake.take(apart_message(THIRD))
    assert (refused.reason, refused.detail.startswith("two contacts would have one phone")) == ("wrong_state", True)
    intake.take(merge_message(FIRST, UUID(int=4)))
    assert reasons(intake.take(apart_message(THIRD))) == [None]
    assert log.holder_of_phone(GAVIN) == Known(1, GAVIN, "g")
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_a_split_takes_back_that_the_number_was_given_up(intake, log):
    intake.take(number_message(FIRST, RAVI, oldBeginsAnew=True), apart_message(THIRD))
    assert holders(log, GAVIN, RAVI) == [1, None]
    assert identity_faults(log) == []


def test_a_row_is_redone_without_the_number_that_its_contact_gave_up(intake, log):
    intake.take(row(1, GAVIN), split_message(1), number_message(FIRST, RAVI, oldBeginsAnew=True))
    intake.take(order_message("ImportUndone", "undo"), tracked(phone=GAVIN))
    (redo,) = intake.take(order_message("ImportRedone", "redo"))
    assert redo.detail == '{"phone":[],"user_id":[]}'
    assert holders(log, GAVIN, RAVI) == [5, 1]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_a_number_that_was_given_up_can_be_the_contacts_own_again(intake, log):
    intake.take(number_message(FIRST, RAVI, oldBeginsAnew=True), number_message(FIRST, GAVIN))
    assert log.holder_of_phone(GAVIN) == log.holder_of_phone(RAVI) == Known(1, GAVIN, "g")
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_whoever_has_a_number_that_was_given_up_is_erased_alone(intake, log):
    intake.take(number_message(FIRST, RAVI, oldBeginsAnew=True), tracked(phone=GAVIN))
    intake.take(erasure_message(str(FIRST)))
    assert [one for one in range(1, 5) if log.entry(one).is_erased] == [1, 3]
    assert holders(log, GAVIN, RAVI) == [4, None]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_that_a_number_was_given_up_for_a_time_is_forgotten_with_the_order(intake, log):
    """The order is about both, and goes with the one who is erased: the other is found as if it had never been."""
    intake.take(number_message(FIRST, ASHA, oldBeginsAnew=True), apart_message(SECOND), erasure_message(str(SECOND)))
    assert log.entry(3).is_erased
    assert log.holder_of_phone(GAVIN) == Known(1, GAVIN, "g")
    assert [log.held(GAVIN, None, at) for at in (1, 3, 5)] == [[1]] * 3
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_who_gave_a_number_up_never_had_it_again_when_its_next_holder_was_merged_in_for_a_time_and_is_erased(
    intake, log
):
    """The merge is empty with the one who is erased, and what the first said by the number before is still there."""
    intake.take(number_message(FIRST, ASHA, oldBeginsAnew=True))
    (anew,) = intake.take(tracked(phone=GAVIN))
    other = UUID(bytes=anew.contact_id)
    intake.take(merge_message(FIRST, other), apart_message(other), erasure_message(str(other)))
    assert [log.held(GAVIN, None, at) for at in (1, 3, 4, 5, 7)] == [[1], [], [], [], []]
    assert identity_faults(log) == []
