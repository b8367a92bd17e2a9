"""People who were erased and are kept out: known again by keyed hashes, and by nothing else (R31). Pure.

An erasure that keeps its person out says the hashes in the `detail` of its entry, and so does a readmission which
erasures it takes them back of: from these two alone follows who is kept out, and `verify` holds the table to them.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from ledger.events.signing import Signer


class KeptOut(NamedTuple):
    """Those of some phones (E.164) and user ids that are kept out."""

    phones: frozenset[str]
    user_ids: frozenset[str]

    def has(self, phone: str | None, user_id: str | None) -> bool:
        """Whether a message that names these, where they are given, is about somebody who is kept out."""
        return phone in self.phones or user_id in self.user_ids


NOBODY = KeptOut(frozenset(), frozenset())

KEPT_OUT = "kept_out"
"""For what a message about somebody who is kept out is rejected. Its entry has nothing of what it says."""

SENTENCE = "asked to be forgotten: whoever had this phone or user id was erased, and is kept out"
"""What is told of a message about somebody who is kept out; it names nobody."""


class Readmitted(msgspec.Struct, frozen=True):
    """What the entry of a PersonReadmitted says: the positions of the erasures that keep nobody out any more."""

    erasures: list[int]


_decode = msgspec.json.Decoder(Readmitted).decode


def readmitted_text(readmitted: Readmitted) -> str:
    """As the entry of a readmission has it for its detail."""
    return msgspec.json.encode(readmitted).decode()


def read_readmitted(detail: str | None) -> Readmitted | None:
    """What the detail of a readmission's entry says; None where it says nothing."""
    try:
        return _decode(detail or "")
    except msgspec.DecodeError:
        return None


def hashes(signer: Signer, phones: Iterable[str], user_ids: Iterable[str]) -> tuple[dict[bytes, str], dict[bytes, str]]:
    """Phones and user ids by their keyed hashes."""
    return (
        {signer.of_kept_out("phone", phone): phone for phone in phones},
        {signer.of_kept_out("user_id", user_id): user_id for user_id in user_ids},
    )


def those_of(found: Iterable[bytes], phones: Mapping[bytes, str], user_ids: Mapping[bytes, str]) -> KeptOut:
    """Who is meant by the hashes that were found."""
    there = set(found)
    return KeptOut(
        frozenset(phone for name, phone in phones.items() if name in there),
        frozenset(user_id for name, user_id in user_ids.items() if name in there),
    )
