"""Contacts merged and split by hand, with undos and redos of imports between: laws over random small worlds (R33)."""

from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.fold.contact_document import contact_document
from projections.past.explain import explain
from projections.past.history import states_at, steps
from projections.past.verify import verify
from projections.projector.projector import Projector
from projections.projector.rebuild import fold_into
from projections.state.digest import full_digest
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from projections.state.sqlite.writer import StateStore
from tests import oracle_of_merges
from tests.everybody import everybody
from tests.intake import Intake, identity_faults
from tests.projections.logs import log_of
from tests.worlds import MERGE_ORDERS, Sent, bounded, folder, merged_by_hand, plain, records, told_to_oracle


def made(log):
    """The numbers of the contacts that the entries made, in log order."""
    return [entry.position for entry in log.read(0, 1_000) if entry.contact_id]


def folded(here, log, until=None):
    fold_into(StateFile(here / "folded.db"), log, until=until)
    with reading(here / "folded.db") as state:
        return {one.contact: one for one in everybody(state)}


@bounded(150)
@given(merged_by_hand())
def test_merges_and_splits_leave_what_an_oracle_says(stream):
    """R7, R32, R33: identities, values, tags, and what is accepted."""
    expected, accepted = oracle_of_merges.fold(told_to_oracle(stream))
    with folder() as here, log_of(here, stream) as log:
        assert [entry.is_accepted for entry in log.read(0, 1_000)] == accepted
        assert plain([contact_document(one) for one in folded(here, log).values()]) == plain(expected)
        assert identity_faults(log) == []


@bounded(60)
@given(merged_by_hand(), st.lists(st.integers(1, 4), min_size=1))
def test_a_state_folded_page_by_page_is_the_one_that_is_rebuilt(stream, sizes):
    """R28."""
    with folder() as here, log_of(here, stream) as log:
        path = here / "live.db"
        with closing(StateStore(path)) as store:
            projector = Projector(log, store)
            turn = 0
            while projector.advance(limit=sizes[turn % len(sizes)]) or projector.refold(1):
                turn += 1
        fold_into(StateFile(here / "rebuilt.db"), log)
        with reading(path) as live, reading(here / "rebuilt.db") as rebuilt:
            assert full_digest(live) == full_digest(rebuilt)
            assert dict(live.growth(0, 2**62)) == dict(rebuilt.growth(0, 2**62))
            assert live.totals().contacts == live.count()
        assert verify(log, StateFile(path), StateFile(here / "scratch.db")).faults == ()


@bounded(60)
@given(merged_by_hand())
def test_whoever_is_in_the_state_is_found_by_what_it_shows(stream):
    """R1: each phone and each user id finds one contact, and a contact's own finds it."""
    with folder() as here, log_of(here, stream) as log:
        states = folded(here, log)
        for contact, state in states.items():
            if state.phone is not None:
                assert log.holder_of_phone(state.phone).contact == contact
            if state.user_id is not None:
                assert log.holder_of_user_id(state.user_id).contact == contact
        shown = [(one.contact, one.phone, one.user_id) for one in states.values()]
        kept = [(contact, phone and f"+{phone}", user_id) for contact, _, phone, user_id in log.identities(0, 99)]
        assert kept == sorted(shown)


@bounded(20)
@given(merged_by_hand())
def test_every_contact_at_every_position_is_the_fold_of_what_came_before(stream):
    """R29."""
    with folder() as here, log_of(here, stream) as log:
        numbers = made(log)
        for position in range(log.head().position + 1):
            replayed = {}
            for number in numbers:
                replayed |= states_at(log, log.component(number), position)
            assert replayed == folded(here, log, until=position)


@bounded(40)
@given(merged_by_hand(), st.integers(0, 20))
def test_batches_of_any_size_decide_the_same(stream, cut):
    """R28."""
    whole = records(stream)
    with folder() as here, log_of(here, stream) as log, folder() as there:
        for part in (whole[:cut], whole[cut:]):
            with closing(Intake(there / "log.db")) as intake:
                if part:
                    intake.append(part)
        with closing(Intake(there / "log.db")) as intake, intake.log.appending("", {}, {}) as batch:
            assert batch.position == log.head().position
        with closing(SqliteLogReader(there / "log.db")) as other:
            decided = [(one.reason, one.contact, one.absorbed, one.detail) for one in log.read(0, 1_000)]
            assert decided == [(one.reason, one.contact, one.absorbed, one.detail) for one in other.read(0, 1_000)]
            assert log.identities(0, 99) == other.identities(0, 99)


@bounded(40)
@given(merged_by_hand())
def test_a_merge_that_is_split_at_once_leaves_both_as_they_were(stream):
    """R33: merge and split take each other back."""
    with folder() as here, log_of(here, stream) as log:
        before = {one.contact: contact_document(one) for one in folded(here, log).values()}
        numbers = sorted(before)
    if len(numbers) < 2:
        return
    with folder() as here, log_of(here, stream) as log:
        born = made(log)
    one, other = (born.index(number) + 1 for number in numbers[-2:])
    orders = [Sent(type, {"survivor": one, "absorbed": other}, None) for type in MERGE_ORDERS]
    with folder() as there, log_of(there, [*stream, *orders]) as log:
        after = {one.contact: contact_document(one) for one in folded(there, log).values()}
    names = ("id", "phone", "user_id", "traits", "tags")
    assert {n: {k: one[k] for k in names} for n, one in after.items()} == {
        n: {k: one[k] for k in names} for n, one in before.items()
    }


@bounded(40)
@given(merged_by_hand())
def test_what_explain_names_is_what_the_contact_has(stream):
    """R30: also of one that was split from another, or from which another was."""
    with folder() as here, log_of(here, stream) as log:
        for contact, state in folded(here, log).items():
            told = explain(log, log.component(contact))
            values = {name: one["value"] for name, one in told.values.items()}
            assert values.pop("phone", None) == state.phone
            assert values.pop("user_id", None) == state.user_id
            of_that_name = {"phone": values.pop("traits.phone", None)}
            found = {name: value for name, value in (values | of_that_name).items() if value is not None}
            assert found == state.traits
            assert [(one["value"], one["position"]) for one in told.tags] == list(state.tags.values())


@bounded(40)
@given(merged_by_hand())
def test_the_last_step_of_a_history_leaves_the_contact_as_it_is(stream):
    """R27: a history tells nothing that is another's alone, and all that is its own."""
    with folder() as here, log_of(here, stream) as log:
        for contact, state in folded(here, log).items():
            component = log.component(contact)
            told = list(steps(log, component))
            *_, last = [one.step for one in told if one.step.contact == contact]
            assert last.after == state
            told_events = {one.event.position for one in told if one.event is not None}
            assert told_events >= {position for _, position in state.tags.values()}
