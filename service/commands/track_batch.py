"""Many track calls in one: those that are right go to the bus together, in their order (R6-R9)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock

import msgspec

from ledger.bus.port import Message, Publisher, TooLarge
from ledger.events.calls import TrackUser
from ledger.events.signing import Signer
from service.commands.call_messages import facts_of, messages_of, signing
from service.commands.conflicts import Conflicts
from service.commands.idempotency import Claim

DEADLINE = 10.0
"""Seconds the bus has to confirm all messages of a batch."""

MOST_MESSAGES = 2
"""Messages of one call at most: its traits, its tags."""

Outcome = list[str] | Exception
"""The ids of a call's messages, in their order, or why it has none."""


@dataclass(frozen=True, slots=True)
class TrackBatch:
    """Calls that were looked at, with the outcome of each, and the `messages` that are still to be published."""

    outcomes: Sequence[Outcome]
    messages: Sequence[Message]


class _PreparedCall(msgspec.Struct, frozen=True, gc=False):
    """A call that is right in itself. What it said is gone: so many small objects would keep the collector busy."""

    place: int
    phone: str | None
    user_id: str | None
    ids: list[str]
    messages: list[Message]
    by_phone_alone: bool = False


class TrackBatches:
    """Takes batches of calls. Safe for threads.

    `conflicts` is asked by one thread at a time. `in_log(source, ids)` gives those of the messages that the log has,
    accepted or rejected. `new_ids` gives a stream of ids.
    """

    def __init__(
        self,
        publisher: Publisher,
        signer: Signer,
        conflicts: Conflicts,
        in_log: Callable[[str, Sequence[str]], Collection[str]],
        *,
        new_ids: Callable[[], Iterator[str]],
    ) -> None:
        self._publisher = publisher
        self._signer = signer
        self._conflicts = conflicts
        self._in_log = in_log
        self._new_ids = new_ids
        self._lock = Lock()

    def prepare(
        self, calls: Iterable[TrackUser | Exception], most: int, source: str, by: str, claim: Callable[[], Claim | None]
    ) -> TrackBatch:
        """Look at the calls, `most` at most, each by itself: what one says bears on no other before the append.

        The messages carry the name of the key that sends them (`by`). A call that could not be read is the exception
        that says so, and has it as its outcome. `claim` is asked once some call is right. Of a batch that is repeated
        under its idempotency key, what the log has already is as it was published before. Raises what `claim` raises.
        """
        outcomes: list[Outcome] = []
        prepared: list[_PreparedCall] = []
        claimed: Claim | None = None
        spare: Iterator[str] = iter(())
        sign = cache(signing(self._signer, source))
        at: int | None = None
        name: str | None = by
        is_claimed = False
        for place, call in enumerate(calls):
            if isinstance(call, Exception):
                outcomes.append(call)
                continue
            if not is_claimed:
                is_claimed, claimed = True, claim()
                spare = self._new_ids() if claimed is None else iter(claimed.ids(MOST_MESSAGES * most))
                if claimed is not None:
                    at, name = claimed.at, by if claimed.names_sender else None
            facts = facts_of(call)
            ids = [next(spare) for _ in facts]
            try:
                messages = messages_of(call, facts, ids, at, name, sign)
            except TooLarge as fault:
                outcomes.append(fault)
                continue
            outcomes.append(ids)
            prepared.append(_PreparedCall(place, call.phone, call.user_id, ids, messages))
        known = self._known(source, prepared) if claimed is not None and claimed.is_repeat else frozenset()
        return TrackBatch(outcomes, self._unknown(prepared, outcomes, known))

    def publish(self, batch: TrackBatch) -> None:
        """Return once all is on the disk of the bus. Raises what `Publisher.publish` raises."""
        self._publisher.publish(batch.messages, DEADLINE)

    def _known(self, source: str, prepared: Sequence[_PreparedCall]) -> frozenset[str]:
        return frozenset(self._in_log(source, [id for one in prepared for id in one.ids]))

    def _unknown(
        self, prepared: Sequence[_PreparedCall], outcomes: list[Outcome], known: frozenset[str]
    ) -> list[Message]:
        """The messages that the log does not have, but for those of conflicts, which become outcomes."""
        with self._lock:
            conflicts = self._conflicts.of(prepared)
        messages: list[Message] = []
        for one, conflict in zip(prepared, conflicts, strict=True):
            if known and known.issuperset(one.ids):
                continue
            if conflict is None:
                messages += one.messages
            else:
                outcomes[one.place] = conflict
        return messages
