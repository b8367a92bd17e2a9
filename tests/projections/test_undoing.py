"""The state while an undo or a redo has not reached all contacts, and when it has (R32)."""

from contextlib import closing

import pytest

from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.conditions.wanted import Wanted
from projections.lists import pages
from projections.lists.refreshed import contact_now, settled
from projections.past.verify import verify
from projections.projector.projection import Projection
from projections.projector.projector import Projector
from projections.projector.rebuild import build_generation, fold_into
from projections.state.digest import full_digest
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from projections.state.sqlite.writer import StateStore
from tests.everybody import everybody
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.intake import Intake, message, order_message, row_message
from tests.matching import parse_condition

PEOPLE = (GAVIN, ASHA, RAVI, MEERA)


def tracked(phone, **traits):
    return message("UserTracked", {"phone": phone, "traits": traits}, time="2020-01-01T00:00:00Z")


def row(number, phone, **traits):
    return row_message(number, "u", {"phone": phone, "traits": traits}, is_last=True)


class Undoing:
    """A log in which an import was undone, and a state that has taken the undo but refolded nobody."""

    def __init__(self, folder):
        self.folder = folder
        self.intake = Intake(folder / "log.db")
        self.log = SqliteLogReader(folder / "log.db")
        self.intake.take(tracked(GAVIN, city="Agra"), tracked(ASHA, city="Goa"))
        self.intake.take(*(row(number, phone, city="Pune") for number, phone in enumerate(PEOPLE, 1)))
        self.intake.take(order_message("ImportUndone", "o1", published=0))
        self.open()
        while self.projector.advance():
            pass

    def open(self):
        """Open the state as a projector does that was started anew."""
        self.store = StateStore(self.folder / "state.db")
        self.projector = Projector(self.log, self.store)

    def restart(self):
        self.store.close()
        self.open()

    def state(self):
        return reading(self.folder / "state.db")

    def opened(self):
        return closing(SqliteLogReader(self.folder / "log.db"))

    def digests(self):
        """Full digests of the state in use, and of one that is folded anew."""
        fold_into(StateFile(self.folder / "anew.db"), self.log, until=self.projector.checkpoint.position)
        with self.state() as live, reading(self.folder / "anew.db") as anew:
            return full_digest(live), full_digest(anew)

    def close(self):
        self.store.close()
        self.log.close()
        self.intake.close()


@pytest.fixture
def undoing(tmp_path):
    with closing(Undoing(tmp_path)) as made:
        yield made


def test_a_contact_that_waits_for_its_turn_is_read_as_it_is(undoing):
    with undoing.state() as state:
        assert state.dirty_among(range(1, 10)) == {1, 2, 5, 6}
        assert contact_now(state, undoing.opened, 1).traits == {"city": "Agra"}
        assert contact_now(state, undoing.opened, 5) is None


def test_a_list_shows_no_contact_as_it_was_before_the_undo(undoing):
    wanted = Wanted((parse_condition("city=Pune"),))
    with undoing.state() as state:
        found = pages.page(state, wanted, "created", None, 10).contacts
        assert [one.contact for one in found] == [1, 2, 5, 6]
        assert settled(state, undoing.opened, found, wanted) == []
        everybody = settled(state, undoing.opened, found, Wanted())
        assert [one.traits for one in everybody] == [{"city": "Agra"}, {"city": "Goa"}]


@pytest.mark.parametrize("batch", [1, 3, 10])
def test_contacts_are_folded_anew_in_batches_also_over_restarts(undoing, batch):
    done = 0
    while some := undoing.projector.refold(batch):
        done += some
        with undoing.state() as state:
            tally = state.tally("i1")
            assert (tally.touched, tally.refolded, state.dirty_count()) == (4, done, 4 - done)
        undoing.restart()
    assert undoing.digests()[0] == undoing.digests()[1]
    with undoing.state() as state:
        assert [one.traits for one in everybody(state)] == [{"city": "Agra"}, {"city": "Goa"}]


def test_a_page_folds_a_contact_that_it_touches_anew_first(undoing):
    undoing.intake.take(tracked(GAVIN, area="Old town"))
    assert undoing.projector.advance() == 1
    with undoing.state() as state:
        assert state.dirty_among(range(1, 10)) == {2, 5, 6}
        assert state.contact(1).traits == {"city": "Agra", "area": "Old town"}
        assert state.tally("i1").refolded == 1


def test_a_redo_in_the_middle_of_an_undo_begins_anew(undoing):
    undoing.projector.refold(2)
    undoing.intake.take(order_message("ImportRedone", "o2"))
    undoing.projector.advance()
    with undoing.state() as state:
        assert (state.tally("i1").touched, state.tally("i1").refolded) == (4, 0)
    while undoing.projector.refold(1):
        pass
    assert undoing.digests()[0] == undoing.digests()[1]
    with undoing.state() as state:
        assert [one.traits for one in everybody(state)] == [{"city": "Pune"}] * 4


def test_verify_finds_no_fault_in_a_state_that_is_not_through(undoing):
    for _ in range(3):
        assert (
            verify(undoing.log, StateFile(undoing.folder / "state.db"), StateFile(undoing.folder / "scratch.db")).faults
            == ()
        )
        undoing.projector.refold(1)


def test_verify_finds_a_contact_that_an_undo_should_have_changed(undoing):
    undoing.store._connection.execute("DELETE FROM dirty WHERE contact = 5")
    report = verify(undoing.log, StateFile(undoing.folder / "state.db"), StateFile(undoing.folder / "scratch.db"))
    assert "contact 5 is not what the log folds to" in [fault.fault for fault in report.faults]


def test_a_list_that_began_before_a_contact_was_reached_still_meets_it(undoing):
    with undoing.state() as state:
        first = pages.page(state, Wanted(), "-modified", None, 1)
    while undoing.projector.refold():
        pass
    met = {one.contact for one in first.contacts}
    place = first.following
    while place is not None:
        with undoing.state() as state:
            page = pages.page(state, Wanted(), "-modified", place, 1)
        met.update(one.contact for one in page.contacts)
        place = page.following
    assert {1, 2} <= met


def test_a_rebuild_that_is_taken_up_in_the_middle_of_an_undo_comes_to_the_same(room):
    room.take(*(row(number, phone, city="Pune") for number, phone in enumerate(PEOPLE, 1)))
    room.project()
    build_generation(room.generations, room.reader)
    room.take(order_message("ImportUndone", "o1", published=0))
    with closing(Projection(room.reader, room.generations)) as projection:
        projection.take_up_rebuilt()
        while projection.advance():
            pass
    assert room.contacts() == []
    assert verify(room.reader, room.generations.in_use(), StateFile(room.folder / "scratch.db")).ok
