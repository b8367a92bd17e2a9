"""The order to erase a contact: whom it is about, why, and the message that gives it (R31, R33)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.bus.port import Message
from ledger.events import moments, types
from ledger.events.mentions import Mentions
from ledger.events.signing import Signer
from ledger.log.entry import public_id
from ledger.log.port import LogReader
from ledger.log.questions import PHONE, USER_ID
from service.queries.find import FoundContact

MOST_REASON = 500
"""Characters."""


class ReasonUnfit(ValueError):
    """The reason is missing, too long, or names the person; the message says which."""


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """A contact that is to be erased: its public id, all it was ever found by, and how many entries are about it."""

    contact: str
    phones: Sequence[str]
    user_ids: Sequence[str]
    entries: int


def person_of(log: LogReader, found: FoundContact) -> ErasedPerson:
    """Whom an erasure is about."""
    rows = log.fold_rows_about(found.component, log.head().position)
    phones = {f"+{row[PHONE]}" for row in rows if row[PHONE] is not None}
    user_ids = {row[USER_ID] for row in rows if row[USER_ID] is not None}
    (contact,) = log.ids([found.contact]).values()
    return ErasedPerson(public_id(contact), sorted(phones), sorted(user_ids), len(rows))


def erasure_message(
    person: ErasedPerson, by: str, reason: str, *, source: str, id: str, at: int, signer: Signer
) -> Message:
    """The order, signed; `at` is microseconds since the epoch. Raises ReasonUnfit."""
    text = " ".join(reason.split())
    if not text or len(text) > MOST_REASON:
        raise ReasonUnfit(f"say why in 1 to {MOST_REASON} characters: it stays in the log")
    mentions = Mentions(person.phones, person.user_ids)
    if mentions.in_line(text) is not None:
        raise ReasonUnfit("the reason names the person, and would stay in the log: say it without phone and user id")
    data = json.dumps({"contact": person.contact, "by": by, "reason": text}, ensure_ascii=False).encode()
    value = signer.message(source=source, id=id, type=types.CONTACT_ERASED, time=moments.text(at), data=data)
    return Message(None, value)
