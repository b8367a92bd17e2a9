"""A track call on its way to the bus: checked, turned into signed messages, published (R6-R9)."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.bus.port import BusError, Message, NotConfirmed, Publisher, TooLarge, Unavailable
from ledger.events import types
from ledger.events.calls import TrackEvent, TrackUser, track_event, track_user
from ledger.events.schema import FieldFault
from ledger.events.signing import Signer
from service.commands.call_messages import Fact, facts_of, messages_of, signing
from service.commands.conflicts import Conflicts
from service.commands.deadline import DEADLINE
from service.commands.group_commit import GroupCommit, NotBegun, NotFinished, nothing
from service.commands.idempotency import Claim

_NOT_BEGUN = "the bus could not be written in time: it is slow, or others write to it"
_NOT_FINISHED = "the bus did not confirm the messages in time"


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms the append is to accept a call, all of its messages or none.

    `by_phone_alone`: it is about the phone's contact and never merges (R7). `based_on`: only while the contact has no
    event after this position.
    """

    by_phone_alone: bool = False
    based_on: int | None = None


_ANY = Terms()


@dataclass(frozen=True, slots=True)
class _Call:
    """What one call publishes, and about whom."""

    phone: str | None
    user_id: str | None
    messages: Sequence[Message]
    by_phone_alone: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """A call's messages, made and signed but not published yet; `ids` in their order.

    `call` is None where the log has the messages already, which a repeated call sent. `notes` tell what of the call
    counts as not given.
    """

    ids: list[str]
    call: _Call | None
    notes: Sequence[FieldFault] = ()


class Tracker:
    """Takes track calls, from any number of threads: those that come at the same time are published together.

    `conflicts` is asked by one thread at a time. `in_log(source, ids)` gives those of the messages that the log has,
    accepted or rejected.
    """

    def __init__(
        self,
        publisher: Publisher,
        signer: Signer,
        conflicts: Conflicts,
        in_log: Callable[[str, Sequence[str]], Collection[str]],
        *,
        default_country_code: str,
        new_id: Callable[[], str],
    ) -> None:
        self.publisher = publisher
        self._signer = signer
        self._conflicts = conflicts
        self._in_log = in_log
        self._default_country_code = default_country_code
        self._new_id = new_id
        self.group_commit = GroupCommit(self._publish_all)

    def user(self, body: object, source: str, by: str, claim: Callable[[], Claim] | None = None) -> Ready:
        """A contact's traits, then its tags, as messages that carry the name of the key or person who says so (`by`).

        `claim` is asked, once the body is found right, for what an idempotency key makes the messages to be; those of
        a repeated call that the log has already are not published again.

        Raises schema.Invalid, TooLarge, and what `claim` raises.
        """
        call = track_user(body, self._default_country_code)
        return self._ready(call, facts_of(call), source, by, None if claim is None else claim())

    def event(self, body: object, source: str, by: str, claim: Callable[[], Claim] | None = None) -> Ready:
        """What a contact did, as one message. Takes and raises what `user` does."""
        call = track_event(body, self._default_country_code)
        facts = [(types.EVENT_TRACKED, {"event": call.event, "traits": call.traits})]
        return self._ready(call, facts, source, by, None if claim is None else claim())

    def publish_call(
        self, call: TrackUser, source: str, by: str, claim: Claim | None = None, terms: Terms = _ANY
    ) -> list[str]:
        """Publish what a call that was read says, and return its ids. Raises TooLarge, and what `publish` raises."""
        ready = self._ready(call, facts_of(call), source, by, claim, terms)
        self.publish(ready)()
        return ready.ids

    def published_before(self, call: TrackUser, source: str, claim: Claim) -> list[str] | None:
        """The ids of the messages that a repeated call published before; None while the log lacks any of them."""
        return self._published_before(claim, source, len(facts_of(call)))

    def publish(self, ready: Ready) -> Callable[[], None]:
        """Return once the messages are on the bus, with what is to be called when the call is answered (`GroupCommit`).

        Raises IdentityConflict, BusError.
        """
        if ready.call is None:
            return nothing
        try:
            return self.group_commit.done(ready.call, DEADLINE)
        except NotBegun:
            raise Unavailable(_NOT_BEGUN) from None
        except NotFinished:
            raise NotConfirmed(_NOT_FINISHED) from None

    def _published_before(self, claim: Claim, source: str, count: int) -> list[str] | None:
        ids = claim.ids(count)
        return ids if claim.is_repeat and len(self._in_log(source, ids)) == count else None

    def _ready(
        self,
        call: TrackUser | TrackEvent,
        facts: Sequence[Fact],
        source: str,
        by: str,
        claim: Claim | None,
        terms: Terms = _ANY,
    ) -> Ready:
        if claim is not None and (published := self._published_before(claim, source, len(facts))) is not None:
            return Ready(published, None, call.notes)
        at, ids = (None, [self._new_id() for _ in facts]) if claim is None else (claim.at, claim.ids(len(facts)))
        if terms is not _ANY:
            facts = _on_terms(facts, ids, terms)
        name = by if claim is None or claim.names_sender else None
        messages = messages_of(call, facts, ids, at, name, signing(self._signer, source))
        return Ready(ids, _Call(call.phone, call.user_id, messages, terms.by_phone_alone), call.notes)

    def _publish_all(self, calls: Sequence[_Call], seconds: float) -> Sequence[Exception | None]:
        deadline = time.monotonic() + seconds
        faults: list[Exception | None] = [*self._conflicts.of(calls)]
        messages = [
            message for call, fault in zip(calls, faults, strict=True) if fault is None for message in call.messages
        ]
        try:
            self.publisher.publish(messages, seconds)
        except TooLarge as fault:
            if len(calls) == 1:
                return [fault]
            # the bus takes less than we thought: only those who ask too much are told so
            return [self._publish_all([call], max(0.0, deadline - time.monotonic()))[0] for call in calls]
        except BusError as fault:
            return [own or fault for own in faults]
        return faults


def _on_terms(facts: Sequence[Fact], ids: Sequence[str], terms: Terms) -> Sequence[Fact]:
    """The first message carries the condition, and the next one follows it: it would break the condition itself."""
    match = {"match": "phone"} if terms.by_phone_alone else {}
    conditions: list[dict[str, Any]] = [{} for _ in facts]
    if terms.based_on is not None:
        conditions = [{"basedOn": terms.based_on}, *({"follows": before} for before in ids[:-1])]
    return [(type, {**match, **condition, **data}) for (type, data), condition in zip(facts, conditions, strict=True)]
