"""People who are erased many at a time are known by all that each alone is known by (R31)."""

from contextlib import closing, suppress

from hypothesis import given

from ledger.log.entry import public_id
from service.commands.erase_contact import people_of, person_of
from service.queries.contact.find import Unknown, find_id
from tests.projections.conftest import Room
from tests.projections.test_erasing_laws import contacts, happen, histories
from tests.worlds import bounded, folder


def alone(log, id):
    """The same, of one; nobody where that is erased by now."""
    with suppress(Unknown):
        return [person_of(log, find_id(log, id))]
    return []


@given(histories())
@bounded(60)
def test_all_that_many_are_known_by_is_what_each_alone_is_known_by(history):
    with folder() as place, closing(Room(place)) as room:
        happen(room, history, 100)
        ids = list(dict.fromkeys(public_id(entry.contact_id) for entry in contacts(room)))
        together = people_of(room.reader, [*ids, "0199c0de-4b1d-7c3a-9d2e-8f6a5b4c3d2e", "none"])
        assert together == [person for id in ids for person in alone(room.reader, id)]
