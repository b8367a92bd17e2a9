"""What was decided of a message that this deployment signed stands, whatever bytes come around it again (R33)."""

import base64
from uuid import UUID

import orjson
import pytest

from ledger.bus.port import Record
from tests.examples import ASHA, GAVIN
from tests.intake import NOON, merge_message, message, order_message, row, tracked


def in_binary_mode(value):
    """The same message, its attributes in headers."""
    said = orjson.loads(value)
    data = value[value.index(b'"data":') + len(b'"data":') : -1]
    return data, tuple((f"ce_{name}", text.encode()) for name, text in said.items() if name != "data")


def in_base64(value):
    data, _ = in_binary_mode(value)
    return value.replace(b'"data":' + data, b'"data_base64":"' + base64.b64encode(data) + b'"'), ()


AROUND = {
    "the same": lambda value: (value, ()),
    "a blank behind": lambda value: (value + b" ", ()),
    "blanks within": lambda value: (value.replace(b'","type"', b'" ,\n"type"'), ()),
    "an extension": lambda value: (value[:-1] + b',"x":1e400}', ()),
    "a header": lambda value: (value, (("content-type", b"application/json"),)),
    "binary mode": in_binary_mode,
    "base64": in_base64,
}


@pytest.fixture(params=AROUND.values(), ids=AROUND)
def again(request):
    """The message once more, under another key."""

    def record(value):
        changed, headers = request.param(value)
        return Record(0, 0, NOON, b"another key", changed, headers)

    return record


def conflict(intake):
    """A row that is rejected, since its user id is another contact's."""
    intake.take(tracked(phone=ASHA, userId="u1"))
    rejected = row(1, GAVIN, userId="u1")
    (entry,) = intake.take(rejected)
    assert entry.reason == "identity_conflict"
    return rejected


def is_nothing(intake, record):
    head = intake.log.head()
    intake.append([record])
    return intake.log.head() == head


def test_an_accepted_message_that_comes_again_is_nothing(intake, again):
    accepted = row(1, GAVIN)
    intake.take(accepted)
    assert is_nothing(intake, again(accepted))


def test_a_rejected_message_that_comes_again_is_nothing(intake, again):
    assert is_nothing(intake, again(conflict(intake)))


def test_a_rejected_message_is_not_taken_when_it_would_be_right_by_now(intake, again):
    rejected = conflict(intake)
    intake.take(row(2, ASHA), order_message("ImportUndone", "o1", published=0))
    assert is_nothing(intake, again(rejected))


def test_within_one_batch_too(intake, again):
    intake.take(tracked(phone=ASHA, userId="u1"))
    rejected, accepted = row(1, GAVIN, userId="u1"), row(2, GAVIN)
    intake.append(
        [Record(0, 0, NOON, None, rejected), again(rejected), Record(0, 0, NOON, None, accepted), again(accepted)]
    )
    assert intake.log.head().position == 3


def test_a_rejected_order_is_not_carried_out_later(intake, again):
    early = order_message("ImportRedone", "o1")
    intake.take(row(1, GAVIN))
    assert intake.take(early)[0].reason == "wrong_state"
    assert is_nothing(intake, again(early))


def test_what_a_stranger_puts_around_a_signed_message_nests_no_deeper_than_what_strangers_send(intake):
    """How deep a later reader's stack can go differs from the append's: each must read what was accepted (R35)."""
    signed = row(1, GAVIN)
    wrapped, right = intake.take(signed[:-1] + b',"x":' + b"[" * 900 + b"]" * 900 + b"}", signed)
    assert (wrapped.reason, right.reason) == ("unreadable", None)


def test_what_a_stranger_sent_under_its_name_before_does_not_keep_a_signed_message_out(intake):
    signed = row(1, GAVIN)
    forged = signed.replace(b"Pune", b"Agra").replace(b'"ledgersig":"', b'"ledgersig":"0')
    first, second = intake.take(forged, signed)
    assert (first.reason, second.reason) == ("reserved", None)


def test_another_message_that_is_signed_under_the_name_of_a_rejected_one_is_rejected(intake):
    """Two that say different things cannot have one name, so that no row has two outcomes."""
    conflict(intake)
    (entry,) = intake.take(row(1, GAVIN))
    assert entry.reason == "id_reused"
    assert intake.take(row(1, GAVIN)) == []


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "one by one"])
def test_an_order_that_is_given_again_while_it_was_on_its_way_is_one(intake, at_once):
    intake.take(tracked(phone=GAVIN), tracked(phone=ASHA))
    orders = [merge_message(UUID(int=1), UUID(int=2), id="order", basedOn=position) for position in (1, 2)]
    taken = intake.take(*orders) if at_once else [*intake.take(orders[0]), *intake.take(orders[1])]
    assert [entry.reason for entry in taken] == ["precondition_failed"]
    (anew,) = intake.take(merge_message(UUID(int=1), UUID(int=2), id="anew"), *orders)
    assert anew.reason is None


def test_a_strangers_message_can_be_corrected_under_its_id(intake):
    """Decision 4."""
    wrong, right = (message("UserTracked", {"phone": phone}, id="m1") for phone in ("12", GAVIN))
    first, second = intake.take(wrong, right)
    assert (first.reason, second.reason) == ("phone_invalid", None)
