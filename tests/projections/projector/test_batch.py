"""Rows on their way into a state: which go without a fold, and that they come to what the fold makes of all."""

import orjson
import pytest

from projections.fold.growth import Growth
from projections.fold.page import FoldPage, ImportIds
from projections.projector.batch import ContactNumbers, ProjectorBatch
from projections.state.sqlite.new_contacts import NewContactRows
from projections.state.sqlite.rows import row_of
from tests.examples import ASHA, GAVIN


@pytest.fixture
def import_ids():
    ids = ImportIds(None)
    ids[1] = "i1"
    return ids


def entry(position, contact, *, made=False, absorbed=None, phone=GAVIN, row=None, **traits):
    """A row of the log about a contact, which it made or not."""
    value = orjson.dumps({"data": {"traits": traits}})
    id = contact.to_bytes(16, "big") if made else None
    return (
        position,
        position,
        1,
        "UserTracked",
        None,
        contact,
        id,
        absorbed,
        0,
        1,
        None,
        value,
        int(phone),
        None,
        row,
        1,
        1,
    )


def batch_of(import_ids):
    growth = Growth()
    return ProjectorBatch({}, import_ids, NewContactRows(import_ids, growth), growth)


ALONE = entry(1, 1, made=True, row=1, city="Pune")
MADE = entry(2, 2, made=True, row=2, phone=ASHA, city="Agra")
AGAIN = entry(3, 2, row=3, phone=ASHA, city="Goa")


def test_a_contact_that_no_other_row_is_about_needs_no_fold(import_ids):
    batch = batch_of(import_ids)
    batch.fold([ALONE, MADE, AGAIN], touched={2})
    assert [row[0] for row in batch.new.contacts] == [1]
    assert batch.page.states.keys() == {2}


def test_both_ways_come_to_the_same(import_ids):
    rows = [ALONE, MADE, AGAIN]
    batch, page = batch_of(import_ids), FoldPage({}, import_ids)
    batch.fold(rows, touched={2})
    page.fold(rows)
    both = [*batch.new.contacts, *map(row_of, batch.page.states.values())]
    assert sorted(both) == sorted(map(row_of, page.states.values()))
    assert batch.messages() == page.messages
    assert batch.page.growth.counts == page.growth.counts


def test_messages_are_told_once_and_in_log_order(import_ids):
    batch = batch_of(import_ids)
    batch.fold([ALONE, MADE, AGAIN, entry(4, 4, made=True, row=4, city="Goa")], touched={2})
    assert len(batch.new.messages) == 2
    assert [message.position for message in batch.messages()] == [1, 2, 3, 4]
    assert batch.messages() == []


def test_numbers_of_contacts_are_in_a_set_once_they_were_put_there():
    numbers = ContactNumbers(100)
    for number in (1, 8, 100):
        numbers.add(number)
    assert [number for number in range(101) if number in numbers] == [1, 8, 100]


@pytest.mark.parametrize("number", [-1, 101, 10**12, None])
def test_a_number_that_no_sound_log_has_is_in_the_set_so_that_the_fold_sees_it(number):
    numbers = ContactNumbers(100)
    if number is not None:
        numbers.add(number)
    assert number in numbers
