"""By what a person is found where no event about them was read, and when it was theirs."""

from contextlib import closing

import pytest

from ledger.log.stretches import ALWAYS, GivingUp, Stretch
from service.queries.contact.own_names import OwnNames, own_names
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.service.imports.imported import WorldImports
from tests.service.imports.orders import UNDO, order

GIVEN_UP = GivingUp(position=10, at=500, was_theirs=True)
NAMES = OwnNames({GAVIN: [Stretch(None, GIVEN_UP)], ASHA: [ALWAYS], MEERA: [Stretch(GIVEN_UP, None)]}, [])


def test_a_phone_is_theirs_by_the_position_of_an_entry():
    assert [NAMES.phones_at(at) for at in (9, 10, 11)] == [{GAVIN, ASHA}, {ASHA}, {ASHA, MEERA}]


@pytest.mark.parametrize(
    ("began", "ended", "phones"),
    [(400, 499, {GAVIN, ASHA}), (400, 501, {ASHA}), (500, 500, {ASHA}), (501, 600, {ASHA, MEERA})],
)
def test_in_what_lasted_a_phone_is_theirs_that_was_so_all_the_while(began, ended, phones):
    assert NAMES.phones_during(began, ended) == phones


def test_a_phone_and_a_user_id_that_somebody_else_has_since_an_undo_are_theirs_no_more(world):
    with closing(WorldImports(world)) as imports:
        brought = imports.bring(f"Name,Phone,User ID\nGavin,{GAVIN},gavin-7731\n")
        id = world.contact(GAVIN)["id"]
        order(imports, brought, UNDO)

    def of_gavin():
        with closing(world.log()) as log:
            names = own_names(log, log.contact_of_id(id), [GAVIN], ["gavin-7731"])
        return names.phones_at(99), names.user_ids

    assert of_gavin() == ({GAVIN}, ["gavin-7731"])
    world.track(phone=GAVIN)
    world.track(phone=RAVI, user_id="gavin-7731")
    world.settle()
    assert of_gavin() == (frozenset(), [])
