"""Which orders about an import are taken, and which are refused with a sentence (R32, R33)."""

import io

import pytest

from ledger.bus.port import NotConfirmed, Unavailable
from service.imports.columns.choices import Choices
from service.imports.registry.import_order import UndoNotPossible
from service.imports.registry.registry import ImportUnknown
from tests.examples import GAVIN
from tests.service.imports.broken import IMPATIENT, MANY, Breaking, importer_with
from tests.service.imports.imported import silent
from tests.service.imports.orders import FILE, REDO, UNDO, order


@pytest.mark.parametrize(
    ("orders", "refused", "told"),
    [
        ([], REDO, "is not undone: there is nothing to redo"),
        ([UNDO], UNDO, "is undone already"),
        ([UNDO, REDO], REDO, "is not undone"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_one_sentence(imports, orders, refused, told):
    brought = imports.bring(FILE)
    for one in orders:
        order(imports, brought, one)
    with pytest.raises(UndoNotPossible, match=told):
        imports.importer.order(brought["id"], refused)


def test_an_import_that_runs_is_not_undone(imports, world):
    upload = imports.checked(f"Phone\n{GAVIN}\n")
    with pytest.raises(UndoNotPossible, match="was never confirmed"):
        imports.importer.order(upload, UNDO)
    imports.uploads.confirm(upload, allow_opt_in=False, again=False, by="asha")
    with pytest.raises(UndoNotPossible, match="is running"):
        imports.importer.order(upload, UNDO)
    imports.importer.go_on(upload, silent)
    with pytest.raises(UndoNotPossible, match="is running"):
        imports.importer.order(upload, UNDO)
    world.settle()
    imports.importer.order(upload, UNDO)


def test_an_unknown_import_is_not_undone(imports):
    with pytest.raises(ImportUnknown):
        imports.importer.order("nope", UNDO)


def test_who_gives_an_order_that_somebody_gave_in_the_same_moment_is_told(imports, world):
    brought = imports.bring(FILE)
    first = imports.importer.order(brought["id"], UNDO)
    second = imports.importer.order(brought["id"], UNDO)
    world.settle()
    imports.importer.wait_for(brought["id"], first, UNDO, silent)
    with pytest.raises(UndoNotPossible, match="the import is undone already"):
        imports.importer.wait_for(brought["id"], second, UNDO, silent)


def left(imports, world, brought, order, stage):
    """Give an order whose command is ended when the order has come so far."""
    imports.importer.order(brought["id"], order)
    if stage in ("in the log", "in the state"):
        world.consume()
    if stage == "in the state":
        world.project_orders()


def carried_out(imports, world, brought, order):
    """Carry an order out, beside a consumer and a projector that come to work once it waits; the state of the import.

    A contact that is still to be reached then stays so.
    """

    def report(stage, _done, _rows):
        if stage in ("undoing", "redoing"):
            world.settle()

    imports.importer.carry_out(brought["id"], order, report)
    world.project_orders()
    return imports.results.show(brought["id"])["state"]


@pytest.mark.parametrize("stage", ["on the bus", "in the log", "in the state"])
def test_the_same_order_goes_on_where_its_command_was_ended(imports, world, stage):
    """It was refused as given already, and the contacts waited for somebody else to reach them."""
    brought = imports.bring(FILE)
    for one in (UNDO, REDO):
        left(imports, world, brought, one, stage)
        assert carried_out(imports, world, brought, one) == ("done" if one.is_redo else "undone")
    taken = [entry.type for entry in world.entries() if entry.is_accepted and entry.type.startswith("ImportUn")]
    assert taken == ["ImportUndone"]


@pytest.mark.parametrize("before", ["in the log", "in the state"])
@pytest.mark.parametrize("stage", ["on the bus", "in the log", "in the state"])
@pytest.mark.parametrize("orders", [(UNDO, REDO), (REDO, UNDO)])
def test_an_order_is_carried_out_whatever_others_were_broken_off_before(imports, world, orders, before, stage):
    """What the state showed was of before the last of these: the order was taken for one that had been given."""
    brought = imports.bring(FILE)
    if orders[0].is_redo:
        order(imports, brought, UNDO)
    left(imports, world, brought, orders[0], before)
    world.project_orders()
    left(imports, world, brought, orders[1], stage)
    assert carried_out(imports, world, brought, orders[0]) == ("done" if orders[0].is_redo else "undone")


def test_an_order_that_came_to_its_end_is_refused_when_it_is_given_again(imports):
    brought = imports.bring(FILE)
    order(imports, brought, UNDO)
    with pytest.raises(UndoNotPossible, match="is undone already"):
        imports.importer.carry_out(brought["id"], UNDO, silent)


def test_what_can_be_ordered_is_among_what_is_allowed(imports):
    brought = imports.bring(FILE)
    assert imports.results.status(brought["id"])["allowed"] == ["undo"]
    order(imports, brought, UNDO)
    assert imports.results.status(brought["id"])["allowed"] == ["redo"]


def test_the_same_file_after_an_undo_is_still_that_import_and_again_makes_another(imports, world):
    """R23."""
    brought = imports.bring(FILE)
    order(imports, brought, UNDO)
    same = imports.bring(FILE)
    assert (same["id"], same["state"], world.contacts()) == (brought["id"], "undone", [])
    anew = imports.bring(FILE, again=True)
    assert (anew["id"] != brought["id"], anew["created"]) == (True, 2)


def test_a_cancelled_import_can_be_undone_and_is_told_as_cancelled_when_it_is_redone(imports, world):
    """R22: its published rows stay, and undo is offered."""
    publisher = Breaking(imports.ports.publisher, 4)
    broken = importer_with(imports, publisher=publisher, pace=IMPATIENT, batch=7, stride=14)
    with pytest.raises((Unavailable, NotConfirmed)):
        broken.bring(io.BytesIO(MANY.encode()), "many.csv", Choices(), silent)
    (listed,) = imports.importer.results.all()
    imports.importer.cancel(listed["id"], silent, by="asha")
    world.settle()
    made = len(world.contacts())
    assert imports.results.status(listed["id"])["allowed"] == ["undo"]
    assert order(imports, listed, UNDO)["state"] == "undone"
    assert (made > 0, world.contacts()) == (True, [])
    assert order(imports, listed, REDO)["state"] == "cancelled"
    assert len(world.contacts()) == made
