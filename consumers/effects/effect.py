"""What accepting a message comes to, and what a type of event has for it."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from consumers.batch_context import BatchContext
from consumers.incoming import Incoming, Refusal
from ledger.log.entry import NewEntry
from ledger.log.port import Batch


class Effect(msgspec.Struct, frozen=True, gc=False):
    """What was decided of an accepted message: the columns of its entry that no message says.

    `at_once`: its entry is written before the next message is decided, which may have to find it in the log.
    `settles` is the digest of the rejected message that this one retries or drops, `type` as what it is taken then.
    """

    contact: int | None = None
    contact_id: bytes | None = None
    absorbed: int | None = None
    skipped: int = 0
    detail: str | None = None
    at_once: bool = False
    settles: bytes | None = None
    type: str | None = None


NONE = Effect()


class TypeEffect(NamedTuple):
    """What the append does for one type of event, in its transaction.

    `decide` gives the effect of a message that nothing else speaks against, or why it is refused after all, and binds
    what the effect says. `keep` binds what an entry says that was decided before, by whatever rules.
    """

    decide: Callable[[Incoming, BatchContext], Effect | Refusal]
    keep: Callable[[NewEntry, Batch], None]
