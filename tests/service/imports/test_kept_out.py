"""Rows about people who were erased and are kept out: never published, counted, and foreseen exactly (R22, R31)."""

import io

import pytest

from service.commands.rejected_messages import SettlingOrder
from service.commands.retry_message import CannotBeTaken
from service.imports.columns.choices import Choices
from service.wiring.settling import rejected_messages
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import silent
from tests.service.imports.test_counts import COUNTED, adds_up, table

FILE = table(
    ("Gavin", GAVIN, "", "Pune"),
    ("Asha", ASHA, "gavin-7731", "Pune"),
    ("Gavin Again", GAVIN, "", "Goa"),
    ("Ravi", RAVI, "", "Goa"),
)


@pytest.fixture
def out(world):
    """Gavin, erased and kept out."""
    world.track(phone=GAVIN, user_id="gavin-7731", name="Gavin Roberts")
    world.settle()
    order = {"contact": world.contact(GAVIN)["id"], "by": "meera", "reason": "asked to be forgotten", "keepOut": True}
    world.send_signed("/cli", "ContactErased", "o1", order)
    world.settle()
    return world


def test_they_are_rejected_for_that_and_nothing_of_them_is_published(imports, out):
    document = imports.bring(FILE)
    assert (document["created"], document["rejected"], document["duplicate"]) == (1, 3, 0)
    assert adds_up(document)
    assert document["reasons"] == [
        {"reason": "kept_out", "rows": 3, "what": "asked to be forgotten: erased, and kept out"}
    ]
    assert [(one["line"], one["reason"]) for one in document["rejects"]] == [
        (2, "kept_out"),
        (3, "kept_out"),
        (4, "kept_out"),
    ]
    assert all(GAVIN[3:] not in one["message"] for one in document["rejects"])
    assert [one.reason for one in out.entries() if one.source and one.source.startswith("/imports/")] == [None] * 3


@pytest.mark.usefixtures("out")
def test_the_check_foresees_them_exactly(imports):
    told = imports.importer.checks.dry_run(io.BytesIO(FILE.encode()), "people.csv", Choices(), silent, None)
    document = imports.bring(FILE)
    assert {name: told[name] for name in COUNTED} == {name: document[name] for name in COUNTED}
    assert told["reasons"] == document["reasons"]


def test_whoever_is_let_in_again_is_a_new_contact_of_the_next_file(imports, out):
    imports.bring(FILE)
    person = out.drivers.signer().of_kept_out("phone", GAVIN).hex()
    out.send_signed("/cli", "PersonReadmitted", "o2", {"person": person, "by": "meera", "reason": "came back"})
    out.settle()
    document = imports.bring(FILE, again=True)
    assert (document["created"], document["unchanged"], document["duplicate"]) == (2, 1, 1)


def test_rows_that_were_on_their_way_when_the_person_was_erased_are_rejected_by_the_append(imports, world):
    """The order is on the bus before them, and the importer could not know of it yet."""
    world.track(phone=GAVIN, user_id="gavin-7731")
    world.settle()
    order = {"contact": world.contact(GAVIN)["id"], "by": "meera", "reason": "asked to be forgotten", "keepOut": True}
    world.send_signed("/cli", "ContactErased", "o1", order)
    document = imports.bring(FILE)
    assert (document["created"], document["rejected"], document["duplicate"]) == (1, 2, 1)
    assert adds_up(document)
    assert [(one["line"], one["reason"]) for one in document["rejects"] if one["reason"] == "kept_out"] == [
        (2, "kept_out"), (3, "kept_out"),
    ]  # fmt: skip
    world.rebuild()
    assert imports.importer.results.show(document["id"])["rejected"] == 2


def test_a_message_of_which_nothing_was_kept_cannot_be_taken_again(out):
    out.track(phone=GAVIN)
    out.settle()
    position = out.entries()[-1].position
    with rejected_messages(out.deployment, "/cli") as work, pytest.raises(CannotBeTaken):
        work.retry(position, SettlingOrder("meera", "came back"))
