"""How many contacts there are, day by day, and where they came from (R25): from counts that the fold keeps."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from ledger.events import types
from projections.fold.growth import QUARTER, Counts, Origin, summed
from service.queries.business_days import BusinessDays
from service.queries.readers import Readers

MOST_DAYS = 1_100
"""Three years."""

_FIRST, _LAST = date(1971, 1, 1), date(9000, 1, 1)
_END = 2**62
_KINDS = {"import": "file"}


class BadDays(ValueError):
    """Not a range of days that an overview can be of; the message says what is."""


class Source(NamedTuple):
    """Where contacts came from: its kind (`file call hub upstream ledger`), its name, and an import's id."""

    kind: str
    name: str
    import_id: str | None


class Overviews:
    """Overviews of the state in use. Safe for threads.

    `file_name` gives the name of an import's file by the import's id; None where it is not known.
    """

    def __init__(self, readers: Readers, days: BusinessDays, file_name: Callable[[str], str | None]) -> None:
        self._readers = readers
        self._days = days
        self._file_name = file_name

    def of_last(self, days: int) -> dict[str, Any]:
        """The last so many days, today being one of them. Raises BadDays."""
        return self.up_to(self._days.today(), days)

    def up_to(self, last: date, days: int) -> dict[str, Any]:
        """So many days, up to this one. Raises BadDays."""
        if last < _FIRST:
            raise BadDays("an overview is of days since 1971")
        return self.between(max(_FIRST, last - timedelta(days=min(days, MOST_DAYS + 1) - 1)), last)

    def between(self, first: date, last: date) -> dict[str, Any]:
        """The days from the first to the last one, each with what was true at its end; `before` is the day before.

        `sources` are those of contacts made on these days, the most productive one first. Raises BadDays; NotMadeYet
        where there is no state.
        """
        if not (1 <= (last - first).days + 1 <= MOST_DAYS and first >= _FIRST and last <= _LAST):
            raise BadDays(f"an overview is of 1 to {MOST_DAYS:,} days since 1971, and begins before it ends")
        all_days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        starts = [self._days.start(day) // QUARTER for day in all_days]
        end = self._days.end(last) // QUARTER
        with self._readers.states.in_use().reading() as state:
            state.freeze()
            position, totals, dirty = state.checkpoint().position, state.totals(), state.dirty_count()
            told = list(state.growth(starts[0], _END))
        by_day: list[list[tuple[Source, Counts]]] = [[] for _ in all_days]
        named = self._named({origin for origin, _ in told if origin.quarter < end})
        for origin, counts in told:
            if origin.quarter < end:
                by_day[bisect_right(starts, origin.quarter) - 1].append((named[origin[1:]], counts))
        since = summed(counts for _, counts in told)
        before: dict[str, Any] = {
            "day": (first - timedelta(days=1)).isoformat(),
            "contacts": totals.contacts - since.contacts,
            "opted_in": totals.opted_in - since.opted_in,
        }
        document: dict[str, Any] = {
            "position": position,
            "zone": self._days.name(),
            "contacts": totals.contacts,
            "opted_in": totals.opted_in,
            "events": totals.events,
            "before": before,
            "days": [],
            "sources": _sources(one for day in by_day for one in day),
        }
        contacts, opted_in = before["contacts"], before["opted_in"]
        for day, found in zip(all_days, by_day, strict=True):
            counts = summed(one for _, one in found)
            contacts, opted_in = contacts + counts.contacts, opted_in + counts.opted_in
            document["days"].append(
                {
                    "day": day.isoformat(),
                    "contacts": contacts,
                    "opted_in": opted_in,
                    **_changes(counts),
                    "events": counts.events,
                    "sources": _sources(found),
                }
            )
        return document | ({"refolding": dirty} if dirty else {})

    def _named(self, origins: Iterable[Origin]) -> dict[tuple[int, str], Source]:
        with self._readers.log() as log:
            numbers = {origin.source for origin in origins} - {0}
            names = {number: log.source_name(number) for number in numbers} | {0: ""}
        return {(origin.source, origin.by): self._source(names[origin.source], origin.by) for origin in origins}

    def _source(self, name: str, by: str) -> Source:
        kind = _KINDS.get(types.kind_of(name), types.kind_of(name)) if name else "ledger"
        if name.startswith(types.IMPORTS):
            id = name.removeprefix(types.IMPORTS)
            return Source(kind, self._file_name(id) or id, id)
        return Source(kind, by or name, None)


def _changes(counts: Counts) -> dict[str, int]:
    names = {"new": counts.made, "merged": counts.merged, "undone": counts.undone, "redone": counts.redone}
    return {**names, "erased": counts.erased}


def _sources(found: Iterable[tuple[Source, Counts]]) -> list[dict[str, Any]]:
    """Where contacts came from, the most first; also sources an undo or a redo of which took or brought some."""
    of: dict[Source, list[Counts]] = {}
    for source, counts in found:
        of.setdefault(source, []).append(counts)
    told = [(source, summed(counts)) for source, counts in of.items()]
    shown = [(source, counts) for source, counts in told if counts.made or counts.undone or counts.redone]
    shown.sort(key=lambda one: (-one[1].made, one[0].name))
    return [
        {"name": source.name, "kind": source.kind, **({"import": source.import_id} if source.import_id else {})}
        | {"new": counts.made, "undone": counts.undone, "redone": counts.redone}
        for source, counts in shown
    ]
