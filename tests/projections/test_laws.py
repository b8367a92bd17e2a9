"""The projections, as laws over random small worlds: state, history, as-of and explain tell one story."""

from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.fold.contact_document import contact_document
from projections.fold.evolve import evolve
from projections.past.explain import NOT_NEEDED, explain
from projections.past.history import states_at, steps
from projections.past.verify import verify
from projections.projector.projection import Projection
from projections.projector.rebuild import build_generation, fold_into
from projections.state.digest import content_digest, full_digest
from projections.state.generations import Generations
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from tests import oracle
from tests.everybody import everybody
from tests.examples import PHONES
from tests.intake import Intake
from tests.projections.logs import log_of
from tests.worlds import (
    ORDERS,
    Sent,
    bounded,
    folder,
    imports,
    messages_of,
    mixed_streams,
    phones,
    plain,
    records,
    rows_of,
    sent,
    shuffled,
    streams,
    told_to_oracle,
    undone_streams,
)

strangers = st.fixed_dictionaries({"phone": st.sampled_from(PHONES[3:]), "userId": st.sampled_from(["s1", "s2"])})

from_strangers = st.lists(sent(strangers, st.integers(0, 4)), max_size=6)


def folded(here, log, until=None):
    """The states by contact number as the log folds to them at once."""
    fold_into(StateFile(here / "folded.db"), log, until=until)
    with reading(here / "folded.db") as state:
        return {one.contact: one for one in everybody(state)}


def content_of(here, log):
    """The content digest of what the log folds to."""
    return content_digest(sorted(folded(here, log).values(), key=lambda one: (one.phone or "", one.user_id or "")))


@bounded(50)
@given(streams, st.booleans())
def test_the_state_is_what_an_oracle_says(stream, may_merge):
    """R4, R5, R7; the oracle shares no code with the fold."""
    expected, _ = oracle.fold(told_to_oracle(stream), merge=may_merge)
    with folder() as here, log_of(here, stream, may_merge=may_merge) as log:
        states = folded(here, log).values()
        assert plain([contact_document(state) for state in states]) == plain(expected)


@bounded(150)
@given(undone_streams, st.integers(1, 8))
def test_the_state_is_what_an_oracle_says_of_undone_imports(stream, batch):
    """R32: values, tags and identities, whatever came between, in batches of any size."""
    expected, accepted = oracle.fold(told_to_oracle(stream))
    with folder() as here:
        with closing(Intake(here / "log.db")) as intake:
            made = records(stream)
            for start in range(0, len(made), batch):
                intake.append(made[start : start + batch])
        with closing(SqliteLogReader(here / "log.db")) as log:
            assert [entry.is_accepted for entry in log.read(0, 1_000)] == accepted
            states = folded(here, log).values()
            assert plain([contact_document(state) for state in states]) == plain(expected)
            assert verify(log, StateFile(here / "folded.db"), StateFile(here / "scratch.db")).ok


@bounded(60)
@given(undone_streams, imports)
def test_an_undo_with_a_redo_behind_it_changes_no_content(stream, of):
    """R32, decision 13."""
    orders = [Sent(order, {}, None, of=of) for order in ORDERS]
    whole = [*stream, Sent("ImportRedone", {}, None, of=of)]  # so that it counts, if it ever came
    with folder() as here, log_of(here, whole) as before, folder() as there, log_of(there, whole + orders) as after:
        assert content_of(here, before) == content_of(there, after)


@bounded(60)
@given(from_strangers, st.lists(rows_of(phones), min_size=1, max_size=5), st.data())
def test_an_undo_of_what_nobody_else_touched_leaves_what_would_be_without_the_import(others, made, data):
    """R32."""
    import_rows = [one for number, row in enumerate(made, 1) for one in messages_of(number, row)]
    undos = [Sent("ImportUndone", {}, None, of=of) for of in ("i1", "i2")]
    mixed = shuffled(data.draw, [others, import_rows]) + undos
    with folder() as here, log_of(here, mixed) as log, folder() as there, log_of(there, others) as without:
        assert content_of(here, log) == content_of(there, without)


@bounded(40)
@given(mixed_streams(), st.data())
def test_pages_restarts_and_rebuilds_come_to_the_same_digest(stream, data):
    """R28."""
    with folder() as here, log_of(here, stream) as log:
        generations = Generations(here / "state", StateFile)
        more = True
        while more:
            with closing(Projection(log, generations)) as projection:
                projection.take_up_rebuilt()
                for _ in range(data.draw(st.integers(1, 3))):
                    more = projection.advance(data.draw(st.integers(1, 5))) > 0
            if data.draw(st.integers(0, 4)) == 0:
                build_generation(generations, log)
        fold_into(StateFile(here / "rebuilt.db"), log)
        with reading(generations.current_path()) as live, reading(here / "rebuilt.db") as rebuilt:
            assert full_digest(live) == full_digest(rebuilt)
        assert verify(log, generations.in_use(), StateFile(here / "scratch.db")).ok


