"""What every storage of contact state does, whatever it is made of (`projections/state/port.py`).

That a list has just the contacts that its conditions hold for is in tests/projections/lists, over random contacts.
"""

from contextlib import closing
from random import Random

import orjson
import pytest

from ledger.storage import NotMadeYet
from projections.fold.evolve import VERSION
from projections.fold.growth import Counts, Growth, Origin
from projections.fold.outcomes import RowMessage
from projections.state.answers import Checkpoint
from projections.state.indexes import ALWAYS
from tests.contracts.states import Kept, contact
from tests.examples import ASHA, GAVIN


def test_a_reader_is_told_that_no_state_was_made_yet(storage):
    with pytest.raises(NotMadeYet), storage.stored().reading():
        pass


def test_a_new_state_is_at_the_beginning_of_the_log(kept):
    assert kept.ask(lambda state: state.checkpoint()) == Checkpoint(0, bytes(32), VERSION)
    assert kept.ask(lambda state: state.count()) == 0


def test_a_contact_comes_back_whole(kept):
    """R28: with what set each value, so that it can be folded on."""
    whole = contact(1, phone=GAVIN, tags=["VIP", "straße"], city="Pune", n=1.5, is_in=True, l=["a", 2])
    whole = type(whole)(
        **{name: getattr(whole, name) for name in whole.__struct_fields__} | {"stamps": {"area": (3, 1)}}
    )
    kept.save(whole)
    assert kept.ask(lambda state: state.contact(1)) == whole
    assert kept.writer.load([1, 2]) == {1: whole}


def test_a_contact_that_nobody_made_is_none(kept):
    assert kept.ask(lambda state: state.contact(1)) is None
    assert kept.ask(lambda state: state.contacts([1, 2])) == {}


def test_a_later_page_replaces_and_removes_contacts(kept):
    kept.save(contact(1, city="Pune"), contact(2))
    kept.save(contact(1, position=3, city="Agra"), gone=[2])
    assert kept.ask(lambda state: state.contacts([1, 2])) == {1: contact(1, position=3, city="Agra")}
    assert kept.ask(lambda state: state.count()) == 1


def test_contacts_come_in_the_order_of_phone_then_user_id(kept):
    kept.save(contact(1, phone=GAVIN), contact(2, phone=ASHA), contact(3))
    assert [one.contact for one in kept.ask(lambda state: list(state.by_identity()))] == [3, 2, 1]


def test_thousands_of_contacts_come_in_their_order_and_each_once(kept):
    numbers = list(range(1, 2_102))
    Random(7).shuffle(numbers)
    kept.save(*(contact(number, phone=f"+9199675{place:05}") for place, number in enumerate(numbers)))
    assert [one.contact for one in kept.ask(lambda state: list(state.by_identity()))] == numbers


def test_a_page_that_fails_leaves_contacts_and_checkpoint_as_they_were(kept):
    kept.save(contact(1, city="Pune"))

    def rows():
        yield RowMessage(2, "i1", 1, True, "updated", False)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        kept.save(contact(1, position=2, city="Agra"), rows=rows())
    assert kept.ask(lambda state: state.contact(1)) == contact(1, city="Pune")
    assert kept.ask(lambda state: state.checkpoint().position) == 1
    assert kept.ask(lambda state: state.tally("i1")) is None


def test_a_frozen_reader_sees_nothing_of_what_comes_after(kept):
    kept.save(contact(1))
    with kept.reading() as state:
        state.freeze()
        kept.save(contact(2))
        assert (state.count(), state.checkpoint().position) == (1, 1)
    assert kept.ask(lambda state: state.count()) == 2


def test_a_copy_is_the_state_as_a_frozen_reader_sees_it(kept, tmp_path):
    kept.save(contact(1))
    with kept.reading() as state:
        state.freeze()
        kept.save(contact(2))
        state.copy_to(tmp_path / "copy")
        seen = list(state.by_identity())
    with type(kept.storage.stored())(tmp_path / "copy").reading() as copy:
        assert list(copy.by_identity()) == seen
        assert copy.checkpoint().position == 1


def test_a_state_is_equal_only_to_itself(storage, tmp_path):
    (tmp_path / "other").mkdir()
    assert storage.stored() == storage.stored()
    assert storage.stored() != type(storage)(tmp_path / "other").stored()


def test_a_contact_of_one_message_needs_no_fold(kept):
    value = orjson.dumps({"data": {"traits": {"city": "Pune"}, "row": 3, "rowend": True}})
    row = (7, 20, 5, "UserTracked", None, 7, bytes(16), None, 0, 1, None, value, int(GAVIN), None, 3, 1, 1)
    kept.save(new=[row], at=7)
    found = kept.ask(lambda state: state.contact(7))
    assert (found.phone, found.traits, found.stamp, found.created) == (GAVIN, {"city": "Pune"}, (5, 7), 20)


def test_what_is_filled_at_once_is_what_pages_would_save(kept):
    kept.writer.fill([contact(1), contact(2, city="Pune")], kept.writer.new_contacts(kept.import_ids, Growth()))
    assert kept.ask(lambda state: state.contacts([1, 2])) == {1: contact(1), 2: contact(2, city="Pune")}


