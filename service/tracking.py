"""A track call on its way to the bus: checked, turned into signed messages, published (R6-R9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from consumers.messages import MAX_BYTES
from ledger.bus.port import Message, Publisher, TooLarge
from ledger.events import moments, types
from ledger.events.calls import TrackEvent, TrackUser, track_event, track_user
from ledger.events.identity import Conflict, Known, resolve
from ledger.events.signing import Signer

DEADLINE = 4.0
"""Seconds the bus has to confirm a call's messages, all of them together (R8)."""

_encode = msgspec.json.Encoder().encode


class IdentityConflict(Exception):
    """The phone and the user id contradict what is known (R7); nothing was published."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """Takes track calls. Safe for threads where its parts are.

    `known(phone, user_id)` tells who holds these now, as far as this process can see; the append remains the judge.
    `clock` gives microseconds since the epoch.
    """

    publisher: Publisher
    signer: Signer
    known: Callable[[str, str], tuple[Known | None, Known | None]]
    may_merge: bool
    default_country_code: str
    clock: Callable[[], int]
    new_id: Callable[[], str]

    def user(self, body: object, source: str) -> list[str]:
        """Publish a contact's traits, then its tags; the messages' ids in that order.

        Raises schema.Invalid, IdentityConflict, and what `Publisher.publish` raises.
        """
        call = track_user(body, self.default_country_code)
        facts: list[tuple[str, dict[str, Any]]] = []
        if call.traits or not call.tags:
            facts.append((types.USER_TRACKED, {"traits": call.traits}))
        if call.tags:
            facts.append((types.TAGS_ADDED, {"tags": call.tags}))
        return self._publish(call, facts, source)

    def event(self, body: object, source: str) -> list[str]:
        """Publish what a contact did; the message's id in a list. Raises as `user` does."""
        call = track_event(body, self.default_country_code)
        return self._publish(call, [(types.EVENT_TRACKED, {"event": call.event, "traits": call.traits})], source)

    def _publish(self, call: TrackUser | TrackEvent, facts: list[tuple[str, dict[str, Any]]], source: str) -> list[str]:
        self._refuse_conflict(call.phone, call.user_id)
        who = {name: value for name, value in (("phone", call.phone), ("userId", call.user_id)) if value is not None}
        time = moments.text(self.clock() if call.created_at is None else moments.parse(call.created_at))
        key = (call.phone or call.user_id or "").encode()
        ids = [self.new_id() for _ in facts]
        messages = [
            Message(key, self.signer.message(source=source, id=id, type=type, time=time, data=_encode({**who, **data})))
            for id, (type, data) in zip(ids, facts, strict=True)
        ]
        if any(len(message.value) > MAX_BYTES for message in messages):
            raise TooLarge(f"a message has at most {MAX_BYTES} bytes")  # the append would reject it
        self.publisher.publish(messages, DEADLINE)
        return ids

    def _refuse_conflict(self, phone: str | None, user_id: str | None) -> None:
        if phone is None or user_id is None:
            return  # one identity alone never contradicts anything
        by_phone, by_user_id = self.known(phone, user_id)
        decision = resolve(phone, user_id, by_phone, by_user_id, may_merge=self.may_merge)
        if isinstance(decision, Conflict):
            raise IdentityConflict(decision.message)
