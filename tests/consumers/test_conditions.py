"""A message that carries a condition is accepted while it holds: nothing newer of the contact, the other one taken."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.effects.about_contact import broken
from consumers.incoming import Precondition
from tests.examples import ASHA, GAVIN, RAVI
from tests.intake import Intake, message, reasons, row_message, tracked
from tests.worlds import bounded, folder


@pytest.mark.parametrize(
    ("condition", "newest", "is_followed", "holds"),
    [
        (Precondition(5, None), [5], True, True),
        (Precondition(5, None), [4, 5], True, True),
        (Precondition(5, None), [6], True, False),
        (Precondition(5, None), [2, 6], True, False),
        (Precondition(5, None), [], True, False),
        (Precondition(None, "m1"), [6], True, True),
        (Precondition(None, "m1"), [6], False, False),
        (Precondition(5, "m1"), [6], True, False),
    ],
)
def test_a_condition_holds_or_is_broken_for_a_reason(condition, newest, is_followed, holds):
    refusal = broken(condition, newest, is_followed=is_followed)
    assert (refusal is None) == holds
    assert holds or refusal.reason == "precondition_failed"


def test_it_is_accepted_while_the_contact_has_no_later_event(intake):
    intake.take(tracked(phone=GAVIN), tracked(phone=ASHA))
    assert reasons(intake.take(tracked(phone=GAVIN, basedOn=1))) == [None]


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_it_is_rejected_when_the_contact_has_a_later_event(intake, is_one_batch):
    later = message("EventTracked", {"phone": GAVIN, "event": "Paid"})
    intake.take(tracked(phone=GAVIN))
    if not is_one_batch:
        intake.take(later)
    *_, entry = intake.take(*([later] if is_one_batch else []), tracked(phone=GAVIN, basedOn=1))
    assert entry.reason == "precondition_failed"
    assert entry.detail == "it is based on position 1, and the contact has an event at 2"


def test_of_two_that_are_based_on_the_same_position_one_is_accepted(intake):
    intake.take(tracked(phone=GAVIN))
    entries = intake.take(tracked(phone=GAVIN, basedOn=1), tracked(phone=GAVIN, basedOn=1))
    assert reasons(entries) == [None, "precondition_failed"]


def test_what_was_rejected_or_skipped_is_no_later_event(intake):
    intake.take(tracked(phone=GAVIN))
    intake.take(tracked(phone=GAVIN, traits=7), row_message(1, "u", {"phone": GAVIN, "mode": "create"}, is_last=True))
    assert reasons(intake.take(tracked(phone=GAVIN, basedOn=1))) == [None]


def test_it_is_rejected_when_nobody_is_known(intake):
    assert reasons(intake.take(tracked(phone=GAVIN, basedOn=1))) == ["precondition_failed"]


def test_a_merge_is_rejected_when_either_contact_has_a_later_event(intake):
    intake.take(tracked(phone=GAVIN), tracked(userId="u1"), tracked(userId="u1"))
    assert reasons(intake.take(tracked(phone=GAVIN, userId="u1", basedOn=2))) == ["precondition_failed"]
    assert reasons(intake.take(tracked(phone=GAVIN, userId="u1", basedOn=3))) == [None]


def test_a_conflict_of_identity_is_told_before_the_condition(intake):
    intake.take(tracked(phone=GAVIN, userId="u1"), tracked(phone=GAVIN))
    assert reasons(intake.take(tracked(phone=GAVIN, userId="u2", basedOn=1))) == ["identity_conflict"]


def pair(based_on, *, first="first"):
    data = {"phone": GAVIN}
    return (
        message("UserTracked", {**data, "basedOn": based_on}, id=first),
        message("TagsAdded", {**data, "tags": ["vip"], "follows": first}, id=f"{first}.t"),
    )


@pytest.mark.parametrize("batches", [1, 2])
def test_one_that_follows_another_has_its_fate(intake, batches):
    intake.take(tracked(phone=GAVIN))
    taken = []
    for messages in (pair(1, first="a"), pair(1, first="b")):
        for batch in [messages] if batches == 1 else [[one] for one in messages]:
            taken += intake.take(*batch)
    assert reasons(taken) == [None, None, "precondition_failed", "precondition_failed"]


def test_one_that_follows_is_accepted_whatever_came_between(intake):
    intake.take(tracked(phone=GAVIN))
    first, second = pair(1)
    assert reasons(intake.take(first, tracked(phone=GAVIN), second)) == [None, None, None]


def test_one_does_not_follow_what_another_source_sent(intake):
    first, _ = pair(1)
    intake.take(tracked(phone=GAVIN), first)
    data = {"phone": GAVIN, "tags": ["vip"], "follows": "first"}
    assert reasons(intake.take(message("TagsAdded", data, source="https://other.example"))) == ["precondition_failed"]


def test_a_redelivery_changes_nothing_whether_it_was_accepted_or_rejected(intake):
    intake.take(tracked(phone=GAVIN))
    won, lost = pair(1, first="a"), pair(1, first="b")
    assert reasons(intake.take(*won, *lost)) == [None, None, "precondition_failed", "precondition_failed"]
    assert intake.take(*won, *lost) == []
    intake.restart()
    assert intake.take(*lost, *won) == []


@pytest.mark.parametrize(
    ("member", "value"), [("basedOn", 0), ("basedOn", "7"), ("follows", 7), ("follows", "x" * 513)]
)
def test_a_condition_that_is_none_is_invalid(intake, member, value):
    assert reasons(intake.take(tracked(phone=GAVIN, **{member: value}))) == ["invalid"]


PEOPLE = [GAVIN, ASHA, RAVI]
conditional = st.tuples(st.sampled_from(PEOPLE), st.none() | st.integers(1, 14))


@bounded(40)
@given(st.lists(conditional, max_size=14), st.sets(st.integers(0, 14)))
def test_any_stream_is_accepted_as_read_one_by_one_whatever_the_batches(stream, cuts):
    newest, expected = {}, []
    for position, (phone, based_on) in enumerate(stream, 1):
        accepted = based_on is None or (phone in newest and newest[phone] <= based_on)
        expected.append(None if accepted else "precondition_failed")
        if accepted:
            newest[phone] = position
    messages = [tracked(phone=phone, basedOn=based_on) for phone, based_on in stream]
    with folder() as place, closing(Intake(place / "log.db")) as intake:
        found = []
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(messages)], strict=True):
            if start < end:
                found += intake.take(*messages[start:end])
    assert reasons(found) == expected
