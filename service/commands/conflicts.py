"""Conflicts of identity that show at a call already (R7); the append remains the judge."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from ledger.events.identity import APART, Conflict, Merge, resolve
from ledger.log.identities import Identities
from ledger.log.keeping_out import KEPT_OUT, NOBODY, SENTENCE, KeptOut


class IdentityConflict(Exception):
    """The phone and the user id contradict what is known (R7); nothing was published.

    `holders` has the ids of the contacts that hold the `phone` and the `user_id` now, where they are held.
    """

    reason = "identity_conflict"

    def __init__(self, message: str, holders: Mapping[str, str]) -> None:
        held = [f"contact {id} has the {identity.replace('_', ' ')}" for identity, id in holders.items()]
        super().__init__(": ".join([message, ", ".join(held)] if held else [message]))
        self.holders = holders


class PersonKeptOut(IdentityConflict):
    """Whoever had this phone or user id was erased, and is kept out (R31); nothing was published."""

    reason = KEPT_OUT

    def __init__(self) -> None:
        super().__init__(SENTENCE, {})


class Who(Protocol):
    """Whom a call is about."""

    @property
    def phone(self) -> str | None:
        """E.164."""

    @property
    def user_id(self) -> str | None:
        """The caller's own id of the contact."""

    @property
    def by_phone_alone(self) -> bool:
        """Whether it is about the phone's contact, and never merges."""


class Conflicts:
    """Finds the calls whose phone and user id contradict what is known.

    `known(phones, user_ids)` tells who holds these now, as far as this process can see; `contact_ids(numbers)` gives
    the ids of contacts, again as far as it can, `are_apart` whether two were split, and `kept_out(phones, user_ids)`
    who was erased and is kept out.
    """

    def __init__(
        self,
        known: Callable[[Collection[str], Collection[str]], Identities],
        contact_ids: Callable[[Collection[int]], Mapping[int, str]],
        are_apart: Callable[[int, int], bool],
        kept_out: Callable[[Collection[str], Collection[str]], KeptOut],
        *,
        may_merge: bool,
    ) -> None:
        self._known = known
        self._contact_ids = contact_ids
        self._are_apart = are_apart
        self._kept_out = kept_out
        self._may_merge = may_merge

    def of(self, calls: Sequence[Who]) -> list[IdentityConflict | None]:
        """For each call why it cannot be about anybody, by one look at what is known of them all."""
        out = self._kept_out(
            {call.phone for call in calls if call.phone is not None},
            {call.user_id for call in calls if call.user_id is not None},
        )
        # one identity alone never contradicts anything
        pairs = [(call.phone, call.user_id) for call in calls if call.phone is not None and call.user_id is not None]
        if not pairs and out == NOBODY:
            return [None] * len(calls)
        phones, user_ids = {phone for phone, _ in pairs}, {user_id for _, user_id in pairs}
        known = self._known(phones, user_ids) if pairs else Identities()
        return [PersonKeptOut() if out.has(call.phone, call.user_id) else self._of_one(call, known) for call in calls]

    def _of_one(self, call: Who, known: Identities) -> IdentityConflict | None:
        if call.phone is None or call.user_id is None:
            return None
        phone_holder, user_id_holder = known.by_phone(call.phone), known.by_user_id(call.user_id)
        decision = resolve(
            call.phone,
            call.user_id,
            phone_holder,
            user_id_holder,
            by_phone_alone=call.by_phone_alone,
            may_merge=self._may_merge,
        )
        if isinstance(decision, Merge) and self._are_apart(decision.survivor, decision.absorbed):
            decision = Conflict(APART, (decision.survivor, decision.absorbed))
        if not isinstance(decision, Conflict):
            return None
        ids = self._contact_ids(decision.holders)
        held = {"phone": phone_holder, "user_id": user_id_holder}
        return IdentityConflict(
            decision.message,
            {what: ids[one.contact] for what, one in held.items() if one is not None and one.contact in ids},
        )
