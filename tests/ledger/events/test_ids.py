import secrets
import uuid
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from ledger.events.ids import Ids, derived


def test_an_id_is_a_uuid_of_version_7_with_its_millisecond():
    made = uuid.UUID(Ids(lambda: 1_700_000_000_123_456, lambda bits: (1 << bits) - 1)())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == 1_700_000_000_123
    assert str(made) == "018bcfe5-687b-7fff-bfff-ffffffffffff"


@given(st.lists(st.integers(0, 2**47), min_size=1, max_size=50))
def test_ids_grow_whatever_the_clock_does(moments):
    clock = iter(moments)
    next_id = Ids(lambda: next(clock), secrets.randbits)
    made = [next_id() for _ in moments]
    assert made == sorted(set(made))
    assert all(uuid.UUID(id).version == 7 for id in made)


def test_a_stream_gives_ids_that_grow_and_go_on_among_those_made_one_by_one():
    next_id = Ids(lambda: 5_000, secrets.randbits)
    stream = next_id.stream()
    made = [*islice(stream, 100), next_id(), *islice(next_id.stream(), 100)]
    assert made == sorted(set(made))
    assert {uuid.UUID(id).version for id in made} == {7}


def test_a_full_tail_carries_into_the_next_millisecond():
    next_id = Ids(lambda: 5_000, lambda bits: (1 << bits) - 1)
    first, second = uuid.UUID(next_id()), uuid.UUID(next_id())
    assert first.int >> 80 == 5
    assert second.int >> 80 == 6


@given(st.integers(0, 2**47), st.integers(1, 40))
def test_ids_that_follow_from_a_first_are_the_same_again_and_all_different(moment, count):
    first = Ids(lambda: moment, secrets.randbits)()
    made = derived(first, count)
    assert made == derived(first, 40)[:count]
    assert made[0] == first
    assert len(set(made)) == count
    assert {(uuid.UUID(id).version, uuid.UUID(id).variant) for id in made} == {(7, uuid.RFC_4122)}
    assert {uuid.UUID(id).int >> 80 for id in made} == {moment // 1000}
