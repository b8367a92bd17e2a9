"""Everything about one person, where the number was given up: each holder gets what they said by it, and no more."""

from contextlib import closing
from functools import partial

import pytest

from service.deployment.tables.audit_trail import record
from service.queries.contact.find import find
from service.wiring.exports import one_person
from tests.examples import GAVIN
from tests.service.jobs.given_up import NEW, two_holders


@pytest.fixture
def handed_out(world):
    """Gives everything about whoever has an id."""
    with closing(world.drivers.store()) as store:
        person = one_person(world.drivers, partial(record, store))
        yield lambda id: person.document(lambda log: find(log, id), "asha", "json")


@pytest.mark.parametrize(
    ("holder", "own", "other", "phones"),
    [(0, "Quuxannabel", "Zedekiah", [GAVIN, NEW]), (1, "Zedekiah", "Quuxannabel", [GAVIN])],
    ids=["whoever gave it up", "whoever has it since"],
)
def test_it_has_what_one_holder_said_by_the_number_and_nothing_of_the_other(
    world, handed_out, holder, own, other, phones
):
    document = handed_out(two_holders(world)[holder])
    assert document["phones"] == phones
    assert [f"{own}rejected" in one["raw"] for one in document["rejected"]] == [True]
    assert [one["text"] for one in document["lines"]] == [f"91,{GAVIN[3:]},{own}{row}" for row in ("row", "duplicate")]
    assert f"{own}event" in str(document["events"])
    assert other not in str(document)


def test_whoever_gave_it_up_is_not_handed_what_a_stranger_says_by_it_since(world, handed_out):
    world.track(phone=GAVIN)
    world.settle()
    id = world.contact(GAVIN)["id"]
    order = {"contact": id, "phone": NEW, "by": "asha", "reason": "a new SIM", "oldBeginsAnew": True}
    world.send_signed("/cli", "NumberChanged", "o1", order)
    for phone, who in ((GAVIN, "a stranger"), (NEW, "Gavin")):
        world.send("UserTracked", {"phone": phone, "traits": [who]})
    world.settle()
    assert ["Gavin" in one["raw"] for one in handed_out(id)["rejected"]] == [True]