@bounded(30)
@given(mixed_streams())
def test_what_the_fold_says_of_an_event_is_what_a_comparison_shows(stream):
    """R4, R22: whether it changed anything, and whether one of its values lost."""
    with folder() as here, log_of(here, stream) as log:
        for contact in folded(here, log):
            for told in steps(log, log.component(contact)):
                event, step = told.event, told.step
                if event is None or event.is_skipped or event.absorbed is not None:
                    continue
                stayed_out = any(step.after.stamp_of(name)[1] != event.position for name in event.traits or ())
                lost = stayed_out and not event.fills
                assert evolve(step.before, event) == (step.after, bool(told.changed) or not step.before, lost)


@st.composite
def families(draw):
    """Streams that have no phone and no user id in common."""
    made = []
    for number in range(draw(st.integers(2, 3))):
        phones, user_ids = st.sampled_from(PHONES[number : number + 1]), st.sampled_from([f"u{number}", f"v{number}"])
        people = st.one_of(
            st.fixed_dictionaries({"phone": phones}),
            st.fixed_dictionaries({"userId": user_ids}),
            st.fixed_dictionaries({"phone": phones, "userId": user_ids}),
        )
        made.append(draw(st.lists(sent(people, st.integers(0, 4)), min_size=1, max_size=5)))
    return made


@bounded(30)
@given(families(), st.data())
def test_any_interleaving_of_unrelated_contacts_has_the_same_content(streams, data):
    """Decision 13."""
    digests = set()
    for _ in range(2):
        with folder() as here, log_of(here, shuffled(data.draw, streams)) as log:
            fold_into(StateFile(here / "state.db"), log)
            with reading(here / "state.db") as state:
                digests.add(content_digest(state.by_identity()))
    assert len(digests) == 1


@bounded(30)
@given(mixed_streams())
def test_the_last_state_of_a_history_is_the_state(stream):
    """R27."""
    with folder() as here, log_of(here, stream) as log:
        for contact, state in folded(here, log).items():
            *_, last = [told.step for told in steps(log, log.component(contact)) if told.step.contact == contact]
            assert last.after == state


@bounded(30)
@given(mixed_streams())
def test_a_history_tells_every_change_from_nothing_to_the_state(stream):
    """R27: what each event changed, one after the other, makes the contact."""
    with folder() as here, log_of(here, stream) as log:
        for contact, state in folded(here, log).items():
            component = log.component(contact)
            if len(component) > 1:
                continue
            found, tags = {}, []
            for step in steps(log, component):
                for change in step.changed:
                    if change.attribute == "tags":
                        tags = [tag for tag in tags if tag != change.before]
                        tags += [] if change.after is None else [change.after]
                    elif change.attribute != "phone":
                        assert found.get(change.attribute) == change.before
                        found[change.attribute] = change.after
            traits = {name: value for name, value in found.items() if value is not None and name != "user_id"}
            assert traits == {name: value for name, value in state.traits.items() if name != "phone"}
            assert sorted(tags) == sorted(spelling for spelling, _ in state.tags.values())


@bounded(20)
@given(mixed_streams())
def test_every_contact_at_every_position_is_the_fold_of_what_came_before(stream):
    """R29."""
    with folder() as here, log_of(here, stream) as log:
        numbers = [entry.contact for entry in log.read(0, 1_000) if entry.contact_id]
        for position in range(log.head().position + 1):
            replayed = {}
            for number in numbers:
                replayed |= states_at(log, log.component(number), position)
            assert replayed == folded(here, log, until=position)


@bounded(30)
@given(mixed_streams())
def test_the_winner_that_explain_names_is_the_value_that_the_contact_has(stream):
    """R30."""
    with folder() as here, log_of(here, stream) as log:
        for contact, state in folded(here, log).items():
            told = explain(log, log.component(contact))
            values = {name: one["value"] for name, one in told.values.items()}
            assert values.pop("phone", None) == state.phone
            assert values.pop("user_id", None) == state.user_id
            named_like_identity = values.pop("traits.phone", None)
            winners = {name: value for name, value in values.items() if value is not None}
            if named_like_identity is not None:
                winners["phone"] = named_like_identity
            assert winners == state.traits
            for name, value in told.values.items():
                if name in state.traits and name != "phone":
                    assert value["position"] == state.stamp_of(name)[1]
            assert [(one["value"], one["position"]) for one in told.tags] == list(state.tags.values())


@bounded(30)
@given(mixed_streams())
def test_every_claim_that_lost_says_by_which_rule(stream):
    """R30: a claim is either the winner or among the lost, and the winner is stated latest."""
    with folder() as here, log_of(here, stream) as log:
        for contact in folded(here, log):
            component = log.component(contact)
            told = explain(log, component).values
            for step in steps(log, component):
                is_counted = step.event is not None and not step.event.is_skipped
                for name in step.event.traits or {} if is_counted else {}:
                    value = told["traits.phone" if name == "phone" else name]
                    claims = [value, *value["lost"]]
                    assert step.entry.position in [claim["position"] for claim in claims]
                    of_its_time = [claim for claim in value["lost"] if claim["rule"] != NOT_NEEDED]  # R18
                    assert all(claim["stated_at"] <= value["stated_at"] for claim in of_its_time)
                    assert all(claim["rule"] for claim in value["lost"])
