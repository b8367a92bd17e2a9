"""What a track call promises: a call that is taken is never refused later for what it says."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumers.incoming import read
from ledger import sqlite
from ledger.events.schema import Invalid
from service.commands.conflicts import IdentityConflict
from service.wiring.api import tracker
from tests.examples import PHONES
from tests.world import World

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["2022-10-31", "2022-10-31T14:00:00Z", "0001-01-01T00:00:00+14:00", "2022-02-30"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PHONE_TEXTS = st.sampled_from(
    [*PHONES, *(phone[1:] for phone in PHONES), *(phone[3:] for phone in PHONES), "+91", "12"]
)
FIELDS = {
    "userId": VALUES,
    "phoneNumber": PHONE_TEXTS | VALUES,
    "countryCode": st.sampled_from(["91", "+91", "44", "999"]) | VALUES,
    "fullPhoneNumber": PHONE_TEXTS | VALUES,
    "traits": st.dictionaries(st.text(max_size=10), VALUES, max_size=4) | VALUES,
    "tags": st.lists(st.text(max_size=12), max_size=3) | VALUES,
    "event": st.text(max_size=10) | VALUES,
    "createdAt": VALUES,
}
BODIES = st.sets(st.sampled_from(sorted(FIELDS)), max_size=5).flatmap(
    lambda names: st.fixed_dictionaries({name: FIELDS[name] for name in names} | {"extra": VALUES})
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("tracking"))
    yield made
    made.close()


@given(BODIES, st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_call_is_invalid_or_its_messages_can_be_read_without_a_refusal(world, body, is_event):
    calls = tracker(world.deployment)
    try:
        ready = (calls.event if is_event else calls.user)(body, "/v1/public/track/users", "asha")
        calls.publish(ready)()
        ids = ready.ids
    except Invalid:
        return
    finally:
        calls.publisher.close()
    reader = world.drivers.bus().reader()
    (_, end) = reader.ranges()[0]
    reader.seek({0: end - len(ids)})
    found = [read(record, world.drivers.signer()) for record in reader.poll(len(ids), 0)]
    reader.close()
    assert [(one.envelope.id, one.refusal) for one in found] == [(id, None) for id in ids]


@pytest.fixture
def fresh(tmp_path):
    made = World(tmp_path / "data")
    made.track(phone=PHONES[0], user_id="taken")
    made.settle()
    yield made
    made.close()


class Begun:
    """A publisher that says when it is first asked to publish."""

    def __init__(self, publisher):
        self._publisher = publisher
        self.event = Event()

    def publish(self, messages, seconds):
        self.event.set()
        self._publisher.publish(messages, seconds)

    def close(self):
        self._publisher.close()


@contextmanager
def together(world, calls):
    """Call so many times while the bus is held, so that all but the first are published in one go; gives the ends."""
    bus = sqlite.connect(world.folder / "bus.db")
    bus.execute("BEGIN IMMEDIATE")
    with closing(bus), ThreadPoolExecutor(len(calls) + 1) as pool:
        taken = tracker(world.deployment)
        taken.publisher = begun = Begun(taken.publisher)

        def call(body):
            ready = taken.user(body, "/v1/public/track/users", "asha")
            taken.publish(ready)()
            return ready.ids

        first = pool.submit(call, {"userId": "first"})
        assert begun.event.wait(30)
        ends = [pool.submit(call, body) for body in calls]
        wait_until(lambda: taken.group_commit.gathered() == len(calls))
        bus.execute("ROLLBACK")
        assert first.result(30)
        yield ends
        taken.publisher.close()


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline


def test_a_conflict_among_calls_published_together_is_told_to_its_caller_alone(fresh):
    calls = [{"userId": "a"}, {"userId": "other", "fullPhoneNumber": PHONES[0]}, {"userId": "b"}]
    with together(fresh, calls) as ends:
        assert [type(one.exception(30)) for one in ends] == [type(None), IdentityConflict, type(None)]
    fresh.settle()
    assert [entry.user_id for entry in fresh.entries()] == ["taken", "first", "a", "b"]


def test_calls_published_together_keep_the_messages_of_each_together_and_in_order(fresh):
    calls = [{"userId": name, "traits": {"city": "Pune"}, "tags": ["vip"]} for name in ("a", "b", "c")]
    with together(fresh, calls) as ends:
        ids = [id for one in ends for id in one.result(30)]
    fresh.settle()
    assert [entry.message_id for entry in fresh.entries()[2:]] == ids
