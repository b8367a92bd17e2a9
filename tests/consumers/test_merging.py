"""What the append decides of merges and splits by hand, and what identities come to by them (R1, R33)."""

from contextlib import closing
from uuid import UUID

import pytest

from ledger.events.identity import Known
from ledger.sqlite import connect
from tests.examples import ASHA, GAVIN, RAVI
from tests.intake import apart_message, erasure_message, identity_faults, merge_message, message, reasons, tracked

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


def holders(log, *names):
    return [found and found.contact for found in map(log.holder_of_phone, names)]


@pytest.mark.usefixtures("two")
def test_the_survivor_of_a_merge_is_the_one_named_first_and_both_phones_find_it(intake, log):
    (entry,) = intake.take(merge_message(SECOND, FIRST))
    assert (entry.reason, entry.contact, entry.absorbed) == (None, 2, 1)
    assert holders(log, GAVIN, ASHA) == [2, 2]
    assert log.holder_of_user_id("g").contact == 2
    assert [row[2:] for row in log.identities(0, 9)] == [(int(ASHA), "a")]
    assert log.aliases(2) == ([GAVIN], ["g"])


@pytest.mark.usefixtures("two")
def test_what_comes_by_the_phone_that_gave_way_is_the_survivors_and_does_not_change_its_phone(intake, log):
    entries = intake.take(merge_message(FIRST, SECOND), tracked(phone=ASHA), tracked(phone=ASHA, userId="g"))
    assert [entry.contact for entry in entries] == [1, 1, 1]
    assert log.holder_of_phone(ASHA).phone == GAVIN


@pytest.mark.usefixtures("two")
def test_another_user_id_beside_the_phone_that_gave_way_is_a_conflict(intake):
    assert reasons(intake.take(merge_message(FIRST, SECOND), tracked(phone=ASHA, userId="new"))) == [
        None,
        "identity_conflict",
    ]


@pytest.mark.usefixtures("two")
def test_after_a_split_each_is_found_by_its_own_and_later_events_go_by_their_identities(intake, log):
    intake.take(merge_message(FIRST, SECOND))
    (order,) = intake.take(apart_message(SECOND))
    assert (order.contact, order.absorbed) == (1, 2)
    assert holders(log, GAVIN, ASHA) == [1, 2]
    assert [entry.contact for entry in intake.take(tracked(phone=ASHA), tracked(userId="g"))] == [2, 1]
    assert identity_faults(log) == []


def test_what_was_said_while_two_were_one_goes_to_whom_it_named(intake, log):
    """A user id that came with a phone is that phone's contact's."""
    intake.take(tracked(phone=GAVIN), tracked(phone=ASHA), merge_message(FIRST, SECOND))
    intake.take(tracked(phone=ASHA, userId="a"), apart_message(SECOND))
    assert (log.holder_of_user_id("a").contact, log.holder_of_phone(GAVIN).user_id) == (2, None)


def test_a_merge_that_a_message_made_can_be_split_and_no_message_makes_it_again(intake, log):
    both = {"phone": GAVIN, "userId": "u"}
    intake.take(tracked(phone=GAVIN), tracked(userId="u"), tracked(**both))
    assert log.component(2) == (1, 2)
    split, again, one, other = intake.take(
        apart_message(SECOND), tracked(**both), tracked(phone=GAVIN), tracked(userId="u")
    )
    assert reasons([split, again, one, other]) == [None, "identity_conflict", None, None]
    assert "two contacts that somebody has split" in again.detail
    assert (one.contact, other.contact) == (1, 2)


def test_what_was_split_can_be_merged_by_hand_again(intake, log):
    intake.take(tracked(phone=GAVIN), tracked(userId="u"), tracked(phone=GAVIN, userId="u"), apart_message(SECOND))
    assert reasons(intake.take(merge_message(FIRST, SECOND), tracked(phone=GAVIN, userId="u"))) == [None, None]
    assert log.survivors([2]) == {2: 1}
    assert identity_faults(log) == []


