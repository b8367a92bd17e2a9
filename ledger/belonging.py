"""What a ledger's files have in common: the id that stands in each, and a check value of the secret (R37)."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_CHECK_BYTES = 16


class NotOurs(Exception):
    """A part of another ledger stands where one of ours should; the message names the file and what mends it."""


class Gone(Exception):
    """A file was deleted, replaced or emptied; the message names it and says what mends it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger's id (a UUID's text), and what tells its secret from another one without giving it away."""

    id: str
    secret_check: bytes

    def knows(self, secret: bytes) -> bool:
        """Whether this is the secret that the ledger's messages are signed with."""
        return hmac.compare_digest(self.secret_check, secret_check(self.id, secret))


def secret_check(ledger_id: str, secret: bytes) -> bytes:
    """What stands beside the ledger's id for its secret."""
    return hmac.digest(secret, b"check of " + ledger_id.encode(), sha256)[:_CHECK_BYTES]


def refuse_other(path: Path, found: str | None, ours: str) -> None:
    """Raise NotOurs when a file says that it is part of another ledger; one that says nothing yet is let pass."""
    if found is not None and found != ours:
        raise NotOurs(
            f"{path} is part of another ledger ({found}), and this folder's is {ours}:"
            " put this ledger's own file back in its place"
        )
