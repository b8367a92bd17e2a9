"""Rejected messages retried and dropped among imports, undos and redeliveries, as laws over random small worlds."""

from collections import Counter
from contextlib import closing, suppress

import orjson
from hypothesis import given
from hypothesis import strategies as st

from consumers.appender import Appender
from consumers.redeciding import ANY_CLOCK, Clock, Redeciding
from ledger.bus.port import Record
from ledger.events.ids import Ids
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.log.sqlite.writer import SqliteEventLog
from projections.past.verify import verify
from projections.projector.projector import Projector
from projections.projector.rebuild import fold_into
from projections.state.digest import full_digest
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from projections.state.sqlite.writer import StateStore
from tests.examples import PHONES
from tests.intake import NOON, SECOND, SECRET, Intake, drop_message, retry_message
from tests.worlds import bounded, folder, mixed_streams, records


def settled(entries, draw):
    """A message that retries or drops one of the rejected ones, as it stands or corrected; None where there is none."""
    refused = [entry for entry in entries if not entry.is_accepted and entry.source is not None]
    if not refused:
        return None
    one = draw(st.sampled_from(refused))
    if draw(st.integers(0, 3)) == 0:
        return drop_message(one.position)
    data = {"phone": draw(st.sampled_from(PHONES[:3])), "traits": {"city": "Goa"}, "tags": ["vip"], "event": "x"}
    if draw(st.booleans()) or one.type is None:
        return retry_message(one)
    said = one.source.startswith("/imports/") and _row(one)
    return retry_message(one, data=data | (said or {}))


def _row(entry):
    data = orjson.loads(entry.value)["data"]
    return {name: data[name] for name in ("row", "line", "rowend", "match", "mode") if name in data}


def told(here, stream, draw):
    """A log of the stream with retries and drops in it, folded meanwhile in steps; gives all records that were sent."""
    sent = []
    with closing(Intake(here / "log.db")) as intake, closing(SqliteLogReader(here / "log.db")) as log:
        with closing(StateStore(here / "live.db")) as store:
            projector = Projector(log, store)
            for record in [*stream, None, None, None]:
                batch = [] if record is None else [record]
                if draw(st.integers(0, 2)) == 0 or record is None:
                    made = settled(log.read(0, 1_000), draw)
                    if made is not None:
                        batch.append(Record(0, 0, NOON + 100 * SECOND, None, made))
                if sent and draw(st.booleans()):
                    batch.append(draw(st.sampled_from(sent)))
                if batch:
                    intake.append(batch)
                    sent += batch
                for _ in range(draw(st.integers(0, 2))):
                    _ = projector.advance(limit=draw(st.integers(1, 4))) or projector.refold(2)
            while projector.advance() or projector.refold():
                pass
        head = log.head()
        intake.append(sent)
        assert log.head() == head, "what comes again is nothing"
    return sent


@bounded(30)
@given(mixed_streams(), st.data())
def test_retries_and_drops_are_folded_decided_and_proved_alike_live_and_anew(stream, data):
    """R22, R28: rebuilt as live, the chain and every decision proved, and each row with one outcome."""
    with folder() as here:
        told(here, records(stream), data.draw)
        with closing(SqliteLogReader(here / "log.db")) as log:
            entries = log.read(0, 1_000)
            fold_into(StateFile(here / "rebuilt.db"), log)
            with reading(here / "live.db") as live, reading(here / "rebuilt.db") as rebuilt:
                assert list(live.outcome_lines()) == list(rebuilt.outcome_lines())
                assert full_digest(live) == full_digest(rebuilt)
                rows = Counter((import_id, row) for _, import_id, row, *_ in live.outcome_lines())
                assert set(rows.values()) <= {1}
                _sums_are_those_of_the_lines(live)
            assert verify(log, StateFile(here / "live.db"), StateFile(here / "scratch.db")).faults == ()
            names = Counter((entry.source, entry.message_id) for entry in entries if entry.is_accepted)
            assert set(names.values()) <= {1}
            _decided_anew(here, log)


def _sums_are_those_of_the_lines(state):
    lines = Counter((import_id, outcome) for _, import_id, _, outcome, _, _ in state.outcome_lines())
    for import_id in {import_id for import_id, _ in lines}:
        tally = state.tally(import_id)
        for outcome in ("rejected", "skipped", "created", "updated", "unchanged"):
            assert getattr(tally, outcome) == lines[import_id, outcome]


def _decided_anew(here, log):
    clock = Clock()
    with suppress(FileNotFoundError):
        (here / "beside.db").unlink()
    with closing(SqliteEventLog(here / "beside.db", clock=clock, accepted_clock=ANY_CLOCK)) as beside:
        appender = Appender(beside, secret=SECRET, may_merge=True, clock=clock, ids=Ids(clock, lambda _: 1))
        redeciding = Redeciding(beside, appender, clock, lambda _: True)
        assert list(redeciding.faults(log, log.head().position, lambda _: None)) == []
