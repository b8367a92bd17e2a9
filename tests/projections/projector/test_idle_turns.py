"""What the projector does while nothing comes: indexes, and making a rebuilt generation ready (R25, R28)."""

from contextlib import closing

import pytest

from ledger.pacing import SMALL
from projections.conditions.wanted import Wanted
from projections.lists.pages import total
from projections.projector.next_generation import LONGEST_SECONDS
from projections.projector.projection import Projection
from projections.projector.rebuild import build_generation
from projections.state.sqlite.reader import reading
from tests.intake import tracked


class Clock:
    """Seconds, as a test says."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def projection(room, clock):
    room.take(tracked(userId="u-1"))
    with closing(Projection(room.reader, room.generations, clock=clock)) as made:
        yield made


def fold(projection, page):
    while projection.advance(page):
        pass


def many(count):
    return [tracked(userId=f"m-{number}", traits={"name": f"Name {number}"}) for number in range(count)]


def indexed(path):
    """How many contacts the full-text index has."""
    with reading(path) as state:
        return next(state.rows("SELECT count(*) FROM full_text_0", ()))[0]


def test_while_many_small_pages_come_no_idle_turn_takes_time_from_those_who_send_them(room, clock, projection):
    room.take(*many(SMALL))
    fold(projection, page=50)
    assert not projection.use_idle_turn()
    clock.now += 1.5
    assert projection.use_idle_turn()


def test_few_entries_do_not_keep_the_indexes_waiting(room, projection):
    room.take(*many(SMALL // 4))
    fold(projection, page=50)
    assert projection.use_idle_turn()


def test_lines_of_the_erased_leave_the_index_when_it_is_quiet_and_at_times_where_it_never_is(room, clock, projection):
    """R31: an index is written anew for all who are erased behind one another."""

    def is_left():
        with reading(projection.path) as state:
            return state.has_erased_lines()

    people = room.take(*many(3))
    fold(projection, page=1_000)
    clock.now += 1.5
    while projection.use_idle_turn():
        clock.now += 0.01
    projection.advance()
    left = []
    for person in people:
        room.erase(person)
        projection.advance()
        left.append(is_left())
        clock.now += 3.0
    projection.advance()
    assert (left, is_left()) == ([True, True, False], False)


def test_in_a_short_pause_between_many_entries_the_index_is_not_written_anew(room, clock, projection):
    """R31: many are erased with as many others between them."""
    (person, other, *_) = room.take(*many(SMALL))
    fold(projection, page=2_000)
    clock.now += 1.5
    while projection.use_idle_turn():
        clock.now += 0.01

    def is_left():
        projection.advance()
        with reading(projection.path) as state:
            return state.has_erased_lines()

    room.erase(person)
    projection.advance()
    assert not is_left()
    clock.now += 10.0
    room.take(*[tracked(userId=f"n-{number}") for number in range(SMALL)])
    fold(projection, page=2_000)
    room.erase(other)
    projection.advance()
    left = [is_left()]
    clock.now += 0.3
    assert (left, is_left()) == ([True], False)
    clock.now += 1.5
    assert not projection.use_idle_turn()  # who would be indexed now may be erased with the next ones
    clock.now += 10.0
    assert projection.use_idle_turn()


def test_a_rebuilt_generation_is_used_once_searches_of_it_are_ready(room, clock, projection):
    room.take(*many(600))
    fold(projection, page=1_000)
    clock.now += 1.5
    while projection.use_idle_turn():
        clock.now += 0.01
    assert build_generation(room.generations, room.reader) == 2
    projection.look_for_rebuilt()
    seen = set()
    while room.generations.current() == 1:
        seen.add(indexed(room.generations.path(2)))
        assert projection.use_idle_turn()
    assert len(seen) > 1
    assert indexed(room.generations.path(2)) == 601
    with closing(room.state()) as state:
        assert total(state, Wanted(text="name 59")) == 11


def test_what_comes_while_a_rebuilt_generation_is_made_ready_is_in_it(room, projection):
    fold(projection, page=10)
    build_generation(room.generations, room.reader)
    projection.look_for_rebuilt()
    room.take(tracked(userId="late"))
    fold(projection, page=10)
    while projection.use_idle_turn():
        pass
    assert room.generations.current() == 2
    assert [contact["user_id"] for contact in room.contacts()] == ["u-1", "late"]


def test_a_rebuilt_generation_is_used_as_it_is_where_the_projector_never_rests(room, clock, projection):
    fold(projection, page=10)
    build_generation(room.generations, room.reader)
    projection.look_for_rebuilt()
    room.take(*many(SMALL))
    fold(projection, page=50)
    clock.now += LONGEST_SECONDS + 1
    projection.look_for_rebuilt()
    assert room.generations.current() == 2
    assert len(room.contacts()) == SMALL + 1


def test_of_two_rebuilt_generations_the_newer_one_is_made_ready(room, projection):
    fold(projection, page=10)
    build_generation(room.generations, room.reader)
    projection.look_for_rebuilt()
    assert build_generation(room.generations, room.reader) == 3
    projection.look_for_rebuilt()
    while projection.use_idle_turn():
        pass
    assert room.generations.current() == 3
