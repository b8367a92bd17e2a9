"""Undo and redo of an import: the command on the bus, and waiting until all contacts show it (R32)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ledger.bus.port import Message
from ledger.events import moments, types
from ledger.events.signing import Signer
from ledger.log.entry import Entry
from service.imports.record.lifecycle import ImportState
from service.imports.record.registry import Import
from service.imports.run.feed import Feed, Stalled
from service.imports.run.ports import Ports, Report

_LOOK_AGAIN = 0.05
_encode = msgspec.json.encode


class UndoNotPossible(Exception):
    """The import cannot be undone, or redone, in the state it is in; the message is why."""

    def __init__(self, id: str, message: str) -> None:
        super().__init__(message)
        self.import_id = id


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants an import undone or, with `is_redo`, redone, and why (R33)."""

    is_redo: bool
    by: str
    reason: str | None

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


def message_of(one: Import, order: Order, new_id: str, now: int, signer: Signer) -> tuple[str, Message]:
    """The command to be published about an import, with the message's id. `now` is microseconds since the epoch.

    Of an import that failed the log does not know how many rows are to be awaited: the command says so.
    """
    message_id = f"{one.id}.{order.name}.{new_id}"
    data: dict[str, Any] = {"import": one.id, "by": order.by, "reason": order.reason}
    if one.state is ImportState.FAILED:
        data["published"] = one.published
    value = signer.message(
        source=f"{types.IMPORTS}{one.id}",
        id=message_id,
        type=types.IMPORT_REDONE if order.is_redo else types.IMPORT_UNDONE,
        time=moments.text(now),
        data=_encode(data),
    )
    return message_id, Message(one.id.encode(), value)


def publish(one: Import, order: Order, ports: Ports) -> str:
    """Give the order; it is durable on the bus on return. The message's id. Raises as `Feed.send` does."""
    message_id, message = message_of(one, order, ports.new_id(), ports.clock(), ports.signer)
    feed = Feed(ports.publisher, ports.backlog, ports.pace)
    try:
        feed.send([message])
        feed.finish()
    finally:
        feed.close()
    return message_id


def wait(id: str, message_id: str, order: Order, ports: Ports, report: Report) -> None:
    """Return when all contacts show the order. Raises UndoNotPossible when the log rejected it, and Stalled."""
    patience = _Patience(id, ports)
    stage = f"{order.name}ing"
    while (entry := ports.message(f"{types.IMPORTS}{id}", message_id)) is None:
        report(stage, 0, 0)
        patience.wait(0)
    if not entry.is_accepted:
        raise UndoNotPossible(id, _sentence(id, entry))
    while True:
        undoing = ports.outcomes(id).undoing
        if undoing is not None and undoing.position > entry.position:
            return  # somebody has given another order since
        if undoing is not None and undoing.position == entry.position:
            report(stage, undoing.refolded, undoing.touched)
            if undoing.refolded >= undoing.touched:
                return
            patience.wait(1 + undoing.refolded)
        else:
            patience.wait(0)


def _sentence(id: str, entry: Entry) -> str:
    return f"Import {id}: {entry.detail}."


class _Patience:
    """Waits from look to look, as long as something happens now and then."""

    def __init__(self, id: str, ports: Ports) -> None:
        self._id = id
        self._pace = ports.pace
        self._reached, self._since = -1, ports.pace.clock()

    def wait(self, reached: int) -> None:
        """Wait a little. Raises Stalled when `reached` has been the same for too long."""
        if reached != self._reached:
            self._reached, self._since = reached, self._pace.clock()
        elif self._pace.clock() - self._since > self._pace.patience:
            raise Stalled(
                f"The order about import {self._id} is on the bus, and nothing came of it for"
                f" {self._pace.patience:g} s; are a consumer and a projector running?"
            )
        self._pace.sleep(_LOOK_AGAIN)
