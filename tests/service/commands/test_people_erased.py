"""People who are erased many at a time are known by all that each alone is known by (R31)."""

from contextlib import closing

from hypothesis import given

from ledger.log.entry import public_id
from service.commands.erase_contact import names_of, person_of
from service.queries.contact.find import find_id
from tests.projections.conftest import Room
from tests.projections.test_erasing_laws import contacts, happen, histories
from tests.worlds import bounded, folder


@given(histories())
@bounded(60)
def test_all_that_many_are_known_by_is_what_each_alone_is_known_by(history):
    with folder() as place, closing(Room(place)) as room:
        happen(room, history, 100)
        numbers = {entry.contact: public_id(entry.contact_id) for entry in contacts(room)}
        left = numbers.keys() - room.reader.erased_among(numbers).keys()
        alone = [person_of(room.reader, find_id(room.reader, numbers[number])) for number in left]
        together = names_of(room.reader, left)
        assert set(together.phones) == {phone for one in alone for phone in one.phones}
        assert set(together.user_ids) == {user_id for one in alone for user_id in one.user_ids}
        assert set(together.names) == {name for one in alone for name in one.names}
