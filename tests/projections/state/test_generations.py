"""Generations: the state can be deleted and rebuilt, beside a running projector, and is switched in one step (R28)."""

import resource
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from ledger import sqlite
from ledger.log.sqlite.reading.reader import LogFile
from ledger.storage import StorageFault
from projections.fold.evolve import VERSION
from projections.projector.loop import run
from projections.projector.projection import Projection
from projections.projector.projector import Contradiction
from projections.projector.ranges import Sizes
from projections.projector.rebuild import build_generation, fold_into
from projections.state.building import building_alone, discard
from projections.state.digest import full_digest
from projections.state.generations import Generations
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.intake import tracked


def digest(room):
    with closing(room.state()) as state:
        return full_digest(state)


def phones(room):
    return [contact["phone"] for contact in room.contacts()]


def files(room):
    return sorted(path.name for path in room.generations.folder.glob("contacts-*.db"))


def test_before_the_first_projector_there_is_no_state(tmp_path):
    generations = Generations(tmp_path / "state", StateFile)
    assert generations.current() is None
    with pytest.raises(StorageFault, match="start the projector"):
        generations.current_path()


def test_the_first_projector_makes_the_first_generation(room):
    room.take(tracked(phone=GAVIN))
    room.project()
    assert room.generations.current() == 1
    assert phones(room) == [GAVIN]


def test_a_rebuilt_generation_is_not_in_use_before_the_projector_takes_it_up(room):
    room.take(tracked(phone=GAVIN))
    room.project()
    assert build_generation(room.generations, room.reader) == 2
    assert room.generations.current() == 1
    room.project()
    assert room.generations.current() == 2


def test_a_rebuilt_state_is_the_same_to_the_last_byte_of_its_digest(room):
    room.take(tracked(phone=GAVIN, userId="u1", traits={"city": "Pune"}), tracked(userId="u2"))
    room.take(tracked(phone=ASHA), tracked(phone=ASHA, userId="u2", traits={"city": None}))
    room.project(page=1)
    live = digest(room)
    build_generation(room.generations, room.reader)
    room.project()
    assert digest(room) == live


def test_entries_that_come_during_a_rebuild_are_in_the_state_before_and_after_the_switch(room):
    room.take(tracked(phone=GAVIN))
    with closing(Projection(room.reader, room.generations)) as running:
        running.advance()
        build_generation(room.generations, room.reader)
        room.take(tracked(phone=ASHA))
        running.advance()
        assert phones(room) == [GAVIN, ASHA]
        running.take_up_rebuilt()
        assert room.generations.current() == 2
        assert phones(room) == [GAVIN, ASHA]
        room.take(tracked(phone=RAVI))
        running.advance()
        assert phones(room) == [GAVIN, ASHA, RAVI]


def test_a_reader_that_opened_the_old_generation_keeps_reading_it(room):
    room.take(tracked(phone=GAVIN))
    room.project()
    with closing(room.state()) as before:
        build_generation(room.generations, room.reader)
        room.take(tracked(phone=ASHA))
        room.project()
        assert before.count() == 1
    assert phones(room) == [GAVIN, ASHA]


def test_the_generation_before_is_kept_and_those_before_that_are_removed(room):
    room.take(tracked(phone=GAVIN))
    for _ in range(4):
        room.project()
        build_generation(room.generations, room.reader)
    room.project()
    assert files(room) == ["contacts-4.db", "contacts-5.db"]


def test_an_unfinished_rebuild_is_never_taken_up(room):
    room.take(tracked(phone=GAVIN))
    room.project()
    room.generations.building(2).path.write_bytes(b"half a file")
    room.project()
    assert room.generations.current() == 1


def test_what_a_killed_rebuild_left_is_removed_by_the_next(room):
    room.take(tracked(phone=GAVIN))
    room.generations.building(7).path.write_bytes(b"half a file")
    build_generation(room.generations, room.reader)
    assert list(room.generations.folder.glob("*.building")) == []


