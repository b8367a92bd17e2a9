"""Rejected messages and what settles them: what a log's driver must do (R28, R33)."""

import pytest

from ledger.events import types
from tests.contracts.logs import entry


def rejected(number, **members):
    return entry(**{"reason": "invalid", "raw_digest": bytes([number]), "message_id": f"m{number}"} | members)


def settling(number, **members):
    """An accepted entry that settles the rejected message of this number."""
    return entry(**{"raw_digest": bytes([number]), "source": "/cli", "message_id": f"s{number}"} | members)


@pytest.fixture
def five(by_hand):
    """Three that are rejected; the second is dropped."""
    by_hand.append(
        rejected(1), rejected(2, reason="unreadable"), rejected(3, source="t"), settling(2, type="MessageDropped")
    )
    return by_hand


def test_a_rejected_message_is_settled_by_the_entry_with_its_digest(five):
    assert five.reader.settled_by([1, 2, 3, 4, 99]) == {2: 4}


def test_a_message_that_was_accepted_later_under_the_same_name_settles_it(five):
    five.append(entry(message_id="m1"))
    assert five.reader.settled_by([1, 2, 3]) == {1: 5, 2: 4}


def test_one_that_was_accepted_before_under_the_same_name_settles_nothing(by_hand):
    by_hand.append(entry(message_id="m1"), rejected(1, reason="id_reused"))
    assert by_hand.reader.settled_by([2]) == {}


def test_the_open_ones_are_listed_and_counted_by_reason(five):
    assert [one.position for one in five.reader.rejected(9, is_open=True)] == [3, 1]
    assert [one.position for one in five.reader.rejected(9, is_open=True, source="t")] == [3]
    assert five.reader.rejected_by_reason(is_open=True) == {"invalid": 2}
    assert five.reader.rejected_by_reason() == {"invalid": 2, "unreadable": 1}


def test_the_places_of_the_newest_open_ones_are_given_oldest_first(five):
    five.append(rejected(5, reason="unreadable"))
    assert five.reader.open_rejections(9) == [1, 3, 5]
    assert five.reader.open_rejections(2) == [3, 5]
    assert five.reader.open_rejections(9, reason="invalid", source="t") == [3]


@pytest.mark.parametrize("order", types.ORDERS)
def test_a_refused_order_is_never_open(five, order):
    five.append(rejected(5, type=order, reason="wrong_state"))
    assert [one.position for one in five.reader.rejected(9, is_open=True)] == [3, 1]
    assert five.reader.open_rejections(9) == [1, 3]


@pytest.mark.parametrize("order", types.ORDERS)
def test_what_a_stranger_sent_as_an_order_is_open(five, order):
    five.append(rejected(5, type=order, reason="reserved"))
    assert [one.position for one in five.reader.rejected(9, is_open=True)] == [5, 3, 1]


def test_what_settles_is_given_newest_first_and_counted(five):
    five.append(settling(1))
    assert [one.position for one in five.reader.settling(9)] == [5, 4]
    assert [one.position for one in five.reader.settling(9, before=5)] == [4]
    assert five.reader.count_settling() == (1, 1)


def test_rejected_messages_are_counted_between_two_positions(five):
    assert five.reader.count_rejected(None, 1, 3) == 2
    assert five.reader.count_rejected("invalid", 1, 3) == 1


def test_of_a_retried_row_it_is_told_whether_its_other_message_is_left_refused(by_hand):
    first, second = (rejected(n, source="/imports/i1", message_id=f"i1.1.{part}") for n, part in ((1, "u"), (2, "t")))
    by_hand.append(first, second)
    by_hand.append(settling(2, source="/imports/i1", message_id="i1.1.t"))
    by_hand.append(settling(1, source="/imports/i1", message_id="i1.1.u"))
    assert by_hand.reader.retried(0, 9) == {3: False, 4: True}
    assert by_hand.reader.retried(3, 9) == {4: True}
    assert by_hand.reader.retried(0, 2) == {}


def test_everything_under_a_name_is_given_in_order_and_whether_it_was_accepted(by_hand):
    by_hand.append(rejected(1, message_id="m"), entry(message_id="m"), rejected(3, message_id="m"), rejected(4))
    by_hand.append(rejected(5, message_id="m", source="t"))
    assert list(by_hand.reader.decided_under("s", "m").items()) == [(1, False), (2, True), (3, False)]
    assert by_hand.reader.decided_under("s", "m", 2) == {3: False}
    assert by_hand.reader.decided_under("nobody's", "m") == {}
    assert by_hand.reader.accepted_among("s", ["m", "n"]) == {"m": 2}
    assert by_hand.reader.accepted_among("nobody's", ["m"]) == {}


def test_a_batch_sees_the_rejected_messages_and_what_settles_them(five):
    with five.log.appending("b", five.log.offsets("b"), {0: 9}) as batch:
        assert batch.rejection(1).name == ("s", "m1")
        assert batch.rejection(4) is None
        assert batch.rejection(99) is None
        assert (batch.settled(bytes([2])), batch.settled(bytes([1]))) == (4, None)
        position = batch.add(rejected(6))
        assert batch.rejection(position).raw_digest == bytes([6])


def test_a_message_is_settled_once(five):
    with pytest.raises(Exception, match="raw_digest"):
        five.append(settling(2, message_id="another"))
