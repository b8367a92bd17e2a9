"""What a call says, as signed messages (R9)."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from consumers.incoming import MAX_BYTES
from ledger.bus.port import Message, TooLarge
from ledger.events import moments, types
from ledger.events.calls import TrackEvent, TrackUser
from ledger.events.schema import FieldFault
from ledger.events.signing import Signer

Fact = tuple[str, dict[str, Any]]
"""A message's type, and its data but for whom it is about."""

Sign = Callable[[str, str | None], Callable[[str, bytes], bytes]]
"""Given a type and a time, if one is stated, what makes a signed message of an id and data."""

_encode = msgspec.json.Encoder().encode


def facts_of(call: TrackUser) -> Sequence[Fact]:
    """R9: traits, then tags; neither: the identity alone."""
    facts: list[Fact] = []
    if call.traits or not call.tags:
        facts.append((types.USER_TRACKED, {"traits": call.traits}))
    if call.tags:
        facts.append((types.TAGS_ADDED, {"tags": call.tags}))
    return facts


def messages_of(
    call: TrackUser | TrackEvent, facts: Sequence[Fact], ids: Sequence[str], at: int | None, by: str | None, sign: Sign
) -> list[Message]:
    """A message for each fact, under these ids, stated for the call's `createdAt`, else for `at` (microseconds).

    With neither it states no time (R4): the bus's counts, and a clock of ours that is wrong loses nothing. `by` is the
    name of the person or key that says it. The same arguments make the same bytes. Raises TooLarge for what the append
    would reject.
    """
    named = {} if by is None else {"by": by}
    who = {name: value for name, value in (("phone", call.phone), ("userId", call.user_id)) if value is not None}
    moment = at if call.created_at is None else moments.parse(call.created_at)
    stated = None if moment is None else moments.text(moment)
    key = (call.phone or call.user_id or "").encode()
    messages = []
    for id, (type, data) in zip(ids, facts, strict=True):
        value = sign(type, stated)(id, _encode({**who, **data, **named}))
        if len(value) > MAX_BYTES:
            raise TooLarge(f"a message has at most {MAX_BYTES} bytes")
        messages.append(Message(key, value))
    return messages


def noted(notes: Sequence[FieldFault]) -> dict[str, Any]:
    """The member of an answer that tells what of a call counts as not given, shaped as errors are; none without any."""
    return {"notes": [each.to_json() for each in notes]} if notes else {}


def signing(signer: Signer, source: str) -> Sign:
    """Signs messages of one source."""
    return lambda type, time: signer.stream(source=source, type=type, time=time)
