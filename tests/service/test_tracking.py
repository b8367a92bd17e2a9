"""What a track call promises: a call that is taken is never refused later for what it says."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumers.messages import read
from ledger.events.schema import Invalid
from service.api.parts import tracker
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
        ids = (calls.event if is_event else calls.user)(body, "/v1/public/track/users")
    except Invalid:
        return
    finally:
        calls.publisher.close()
    reader = world.deployment.bus().reader()
    (_, end) = reader.ranges()[0]
    reader.seek({0: end - len(ids)})
    found = [read(record, world.deployment.signer()) for record in reader.poll(len(ids), 0)]
    reader.close()
    assert [(one.envelope.id, one.refusal) for one in found] == [(id, None) for id in ids]
