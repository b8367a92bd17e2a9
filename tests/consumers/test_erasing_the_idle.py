"""An order about whoever has no event after a position is refused where there is one, whoever wrote it (R31)."""

from uuid import UUID

from tests.examples import ASHA, GAVIN
from tests.intake import erasure_message, merge_message, message, reasons


def fact(phone=GAVIN):
    return message("UserTracked", {"phone": phone})


def test_it_is_taken_while_the_contact_has_no_later_event(intake):
    first, _ = intake.take(fact(), fact(ASHA))
    assert reasons(intake.take(erasure_message(first, based_on=2))) == [None]


def test_an_event_after_that_position_refuses_it_also_one_that_changes_nothing(intake):
    first, _ = intake.take(fact(), fact(ASHA))
    (order,) = intake.take(fact(), erasure_message(first, based_on=2))[1:]
    assert (order.reason, order.detail) == (
        "precondition_failed", "it is based on position 2, and the contact has an event at 3"
    )  # fmt: skip


def test_an_event_that_joins_only_the_timeline_refuses_it_too(intake):
    (first,) = intake.take(fact())
    seen = message("EventTracked", {"phone": GAVIN, "event": "Order placed"})
    assert reasons(intake.take(seen, erasure_message(first, based_on=1))) == [None, "precondition_failed"]


def test_who_was_merged_into_somebody_with_a_later_event_stays(intake):
    first, second = intake.take(fact(), fact(ASHA))
    intake.take(merge_message(UUID(bytes=second.contact_id), UUID(bytes=first.contact_id)))
    assert reasons(intake.take(erasure_message(first, based_on=2))) == ["precondition_failed"]


def test_what_others_do_does_not_keep_a_contact(intake):
    first, _ = intake.take(fact(), fact(ASHA))
    assert reasons(intake.take(fact(ASHA), erasure_message(first, based_on=1))) == [None, None]
