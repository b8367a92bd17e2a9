"""An order to undo or redo an import, and whether the import is in a state for it (R32). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import


class UndoNotPossible(Exception):
    """The import cannot be undone, or redone, in the state it is in; the message is why."""

    def __init__(self, id: str, message: str) -> None:
        super().__init__(message)
        self.import_id = id


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants an import undone or, with `is_redo`, redone, and why (R33).

    `allow_opt_in` is the second yes, where that opts people in again; with `leave_opted_out` these stay out, since a
    message before the order says FALSE of each.
    """

    is_redo: bool
    by: str
    reason: str | None
    allow_opt_in: bool = False
    leave_opted_out: bool = False

    @property
    def name(self) -> str:
        """What the command is called."""
        return "redo" if self.is_redo else "undo"


def refuse(one: Import, counts: Mapping[str, Any], order: Order) -> None:
    """See that the import, with these counts of its Import JSON, can be undone or redone. Raises UndoNotPossible.

    The append decides for good: somebody else may give the same order in the same moment.
    """
    if one.confirmed_at is None:
        raise UndoNotPossible(one.id, f"Import {one.id} was never confirmed: there is nothing to {order.name}.")
    if one.state is ImportState.RUNNING or counts["state"] == ImportState.RUNNING:
        told = f"Import {one.id} is running: wait until it is done, or cancel it, then {order.name} it."
        raise UndoNotPossible(one.id, told)
    if counts["pending"]:
        told = f"{counts['pending']:,} rows of import {one.id} are still on their way"
        raise UndoNotPossible(one.id, f"{told}: {order.name} it when none is pending.")
    is_undone = counts.get("undoing", {}).get("what") == "undo"
    if is_undone and not order.is_redo:
        raise UndoNotPossible(one.id, f"Import {one.id} is undone already; a redo brings it back.")
    if not is_undone and order.is_redo:
        raise UndoNotPossible(one.id, f"Import {one.id} is not undone: there is nothing to redo.")
