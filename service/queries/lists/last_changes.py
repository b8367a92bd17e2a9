"""What changed last of each contact of a list, from what to what, and where from (R27)."""

from collections.abc import Collection
from typing import Any

from ledger.log.port import LogReader
from projections.past.history import event_document
from projections.past.last_change import last_changes
from service.queries.contact.origins import Origins

_EVENTS = 100
"""So many events a contact are replayed, taken together: a contact that has many more is told nothing of."""


def last_changes_of(
    log: LogReader, origins: Origins, ids: Collection[str], position: int | None = None
) -> dict[str, dict[str, Any]]:
    """By public id, the event that changed a contact last, as its history has it; up to `position` of the log.

    Of an import's row it is the first event, with the changes of all. Contacts that are not there, or have too many
    events, are left out.
    """
    numbers = log.contacts_of_ids(ids)
    until = log.head().position if position is None else position
    found = last_changes(log, set(numbers.values()), until, _EVENTS * len(ids))
    told: dict[int, dict[str, Any]] = {}
    for number, steps in found.items():
        events = [event_document(step) for step in steps]
        changes = [change for event in events for change in event["changes"]]
        told[number] = origins.added({**events[0], "changes": changes})
    return {id: told[number] for id, number in numbers.items() if number in told}
