"""Asking for an export: what is asked is read against the contacts as they are, so that no fault comes later (R34)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from projections.conditions.wanted import Sort
from service.deployment.tables.audit_trail import Act
from service.jobs.exports.exports import Exports
from service.jobs.exports.wanted_export import Format, WantedExport, columns_wanted, contacts_wanted, opted_in
from service.queries.as_of import position_of
from service.queries.business_days import BusinessDays
from service.queries.filters.selection import Selection
from service.queries.lists.totals import Totals
from service.queries.readers import Readers


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """An export as a person or a program says it; `as_of` a position or a moment. Else as `WantedExport`."""

    selection: Selection
    sort: Sort = "-modified"
    format: Format = "csv"
    columns: tuple[str, ...] | None = None
    as_of: str | None = None
    is_opted_in_only: bool = False


@dataclass(frozen=True, slots=True)
class Exporting:
    """Exports for whoever asks for them, and what is noted of it. Safe for threads.

    `record` puts an act into the audit table; `once` as `Names` takes it. `clock` gives microseconds since the epoch.
    """

    exports: Exports
    readers: Readers
    once: Callable[[str], bool]
    days: BusinessDays
    record: Callable[[Act], None]
    clock: Callable[[], int]
    totals: Totals

    def ask(self, asked: ExportAsked, by: str) -> dict[str, Any]:
        """Have an export made; its JSON.

        Raises BadCondition, BadColumns, BadMoment, ValueError for what is no tag, TooManyExports.
        """
        position = None
        if asked.as_of:
            with self.readers.log() as log:
                position = position_of(log, asked.as_of)
        wanted = WantedExport(
            asked.selection, asked.sort, asked.format, asked.columns, position, asked.is_opted_in_only
        )
        with self.readers.states.in_use().reading() as state:
            contacts_wanted(wanted, state, self.readers.log, self.once, self.days)
            columns_wanted(wanted.columns or (), state.attribute_types(), self.once)
        document = self.exports.ask(wanted, by)
        self._note(by, "export asked for", document["id"], format=wanted.format, columns=wanted.columns)
        return document

    def counts(self, selection: Selection) -> tuple[int, int]:
        """How many contacts a selection has now, and how many of them have opted in. Raises as `ask` does."""
        stored = self.readers.states.in_use()
        with stored.reading() as state:
            state.freeze()
            chosen, _ = contacts_wanted(WantedExport(selection), state, self.readers.log, self.once, self.days)
            return self.totals.of(stored, state, chosen), self.totals.of(stored, state, opted_in(chosen))

    def check(self, selection: Selection) -> None:
        """See that a selection is possible, without counting it. Raises BadCondition, ValueError."""
        with self.readers.states.in_use().reading() as state:
            contacts_wanted(WantedExport(selection), state, self.readers.log, self.once, self.days)

    def note_download(self, id: str, by: str) -> None:
        """Put into the audit table that somebody downloads the file."""
        self._note(by, "export downloaded", id)

    def _note(self, by: str, what: str, id: str, **detail: Any) -> None:
        self.record(Act(self.clock(), by, what, {"export": id, **detail}))
