"""An order about whoever was counted is refused where it would take somebody else along, whoever wrote it (R31)."""

from uuid import UUID

import pytest

from tests.examples import ASHA, GAVIN, PHONES
from tests.intake import apart_message, erasure_message, merge_message, message, number_message, reasons

NEW = next(phone for phone in PHONES if phone not in (ASHA, GAVIN))


@pytest.fixture
def two(intake):
    """Who was counted at position 2, and somebody who was not."""
    return intake.take(message("UserTracked", {"phone": GAVIN}), message("UserTracked", {"userId": "asha-1"}))


def id_of(entry):
    return UUID(bytes=entry.contact_id)


def merged_by_hand(counted, other):
    return merge_message(id_of(counted), id_of(other))


def merged_away_by_hand(counted, other):
    return merge_message(id_of(other), id_of(counted))


def merged_by_a_message(_counted, _other):
    return message("UserTracked", {"phone": GAVIN, "userId": "asha-1"})


MERGES = [merged_by_hand, merged_away_by_hand, merged_by_a_message]


@pytest.mark.parametrize("merge", MERGES)
def test_a_merge_after_that_position_refuses_it_also_in_one_batch(intake, two, merge):
    _, order = intake.take(merge(*two), erasure_message(two[0], no_merge_after=2))
    assert (order.reason, order.detail) == (
        "precondition_failed", "it holds only without a merge after position 2, and the contact has one at 3"
    )  # fmt: skip
    assert reasons(intake.take(message("UserTracked", {"userId": "asha-1", "traits": {"city": "Goa"}}))) == [None]


@pytest.mark.parametrize("merge", MERGES)
def test_a_merge_up_to_that_position_does_not(intake, two, merge):
    intake.take(merge(*two))
    assert reasons(intake.take(erasure_message(two[0], no_merge_after=3))) == [None]


def test_the_number_of_somebody_else_is_a_merge_with_them(intake, two):
    intake.take(message("UserTracked", {"phone": ASHA}))
    change = number_message(id_of(two[0]), ASHA)
    assert reasons(intake.take(change, erasure_message(two[0], no_merge_after=3))) == [None, "precondition_failed"]


def test_a_number_that_was_nobody_s_takes_nobody_along(intake, two):
    change = number_message(id_of(two[0]), NEW)
    assert reasons(intake.take(change, erasure_message(two[0], no_merge_after=2))) == [None, None]


def test_a_number_that_has_become_somebody_is_a_merge_when_it_comes_back(intake, two):
    (changed,) = intake.take(number_message(id_of(two[0]), NEW))
    intake.take(message("UserTracked", {"phone": NEW}), apart_message(id_of(changed)))
    again = merged_by_hand(two[0], changed)
    assert reasons(intake.take(again, erasure_message(two[0], no_merge_after=2))) == [None, "precondition_failed"]


def test_any_other_event_of_the_contact_does_not_save_it(intake, two):
    said = message("UserTracked", {"phone": GAVIN, "traits": {"city": "Goa"}})
    assert reasons(intake.take(said, erasure_message(two[0], no_merge_after=2))) == [None, None]


def test_who_was_merged_and_split_again_goes_alone(intake, two):
    intake.take(merged_by_hand(*two), apart_message(id_of(two[1])))
    assert reasons(intake.take(erasure_message(two[0], no_merge_after=2))) == [None]
    assert reasons(intake.take(message("TagsAdded", {"userId": "asha-1", "tags": ["vip"]}))) == [None]
