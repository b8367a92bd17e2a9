"""A track call on its way to the bus: checked, turned into signed messages, published (R6-R9)."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from consumers.messages import MAX_BYTES
from ledger.bus.port import BusError, Message, NotConfirmed, Publisher, TooLarge, Unavailable
from ledger.events import moments, types
from ledger.events.calls import TrackEvent, TrackUser, track_event, track_user
from ledger.events.identity import Conflict, Known, resolve
from ledger.events.signing import Signer
from service.idempotency import Claim
from service.together import NotBegun, NotFinished, Together

DEADLINE = 4.0
"""Seconds the bus has to confirm a call's messages, all of them together (R8)."""

_Fact = tuple[str, dict[str, Any]]
"""A message's type, and its data but for whom it is about."""

_encode = msgspec.json.Encoder().encode


class IdentityConflict(Exception):
    """The phone and the user id contradict what is known (R7); nothing was published.

    `holders` has the ids of the contacts that hold the `phone` and the `user_id` now, where they are held.
    """

    def __init__(self, message: str, holders: Mapping[str, str]) -> None:
        told = [f"contact {id} has the {identity.replace('_', ' ')}" for identity, id in holders.items()]
        super().__init__(": ".join([message, ", ".join(told)] if told else [message]))
        self.holders = holders


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