def test_outcomes_of_rows_are_counted_and_told_in_log_order(kept):
    """R22."""
    made = [
        RowMessage(1, "i1", 10, True, "created", False, 1),
        RowMessage(2, "i1", 11, True, "rejected", False),
        RowMessage(3, "i2", 10, True, "unchanged", True),
    ]
    kept.save(contact(1), rows=made[:2], imports={"i1": {"started": "{}"}})
    kept.save(rows=made[2:], at=3)
    with kept.reading() as state:
        tally = state.tally("i1")
        assert (tally.created, tally.rejected, tally.older, tally.started) == (1, 1, 0, "{}")
        assert (state.tally("i2").unchanged, state.tally("i2").older) == (1, 1)
        assert state.rejected_rows("i1", -1) == [(2, 11)]
        lines = [
            (position, id, row, outcome, bool(older), contact)
            for position, id, row, outcome, older, contact in state.outcome_lines()
        ]
        assert lines == [(one.position, one.import_id, one.row, one.outcome, one.is_older, one.contact) for one in made]
        assert [id for id, *_ in state.import_lines()] == ["i1", "i2"]
    assert kept.writer.settled_rows("i1") == [(11, "rejected")]


def test_counts_are_added_up_by_quarter_hour_and_source(kept):
    first, second = Origin(7, 1, ""), Origin(9, 1, "Website")
    kept.save(contact(1), counts={first: Counts(made=2, events=3), second: Counts(undone=1, opted_in=-1)})
    kept.save(contact(2), counts={first: Counts(made=1, merged=1, redone=1, events=1)})
    with kept.reading() as state:
        assert list(state.growth(0, 10)) == [
            (first, Counts(made=3, merged=1, redone=1, events=4)),
            (second, Counts(undone=1, opted_in=-1)),
        ]
        assert list(state.growth(8, 9)) == []
        totals = state.totals()
        assert (totals.contacts, totals.opted_in, totals.events) == (2, -1, 4)


def test_rows_that_wait_for_their_second_message_are_kept(kept):
    kept.save(open_rows={("i1", 4): ("created", True)}, at=1)
    assert kept.writer.open_rows() == {("i1", 4): ("created", True)}
    kept.save(at=2)
    assert kept.writer.open_rows() == {}


def test_contacts_that_an_undo_touched_are_dirty_until_they_are_folded_anew(kept):
    """R32."""
    kept.save(contact(1), contact(2), contact(3))
    before = kept.ask(lambda state: state.stage())
    undoing = orjson.dumps({"position": 4, "recorded": 40, "type": "ImportUndone"}).decode()
    kept.writer.undo({"i1": {"undoing": undoing}}, [1, 2], Checkpoint(4, bytes(32), VERSION))
    with kept.reading() as state:
        assert (state.dirty_among([1, 3]), state.dirty_count(), state.oldest_undoing()) == ({1}, 2, (4, 40))
        assert (state.tally("i1").touched, state.tally("i1").refolded) == (2, 0)
        touched = state.stage()
    assert kept.writer.some_dirty(1) == {1: 4}
    kept.writer.refold([1, 2], {1: contact(1, position=4, city="Agra")}, {})
    with kept.reading() as state:
        assert (state.dirty_count(), state.oldest_undoing(), state.tally("i1").refolded) == (0, None, 2)
        assert state.contacts([1, 2]) == {1: contact(1, position=4, city="Agra")}
        assert before < touched < state.stage()


def test_an_index_has_parts_of_whoever_is_erased_until_it_forgets_them(kept):
    """R31."""
    kept.writer.index(ALWAYS)
    kept.save(contact(1, name="Gavin"), contact(2, name="Asha"))
    while kept.writer.refresh_full_text(10):
        pass
    assert not kept.writer.forget_erased_lines()
    kept.writer.erase([1], (), (), {}, {}, Checkpoint(3, bytes(32), VERSION), {})
    assert kept.ask(lambda state: state.has_erased_lines())
    with closing(kept.storage.writer()) as after_a_restart:
        assert after_a_restart.forget_erased_lines()
    assert not kept.ask(lambda state: state.has_erased_lines())


def test_a_page_settles_the_dirty_contacts_it_replayed(kept):
    """R32."""
    kept.save(contact(1), contact(2))
    undoing = orjson.dumps({"position": 3, "recorded": 30, "type": "ImportUndone"}).decode()
    kept.writer.undo({"i1": {"undoing": undoing}}, [1, 2], Checkpoint(3, bytes(32), VERSION))
    kept.save(contact(1, position=4), settled=[1])
    assert kept.writer.dirty_since([1, 2]) == {2: 3}
    assert kept.ask(lambda state: state.tally("i1").refolded) == 1


def test_a_state_says_whose_it_is_once_it_belongs_to_a_ledger(kept):
    """R37."""
    assert kept.writer.ledger() is None
    kept.writer.belong("ledger-1")
    kept.writer.belong("ledger-2")
    assert kept.writer.ledger() == "ledger-1"
    assert kept.storage.stored().ledger() == "ledger-1"


def test_a_state_that_is_not_there_says_nothing_of_whose_it_is(storage):
    assert storage.stored().ledger() is None


def test_a_state_beside_one_of_the_same_fold_has_no_faults_and_another_is_told_by_contact(kept, tmp_path):
    """R28: what `verify` compares."""
    (tmp_path / "anew").mkdir()
    with closing(Kept(type(kept.storage)(tmp_path / "anew"))) as anew:
        for one in (kept, anew):
            one.save(contact(1, city="Pune"), contact(2, city="Goa"))
        assert faults(kept, anew) == []
        kept.save(contact(2, city="Agra"), at=2)
        assert faults(kept, anew) == ["contact 2 is not what the log folds to"]


def faults(kept, anew):
    with kept.storage.stored().proving() as state:
        assert [one.position for one in state.checkpoints()] == [2]
        kinds = state.faults_beside(anew.storage.stored(), lambda _: [], {}, False)
        return [one.fault for kind in kinds for one in kind]
