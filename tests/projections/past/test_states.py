"""Past states: folded once into a file, kept for the next question, and never another log's (R29)."""

from contextlib import closing

import pytest

from ledger import sqlite
from projections.fold.evolve import VERSION
from projections.past.states import KEPT, KeptStates
from projections.state.indexes import KINDS, TAGS, of_attribute, of_text, table_of
from projections.state.sqlite.file import StateFile
from tests.examples import ASHA, GAVIN, RAVI
from tests.intake import tracked


@pytest.fixture
def filled(room):
    room.take(*[tracked(phone=phone) for phone in (GAVIN, ASHA, RAVI, GAVIN, ASHA)])
    return room


def count_at(room, position):
    with KeptStates(room.folder / "past", StateFile).at(room.reader, position).reading() as state:
        assert state.checkpoint().position == position
        return state.count()


@pytest.mark.parametrize(("position", "count"), [(0, 0), (1, 1), (2, 2), (3, 3), (5, 3)])
def test_the_state_at_a_position_is_the_fold_of_what_came_before(filled, position, count):
    assert count_at(filled, position) == count


def test_a_past_state_is_folded_once(filled):
    first = KeptStates(filled.folder / "past", StateFile).at(filled.reader, 3)
    made = first.path.stat().st_ino
    assert KeptStates(filled.folder / "past", StateFile).at(filled.reader, 3).path.stat().st_ino == made


def test_only_the_ones_asked_for_last_are_kept(filled):
    for position in (1, 2, 3, 4, 5):
        KeptStates(filled.folder / "past", StateFile).at(filled.reader, position)
    assert len(list((filled.folder / "past").glob("*.db"))) == KEPT


def test_a_file_folded_from_another_log_is_not_used(filled):
    kept = KeptStates(filled.folder / "past", StateFile).at(filled.reader, 2)
    wrong = KeptStates(filled.folder / "past", StateFile).at(filled.reader, 3)
    wrong.path.replace(kept.path)
    with kept.reading() as state:
        assert state.checkpoint().position == 3
    assert count_at(filled, 2) == 2


def test_a_file_by_an_older_fold_is_not_used(filled):
    before = KeptStates(filled.folder / "past", StateFile).at(filled.reader, 2).path
    made = before.stat().st_ino
    with closing(sqlite.connect(before)) as state:
        state.execute(f"UPDATE checkpoint SET fold_version = {VERSION - 1}")
    assert KeptStates(filled.folder / "past", StateFile).at(filled.reader, 2).path.stat().st_ino != made


def test_a_past_has_the_indexes_that_lists_need_and_those_that_they_asked_for(filled):
    asked = [of_attribute("city"), of_text("name"), TAGS, KINDS]
    path = KeptStates(filled.folder / "past", StateFile, lambda: asked).at(filled.reader, 5).path
    with closing(sqlite.connect(path, read_only=True)) as state:
        there = {name for (name,) in state.execute("SELECT name FROM sqlite_schema")}
        (blocks,) = state.execute(f"SELECT count(*) FROM {table_of(KINDS)}").fetchone()
    assert {"contacts_by_change", *map(table_of, asked)} <= there
    assert blocks > 0


def test_nothing_else_is_left_in_the_folder(filled):
    KeptStates(filled.folder / "past", StateFile).at(filled.reader, 2)
    assert sorted(path.name for path in (filled.folder / "past").iterdir()) == ["at-2.db", "building.lock"]
