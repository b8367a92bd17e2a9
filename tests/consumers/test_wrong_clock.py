"""The clock of the append: a jump is a passing fault, and whatever clocks do, what was taken last wins (R4)."""

from contextlib import closing, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.appender import Appender
from consumers.consume_loop import Consumer
from ledger.bus.port import Message, Record, Unavailable
from ledger.bus.sqlite import SqliteBus
from ledger.clock import MOST_AHEAD, ClockAhead
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.log.sqlite.writer import SqliteEventLog
from projections.projector.rebuild import fold_into
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from tests.everybody import everybody
from tests.examples import GAVIN
from tests.intake import NOON, Intake, message
from tests.world import UntilCaughtUp

DAY = 24 * 3600 * 1_000_000


@pytest.fixture
def intake(tmp_path):
    with closing(Intake(tmp_path / "log.db")) as made:
        made.now = NOON
        made.take(message("UserTracked", {"phone": GAVIN}), time=NOON)
        yield made


def city(name, **members):
    return message("UserTracked", {"phone": GAVIN, "traits": {"city": name}}, **members)


def current(log_path):
    state_path = log_path.with_name("state.db")
    with closing(SqliteLogReader(log_path)) as log:
        fold_into(StateFile(state_path), log)
    with reading(state_path) as state:
        (contact,) = everybody(state)
        return contact.traits.get("city")


def test_a_clock_more_than_366_days_past_the_logs_head_takes_nothing_until_it_is_right(intake):
    intake.now = NOON + MOST_AHEAD + 1
    with pytest.raises(ClockAhead, match=r"more than 366 days after the log took its last message .*--accept-clock"):
        intake.take(city("Pune"), time=NOON)
    intake.now = NOON + 5
    assert [entry.recorded for entry in intake.take(city("Pune"), time=NOON + 1)] == [NOON + 5]


def test_a_log_that_rested_goes_on_when_the_bus_has_the_same_time(intake):
    """A Kafka broker's stamp, or one that somebody accepted, says that the clock is right."""
    intake.now = NOON + 3 * MOST_AHEAD
    assert len(intake.take(city("Pune"), time=NOON + 3 * MOST_AHEAD - DAY)) == 1


def test_a_clock_that_somebody_accepts_is_right(intake):
    intake.now = NOON + 3 * MOST_AHEAD
    log = SqliteEventLog(intake.path, clock=lambda: intake.now, accepted_clock=intake.now)
    with closing(log), log.appending("bus", {}, {}) as batch:
        assert batch.recorded == intake.now


def test_a_bus_clock_that_is_years_ahead_counts_as_the_appends(intake):
    """R4: it pins nothing, for whoever comes next is as late."""
    intake.now = NOON + 1
    ahead, after = *intake.take(city("Pune"), time=NOON + 10 * MOST_AHEAD), *intake.take(city("Agra"), time=NOON + 1)
    assert (ahead.stated, ahead.bus_time, after.stated) == (NOON + 1, NOON + 1, NOON + 1)
    assert current(intake.path) == "Agra"


class Mended(UntilCaughtUp):
    """The clock is set right at the first fault."""

    def __init__(self, world, log, clock):
        super().__init__(world, log)
        self.clock = clock
        self.faults = []

    def faulty(self, fault):
        self.faults.append(fault)
        self.clock[0] = NOON + DAY


def test_the_consumer_tells_of_a_clock_that_jumped_and_goes_on_when_it_is_right(world):
    clock, secret = [NOON], world.deployment.secret
    bus = SqliteBus(world.folder / "bus.db", clock=lambda: NOON)
    with (
        closing(SqliteEventLog(world.deployment.log_path, clock=lambda: clock[0])) as log,
        closing(bus.publisher()) as publisher,
    ):
        appender = Appender(log, secret=secret, may_merge=True, clock=lambda: clock[0], ids=world.drivers.ids())
        consumer = Consumer(bus, log, appender)
        publisher.publish([Message(None, city("Pune"))])
        consumer.run(UntilCaughtUp(world, log))
        clock[0] += 3 * MOST_AHEAD
        publisher.publish([Message(None, city("Agra"))])
        watcher = Mended(world, log, clock)
        consumer.run(watcher)
    assert [type(fault) for fault in watcher.faults] == [ClockAhead]
    assert [entry.recorded for entry in world.entries()] == [NOON, NOON + DAY]


shifts = st.sampled_from([0, 1, DAY, -2 * DAY, 300 * DAY, -500 * DAY, 4_000 * DAY, -4_000 * DAY])


@settings(max_examples=60)
@given(st.lists(st.tuples(shifts, shifts), min_size=1, max_size=12))
def test_whatever_the_clocks_of_bus_and_append_do_what_was_acknowledged_last_wins(tmp_path_factory, moves):
    folder = tmp_path_factory.mktemp("clocks")
    bus_clock = [NOON]
    bus = SqliteBus(folder / "bus.db", clock=lambda: bus_clock[0])
    with closing(Intake(folder / "log.db")) as intake, closing(bus.publisher()) as publisher:
        last, waiting = None, list[Record]()
        for number, (of_bus, of_append) in enumerate(moves):
            bus_clock[0], intake.now = NOON + of_bus + number, NOON + of_append + number
            with suppress(Unavailable):
                publisher.publish([Message(None, city(number, id=f"m{number}"))])
                last = number
                waiting.append(stamped(bus))
            with suppress(ClockAhead):
                intake.append(waiting)
                waiting = []
        intake.now = intake.log.head().recorded or NOON
        intake.append(waiting)
        assert last is not None
        assert current(intake.path) == last


def stamped(bus):
    """The newest message of the bus."""
    with closing(bus.reader()) as reader:
        reader.seek({0: reader.ranges()[0][1] - 1})
        return reader.poll(1, 1)[0]
