"""Rejected messages that are taken again or dropped (R28, R33)."""

import orjson
import pytest

from tests.examples import ASHA, GAVIN, MEERA
from tests.intake import (
    SHOP,
    drop_message,
    message,
    order_message,
    reasons,
    retry_message,
    row,
    row_message,
    tracked,
)


@pytest.fixture
def refused(intake):
    """A message of a shop that is refused, since its phone and its user id are two people's."""
    intake.take(tracked(phone=ASHA, userId="u1"), tracked(phone=GAVIN, userId="u2"))
    (entry,) = intake.take(
        message("UserTracked", {"phone": ASHA, "userId": "u2", "traits": {"city": "Pune"}}, id="order-17")
    )
    assert entry.reason == "identity_conflict"
    return entry


def test_a_corrected_message_is_taken_under_the_name_of_the_refused_one(intake, refused):
    (taken,) = intake.take(retry_message(refused, data={"phone": MEERA, "traits": {"city": "Agra"}}))
    assert (taken.reason, taken.type) == (None, "UserTracked")
    assert (taken.source, taken.message_id) == (refused.source, refused.message_id)
    assert taken.contact == taken.position


def test_a_message_is_taken_as_it_stands_when_nothing_speaks_against_it_any_more(intake):
    intake.take(row(1, ASHA, userId="u1"))
    (refused,) = intake.take(tracked(phone=GAVIN, userId="u1", match="phone"))
    intake.take(order_message("ImportUndone", "o1", published=1))
    (taken,) = intake.take(retry_message(refused))
    assert (taken.reason, taken.user_id, taken.phone) == (None, "u1", GAVIN)


def test_one_that_is_refused_again_leaves_the_message_open(intake, refused):
    assert reasons(intake.take(retry_message(refused))) == ["identity_conflict"]
    assert reasons(intake.take(retry_message(refused, data={"phone": MEERA}, by="meera"))) == [None]


def test_a_retry_that_comes_again_is_nothing(intake, refused):
    for retry in (retry_message(refused), retry_message(refused, data={"phone": MEERA})):
        assert len(intake.take(retry)) == 1
        assert intake.take(retry, retry + b" ") == []


def test_the_refused_message_that_comes_again_is_nothing_whatever_became_of_it(intake, refused):
    intake.take(retry_message(refused, data={"phone": MEERA}))
    assert intake.take(refused.value) == []


def test_a_message_is_taken_again_only_once(intake, refused):
    first, second = (retry_message(refused, data={"phone": phone}) for phone in (MEERA, "+919820098200"))
    assert reasons(intake.take(first, second)) == [None, "wrong_state"]


def test_a_dropped_message_is_not_taken_again(intake, refused):
    assert reasons(intake.take(drop_message(refused.position))) == [None]
    assert reasons(intake.take(retry_message(refused, data={"phone": MEERA}))) == ["wrong_state"]


def test_a_message_is_dropped_only_once(intake, refused):
    assert reasons(intake.take(drop_message(refused.position), drop_message(refused.position))) == [None, "wrong_state"]


def test_a_message_that_was_taken_again_is_not_dropped(intake, refused):
    intake.take(retry_message(refused, data={"phone": MEERA}))
    assert reasons(intake.take(drop_message(refused.position))) == ["wrong_state"]


def test_a_message_that_its_sender_sent_again_and_that_was_taken_is_not_dropped(intake, refused):
    corrected = message("UserTracked", {"phone": MEERA}, id="order-17")
    assert reasons(intake.take(corrected)) == [None]
    assert reasons(intake.take(drop_message(refused.position))) == ["wrong_state"]


def test_one_that_is_taken_in_the_very_batch_of_the_drop_is_not_dropped(intake, refused):
    corrected = message("UserTracked", {"phone": MEERA}, id="order-17")
    assert reasons(intake.take(corrected, drop_message(refused.position))) == [None, "wrong_state"]


def test_a_message_whose_name_another_had_before_it_is_dropped(intake):
    first, second = (message("UserTracked", {"phone": phone}, id="order-17") for phone in (ASHA, GAVIN))
    assert reasons(intake.take(first, second, drop_message(2))) == [None, "id_reused", None]


@pytest.mark.parametrize("position", [1, 99])
def test_only_a_refused_message_can_be_settled(intake, refused, position):
    assert reasons(intake.take(drop_message(position))) == ["wrong_state"]
    assert reasons(intake.take(retry_message(refused, position=position))) == ["wrong_state"]


def test_a_retry_keeps_the_name_of_what_it_retries(intake, refused):
    retry = retry_message(refused, id="another", data={"phone": MEERA})
    assert reasons(intake.take(retry)) == ["wrong_state"]


def test_what_the_sender_sent_again_corrected_is_not_taken_twice(intake, refused):
    intake.take(message("UserTracked", {"phone": MEERA}, id="order-17"))
    assert reasons(intake.take(retry_message(refused, data={"phone": MEERA}))) == ["wrong_state"]


