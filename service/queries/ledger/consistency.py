"""Read your writes: a token says which message a call sent, and a read that brings it waits until that one shows."""

import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import TypeVar

from ledger.events.signing import Signer
from ledger.log.entry import Entry
from ledger.log.port import LogReader
from ledger.storage import NotMadeYet
from projections.state.port import StoredState
from service.queries.in_time import in_time
from service.queries.ledger.erased_messages import erased_among

T = TypeVar("T")


class BadToken(ValueError):
    """Not a token of this deployment."""


class NotShown(Exception):
    """The write is on its way, but was not in the state in time."""


class WriteRejected(Exception):
    """The log rejected the message; the text is why, for a person, and `reason` for programs."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.detail or str(entry.reason))
        self.reason = entry.reason
        self.position = entry.position


@dataclass(frozen=True, slots=True)
class Consistency:
    """Makes tokens and waits for what they name, `seconds` at most. Safe for threads."""

    signer: Signer
    log: Callable[[], AbstractContextManager[LogReader]]
    state: Callable[[], StoredState]
    seconds: float = 2.0

    def token(self, source: str, id: str) -> str:
        """The token of a message that this deployment sent: ASCII, fit for a header."""
        return f"{source}:{id}:{self.signer.of_name(source, id)}"

    def wait(self, token: str) -> Entry:
        """Give the message's entry once it is in the state; that of one which was erased since is empty.

        Raises BadToken, WriteRejected, NotShown.
        """
        source, id = self._read(token)
        return self._in_time(lambda: self._shown(source, id))

    def wait_for(self, position: int) -> None:
        """Return once the state has the entry at this position. Raises NotShown."""
        self._in_time(lambda: self._has_reached(position) or None)

    def decided(self, look: Callable[[], Entry | None], seconds: float) -> Entry | None:
        """The entry of an order that `look` finds, once it does; None where it does not within so many seconds.

        One that is accepted is in the state then, if it shows there in time. With 0 seconds there is one look.
        """
        entry = in_time(look, seconds)
        if entry is not None and entry.is_accepted and seconds:
            with suppress(NotShown):
                self.wait_for(entry.position)
        return entry

    def _in_time(self, look: Callable[[], T | None]) -> T:
        shown = in_time(look, self.seconds)
        if shown is None:
            raise NotShown(f"the write did not show in {self.seconds:g} s; it will: ask again")
        return shown

    def _read(self, token: str) -> tuple[str, str]:
        source, _, rest = token.partition(":")
        id, _, signature = rest.partition(":")
        try:
            is_ours = hmac.compare_digest(self.signer.of_name(source, id), signature)
        except (TypeError, UnicodeEncodeError):
            is_ours = False
        if not is_ours:
            raise BadToken("is not one that a call was answered with: send it back as it came")
        return source, id

    def _shown(self, source: str, id: str) -> Entry | None:
        try:
            with self.log() as log:
                entry = log.by_message_id(id, source) or self._erased(log, source, id)
            if entry is None:
                return None
            if not entry.is_accepted:
                raise WriteRejected(entry)
            return entry if self._has_reached(entry.position) else None
        except NotMadeYet:
            return None

    def _erased(self, log: LogReader, source: str, id: str) -> Entry | None:
        position = erased_among(log, self.signer, source, [id]).get(id)
        return None if position is None else log.entry(position)

    def _has_reached(self, position: int) -> bool:
        with self.state().reading() as state:
            return state.checkpoint().position >= position