class Tracker:
    """Takes track calls, from any number of threads: those that come at the same time are published together.

    `known(phones, user_ids)` tells who holds these now, as far as this process can see; the append remains the judge.
    `contact_ids(numbers)` gives the ids of contacts, again as far as it can. Both are asked by one thread at a time.
    `is_in_log(source, ids)` tells whether the log has all these messages, accepted or rejected. `clock` gives
    microseconds since the epoch.
    """

    def __init__(
        self,
        publisher: Publisher,
        signer: Signer,
        known: Callable[[Collection[str], Collection[str]], Sequence[Known]],
        contact_ids: Callable[[Collection[int]], Mapping[int, str]],
        is_in_log: Callable[[str, Sequence[str]], bool],
        *,
        may_merge: bool,
        default_country_code: str,
        clock: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self.publisher = publisher
        self._signer = signer
        self._known = known
        self._contact_ids = contact_ids
        self._is_in_log = is_in_log
        self._may_merge = may_merge
        self._default_country_code = default_country_code
        self._clock = clock
        self._new_id = new_id
        self._together = Together(self._publish_all)

    def user(self, body: object, source: str, claim: Callable[[], Claim] | None = None) -> list[str]:
        """Publish a contact's traits, then its tags; the messages' ids in that order.

        `claim` is asked, once the body is found right, for what an idempotency key makes the messages to be; those of
        a repeated call that the log has already are not published again.

        Raises schema.Invalid, IdentityConflict, and what `claim` and `Publisher.publish` raise.
        """
        call = track_user(body, self._default_country_code)
        return self.tell(call, source, None if claim is None else claim())

    def tell(self, call: TrackUser, source: str, claim: Claim | None = None, terms: Terms = _ANY) -> list[str]:
        """Publish what a call that was read says. Returns and raises as `user` does, but for Invalid."""
        return self._publish(call, _facts(call), source, claim, terms)

    def event(self, body: object, source: str, claim: Callable[[], Claim] | None = None) -> list[str]:
        """Publish what a contact did; the message's id in a list. Takes and raises what `user` does."""
        call = track_event(body, self._default_country_code)
        facts = [(types.EVENT_TRACKED, {"event": call.event, "traits": call.traits})]
        return self._publish(call, facts, source, None if claim is None else claim())

    def told(self, call: TrackUser, source: str, claim: Claim) -> list[str] | None:
        """The ids of the messages by which a repeated call was told before; None while the log lacks any of them."""
        return self._told(claim, source, len(_facts(call)))

    def _told(self, claim: Claim, source: str, count: int) -> list[str] | None:
        ids = claim.ids(count)
        return ids if claim.is_repeat and self._is_in_log(source, ids) else None

    def _publish(
        self,
        call: TrackUser | TrackEvent,
        facts: Sequence[_Fact],
        source: str,
        claim: Claim | None,
        terms: Terms = _ANY,
    ) -> list[str]:
        if claim is not None and (told := self._told(claim, source, len(facts))) is not None:
            return told
        who = {name: value for name, value in (("phone", call.phone), ("userId", call.user_id)) if value is not None}
        now, ids = (
            (self._clock(), [self._new_id() for _ in facts]) if claim is None else (claim.at, claim.ids(len(facts)))
        )
        stated = moments.text(now if call.created_at is None else moments.parse(call.created_at))
        key = (call.phone or call.user_id or "").encode()
        if terms is not _ANY:
            facts = _on_terms(facts, ids, terms)
        messages = [
            Message(
                key, self._signer.message(source=source, id=id, type=type, time=stated, data=_encode({**who, **data}))
            )
            for id, (type, data) in zip(ids, facts, strict=True)
        ]
        if any(len(message.value) > MAX_BYTES for message in messages):
            raise TooLarge(f"a message has at most {MAX_BYTES} bytes")  # the append would reject it
        try:
            self._together.do(_Call(call.phone, call.user_id, messages, terms.by_phone_alone), DEADLINE)
        except NotBegun:
            raise Unavailable("the bus could not be written in time: it is slow, or others write to it") from None
        except NotFinished:
            raise NotConfirmed("the bus did not confirm the messages in time") from None
        return ids

    def _publish_all(self, calls: Sequence[_Call], seconds: float) -> Sequence[Exception | None]:
        deadline = time.monotonic() + seconds
        faults = self._conflicts(calls)
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

    def _conflicts(self, calls: Sequence[_Call]) -> list[Exception | None]:
        """For each call why it cannot be about anybody, by one look at what is known of them all."""
        # one identity alone never contradicts anything
        pairs = [(call.phone, call.user_id) for call in calls if call.phone is not None and call.user_id is not None]
        if not pairs:
            return [None] * len(calls)
        known = self._known({phone for phone, _ in pairs}, {user_id for _, user_id in pairs})
        by_phone, by_user_id = {one.phone: one for one in known}, {one.user_id: one for one in known}
        return [self._conflict(call, by_phone, by_user_id) for call in calls]

    def _conflict(
        self, call: _Call, by_phone: Mapping[str | None, Known], by_user_id: Mapping[str | None, Known]
    ) -> Exception | None:
        if call.phone is None or call.user_id is None:
            return None
        phone_holder, user_id_holder = by_phone.get(call.phone), by_user_id.get(call.user_id)
        decision = resolve(
            call.phone,
            call.user_id,
            phone_holder,
            user_id_holder,
            by_phone_alone=call.by_phone_alone,
            may_merge=self._may_merge,
        )
        if not isinstance(decision, Conflict):
            return None
        ids = self._contact_ids(decision.holders)
        held = {"phone": phone_holder, "user_id": user_id_holder}
        return IdentityConflict(
            decision.message,
            {what: ids[one.contact] for what, one in held.items() if one is not None and one.contact in ids},
        )


def _facts(call: TrackUser) -> Sequence[_Fact]:
    """R9: traits, then tags; neither: the identity alone."""
    facts: list[_Fact] = []
    if call.traits or not call.tags:
        facts.append((types.USER_TRACKED, {"traits": call.traits}))
    if call.tags:
        facts.append((types.TAGS_ADDED, {"tags": call.tags}))
    return facts


def _on_terms(facts: Sequence[_Fact], ids: Sequence[str], terms: Terms) -> Sequence[_Fact]:
    """The first message carries the condition, and the next one follows it: it would break the condition itself."""
    match = {"match": "phone"} if terms.by_phone_alone else {}
    conditions: list[dict[str, Any]] = [{} for _ in facts]
    if terms.based_on is not None:
        conditions = [{"basedOn": terms.based_on}, *({"follows": before} for before in ids[:-1])]
    return [(type, {**match, **condition, **data}) for (type, data), condition in zip(facts, conditions, strict=True)]
