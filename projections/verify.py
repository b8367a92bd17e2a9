"""Verify: the log proves itself intact, and the state is what the log folds to (R28)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from ledger.log import chain
from ledger.log.reader import LogReader
from projections.digest import content_digest, full_digest, full_line, imports_digest
from projections.reading import StateReader, reading
from projections.rebuild import fold_into

_PAGE = 5_000
_MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was recorded, and the position it shows at; 0 for the log's file as a whole."""

    position: int
    fault: str


@dataclass(frozen=True, slots=True)
class SavedHead:
    """A head noted down earlier, which the chain must still go through."""

    position: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What `contacts verify` found. The digests are of the state as the log folds to it now.

    They are None where the log is so damaged that it no longer folds.
    """

    events: int
    contacts: int
    content_digest: str | None
    full_digest: str | None
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(
    log: LogReader,
    state: Path,
    scratch: Path,
    *,
    saved_head: SavedHead | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Check the chain, the identities and the state file; `scratch` is a file this may make and fills with a copy."""
    faults = [Fault(0, f"{name}, a part of the log's file, is not as it was made") for name in log.altered()]
    faults.extend(_limited(_chain_faults(log, progress)))
    if saved_head is not None:
        faults.extend(_head_faults(log, saved_head))
    with reading(state) as live:
        live.freeze()
        checkpoint = live.checkpoint()
        at = log.head_at(checkpoint.position)
        if at is None or at.hash != checkpoint.hash:
            faults.append(Fault(checkpoint.position, "the state was folded from another log than this one"))
        try:
            fold_into(scratch, log, until=checkpoint.position)
        except Exception:
            if not faults:
                raise
            return Report(log.head().position, live.count(), None, None, tuple(faults))
        with reading(scratch) as refolded:
            faults.extend(_limited(_state_faults(live, refolded)))
            content, full = content_digest(refolded.by_identity()), full_digest(refolded)
            if not faults and imports_digest(live) != imports_digest(refolded):
                faults.append(Fault(checkpoint.position, "the outcomes of import rows differ from what the log says"))
            contacts = refolded.count()
            if checkpoint.position == log.head().position:
                faults.extend(_limited(_identity_faults(log, refolded)))
    return Report(log.head().position, contacts, content, full, tuple(faults))


def _limited(faults: Iterator[Fault]) -> Iterator[Fault]:
    for count, fault in enumerate(faults):
        if count == _MOST_FAULTS:
            return
        yield fault


def _chain_faults(log: LogReader, progress: Callable[[int], None]) -> Iterator[Fault]:
    previous, position = chain.GENESIS, 0
    while rows := log.proof_page(position, _PAGE):
        for row in rows:
            (found, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped, raw_digest,
             source, message_id, key, headers, value, phone, user_id, detail, salt, commitment, hash) = row  # fmt: skip
            if found != position + 1:
                yield Fault(position + 1, f"missing: the next entry is {found}")
            position = found
            if salt is None:
                yield Fault(position, "emptied without an erasure in the log")
            elif commitment != chain.commitment(salt, source, message_id, key, headers, value, phone, user_id, detail):
                yield Fault(position, "the message is not the one that was recorded")
            expected = chain.link(
                previous, commitment, position, recorded, stated, bus_time, contact, absorbed, skipped,
                type, reason, contact_id, raw_digest,
            )  # fmt: skip
            if hash != expected:
                yield Fault(position, "the entry is not the one that was recorded, or the one before it changed")
            previous = hash
        progress(position)


def _head_faults(log: LogReader, saved: SavedHead) -> Iterator[Fault]:
    found = log.head_at(saved.position)
    if found is None:
        yield Fault(saved.position, f"the log ends at {log.head().position}, before the saved head")
    elif found.hash != saved.hash:
        yield Fault(saved.position, "the log's hash is not the saved head's")


def _state_faults(live: StateReader, refolded: StateReader) -> Iterator[Fault]:
    found, expected = live.numbers(), set(refolded.numbers())
    # what an undo has touched is known to be older than the checkpoint until it is folded anew
    for number in sorted(expected.union(found) - live.dirty()):
        ours, theirs = _line(live, number), _line(refolded, number)
        if ours != theirs:
            known = refolded.contact(number) if number in expected else None
            position = known.position if known else number
            yield Fault(position, f"contact {number} is not what the log folds to")


def _line(state: StateReader, number: int) -> bytes | None:
    """Everything a contact is made of; None when it is missing or its row makes no sense."""
    try:
        contact = state.contact(number)
        return full_line(contact) if contact else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _identity_faults(log: LogReader, refolded: StateReader) -> Iterator[Fault]:
    for position in log.dangling_identities():
        yield Fault(position, "a phone or user id does not lead to the contact that has it")
    after = 0
    while True:
        found, expected = log.identities(after, _PAGE), refolded.identities(after, _PAGE)
        for ours, theirs in zip_longest(found, expected):
            if ours != theirs:
                number = (theirs or ours)[0]
                yield Fault(number, f"the identities of contact {number} are not what the log says")
                return
        if not expected:
            return
        after = expected[-1][0]
