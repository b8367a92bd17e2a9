"""Exactly once, as laws: batches, redeliveries and restarts change nothing that was decided."""

from contextlib import closing

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ledger.bus.port import Record
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.sqlite import connect
from projections.projector.rebuild import fold_into
from projections.state.digest import content_digest, full_digest
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from tests import oracle
from tests.examples import ASHA, GAVIN
from tests.intake import NOON, SECOND, Intake, erasure_message, identity_faults, readmission_message
from tests.worlds import bounded, folder, merged_by_hand, mixed_streams, records, streams, told_to_oracle


def in_one_batch(path, stream):
    with closing(Intake(path)) as intake:
        intake.append(stream)


def in_batches(path, stream, draw):
    """Batches of any size, messages that come again, restarts in between."""
    with closing(Intake(path)) as intake:
        for number, record in enumerate(stream):
            pending = [record]
            if draw(st.booleans()):
                pending += [stream[draw(st.integers(0, number))]]
            batches = [pending] if draw(st.booleans()) else [[one] for one in pending]
            for batch in batches:
                intake.append(batch)
            if draw(st.integers(0, 3)) == 0:
                intake.close()
                intake.restart()
        intake.append(stream[draw(st.integers(0, len(stream))) :])


def whole(path):
    """Everything of the log but its salted hashes, and both digests of its state."""
    with closing(SqliteLogReader(path)) as log:
        state = path.with_name(f"state-of-{path.name}")
        fold_into(StateFile(state), log)
        with reading(state) as folded:
            return log.read(0, 1_000), content_digest(folded.by_identity()), full_digest(folded)


@bounded(40)
@given(mixed_streams().map(records), st.data())
def test_batches_redeliveries_and_restarts_change_nothing(stream, data):
    """Decisions 2 and 4: the same positions, decisions, outcomes and digests."""
    with folder() as here:
        in_one_batch(here / "one.db", stream)
        in_batches(here / "many.db", stream, data.draw)
        assert whole(here / "one.db") == whole(here / "many.db")


@st.composite
def with_orders(draw):
    """Messages, each perhaps with what somebody orders behind it: the n-th contact goes, people come in."""
    orders = st.none() | st.tuples(st.integers(0, 5), st.booleans()) | st.sampled_from([GAVIN, ASHA])
    stream = draw(st.one_of(mixed_streams(), merged_by_hand()))
    return [(one, draw(st.lists(orders, max_size=3))) for one in stream]


def one_by_one(intake, history):
    """Append the messages and the orders; gives the records."""
    taken: list[Record] = []

    def take(value, key=None):
        taken.append(Record(0, len(taken), NOON + len(taken) * SECOND, key, value))
        intake.append(taken[-1:])

    for sent, orders in history:
        taken.append(msgspec.structs.replace(sent.record(len(taken)), offset=len(taken)))
        intake.append(taken[-1:])
        for order in filter(None, orders):
            with closing(SqliteLogReader(intake.path)) as log:
                known = [entry for entry in log.read(0, 1_000) if entry.contact_id is not None]
            if isinstance(order, str):
                take(readmission_message("phone", order))
            elif known:
                which, keep_out = order
                take(erasure_message(known[which % len(known)], keep_out=keep_out))
    return taken


@bounded(60)
@given(with_orders(), st.integers(2, 40))
def test_what_an_order_changes_holds_for_the_very_next_message_of_its_batch(history, batch):
    """Erasures with and without keep-out, readmissions, undos, redos, merges and splits: decided as one by one."""
    with folder() as here:
        with closing(Intake(here / "one.db")) as intake:
            taken = one_by_one(intake, history)
        with closing(Intake(here / "many.db")) as intake:
            for start in range(0, len(taken), batch):
                intake.append(taken[start : start + batch])
        with closing(SqliteLogReader(here / "one.db")) as one, closing(SqliteLogReader(here / "many.db")) as many:
            assert many.read(0, 1_000) == one.read(0, 1_000)
            assert identity_faults(many) == []


@st.composite
def with_erasures_behind(draw):
    """Messages, and a run of orders that erase contacts, the n-th by the way that they come: some of them twice."""
    stream = draw(st.one_of(mixed_streams(), merged_by_hand()))
    return stream, draw(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=12))


def kept_beside(path):
    """What the log's file has beside its entries, but for what an append alone leaves."""
    tables = (
        "sources", "erased_names", "erased_contacts", "unfinished_erasures", "kept_out", "contacts", "phones",
        "user_ids", "former_phones", "former_user_ids", "merges",
    )  # fmt: skip
    with closing(connect(path)) as log:
        return {table: log.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}


@bounded(80)
@given(with_erasures_behind(), st.integers(2, 12))
def test_a_run_of_erasures_leaves_what_each_by_itself_leaves(history, batch):
    """Whoever was never one with anybody is emptied together with others, and the rest between them."""
    stream, orders = history
    with folder() as here:
        with closing(Intake(here / "one.db")) as intake:
            taken = one_by_one(intake, [*((one, []) for one in stream[:-1]), (stream[-1], orders)])
        begins = len(stream)  # behind them are orders, if there is anybody to erase
        with closing(Intake(here / "many.db")) as intake:
            for start in (*range(begins), *range(begins, len(taken), batch)):
                intake.append(taken[start : start + (1 if start < begins else batch)])
        with closing(SqliteLogReader(here / "one.db")) as one, closing(SqliteLogReader(here / "many.db")) as many:
            assert many.read(0, 1_000) == one.read(0, 1_000)
        assert kept_beside(here / "many.db") == kept_beside(here / "one.db")


@bounded(40)
@given(streams, st.booleans())
def test_what_is_accepted_is_what_an_oracle_accepts(stream, may_merge):
    """R7, with CONTACTS_MERGE as `auto` and as `never`."""
    _, accepted = oracle.fold(told_to_oracle(stream), merge=may_merge)
    with folder() as here, closing(Intake(here / "log.db", may_merge=may_merge)) as intake:
        intake.append(records(stream))
        with closing(SqliteLogReader(here / "log.db")) as log:
            assert [entry.is_accepted for entry in log.read(0, 1_000)] == accepted
            assert identity_faults(log) == []


@bounded(60)
@given(
    st.lists(st.binary(max_size=60) | st.from_regex(r'\A\{"specversion":"1.0","[a-z_]{2,12}":.{0,40}\}\Z'), max_size=5)
)
def test_no_bytes_at_all_stop_those_behind_them(values):
    """A poison message is an entry like any other."""
    with folder() as here, closing(Intake(here / "log.db")) as intake:
        entries = intake.take(*[value if isinstance(value, bytes) else value.encode() for value in values])
        assert not any(entry.is_accepted for entry in entries)
        with closing(SqliteLogReader(here / "log.db")) as log:
            assert fold_into(StateFile(here / "state.db"), log).position == len(entries)
