"""Contacts without an event for longer than `CONTACTS_FORGET_AFTER` are erased, looked for once a day (R31)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

import structlog

from ledger.events.types import COMMAND_LINE
from ledger.storage import NotMadeYet
from service.deployment.forget_after import ForgetAfter
from service.deployment.tables.bulk_erasure_table import BulkErasure, BulkErasureTable, BulkState, RetentionFound
from service.jobs.erasing.by_selection import SelectedPeople
from service.queries.business_days import BusinessDays

RETENTION = "retention"
"""Who erases them, in the log and on the audit trail."""

FEW, MOST_PERCENT = 10, 10
"""More than so many contacts, and more than this share of all, wait for a person's yes: it is a first run over years of
contacts, or a clock that is wrong."""

_OPEN: tuple[BulkState, ...] = ("counting", "counted", "erasing")
_log = structlog.get_logger(part="retention")


def needs_yes(due: int, contacts: int) -> bool:
    """Whether so many of all contacts are erased only once a person has confirmed it."""
    return due > FEW and due * 100 > contacts * MOST_PERCENT


def reason_of(rule: ForgetAfter) -> str:
    """Why a contact is erased, as each entry says it."""
    return f"no event for {rule} (CONTACTS_FORGET_AFTER)"


@dataclass(slots=True)
class Retention:
    """Asks once a day for an erasure of whoever is due by a rule, None: of nobody. `BulkEraser` does the rest.

    `clock` gives microseconds since the epoch. For one process at a time.
    """

    rule: ForgetAfter | None
    table: BulkErasureTable
    selected: SelectedPeople
    days: BusinessDays
    new_id: Callable[[], str]
    clock: Callable[[], int]
    _looked: date | None = field(default=None, init=False)

    def turn(self) -> None:
        """Look, where nobody has today; what another rule began ends. Raises StorageFault: the next turn looks."""
        today = self.days.today()
        if self._looked == today:
            return
        if self.rule is None:
            self._end_all()
            self.table.note_retention(None)
        elif not self._look(self.rule, today):
            return
        self._looked = today

    def _look(self, rule: ForgetAfter, today: date) -> bool:
        since = self.days.start(rule.before(today))
        try:
            with self.selected.idle(since) as found:
                due, contacts = sum(map(len, found.pages)), found.of
        except NotMadeYet:
            return False
        self._end_all(but=reason_of(rule))
        self.table.note_retention(RetentionFound(str(rule), self.clock(), due, contacts))
        waits = needs_yes(due, contacts)
        _log.info("looked for contacts without an event", what=str(rule), due=due, of=contacts, waits_for_yes=waits)
        if due and not self._of_rule("erasing"):
            new = BulkErasure(
                self.new_id(), "counting", COMMAND_LINE, RETENTION, self.clock(), None, reason_of(rule), False
            )
            self.table.add(replace(new, idle_since=since))
        return True

    def _end_all(self, but: str | None = None) -> None:
        """End what waits, which is counted anew, and what is being erased for another reason than `but`."""
        for state in _OPEN:
            for one in self._of_rule(state):
                if state != "erasing" or one.reason != but:
                    failure = "the rule was looked at anew, or is another one now"
                    self.table.move(one.id, state, state="cancelled", ended_at=self.clock(), failure=failure)

    def _of_rule(self, state: BulkState) -> list[BulkErasure]:
        return [one for one in self.table.in_state(state) if one.by == RETENTION]
