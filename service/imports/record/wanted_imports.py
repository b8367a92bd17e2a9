"""Which imports a list shows."""

from dataclasses import dataclass

from service.imports.record.orphans import made_at


@dataclass(frozen=True, slots=True)
class WantedImports:
    """Which imports a list shows: in a state as it is told, brought `by` that name, made in [since, until).

    Those of files, or `are_edits`: changes of many contacts. The moments are microseconds since the epoch; None asks
    for nothing.
    """

    state: str | None = None
    by: str | None = None
    since: int | None = None
    until: int | None = None
    are_edits: bool = False

    def takes_day_of(self, id: str) -> bool:
        """Whether the import was made then."""
        made = (made_at(id) or 0) * 1000
        return (self.since is None or made >= self.since) and (self.until is None or made < self.until)


EVERY = WantedImports()
