"""Failed sign-ins: throttled by where they come from, never a valid key; on record without a flood of rows (R33)."""

import pytest

from service.http.admission.failures import ALLOWED, place_of
from service.http.admission.gate import SignInFailed, SignInsThrottled
from tests.acts import acts
from tests.clock import SECOND

HERE = "203.0.113.7"


@pytest.fixture
def gate(make_gate):
    return make_gate()


def refusal(gate, address=HERE, authorization="Bearer nope"):
    with pytest.raises((SignInFailed, SignInsThrottled)) as caught:
        gate.admit(authorization, address, "track")
    return type(caught.value)


def refusals(gate, times, address=HERE):
    return [refusal(gate, address) for _ in range(times)]


def test_so_many_failures_are_told_what_is_wrong_and_then_to_come_back_later(gate):
    told = refusals(gate, ALLOWED.calls + 3)
    assert told == [SignInFailed] * ALLOWED.calls + [SignInsThrottled] * 3


def test_a_throttled_caller_is_told_for_how_long(gate, clock):
    refusals(gate, ALLOWED.calls)
    clock.now += 15 * SECOND
    with pytest.raises(SignInsThrottled) as caught:
        gate.admit("Bearer nope", HERE, "track")
    assert caught.value.retry_after == ALLOWED.seconds - 15
    clock.now += (ALLOWED.seconds - 15) * SECOND
    assert refusal(gate) is SignInFailed


def test_a_valid_key_is_let_in_from_an_address_that_is_throttled(gate, keys):
    key, text = keys.create("shop", ["track"], by="test")
    refusals(gate, ALLOWED.calls + 1)
    assert gate.admit(f"Bearer {text}", HERE, "track") == key


def test_a_revoked_key_counts_as_a_failure(gate, keys):
    key, text = keys.create("shop", ["track"], by="test")
    keys.revoke(key.id, by="test")
    for _ in range(ALLOWED.calls):
        assert refusal(gate, authorization=f"Bearer {text}") is SignInFailed
    assert refusal(gate) is SignInsThrottled


def test_each_address_has_its_own_count(gate):
    refusals(gate, ALLOWED.calls + 1)
    assert refusal(gate, "203.0.113.8") is SignInFailed


def test_a_call_without_any_key_is_no_attempt(gate):
    for _ in range(ALLOWED.calls + 1):
        assert refusal(gate, authorization=None) is SignInFailed


def test_workers_count_together(make_gate):
    first, second = make_gate(), make_gate()
    refusals(first, ALLOWED.calls)
    assert refusal(second) is SignInsThrottled


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unix:"),
        ("x" * 100, "x" * 64),
    ],
)
def test_whoever_has_an_address_of_a_network_has_all_of_it(address, place):
    assert place_of(address) == place


def test_a_failed_sign_in_is_on_record_with_its_origin_and_without_the_text_tried(gate, store):
    refusal(gate, authorization="Bearer hunter2-hunter2")
    (act,) = acts(store)
    assert (act.what, act.detail) == ("sign-in failed", {"times": 1, "reasons": {"unknown": 1}, "from": {HERE: 1}})
    assert "hunter2" not in str(act)


def test_a_flood_of_failures_is_one_row_a_minute(gate, store, clock):
    refusals(gate, 500)
    assert [act.detail["times"] for act in acts(store)] == [1]
    clock.now += 60 * SECOND
    refusal(gate, authorization=None)
    assert [act.detail["times"] for act in acts(store)] == [1, 499]


def test_a_flood_from_everywhere_names_twenty_places(gate, store):
    for number in range(500):
        refusal(gate, f"198.51.{number >> 8}.{number & 255}")
    gate.close()
    _, act = acts(store)
    assert len(act.detail["from"]) == 21
    assert sum(act.detail["from"].values()) == act.detail["times"] == 499


def test_failures_counted_but_not_yet_written_are_written_at_the_end(gate, store):
    for _ in range(3):
        refusal(gate, authorization="Basic !!!")
    gate.close()
    assert [act.detail["times"] for act in acts(store)] == [1, 2]
