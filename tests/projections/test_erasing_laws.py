"""Whatever happened before and after it, an erasure leaves a log and a state that prove themselves (R28, R31)."""

from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from consumers.appender import Appender
from consumers.redeciding import ANY_CLOCK, Clock, Redeciding
from ledger.bus.port import Record
from ledger.log.entry import public_id
from ledger.log.sqlite.writer import SqliteEventLog
from projections.fold.contact_document import contact_document
from projections.projector.rebuild import fold_into
from projections.state.digest import digests
from projections.state.sqlite.file import StateFile
from tests import oracle_of_merges
from tests.everybody import everybody
from tests.intake import NOON, SECOND, SECRET, SequenceIds, erasure_message
from tests.projections.conftest import Room
from tests.projections.proof import faults
from tests.worlds import bounded, folder, merged_by_hand, mixed_streams, plain, records, told_to_oracle

EVERY = 4
"""One message in so many is followed by an erasure, at most."""


@st.composite
def histories(draw):
    """Messages, each with what follows it: the n-th contact is erased (None: nobody), unless it has an event after a
    position (None: whatever it has), and whether it is projected.
    """
    steps = st.tuples(st.none() | st.integers(0, 5), st.none() | st.integers(1, 12), st.booleans())
    return [
        (one, *(draw(steps) if draw(st.integers(0, EVERY)) == 0 else (None, None, False)))
        for one in draw(st.one_of(mixed_streams(), merged_by_hand()))
    ]


def contacts(room):
    entries = room.reader.read(0, 1_000)
    return [entry for entry in entries if entry.contact_id is not None]


def happen(room, history, page):
    for number, (sent, erased, based_on, is_projected) in enumerate(history):
        room.intake.append([sent.record(number)])
        if is_projected:
            room.project(page)
        if erased is not None and (known := contacts(room)):
            value = erasure_message(known[erased % len(known)], f"e{number}", based_on=based_on)
            room.intake.append([Record(0, number, NOON + number * SECOND, None, value)])
    room.project(page)


@given(histories(), st.integers(1, 4))
@bounded(60)
def test_log_and_state_prove_themselves_and_a_rebuild_says_the_same(history, page):
    with folder() as place, closing(Room(place)) as room:
        happen(room, history, page)
        assert faults(room) == []
        scratch = StateFile(place / "anew.db")
        fold_into(scratch, room.reader)
        with scratch.reading() as anew, closing(room.state()) as live:
            assert digests(live) == digests(anew)
            assert list(live.outcome_lines()) == list(anew.outcome_lines())


@given(histories())
@bounded(60)
def test_what_comes_again_after_an_erasure_is_nothing(history):
    with folder() as place, closing(Room(place)) as room:
        happen(room, history, 100)
        before = room.reader.head()
        for number, (sent, *_) in enumerate(history):
            room.intake.append([sent.record(number)])
        assert room.reader.head() == before


@given(histories())
@bounded(60)
def test_what_is_left_is_decided_again_as_it_was(history):
    with folder() as place, closing(Room(place)) as room:
        happen(room, history, 100)
        clock = Clock()
        with closing(SqliteEventLog(place / "beside.db", clock=clock, accepted_clock=ANY_CLOCK)) as other:
            ids = SequenceIds(place / "beside.db")
            appender = Appender(other, secret=SECRET, may_merge=True, clock=clock, ids=ids)
            redeciding = Redeciding(other, appender, clock, lambda _: True)
            found = list(redeciding.faults(room.reader, room.reader.head().position, lambda _: None))
        assert [(one.position, one.fault) for one in found] == []


@given(merged_by_hand(), st.integers(0, 5))
@bounded(100)
def test_whoever_was_split_from_somebody_who_is_erased_stays_as_they_were(stream, which):
    """But for messages that name two people, which are gone for both."""
    world = oracle_of_merges.World()
    for order, message in enumerate(told_to_oracle(stream)):
        world.take(order, message)
    if any(one.other is not None for one in world.said):
        return
    with folder() as place, closing(Room(place)) as room:
        room.intake.append(records(stream))
        before = folded(room, "before.db")
        person = sorted(before)[which % len(before)]
        (id,) = room.reader.ids([person]).values()
        room.intake.append([Record(0, 99, NOON + 99 * SECOND, None, erasure_message(public_id(id)))])
        room.project(100)
        assert faults(room) == []
        del before[person]
        assert plain(folded(room, "after.db").values()) == plain(before.values())


def folded(room, name):
    scratch = StateFile(room.folder / name)
    fold_into(scratch, room.reader)
    with scratch.reading() as state:
        return {one.contact: contact_document(one) for one in everybody(state)}
