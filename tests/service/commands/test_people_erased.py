"""People who are erased many at a time are known by all that each alone is known by (R31)."""

from contextlib import closing

import pytest
from hypothesis import assume, given
from hypothesis.strategies import integers

from ledger.log.entry import public_id
from service.commands.erase_contact import names_of, person_of
from service.queries.contact.find import find_id
from tests.examples import GAVIN
from tests.intake import order_message, row, tracked
from tests.projections.conftest import Room
from tests.projections.test_erasing_laws import contacts, happen, histories
from tests.worlds import bounded, folder


@pytest.fixture
def room(tmp_path):
    with closing(Room(tmp_path)) as made:
        yield made


@given(histories())
@bounded(60)
def test_all_that_many_are_known_by_is_what_each_alone_is_known_by(history):
    with folder() as place, closing(Room(place)) as room:
        happen(room, history, 100)
        numbers = {entry.position: public_id(entry.contact_id) for entry in contacts(room)}  # merged at once, or not
        left = numbers.keys() - room.reader.erased_among(numbers).keys()
        alone = [person_of(room.reader, find_id(room.reader, numbers[number])) for number in left]
        together = names_of(room.reader, left)
        for known in ("phones", "user_ids", "names"):
            here, apart = set(getattr(together, known)), {name for one in alone for name in getattr(one, known)}
            assert here >= apart
            if not room.reader.undone_with(left):  # of two names that an import said, each may be another's by now
                assert here == apart


@given(histories(), integers(0, 9))
@bounded(60)
def test_as_many_entries_are_emptied_of_somebody_as_was_said_before(history, which):
    with folder() as place, closing(Room(place)) as room:
        happen(room, history, 100)
        made = contacts(room)
        gone = room.reader.erased_among([one.position for one in made])
        there = [one for one in made if one.position not in gone]
        assume(there)
        one = there[which % len(there)]
        assume(room.reader.survivors([one.position])[one.position] == one.position)
        told = person_of(room.reader, find_id(room.reader, public_id(one.contact_id)))
        before = room.reader.read(0, 10_000)
        room.erase(one)
        after = room.reader.read(0, 10_000)
        emptied = [was for was, now in zip(before, after, strict=False) if now.is_erased and not was.is_erased]
        assert told.entries == sum(was.is_accepted and was.contact is not None for was in emptied)


def test_so_it_is_with_what_an_undone_import_said(room):
    room.take(row(1, GAVIN, traits={"name": "Quaintly"}), order_message("ImportSplit", "i1.split", published=1))
    room.take(order_message("ImportUndone", "o1", published=1))
    (made,) = room.take(tracked(phone=GAVIN))
    told = person_of(room.reader, find_id(room.reader, public_id(made.contact_id)))
    assert (told.entries, told.names) == (2, ["Quaintly"])
    assert "Quaintly" in names_of(room.reader, [made.contact]).names
