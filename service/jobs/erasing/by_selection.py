"""Erasing everybody whom a selection of the list finds: counted first, then page after page (R31)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ledger.log.entry import public_id
from projections.fold.state import ContactState
from projections.lists import pages
from projections.lists.pages import ListPlace
from projections.lists.refreshed import OpenLog, settled
from projections.state.generations import Generations
from projections.state.port import StateReader
from service.commands.erase_contact import ErasedPerson, reason_for_all
from service.jobs.erasing.erasing import Erasing
from service.jobs.erasing.places import PlaceReceipt, is_done
from service.queries.business_days import BusinessDays
from service.queries.selection import Selection, wanted

AT_ONCE = 1_000
"""Whose orders are published together, and who are looked for together: what is held in memory at most."""


class EverybodyMeant(ValueError):
    """Nothing was said of whom to erase; the message says so."""


@dataclass(frozen=True, slots=True)
class CountedPeople:
    """How many contacts a selection finds, as the state was at a position; `notes` as `wanted` gives them."""

    count: int
    position: int
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class ErasedSoFar:
    """How many were erased of those that were counted, and the receipt of the last ones; it waits where they do."""

    count: int
    receipt: list[PlaceReceipt] | None

    @property
    def is_done(self) -> bool:
        """Whether nothing waits any more of those whose erasure was ordered."""
        return self.receipt is not None and is_done(self.receipt)


@dataclass(frozen=True, slots=True)
class ErasingSelected:
    """Erases everybody of a selection, `at_once` in a step. `log` is the states', `once` as `Names` takes it."""

    work: Erasing
    states: Generations
    log: OpenLog
    once: Callable[[str], bool]
    days: BusinessDays
    at_once: int = AT_ONCE

    def count(self, asked: Selection, reason: str | None = None) -> CountedPeople:
        """Count them, all as of one moment; a `reason` that names one of them raises ReasonUnfit.

        Raises EverybodyMeant; BadCondition and ValueError as `wanted` does.
        """
        if not (asked.where or asked.tags or asked.text):
            raise EverybodyMeant("say whom: a condition, a tag or a text")
        with self.states.in_use().reading() as state:
            state.freeze()
            count, place = 0, None
            while True:
                found, place, notes = self._page(state, asked, place)
                count += len(found)
                if reason is not None:
                    reason_for_all(reason, [_named(one) for one in found])
                if place is None:
                    return CountedPeople(count, state.checkpoint().position, notes)

    def erase(
        self,
        asked: Selection,
        counted: CountedPeople,
        by: str,
        reason: str,
        advance: Callable[[int], None],
        *,
        seconds: float,
        keep_out: bool = False,
    ) -> ErasedSoFar:
        """Erase them, a step at a time, after those whose erasure was broken off before.

        `advance` is told after each step how many are erased everywhere. Who came to be after they were counted stays.
        Where one step waits for longer than `seconds` it ends: what was ordered is finished by the importer, and the
        rest is found by the same selection again, also after a crash.
        Raises ReasonUnfit, ErasureRefused with nothing ordered of a step; BusError.
        """
        done, receipt = 0, self.work.take_up(seconds)
        if receipt is None or not is_done(receipt):
            return ErasedSoFar(done, receipt)
        for people in self._steps(asked, counted.position):
            orders = self.work.order_all(people, by, reason, keep_out=keep_out)
            last = self.work.finish_all(orders, seconds)
            if last is None or not is_done(last):
                return ErasedSoFar(done, last)
            done, receipt = done + len(orders), last or receipt
            advance(done)
        return ErasedSoFar(done, receipt)

    def _steps(self, asked: Selection, until: int) -> Iterator[list[str]]:
        """The ids of the contacts that there were at a position; the state is not being read meanwhile."""
        place: ListPlace | None = None
        while True:
            with self.states.in_use().reading() as state:
                state.freeze()
                found, place, _ = self._page(state, asked, place)
            people = [public_id(one.id) for one in found if one.contact <= until]
            if people:
                yield people
            if place is None:
                return

    def _page(
        self, state: StateReader, asked: Selection, place: ListPlace | None
    ) -> tuple[list[ContactState], ListPlace | None, Sequence[str]]:
        chosen, notes = wanted(asked, state, self.log, self.once, self.days)
        page = pages.page(state, chosen, "created", place, self.at_once)
        return list(settled(state, self.log, page.contacts, chosen)), page.following, notes


def _named(one: ContactState) -> ErasedPerson:
    """A contact as a reason may name it."""
    names = [said for name in ("name", "email") if isinstance(said := one.traits.get(name), str) and said.strip()]
    phones, user_ids = [one.phone] if one.phone else [], [one.user_id] if one.user_id else []
    return ErasedPerson(public_id(one.id), phones, user_ids, names, 0)
