"""Deciding a whole log anew, as a law over random small worlds: it comes to what was decided, in whatever batches."""

from contextlib import closing
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from consumers.appender import Appender
from consumers.redeciding import ANY_CLOCK, Clock, Redeciding
from ledger.bus.port import Record
from ledger.events.ids import Ids
from ledger.log.erasure import read_emptied
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.log.sqlite.writer import SqliteEventLog
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.intake import (
    NOON,
    SECOND,
    SECRET,
    Intake,
    apart_message,
    erasure_message,
    merge_message,
    message,
    number_message,
    order_message,
    row_message,
    tracked,
)
from tests.worlds import bounded, folder, merged_by_hand, mixed_streams, records


@bounded(40)
@given(mixed_streams(), st.integers(1, 8), st.booleans())
def test_every_decision_follows_from_the_messages(stream, batch, may_merge):
    """R28."""
    with folder() as here:
        with closing(Intake(here / "log.db", may_merge=may_merge)) as intake:
            made = records(stream)
            for start in range(0, len(made), batch):
                intake.append(made[start : start + batch])
                intake.now += 1_000_000
        clock = Clock()
        with (
            closing(SqliteLogReader(here / "log.db")) as log,
            closing(SqliteEventLog(here / "beside.db", clock=clock, accepted_clock=ANY_CLOCK)) as beside,
        ):
            ids = Ids(clock, lambda _: 1)
            appender = Appender(beside, secret=SECRET, may_merge=may_merge, clock=clock, ids=ids)
            redeciding = Redeciding(beside, appender, clock, lambda _: True)
            assert list(redeciding.faults(log, log.head().position, lambda _: None)) == []
            with closing(SqliteLogReader(here / "beside.db")) as other:
                assert other.read(0, 1_000)[-1].contact == log.read(0, 1_000)[-1].contact


def faults(path):
    """Of the log there, decided anew."""
    clock = Clock()
    beside = path.with_name("beside.db")
    with (
        closing(SqliteLogReader(path)) as log,
        closing(SqliteEventLog(beside, clock=clock, accepted_clock=ANY_CLOCK)) as other,
    ):
        appender = Appender(other, secret=SECRET, may_merge=True, clock=clock, ids=Ids(clock, lambda _: 1))
        redeciding = Redeciding(other, appender, clock, lambda _: True)
        return list(redeciding.faults(log, log.head().position, lambda _: None))


def test_what_is_taken_as_recorded_goes_by_what_was_decided_just_before(intake):
    """The second message of a row, once something is erased: its contact was merged by the message before it."""
    intake.take(message("UserTracked", {"userId": "u3"}), message("UserTracked", {"phone": GAVIN}))
    (gone,) = intake.take(message("UserTracked", {"phone": ASHA}))
    intake.take(erasure_message(gone))
    intake.take(
        message("UserTracked", {"phone": GAVIN, "userId": "u3"}),
        row_message(1, "u", {"phone": GAVIN, "userId": "u3"}, is_last=False),
        row_message(1, "t", {"phone": GAVIN, "userId": "u3", "tags": ["vip"]}, is_last=True),
        message("UserTracked", {"userId": "u3"}),
    )
    assert faults(intake.path) == []


def test_a_conflict_with_somebody_who_is_erased_stays_as_it_was_decided(intake):
    first, _ = intake.take(
        message("UserTracked", {"phone": GAVIN, "userId": "u1"}),
        message("UserTracked", {"phone": ASHA, "userId": "u2"}),
    )
    (refused,) = intake.take(message("UserTracked", {"phone": GAVIN, "userId": "u2"}))
    intake.take(erasure_message(first))
    assert (refused.reason, faults(intake.path)) == ("identity_conflict", [])


@bounded(40)
@given(merged_by_hand(), st.integers(1, 8))
def test_so_does_every_merge_and_split_by_hand(stream, batch):
    """R33."""
    with folder() as here:
        with closing(Intake(here / "log.db")) as intake:
            made = records(stream)
            for start in range(0, len(made), batch):
                intake.append(made[start : start + batch])
        assert faults(here / "log.db") == []


def test_a_number_stays_given_up_when_a_merge_that_named_it_is_erased(intake):
    """The order names an entry that goes with whoever gave the number up, and none of somebody that was one with it."""
    intake.take(tracked(phone=RAVI), tracked(phone=GAVIN), tracked(phone=ASHA))
    first, other, third = (UUID(int=number) for number in (1, 2, 3))
    _, _, _, given_up, _, anew = intake.take(
        number_message(other, ASHA),
        merge_message(other, first),
        apart_message(third),
        number_message(third, MEERA, oldBeginsAnew=True),
        erasure_message(str(first)),
        tracked(phone=ASHA),
    )
    assert given_up.detail == '{"gives_up":3}'
    assert anew.contact == anew.position
    assert faults(intake.path) == []


def test_a_number_stays_given_up_when_only_somebody_named_it_who_was_split_off_since(intake):
    """Meanwhile the number found nobody, though what named it is there, and the order that gave it up is empty."""
    ravi, asha = UUID(int=1), UUID(int=2)
    row = row_message(1, "u", {"phone": ASHA, "match": "phone"}, source="/imports/i1", is_last=True)
    *_, anew, _, _, erased = intake.take(
        tracked(userId="u1"),
        tracked(phone=ASHA),
        merge_message(ravi, asha),
        number_message(ravi, MEERA, oldBeginsAnew=True),
        row,
        order_message("ImportUndone", "i1.order.1", source="/imports/i1", published=0),
        apart_message(asha),
        erasure_message(str(ravi)),
    )
    assert (anew.contact, read_emptied(erased.detail).given_up) == (anew.position, {4: 2})
    assert faults(intake.path) == []


@st.composite
def with_erasures(draw):
    """Contacts that are merged, renumbered and split; any of them is erased in between."""
    values = [one.value for one in records(draw(merged_by_hand()))]
    for number in draw(st.lists(st.integers(1, 6), min_size=1, max_size=3)):
        values.insert(draw(st.integers(1, len(values))), erasure_message(str(UUID(int=number))))
    return [Record(0, number, NOON + number * SECOND, None, value) for number, value in enumerate(values)]


@bounded(60)
@given(with_erasures(), st.integers(1, 8))
def test_what_an_erasure_leaves_is_decided_as_it_was(made, batch):
    with folder() as here:
        with closing(Intake(here / "log.db")) as intake:
            for start in range(0, len(made), batch):
                intake.append(made[start : start + batch])
        assert faults(here / "log.db") == []


def test_a_merge_by_a_message_that_was_erased_since_is_still_one(intake):
    """What came while the two were one, and is the other's, was taken under the number of the erased one."""
    intake.take(tracked(userId="u1"), tracked(phone=GAVIN))
    *_, kept, _, erased = intake.take(
        tracked(phone=GAVIN, userId="u1"),
        tracked(phone=GAVIN),
        apart_message(UUID(int=2)),
        erasure_message(str(UUID(int=1))),
    )
    assert (kept.contact, erased.reason) == (1, None)
    assert faults(intake.path) == []
