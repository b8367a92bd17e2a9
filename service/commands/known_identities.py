"""What the log has already: who holds a phone or a user id, for a call's 409 (R7), and which messages."""

from collections.abc import Collection, Mapping, Sequence

from ledger.events.signing import Signer
from ledger.log.entry import public_id
from ledger.log.identities import Identities
from ledger.log.keeping_out import NOBODY, KeptOut
from ledger.log.port import LogReader, StoredLog
from ledger.storage import StorageFault
from service.queries.ledger.erased_messages import erased_among


class KnownContacts:
    """Looks identities up in the log; for one thread at a time.

    Where it cannot tell (no log yet, a fault), it says that nobody is known, and leaves the verdict to the append.
    """

    def __init__(self, log: StoredLog, signer: Signer) -> None:
        self._log = log
        self._signer = signer
        self._reader: LogReader | None = None

    def holders(self, phones: Collection[str], user_ids: Collection[str]) -> Identities:
        """Who holds these phones (E.164) and user ids."""
        try:
            return self._opened().known(phones, user_ids)
        except StorageFault:
            self._close()
            return Identities()

    def kept_out(self, phones: Collection[str], user_ids: Collection[str]) -> KeptOut:
        """Those of the phones (E.164) and user ids whose person was erased and is kept out."""
        try:
            return self._opened().kept_out(self._signer, phones, user_ids)
        except StorageFault:
            self._close()
            return NOBODY

    def are_apart(self, one: int, other: int) -> bool:
        """Whether somebody has split these two, so that no message merges them again."""
        try:
            return self._opened().are_apart(one, other)
        except StorageFault:
            self._close()
            return False

    def ids(self, contacts: Collection[int]) -> Mapping[int, str]:
        """The ids of the contacts with these numbers."""
        try:
            return {contact: public_id(id) for contact, id in self._opened().ids(contacts).items()}
        except StorageFault:
            self._close()
            return {}

    def _opened(self) -> LogReader:
        if self._reader is None:
            self._reader = self._log.open()
        return self._reader

    def _close(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()


def in_log(stored: StoredLog, signer: Signer, source: str, ids: Sequence[str]) -> Collection[str]:
    """Those of the messages that the log has, accepted or rejected, or had: what was erased is not published again.

    None where it cannot tell.
    """
    try:
        with stored.reading() as log:
            found = log.messages_among(source, ids)
            left = [id for id in ids if id not in found]
            return found | erased_among(log, signer, source, left).keys() if left else found
    except StorageFault:
        return ()
