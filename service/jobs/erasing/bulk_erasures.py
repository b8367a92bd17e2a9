"""Erasures of many contacts, for whoever asks for one: counted first, and confirmed with the number (R31)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.events import moments
from service.commands.erase_contact import NamedPeople, reason_for
from service.deployment.tables.audit_trail import Act
from service.deployment.tables.bulk_erasure_table import ENDED, BulkErasure, BulkErasureTable
from service.deployment.tables.erasures import ErasureTable
from service.jobs.erasing.by_selection import SelectedPeople
from service.jobs.erasing.counted_contacts import CountedContacts
from service.queries.filters.selection import Selection

DAY = 24 * 3600 * 1_000_000
"""Microseconds within which a counted erasure is to be confirmed."""


class WrongNumber(ValueError):
    """Another number of contacts was confirmed than was counted; nobody is erased."""


class BulkStateWrong(Exception):
    """An erasure of many contacts is not where this can be done; the message says where it is."""


@dataclass(frozen=True, slots=True)
class BulkErasures:
    """Takes bulk erasures in. They are counted and worked on elsewhere (`BulkEraser`).

    `record` puts an act into the audit table; `clock` gives microseconds since the epoch. Safe for threads.
    """

    table: BulkErasureTable
    erasures: ErasureTable
    selected: SelectedPeople
    lists: CountedContacts
    record: Callable[[Act], None]
    new_id: Callable[[], str]
    clock: Callable[[], int]

    def ask(
        self, asked: Selection, by: str, reason: str, *, keep_out: bool, source: str, id: str | None = None
    ) -> dict[str, Any]:
        """Have the contacts of a selection counted, to be erased once it is confirmed; its JSON. Nobody is erased yet.

        `by` and `source` are the orders'; with an `id` that was given before it is that very one. Raises ReasonUnfit
        for one that is no reason, EverybodyMeant, BadCondition, ValueError for what is no tag.
        """
        text = self.check(asked, reason)
        selection = {"where": list(asked.where), "tag": list(asked.tags), "q": asked.text, "match": asked.match}
        id = id or self.new_id()
        if self.table.add(BulkErasure(id, "counting", source, by, self.clock(), selection, text, keep_out)):
            self._note(by, "bulk erasure asked for", id)
        return self.find(id)

    def check(self, asked: Selection, reason: str) -> str:
        """See that it can be asked for; the reason as it is kept. Raises as `ask` does."""
        text = reason_for(reason, NamedPeople())
        self.selected.check(asked)
        return text

    def confirm(self, id: str, contacts: int, by: str) -> dict[str, Any]:
        """Have those erased who were counted, and nobody else; the number is said once more. Its JSON.

        Once more does no harm. Raises BulkErasureUnknown, WrongNumber, BulkStateWrong.
        """
        one = self.table.get(id)
        if one.contacts is not None and one.contacts != contacts:
            raise WrongNumber(f"{one.contacts:,} contacts were counted, and {contacts:,} are confirmed")
        now = self.clock()
        if one.state == "counted" and now <= expires(one):
            moved = self.table.move(id, "counted", state="erasing", selection=None, confirmed_by=by, confirmed_at=now)
            if moved:
                self._note(by, "bulk erasure confirmed", id, contacts=contacts, keep_out=one.keep_out)
        elif one.state not in ("erasing", "done"):
            raise BulkStateWrong(_why_not(one))
        return self.find(id)

    def cancel(self, id: str, by: str) -> dict[str, Any]:
        """Have nobody erased any more of those who are not yet; its JSON. Raises BulkErasureUnknown, BulkStateWrong."""
        one = self.table.get(id)
        if one.state in ENDED:
            raise BulkStateWrong(f"this erasure is {one.state} already")
        if not self.table.move(id, one.state, state="cancelled", selection=None, ended_at=self.clock()):
            return self.cancel(id, by)
        self.lists.remove(id)
        self._note(by, "bulk erasure cancelled", id)
        return self.find(id)

    def find(self, id: str) -> dict[str, Any]:
        """One with its state, as JSON. Raises BulkErasureUnknown."""
        return self._document(self.table.get(id))

    def newest(self, limit: int = 100) -> list[dict[str, Any]]:
        """Up to so many, newest first."""
        return list(map(self._document, self.table.newest(limit)))

    def _note(self, by: str, what: str, id: str, **detail: Any) -> None:
        self.record(Act(self.clock(), by, what, {"erasure": id, **detail}))

    def _document(self, one: BulkErasure) -> dict[str, Any]:
        under_way = self.erasures.progress_of(one.id)
        places = one.receipt or [] if under_way is None else under_way
        waits = next((place for place in places if place["state"] == "waiting"), None)
        waits_for = waits and f"{waits['place']}: {waits['note']}"
        return {
            "id": one.id, "state": one.state, "contacts": one.contacts, "ordered": one.given,
            "erased": one.erased, "gone": max(0, one.taken - one.given), "waits_for": waits_for,
            "selection": one.selection, "notes": list(one.notes), "position": one.position, "reason": one.reason,
            "keep_out": one.keep_out, "by": one.by, "asked_at": moments.text(one.at),
            "expires_at": moments.text(expires(one)) if one.state == "counted" else None,
            "confirmed_by": one.confirmed_by, "confirmed_at": _moment(one.confirmed_at),
            "ended_at": _moment(one.ended_at), "failure": one.failure, "places": list(places),
            "allowed": [*(["confirm"] if one.state == "counted" else []), *([] if one.state in ENDED else ["cancel"])],
        }  # fmt: skip


def expires(one: BulkErasure) -> int:
    """Until when it can be confirmed: people change, so who was counted long ago is counted anew."""
    return one.at + DAY


def selection_of(said: Mapping[str, Any]) -> Selection:
    """The selection that a bulk erasure has kept."""
    return Selection(tuple(said["where"]), tuple(said["tag"]), said["q"], said["match"])


def _why_not(one: BulkErasure) -> str:
    if one.state == "counting":
        return "its contacts are being counted: confirm it with their number"
    if one.state == "counted":
        return "it was counted more than a day ago: ask for it again"
    return f"this erasure is {one.state}: ask for it again"


def _moment(at: int | None) -> str | None:
    return None if at is None else moments.text(at)