def test_what_was_taken_again_is_not_taken_once_more_from_the_sender(intake, refused):
    intake.take(retry_message(refused, data={"phone": MEERA}))
    assert reasons(intake.take(message("UserTracked", {"phone": MEERA}, id="order-17"))) == ["id_reused"]


def test_a_message_that_somebody_forged_is_not_taken_again(intake):
    """R33: a source of ours stays reserved, whoever retries it."""
    (forged,) = intake.take(message("UserTracked", {"phone": GAVIN}, source="/hub"))
    assert reasons([forged, *intake.take(retry_message(forged))]) == ["reserved", "reserved"]


def test_bytes_that_nobody_could_read_are_taken_under_the_name_they_are_given(intake):
    (broken,) = intake.take(b"{")
    (taken,) = intake.take(retry_message(broken, type="UserTracked", source=SHOP, id="order-17", data={"phone": GAVIN}))
    assert (taken.reason, taken.source, taken.message_id) == (None, SHOP, "order-17")
    assert reasons(intake.take(drop_message(broken.position))) == ["wrong_state"]


def test_only_what_is_about_a_contact_is_taken_again(intake):
    (refused,) = intake.take(order_message("ImportUndone", "o1"))
    assert reasons([refused, *intake.take(retry_message(refused))]) == ["wrong_state", "invalid"]


def test_what_only_an_import_may_say_counts_in_no_other_message(intake):
    """R18."""
    (refused,) = intake.take(message("UserTracked", {"phone": "12", "mode": "update"}))
    (taken,) = intake.take(retry_message(refused, data={"phone": GAVIN, "mode": "update"}))
    assert (taken.reason, taken.is_accepted and taken.contact) == (None, taken.position)


@pytest.mark.parametrize("type", ["MessageRetried", "MessageDropped"])
def test_only_the_ledger_itself_settles_anything(intake, refused, type):
    data = {"position": refused.position, "retry": {"position": refused.position, "type": "UserTracked"}}
    assert reasons(intake.take(message(type, data | {"phone": MEERA}))) == ["reserved"]


def test_a_row_of_an_undone_import_is_not_taken_again(intake):
    """R32."""
    intake.take(tracked(phone=ASHA, userId="u1"))
    (refused,) = intake.take(row(1, GAVIN, userId="u1"))
    intake.take(row(2, MEERA), order_message("ImportUndone", "o1", published=2))
    assert reasons(intake.take(retry_message(refused, data=_without_user_id(refused)))) == ["import_undone"]


def test_a_row_that_is_taken_again_is_undone_with_its_import(intake):
    """R32: its second message with it."""
    intake.take(tracked(phone=ASHA, userId="u1"))
    said = {"phone": GAVIN, "userId": "u1"}
    first, second = intake.take(
        row_message(1, "u", said, is_last=False), row_message(1, "t", said | {"tags": ["vip"]}, is_last=True)
    )
    taken = intake.take(*(retry_message(one, data=_without_user_id(one)) for one in (first, second)))
    assert reasons(taken) == [None, None]
    assert reasons(intake.take(order_message("ImportUndone", "o1", published=1), tracked(phone=GAVIN))) == [None, None]


@pytest.mark.parametrize("mode", ["create", "update"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as the row has them", "the second one first"])
def test_both_messages_of_a_row_that_are_taken_again_go_by_whether_the_contact_was_known_before(intake, mode, order):
    """R18: whichever of them is taken first."""
    intake.take(tracked(phone=ASHA, userId="u1"))
    said = {"phone": GAVIN, "userId": "u1", "mode": mode}
    refused = intake.take(
        row_message(1, "u", said | {"traits": {"city": "Pune"}}, is_last=False),
        row_message(1, "t", said | {"tags": ["vip"]}, is_last=True),
    )
    assert reasons(refused) == ["identity_conflict"] * 2
    taken = [
        entry
        for number in order
        for entry in intake.take(retry_message(refused[number], data=_without_user_id(refused[number])))
    ]
    assert [(one.reason, one.skipped) for one in taken] == [(None, mode == "update")] * 2


@pytest.mark.parametrize("settle", [drop_message, retry_message], ids=["drop", "retry"])
def test_an_order_about_another_message_than_the_one_at_its_position_settles_nothing(intake, refused, settle):
    digest = intake.stored(refused.position).raw_digest.hex()
    about = refused.position if settle is drop_message else refused
    data = {} if settle is drop_message else {"data": {"phone": MEERA}}
    assert reasons(intake.take(settle(about, digest="00" * 32, **data))) == ["wrong_state"]
    assert reasons(intake.take(settle(about, digest=digest, **data))) == [None]


def _without_user_id(refused):
    data = orjson.loads(refused.value)["data"]
    return {name: value for name, value in data.items() if name != "userId"}