def test_a_rebuild_tells_how_far_it_is_up_to_the_head(room):
    room.take(*(tracked(phone=phone) for phone in (GAVIN, ASHA, RAVI)))
    told = []
    fold_into(StateFile(room.folder / "state.db"), room.reader, sizes=Sizes(contacts=1), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == room.reader.head().position


def test_a_rebuild_waits_for_another_one(room):
    room.take(tracked(phone=GAVIN))
    room.project()
    with ThreadPoolExecutor() as others:
        with building_alone(room.generations.folder):
            second = others.submit(lambda: build_generation(room.generations, room.reader))
            room.generations.building(2).path.write_bytes(b"half a file")
            with pytest.raises(TimeoutError):
                second.result(timeout=0.2)
            assert room.generations.building(2).path.exists()
        assert second.result(timeout=60) == 2


def test_a_state_that_was_deleted_is_folded_again(room):
    """R28."""
    room.take(tracked(phone=GAVIN))
    room.project()
    before = digest(room)
    for path in room.generations.folder.iterdir():
        path.unlink()
    room.project()
    assert digest(room) == before


def test_a_state_whose_file_alone_was_deleted_is_folded_again(room):
    room.take(tracked(phone=GAVIN))
    room.project()
    before = digest(room)
    discard(room.generations.current_path())
    room.project()
    assert digest(room) == before


def tamper(path, statement):
    with closing(sqlite.connect(path)) as connection:
        connection.execute(statement)


def test_a_state_by_an_older_fold_is_rebuilt_by_itself(room):
    """Decision 12."""
    room.take(tracked(phone=GAVIN))
    room.project()
    tamper(room.generations.current_path(), f"UPDATE checkpoint SET fold_version = {VERSION - 1}")
    room.project()
    assert room.generations.current() == 2
    with closing(room.state()) as state:
        assert state.checkpoint().fold_version == VERSION


def test_a_state_of_another_log_stops_the_projector(room):
    """Decision 12: evidence, not something to mend silently."""
    room.take(tracked(phone=GAVIN))
    room.project()
    tamper(room.generations.current_path(), "UPDATE checkpoint SET hash = zeroblob(32)")
    with pytest.raises(Contradiction, match="at position 1 is not the one"):
        room.project()


def test_a_state_beyond_the_log_stops_the_projector(room):
    """Decision 12: the tail of the log was cut."""
    room.take(tracked(phone=GAVIN))
    room.project()
    tamper(room.generations.current_path(), "UPDATE checkpoint SET position = 7")
    with pytest.raises(Contradiction, match="folded to position 7, but the log ends at 1"):
        room.project()


def test_a_person_can_have_a_state_unlike_the_log_rebuilt(room):
    room.take(tracked(phone=GAVIN))
    room.project()
    sound = digest(room)
    tamper(room.generations.current_path(), "UPDATE checkpoint SET position = 7")
    build_generation(room.generations, room.reader)
    room.project()
    assert digest(room) == sound
    assert files(room) == ["contacts-1.db", "contacts-2.db"]


@contextmanager
def files_no_larger_than(size):
    """As on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_page_that_cannot_be_saved_leaves_the_state_as_it_was(room):
    room.take(tracked(phone=GAVIN))
    with closing(Projection(room.reader, room.generations)) as projection:
        projection.advance()
        room.take(*[tracked(phone=ASHA, traits={"about": "x" * 20_000}) for _ in range(20)], tracked(phone=MEERA))
        with files_no_larger_than(2**16), pytest.raises(StorageFault) as fault:
            projection.advance()
        assert fault.value.is_passing
        assert phones(room) == [GAVIN]
        projection.advance()
    assert phones(room) == [GAVIN, ASHA, MEERA]


class Rounds:
    """Lets the projector's loop go round so often, and keeps what it reports."""

    def __init__(self, count, between=lambda _: None):
        self.left = count
        self.between = between
        self.faults = []

    def wait(self, _seconds):
        self.between(self.left)
        self.left -= 1
        return self.left < 0

    def report(self, fault):
        self.faults.append(fault)


def test_the_projector_waits_for_a_log_that_is_not_there_yet(tmp_path):
    rounds = Rounds(3)
    run(LogFile(tmp_path / "log.db"), Generations(tmp_path / "state", StateFile), rounds.wait, rounds.report)
    assert rounds.faults == []
    assert Generations(tmp_path / "state", StateFile).current() is None


def test_the_loop_folds_what_comes_and_takes_up_what_was_rebuilt(room):
    def between(left):
        if left == 90:
            room.take(tracked(phone=ASHA))
        if left == 80:
            build_generation(room.generations, room.reader)

    room.take(tracked(phone=GAVIN))
    rounds = Rounds(100, between)
    run(LogFile(room.intake.path), room.generations, rounds.wait, rounds.report)
    assert phones(room) == [GAVIN, ASHA]
    assert room.generations.current() == 2


def test_the_loop_goes_on_over_a_state_folder_that_cannot_be_written_for_a_while(room):
    """Decision 2: what can heal never ends it."""
    room.take(tracked(phone=GAVIN))
    current = room.generations.folder / "current"
    current.mkdir()

    def between(left):
        if left == 3:
            current.rmdir()

    rounds = Rounds(6, between)
    run(LogFile(room.intake.path), room.generations, rounds.wait, rounds.report)
    assert rounds.faults
    assert phones(room) == [GAVIN]


def test_two_states_of_one_log_at_one_position_have_one_digest(room):
    room.take(tracked(phone=GAVIN, traits={"b": 1, "a": [1, "x"]}))
    room.project()
    number = build_generation(room.generations, room.reader)
    with reading(room.generations.path(number)) as rebuilt:
        assert full_digest(rebuilt) == digest(room)