def test_two_that_were_split_stay_apart_when_one_of_them_is_merged_into_a_third(intake):
    intake.take(tracked(phone=GAVIN), tracked(userId="u"), tracked(phone=GAVIN, userId="u"), apart_message(SECOND))
    intake.take(tracked(phone=RAVI), merge_message(UUID(int=3), FIRST))
    assert reasons(intake.take(tracked(phone=GAVIN, userId="u"))) == ["identity_conflict"]


def test_a_contact_with_two_phones_that_a_message_merges_away_takes_both_along(intake, log):
    intake.take(tracked(userId="u"), tracked(phone=GAVIN), tracked(phone=ASHA), merge_message(SECOND, THIRD))
    entries = intake.take(tracked(phone=ASHA, userId="u"), tracked(phone=ASHA))
    assert [entry.contact for entry in entries] == [1, 1]
    assert holders(log, GAVIN, ASHA) == [1, 1]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("order", "why"),
    [
        (merge_message(FIRST, FIRST), "a contact is not merged with itself"),
        (merge_message(FIRST, UUID(int=9)), "there is no contact with the id"),
        (merge_message(FIRST, "no id"), "there is no contact with the id 'no id'"),
        (apart_message(SECOND), "is not merged into another"),
        (apart_message(UUID(int=9)), "there is no contact with the id"),
    ],
)
def test_an_order_that_does_not_fit_what_is_there_is_rejected_and_says_why(intake, order, why):
    (entry,) = intake.take(order)
    assert entry.reason == "wrong_state"
    assert why in entry.detail


@pytest.mark.usefixtures("two")
def test_who_is_merged_away_is_not_merged_again(intake):
    _, again, other_way = intake.take(
        merge_message(FIRST, SECOND), merge_message(FIRST, SECOND), merge_message(SECOND, FIRST)
    )
    assert reasons([again, other_way]) == ["wrong_state", "wrong_state"]
    assert "is merged into another" in again.detail


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("late", [{"phone": GAVIN}, {"phone": ASHA}], ids=["the survivor", "the other"])
def test_a_merge_that_was_planned_before_something_newer_was_said_is_refused(intake, late):
    """What it comes to, and whether it opts somebody in, was looked at without that (R16)."""
    _, stale = intake.take(tracked(**late), merge_message(FIRST, SECOND, basedOn=2))
    assert stale.reason == "precondition_failed"
    assert stale.detail == "it is based on position 2, and the contact has an event at 3"
    assert reasons(intake.take(tracked(phone=RAVI), merge_message(FIRST, SECOND, basedOn=4))) == [None, None]


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("late", [{"phone": GAVIN}, {"phone": ASHA}], ids=["the survivor", "the other"])
def test_a_split_that_was_planned_before_something_newer_was_said_is_refused(intake, late):
    _, _, stale = intake.take(merge_message(FIRST, SECOND), tracked(**late), apart_message(SECOND, basedOn=3))
    assert stale.reason == "precondition_failed"
    assert reasons(intake.take(apart_message(SECOND, basedOn=5))) == [None]


@pytest.mark.usefixtures("two")
def test_a_redelivered_order_changes_nothing(intake):
    merge, split = merge_message(FIRST, SECOND), apart_message(SECOND)
    assert len(intake.take(merge, split, merge, split)) == 2


