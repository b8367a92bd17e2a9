"""Undone and redone imports: which of their events count, and what becomes of phones and user ids (R32). Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

import msgspec

from ledger.events.identity import Known, claim_fault
from ledger.log.identities import Identities


class Refused(msgspec.Struct, frozen=True):
    """Positions of a redone import's events that stay undone: their phone, or user id, is another contact's now."""

    phone: list[int] = []
    user_id: list[int] = []


refused = msgspec.json.Decoder(Refused).decode
"""Reads what the entry of a redo has as its detail."""


class Undoing(msgspec.Struct, frozen=True):
    """An import undone or, with `is_redo`, redone. `source` is the number of the import's source."""

    position: int
    recorded: int
    source: int
    is_redo: bool
    refused: frozenset[int]


class Undoings:
    """The undos and redos of a log up to some position, in order."""

    def __init__(self, all: Iterable[Undoing]) -> None:
        self._of: dict[int | None, list[Undoing]] = defaultdict(list)
        for one in all:
            self._of[one.source].append(one)

    def __bool__(self) -> bool:
        return bool(self._of)

    def __contains__(self, source: int | None) -> bool:
        """Whether the events of a source, by its number, were ever undone."""
        return source in self._of

    def of(self, sources: Collection[int | None]) -> list[Undoing]:
        """Those of the imports with these sources, in log order."""
        found = [one for source in sources if source in self._of for one in self._of[source]]
        return sorted(found, key=lambda one: one.position)

    def after(self, position: int) -> list[Undoing]:
        """Those after a position, in log order."""
        return [one for one in self.of(self._of.keys()) if one.position > position]

    def followed_by(self, undoing: Undoing) -> "Undoings":
        """These, and one more that comes after them."""
        return Undoings([*self.after(0), undoing])

    def count(self, source: int | None, position: int, at: int) -> bool:
        """Whether the event of a source at `position` counts as of position `at`."""
        last = self.last(source, at)
        return last is None or (last.is_redo and position not in last.refused)

    def last(self, source: int | None, at: int) -> Undoing | None:
        """What holds for the events of a source as of position `at`; None: they were never undone by then."""
        if source not in self._of:
            return None
        return next((one for one in reversed(self._of[source]) if one.position <= at), None)


class Assertion(NamedTuple):
    """What an event says of who its contact is. `source` is the number of its source."""

    contact: int
    position: int
    source: int | None
    phone: str | None
    user_id: str | None


def released(
    holders: Iterable[Known], assertions: Iterable[Assertion], into: Mapping[int, int], before: Undoings, undoing: int
) -> list[tuple[Known, Known]]:
    """What an undo at position `undoing` takes from the contacts in `holders`: each as it is, and as it is then.

    A contact keeps the phone and the user id that an event asserts which still counts. `assertions` are those of the
    sources that are not undone by it, `into` the contact that each is merged into, `before` the undos until then.
    """
    asserted: dict[int, tuple[str | None, str | None]] = {}
    for one in assertions:
        if before.count(one.source, one.position, undoing):
            phone, user_id = asserted.get(into[one.contact], (None, None))
            asserted[into[one.contact]] = one.phone or phone, one.user_id or user_id
    after = [(known, Known(known.contact, *asserted.get(known.contact, (None, None)))) for known in holders]
    return [(known, then) for known, then in after if known != then]


class Claimants(Protocol):
    """Who may have what an event asserts, where contacts were merged or split by hand: `holdings.Clusters` says it."""

    def claimant(self, position: int) -> Assertion:
        """What the event at a position asserts, of the contact that it is about now."""

    def own(self, position: int) -> Known:
        """That contact, with the phone and the user id that keep it from having another."""

    def claim(self, position: int) -> None:
        """The event counts from now on."""


def claimed(
    assertions: Iterable[Assertion],
    into: Mapping[int, int],
    holders: dict[int, Known],
    known: Identities,
    redo: int,
    by_hand: Mapping[int, Claimants] = MappingProxyType({}),
) -> Refused:
    """Bind anew, at the redo's position, what an import's events assert, in log order; those that cannot have it.

    `holders` are the contacts, by number, that the events' contacts are merged into (`into`), and `known` has whoever
    holds one of their phones and user ids now; both are brought up to date. `by_hand` has the contacts that were
    merged or split by hand.
    """
    left = Refused([], [])
    for one in assertions:
        if (claimants := by_hand.get(one.contact)) is not None:
            one, own = claimants.claimant(one.position), claimants.own(one.position)
            by_phone, by_user_id = known.by_phone(one.phone), known.by_user_id(one.user_id)
            fault = claim_fault(own, one.phone, one.user_id, by_phone, by_user_id)
            if fault is None:
                claimants.claim(one.position)
                known.alias(own, redo, one.phone, one.user_id)
            else:
                getattr(left, fault).append(one.position)
            continue
        holder = holders[into[one.contact]]
        by_phone, by_user_id = known.by_phone(one.phone), known.by_user_id(one.user_id)
        fault = claim_fault(holder, one.phone, one.user_id, by_phone, by_user_id)
        if fault is None:
            holders[holder.contact] = known.attach(holder, redo, one.phone, one.user_id)
        else:
            getattr(left, fault).append(one.position)
    return left
