"""The order to let somebody in again whom an erasure keeps out (R31): by phone or user id, told by a keyed hash."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from ledger.bus.port import Message
from ledger.events import moments, types
from ledger.events.phone import PhoneFault, normalise_full
from ledger.events.signing import Signer
from ledger.log.port import LogReader
from projections.lists.refreshed import OpenLog
from service.commands.erase_contact import NamedPeople, reason_for
from service.queries.in_time import in_time

_BETWEEN_LOOKS = 0.05


class NotKeptOut(Exception):
    """Nobody with this phone or user id is kept out; the message does not repeat it."""

    def __init__(self) -> None:
        super().__init__(
            "nobody with this phone or user id is kept out: give one that an erasure with keep-out named, the phone as"
            " +919967536783"
        )


@dataclass(frozen=True, slots=True)
class PersonOut:
    """Somebody who is kept out: the phone (E.164) or the user id that was given, and its keyed hash."""

    phone: str | None
    user_id: str | None
    name: bytes


def person_out(log: LogReader, signer: Signer, who: str) -> PersonOut:
    """Who is meant by a phone with `+` or a user id. Raises NotKeptOut."""
    given = who.strip()
    phone = _phone(given)
    out = log.kept_out(signer, [] if phone is None else [phone], [given])
    if phone is not None and phone in out.phones:
        return PersonOut(phone, None, signer.of_kept_out("phone", phone))
    if given in out.user_ids:
        return PersonOut(None, given, signer.of_kept_out("user_id", given))
    raise NotKeptOut


def _phone(given: str) -> str | None:
    if not given.startswith("+"):
        return None
    try:
        return normalise_full(given)
    except PhoneFault:
        return None


@dataclass(frozen=True, slots=True)
class Readmitting:
    """Lets people in again. `publish` returns once a message is durable on the bus; `clock` gives microseconds."""

    source: str
    log: OpenLog
    signer: Signer
    publish: Callable[[Message], None]
    new_id: Callable[[], str]
    clock: Callable[[], int]

    def look(self, who: str) -> PersonOut:
        """Who is meant. Raises NotKeptOut."""
        with self.log() as log:
            return person_out(log, self.signer, who)

    def order(self, who: str, by: str, reason: str, seconds: float) -> int | None:
        """Let somebody in again by all that the erasure named; the position of the order's entry.

        It is waited for so many seconds at most; None: it is on its way. Raises NotKeptOut, also where another order
        came first, ReasonUnfit, BusError.
        """
        person = self.look(who)
        phones, user_ids = ([one] if one else [] for one in (person.phone, person.user_id))
        text = reason_for(reason, NamedPeople(phones, user_ids))
        said = {"person": person.name.hex(), "by": by, "reason": text}
        id, at = self.new_id(), moments.text(self.clock())
        data = json.dumps(said, ensure_ascii=False).encode()
        value = self.signer.message(source=self.source, id=id, type=types.PERSON_READMITTED, time=at, data=data)
        self.publish(Message(None, value))
        decided = in_time(lambda: self._decided(id) or None, seconds, _BETWEEN_LOOKS)
        if decided is None:
            return None
        for position, is_accepted in decided.items():
            if is_accepted:
                return position
        raise NotKeptOut

    def _decided(self, id: str) -> dict[int, bool]:
        with self.log() as log:
            return dict(log.decided_under(self.source, id))
