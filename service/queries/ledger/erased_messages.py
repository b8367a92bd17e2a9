"""Messages of ours that were erased since with whom they were about: the log knows them by a keyed hash alone (R31)."""

from collections.abc import Sequence

from ledger.events.signing import Signer
from ledger.log.port import LogReader


class MessageErased(Exception):
    """What a message said was erased; what is left of it is the empty entry at `position`.

    `is_asked_for`: somebody asks what became of it, and does not send it again.
    """

    def __init__(self, position: int, *, is_asked_for: bool = False) -> None:
        what = "message" if is_asked_for else "call"
        again = " it is not done again. To say something new, send it without this Idempotency-Key"
        super().__init__(
            f"what this {what} said was erased since, with the person whom it was about (position {position} of the"
            f" log){'' if is_asked_for else f':{again}'}"
        )
        self.position = position


def erased_among(log: LogReader, signer: Signer, source: str, ids: Sequence[str]) -> dict[str, int]:
    """Those of the messages that were erased, each with the position of its empty entry."""
    names = {signer.of_erased(source, id): id for id in ids}
    return {names[name]: position for name, position in log.erased_messages(names).items()}
