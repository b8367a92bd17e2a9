"""Undo and redo of imports while contacts are folded anew, and around merges: laws over random small worlds (R32)."""

from collections import Counter
from contextlib import closing
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.fold.contact_document import contact_document
from projections.lists.refreshed import contact_now
from projections.past.verify import verify
from projections.projector.projector import Projector
from projections.projector.rebuild import fold_into
from projections.state.digest import full_digest, full_line
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from projections.state.sqlite.writer import StateStore
from tests import oracle
from tests.everybody import everybody
from tests.examples import PHONES
from tests.intake import Intake
from tests.worlds import (
    ORDERS,
    Sent,
    bounded,
    folder,
    messages_of,
    mixed_streams,
    plain,
    records,
    sent,
    tags,
    told_to_oracle,
    traits,
)


@st.composite
def merged_streams(draw):
    """Imports know somebody by a phone, others by a user id, until a call says that they are one.

    Undone and redone before that, after it, and between what others say.
    """
    stated = st.integers(0, 4)
    by_phone = st.just({"phone": PHONES[0]})
    by_user_id = st.just({"userId": "u1"})
    both = st.just({"phone": PHONES[0], "userId": "u1"})
    called = st.lists(sent(st.one_of(by_phone, by_user_id), stated), max_size=3)
    parts = [[draw(sent(by_user_id, stated)), *draw(called), draw(sent(both, stated)), *draw(called)]]
    for of in ("i1", "i2"):
        rows = draw(st.lists(st.tuples(by_phone, traits, tags | st.none(), st.just(of)), max_size=2))
        told = [one for number, row in enumerate(rows, 1) for one in messages_of(number, row)]
        parts.append([*told, *(Sent(ORDERS[turn % 2], {}, None, of=of) for turn in range(draw(st.integers(0, 3))))])
    mixed = []
    while any(parts):
        mixed.append(draw(st.sampled_from([part for part in parts if part])).pop(0))
    return mixed


histories = st.one_of(mixed_streams(), merged_streams())
cuts = st.lists(st.integers(0, 30), max_size=4)


def taken(here, stream, cuts=()):
    """A log with the stream in it, taken in batches that end at these places, each by a consumer of its own."""
    whole = records(stream)
    ends = sorted({*(cut % (len(whole) + 1) for cut in cuts), 0, len(whole)})
    for start, end in pairwise(ends):
        with closing(Intake(here / "log.db")) as intake:
            intake.append(whole[start:end])
    return log_in(here)


def log_in(here):
    return closing(SqliteLogReader(here / "log.db"))


def folded(here, log, until, name="folded.db"):
    """The states by contact number as the log folds to them at once."""
    fold_into(StateFile(here / name), log, until=until)
    with reading(here / name) as state:
        return {one.contact: one for one in everybody(state)}


@bounded(60)
@given(merged_streams(), cuts)
def test_an_undone_import_leaves_of_a_merged_contact_what_an_oracle_says(stream, cuts):
    """R7, R32: the merge stays, whoever made which of the two."""
    expected, accepted = oracle.fold(told_to_oracle(stream))
    with folder() as here, taken(here, stream, cuts) as log:
        assert [entry.is_accepted for entry in log.read(0, 1_000)] == accepted
        states = folded(here, log, None).values()
        assert plain([contact_document(state) for state in states]) == plain(expected)
        assert verify(log, StateFile(here / "folded.db"), StateFile(here / "scratch.db")).ok


moves = st.lists(st.tuples(st.booleans(), st.integers(1, 5), st.booleans()), max_size=12)
"""Fold a page or fold contacts anew, how many, and whether the projector starts afresh before."""


@bounded(40)
@given(histories, cuts, moves)
def test_every_read_is_of_the_checkpoint_while_contacts_are_folded_anew(stream, cuts, moves):
    """R28, decision 11: in steps of any size and order, with restarts; a dirty contact is never shown as it was."""
    with folder() as here, taken(here, stream, cuts) as log:
        path = here / "live.db"
        numbers = [entry.contact for entry in log.read(0, 1_000) if entry.contact_id]
        store = StateStore(path)
        projector = Projector(log, store)
        for is_page, size, is_restart in moves:
            if is_restart:
                store.close()
                store = StateStore(path)
                projector = Projector(log, store)
            _ = projector.advance(limit=size) if is_page else projector.refold(size)
            with reading(path) as state:
                state.freeze()
                shown = {number: contact_now(state, lambda: log_in(here), number) for number in numbers}
            expected = folded(here, log, projector.checkpoint.position)
            assert {number: one for number, one in shown.items() if one is not None} == expected
        while projector.advance(limit=3) or projector.refold(2):
            pass
        store.close()
        fold_into(StateFile(here / "rebuilt.db"), log)
        with reading(path) as live, reading(here / "rebuilt.db") as rebuilt:
            assert full_digest(live) == full_digest(rebuilt)
            assert live.dirty_count() == rebuilt.dirty_count() == 0
            assert dict(live.growth(0, 2**62)) == dict(rebuilt.growth(0, 2**62))


@bounded(30)
@given(histories)
def test_an_undo_leaves_what_it_did_not_touch_and_what_became_of_rows(stream):
    """R22, R32, decision 10."""
    with folder() as here, taken(here, stream) as log:
        entries = log.read(0, 1_000)
        for order in entries:
            if order.type not in ORDERS or not order.is_accepted:
                continue
            about = {one.contact for one in entries if one.source == order.source and one.contact}
            touched = {other for contact in about for other in log.component(contact)}
            before = folded(here, log, order.position - 1, "before.db")
            after = folded(here, log, order.position, "after.db")
            for contact in (before.keys() | after.keys()) - touched:
                assert full_line(before[contact]) == full_line(after[contact])
            with reading(here / "before.db") as one, reading(here / "after.db") as other:
                assert list(one.outcome_lines()) == list(other.outcome_lines())


@bounded(30)
@given(histories, cuts)
def test_a_redelivery_of_everything_changes_nothing(stream, cuts):
    """R28: orders among it, which are not given twice."""
    with folder() as here, taken(here, stream, cuts) as log:
        before = log.head(), log.identities(0, 1_000)
        with closing(Intake(here / "log.db")) as intake:
            intake.append(records(stream))
        assert (log.head(), log.identities(0, 1_000)) == before


@bounded(40)
@given(histories, cuts)
def test_the_counts_up_to_any_position_are_those_of_the_contacts_of_then(stream, cuts):
    """R25, R32: also after an undo, a redo and a merge; who made contacts is counted from the entries themselves."""
    with folder() as here, taken(here, stream, cuts) as log:
        entries = [entry for entry in log.read(0, 1_000) if entry.is_accepted]
        for position in range(log.head().position + 1):
            there = folded(here, log, position, "then.db").values()
            with reading(here / "then.db") as state:
                totals, rows = state.totals(), list(state.growth(0, 2**62))
            assert totals.contacts == len(there)
            assert totals.opted_in == sum(one.traits.get("whatsapp_opted") is True for one in there)
            about = [one for one in entries if one.position <= position and one.contact and not one.skipped]
            assert totals.events == len(about)
            made = Counter(log.source_number(one.source) for one in about if one.contact_id)
            assert {source: counts for source, counts in _made(rows).items() if counts} == made


def _made(rows):
    found = Counter()
    for origin, counts in rows:
        found[origin.source] += counts.made
    return found
