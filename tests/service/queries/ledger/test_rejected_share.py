"""A share of rejected messages that makes readiness say so, while somebody has yet to look."""

from contextlib import closing

import pytest

from service.queries.ledger.rejected_share import rejected_share_fault
from service.wiring.ledger import ledger_status
from service.wiring.readiness import look
from tests.examples import GAVIN
from tests.world import World


@pytest.fixture
def told(world):
    """What is said of so many good messages and then bad ones."""

    def after(good, bad, most=20):
        for number in range(good):
            world.track(phone=GAVIN, number=number)
        world.publish([f"bad {world.next_id()}".encode() for _ in range(bad)])
        world.consume()
        with closing(world.log()) as log:
            return rejected_share_fault(log, most)

    return after


def test_it_is_said_above_the_share_and_not_at_it(told):
    assert told(80, 20) is None
    assert told(0, 1).startswith("21 of the last 101 messages were rejected and wait for somebody, more than 20 %:")


def test_few_messages_say_nothing(told):
    assert told(0, 99) is None


def test_good_messages_that_come_since_end_it(told):
    assert told(0, 150) is not None
    assert told(1_000, 0) is None


def test_what_was_dropped_counts_no_more(told, world):
    assert told(80, 21) is not None
    for position in range(81, 91):
        data = {"position": position, "by": "asha", "reason": "a test"}
        world.send_signed("/cli", "MessageDropped", f"d{position}", data)
    world.consume()
    with closing(world.log()) as log:
        assert rejected_share_fault(log, 20) is None


@pytest.mark.parametrize(("settings", "is_said"), [({}, False), ({"rejected_share": "20%"}, True)])
def test_readiness_says_so_where_the_setting_asks_for_it_and_a_call_can_be_taken(tmp_path, settings, is_said):
    with closing(World(tmp_path / "data", **settings)) as world:
        world.publish([b"bad %d" % number for number in range(150)])
        world.settle()
        readiness = look(ledger_status(world.deployment))
        assert ("150 of the last 150" in (readiness.parts.get("messages") or "")) == is_said
        assert "messages" not in readiness.for_calls().parts