@pytest.mark.usefixtures("two")
def test_nobody_else_gives_such_an_order(intake):
    told = message("ContactsMerged", {"survivor": str(FIRST), "absorbed": str(SECOND)})
    assert reasons(intake.take(told)) == ["reserved"]


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("erased", "empty"),
    [(FIRST, [1, 3, 4, 6, 7, 9]), (SECOND, [2, 3, 5, 6, 7, 8])],
    ids=["the survivor", "the other"],
)
def test_who_was_split_is_erased_alone_and_what_names_both_is_emptied_too(intake, log, erased, empty):
    intake.take(
        merge_message(FIRST, SECOND), tracked(phone=GAVIN), tracked(phone=ASHA), tracked(phone=GAVIN, userId="a")
    )
    intake.take(apart_message(SECOND), tracked(userId="a"), tracked(userId="g"))
    (order,) = intake.take(erasure_message(str(erased)))
    assert order.reason is None, order.detail
    assert [one for one in range(1, 10) if log.entry(one).is_erased] == empty
    assert holders(log, GAVIN, ASHA) == ([None, 2] if erased == FIRST else [1, None])
    assert identity_faults(log) == []
    again = intake.take(tracked(phone=GAVIN), tracked(phone=ASHA))
    assert [one.contact for one in again] == ([11, 2] if erased == FIRST else [1, 12])


@pytest.mark.usefixtures("two")
def test_what_the_log_kept_of_who_had_which_name_forgets_who_was_erased(intake):
    intake.take(merge_message(FIRST, SECOND), apart_message(SECOND), erasure_message(str(SECOND)))
    with closing(connect(intake.path)) as connection:
        for table, name in (("former_phones", int(ASHA)), ("former_user_ids", "a")):
            column = table.removeprefix("former_").removesuffix("s")
            assert connection.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (name,)).fetchall() == []


@pytest.mark.usefixtures("two")
def test_both_of_two_that_were_split_are_erased_one_after_the_other(intake, log):
    intake.take(merge_message(FIRST, SECOND), tracked(phone=ASHA), apart_message(SECOND))
    assert reasons(intake.take(erasure_message(str(FIRST)), erasure_message(str(SECOND)))) == [None, None]
    assert holders(log, GAVIN, ASHA) == [None, None]
    assert identity_faults(log) == []


@pytest.mark.usefixtures("two")
def test_who_is_erased_is_not_merged_or_split_any_more(intake):
    intake.take(merge_message(FIRST, SECOND), apart_message(SECOND), erasure_message(str(SECOND)))
    assert reasons(intake.take(merge_message(FIRST, SECOND), apart_message(SECOND))) == ["wrong_state", "wrong_state"]


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE merges SET until = NULL", "merges: the merge of contact 2 has another until"),
        ("UPDATE merges SET survivor = 2", "merges: the merge of contact 2 has another survivor"),
        ("DELETE FROM merges", "merges: the merge of contact 2 is missing"),
        ("UPDATE phones SET contact = 1", "phones: the phone of contact 2 has another contact"),
        ("UPDATE contacts SET phone = NULL WHERE contact = 2", "contacts: contact 2 has another phone"),
        ("DELETE FROM former_phones WHERE until = 4", "former_phones: a former phone of contact 1 is missing"),
    ],
)
def test_verify_names_what_was_changed_of_a_merge_and_a_split(intake, log, change, told):
    intake.take(merge_message(FIRST, SECOND), apart_message(SECOND))
    assert identity_faults(log) == []
    with closing(connect(intake.path)) as connection:
        connection.execute(change)
    assert any(fault.startswith(told) for fault in identity_faults(log)), identity_faults(log)


def test_a_message_that_merged_by_the_phone_of_somebody_who_was_split_off_since_merges_the_others_still(intake, log):
    """It is about whoever has the phone; the user id is of the contact that it merged in."""
    intake.take(tracked(phone=GAVIN), tracked(userId="u"), tracked(phone=ASHA), merge_message(FIRST, THIRD))
    (merged,) = intake.take(tracked(phone=ASHA, userId="u"))
    assert (merged.contact, merged.absorbed) == (1, 2)
    intake.take(apart_message(THIRD))
    assert log.holder_of_phone(ASHA) == Known(3, ASHA, None)
    assert log.holder_of_phone(GAVIN) == log.holder_of_user_id("u") == Known(1, GAVIN, "u")
    assert identity_faults(log) == []
