"""Whom a selection of the list finds, for an erasure of all of them: counted, page by page, as of one moment (R31)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ledger.log.erasure import NAMING
from ledger.storage import NotMadeYet
from projections.conditions.wanted import Wanted
from projections.fold.state import ContactState
from projections.lists import pages
from projections.lists.refreshed import OpenLog, every_page
from projections.state.generations import Generations
from projections.state.port import StateReader
from service.commands.erase_contact import NamedPeople, reason_for
from service.queries.business_days import BusinessDays
from service.queries.filters.selection import Selection, wanted

_PAGE = 1_000


class EverybodyMeant(ValueError):
    """Nothing was said of whom to erase; the message says so."""


@dataclass(frozen=True, slots=True)
class CountedPeople:
    """How many contacts a selection finds, as the state was at a position; `notes` as `wanted` gives them."""

    count: int
    position: int
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Those whom a selection finds, as of a position. `pages` is read once.

    `based_on`: they have no event after this position of the log, and go only if that still holds. `of`: how many
    contacts there are in all, where that was asked for.
    """

    position: int
    notes: Sequence[str]
    pages: Iterator[list[ContactState]]
    based_on: int | None = None
    of: int = 0


@dataclass(frozen=True, slots=True)
class SelectedPeople:
    """Finds the contacts of a selection. `log` is the states', `once` as `Names` takes it."""

    states: Generations
    log: OpenLog
    once: Callable[[str], bool]
    days: BusinessDays

    def check(self, asked: Selection) -> None:
        """See that a selection is possible, and that it is not about everybody. Raises as `found` does."""
        with self.found(asked):
            pass

    def count(self, asked: Selection, reason: str | None = None) -> CountedPeople:
        """Count them; a `reason` that names one of them raises ReasonUnfit. Raises as `found` does."""
        with self.found(asked) as found:
            count = sum(len(page) for page in unnamed(found.pages, reason))
            return CountedPeople(count, found.position, found.notes)

    @contextmanager
    def found(self, asked: Selection) -> Iterator[FoundPeople]:
        """Them all, as of one moment. Raises EverybodyMeant; BadCondition and ValueError as `wanted` does."""
        if not (asked.where or asked.tags or asked.text):
            raise EverybodyMeant("say whom: a condition, a tag or a text")
        with self.states.in_use().reading() as state:
            state.freeze()
            chosen, notes = wanted(asked, state, self.log, self.once, self.days)
            yield FoundPeople(state.checkpoint().position, notes, every_page(state, self.log, chosen, _PAGE))

    @contextmanager
    def idle(self, since: int) -> Iterator[FoundPeople]:
        """Whoever has no event since a moment, in microseconds since the epoch: a contact's newest event is older.

        Raises NotMadeYet, also while the state has not come to that moment or folds contacts anew.
        """
        with self.log() as log, self.states.in_use().reading() as state:
            state.freeze()
            until, position = log.position_at(since - 1), state.checkpoint().position
            if position < until or state.dirty_count():
                raise NotMadeYet("the state is behind the log")
            yield FoundPeople(position, (), _idle_pages(state, since, until), until, state.count())


def _idle_pages(state: StateReader, since: int, until: int) -> Iterator[list[ContactState]]:
    """By their newest change, which is never after their newest event."""
    place = None
    while True:
        page = pages.page(state, Wanted(), "modified", place, _PAGE)
        yield [one for one in page.contacts if one.position <= until]
        if page.following is None or page.contacts[-1].modified >= since:
            return
        place = page.following


def unnamed(found: Iterator[list[ContactState]], reason: str | None) -> Iterator[list[ContactState]]:
    """The same pages; raises ReasonUnfit at the first with somebody whom the reason names, as they are now."""
    for page in found:
        if reason is not None:
            reason_for(reason, _named(page))
        yield page


def _named(page: list[ContactState]) -> NamedPeople:
    """Contacts as a reason may name them."""
    said = [one.traits.get(name) for one in page for name in NAMING]
    return NamedPeople(
        {one.phone for one in page if one.phone},
        {one.user_id for one in page if one.user_id},
        {name for name in said if isinstance(name, str) and name.strip()},
    )
