"""Erasures that go through their places together, as far as one process has come with them (R31)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.log.entry import public_id
from ledger.log.erasure import ANY_OFFSET, Sought
from ledger.log.port import LogReader
from service.deployment.tables.erasures import BulkStep, PendingErasure
from service.jobs.erasing.places import ErasedPlace, PlaceReceipt


@dataclass(slots=True)
class ErasuresUnderWay:
    """Orders that were given: those that the log has to decide (`left`), and those it has taken, by position.

    `step` is that of a bulk erasure with which its orders that are not done came to be these. The next look goes on
    from `receipt` and `places`, which is quicker than to find out anew who they are; None before the first.
    """

    left: list[PendingErasure]
    step: BulkStep | None = None
    taken: dict[int, PendingErasure] = field(default_factory=dict)
    places: Sequence[ErasedPlace] | None = None
    receipt: list[PlaceReceipt] | None = None

    @property
    def ids(self) -> list[str]:
        """Of the orders that were taken."""
        return [one.id for one in self.taken.values()]

    def gone_with(self, log: LogReader) -> dict[str, list[str]]:
        """By an erasure's id, the public ids of the others who went with its contact, where there are any."""
        taken = self.taken
        found = log.erasures_of_several(max(taken), min(taken) - 1)
        several = {at: one.contacts for at, one in found if one is not None and at in taken}
        ids = log.ids([contact for contacts in several.values() for contact in contacts])
        return {
            taken[at].id: [id for one in contacts if (id := public_id(ids[one])) != taken[at].contact]
            for at, contacts in several.items()
        }

    def sought(self, log: LogReader, now: int) -> dict[int, Sought]:
        """Whom to look for; nobody once all is done, and what an earlier version noted where the log does not say."""
        found = log.unfinished_erasures()
        return {
            position: found.get(position) or Sought(list(pending.phones), list(pending.user_ids), ANY_OFFSET, now)
            for position, pending in self.taken.items()
        }
