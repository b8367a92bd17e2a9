"""Verify: the log proves itself intact, and the state is what the log folds to (R28)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from ledger.events import types
from ledger.events.signing import Signer
from ledger.log import chain
from ledger.log.fault import Fault, Findings
from ledger.log.head import Head
from ledger.log.port import LogReader
from ledger.log.proof import entry_faults, head_faults
from ledger.storage import NotMadeYet
from projections.fold.evolve import VERSION
from projections.projector.ranges import touched_by_orders
from projections.projector.rebuild import fold_into
from projections.state.answers import Checkpoint
from projections.state.building import discard
from projections.state.digest import digests
from projections.state.port import StateProof, StoredState

RESTORE = "restore it from a copy"
REMOVE = "remove it: it is made anew when it is asked for"
REBUILD = "`contacts rebuild` makes it anew from the log"


@dataclass(frozen=True, slots=True)
class Report:
    """What `contacts verify` found. The digests are of the state as the log folds to it now.

    They are None where the log is so damaged that it no longer folds. `otherwise` is how many entries were read by
    other rules than today's, where they were all decided anew.
    """

    events: int
    contacts: int
    content_digest: str | None
    full_digest: str | None
    faults: tuple[Fault, ...]
    otherwise: int | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(
    log: LogReader,
    state: StoredState,
    scratch: StoredState,
    *,
    signer: Signer | None = None,
    saved_head: Head | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Check the log and the state against the entries; `scratch` is a state that this may make, and fills anew.

    Both may be written meanwhile: the state is compared at its own position, and what the log keeps beside its entries
    at the one it is at when it is looked at. Signatures are checked if there is a `signer`. Nothing in the files makes
    this raise: what cannot be read is a fault too. Raises StorageFault and OSError for what can heal, as a full disk,
    and NotMadeYet.
    """
    found = Findings()
    with ExitStack() as opened:
        live = None
        with found.of("the contact state", REBUILD):
            live = opened.enter_context(state.proving())  # before the log, which is then never behind it
        head = log_faults(log, scratch.path, signer, found, lambda position: progress(position // 2))
        if saved_head is not None:
            with found.of("log.db", RESTORE):
                found.add(head_faults(log, saved_head))
        contacts, content, full = state_faults(
            log, live, scratch, found, lambda position: progress((head.position + position) // 2)
        )
    return Report(head.position, contacts, content, full, tuple(found.faults))


def log_faults(
    log: LogReader, scratch: Path, signer: Signer | None, found: Findings, progress: Callable[[int], None]
) -> Head:
    """Judge the log's file; gives the head that it is judged at."""
    with found.of("log.db", RESTORE):
        found.add(Fault(0, f"log.db is damaged: {what}; {RESTORE}") for what in log.damage())
        found.add(Fault(0, f"{name}, a part of the log's file, is not as it was made") for name in log.altered())
    head, beside = None, scratch.with_name(f"{scratch.name}.identities")
    discard(beside)
    try:
        with found.of("log.db", RESTORE), log.identities_anew(beside) as anew:
            head = anew.head
            found.add(anew.faults(signer))
    finally:
        discard(beside)
    with found.of("log.db", RESTORE):
        head = head or log.head()
        found.add(entry_faults(log, head.position, signer, progress))
    return head or Head(0, chain.GENESIS, 0)


def kept_state_faults(log: LogReader, state: StoredState, scratch: StoredState, found: Findings) -> None:
    """Judge a state beside the one in use. One of an earlier fold, which nobody uses, is not judged."""
    with ExitStack() as opened, found.of("the file", REMOVE), suppress(NotMadeYet):
        live = opened.enter_context(state.proving())
        if [one.fold_version for one in live.checkpoints()] != [VERSION]:
            return
        state_faults(log, live, scratch, found)


def state_faults(
    log: LogReader,
    live: StateProof | None,
    scratch: StoredState,
    found: Findings,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[int, str | None, str | None]:
    """Judge a state by what the log folds to; gives how many contacts there are then, and the two digests.

    The digests are None where the log does not fold; without a state they are those of the log's head.
    """
    checkpoint = None
    if live is not None:
        with found.of("the contact state", REBUILD):
            found.add(Fault(0, f"the contact state is damaged: {what}; {REBUILD}") for what in live.damage())
            checkpoint = _checkpoint(log, live, found)
            found.add(_ledger_faults(log, live))
    with found.of("the fold of the log", f"log.db is not what it was: {RESTORE}"):
        folded = fold_into(scratch, log, until=None if checkpoint is None else checkpoint.position, progress=progress)
        if live is not None and checkpoint is not None and checkpoint.fold_version == VERSION:
            if (erasure := log.next_erasure(checkpoint.position)) is not None:
                waiting = "the contact state has yet to take this erasure: the projector does (`contacts serve`)"
                found.add([Fault(erasure, waiting)])
            else:
                _compare(log, live, scratch, found, folded.position)
        with scratch.reading() as anew:
            return anew.count(), *digests(anew)
    return 0, None, None


def _checkpoint(log: LogReader, live: StateProof, found: Findings) -> Checkpoint | None:
    """How far the state is, if it says so once."""
    told = live.checkpoints()
    checkpoint = told[0] if len(told) == 1 else None
    if checkpoint is None or None in (checkpoint.position, checkpoint.hash, checkpoint.fold_version):
        found.add([Fault(0, f"checkpoint: it does not say once and whole how far the state is; {REBUILD}")])
        return None
    at = log.head_at(checkpoint.position)
    if at is None or at.hash != checkpoint.hash:
        found.add([Fault(checkpoint.position, "the state was folded from another log than this one")])
    if checkpoint.fold_version != VERSION:
        other = f"checkpoint: folded by version {checkpoint.fold_version} of the fold, and this is {VERSION}"
        found.add([Fault(checkpoint.position, f"{other}; the projector folds the state anew when it starts")])
    return checkpoint


def _ledger_faults(log: LogReader, live: StateProof) -> Iterator[Fault]:
    """A state that says it is another ledger's, or says nothing although it did; one that never did is let pass."""
    ledger, told = log.ledger(), live.ledgers()
    if ledger is not None and told is not None and told != [ledger.id]:
        yield Fault(0, f"ledger: the state does not say that it is of this ledger, {ledger.id}, and of no other")


def _compare(log: LogReader, live: StateProof, scratch: StoredState, found: Findings, until: int) -> None:
    undoings = log.undoings(until)

    def touched(import_id: str) -> dict[int, list[int]]:
        source = log.source_number(types.IMPORTS + import_id)
        return {one.position: log.touched(one.source, one.position) for one in undoings.of([source])}

    kinds = live.faults_beside(scratch, touched, touched_by_orders(log, undoings, until), bool(log.erasures(until)))
    with found.of("the contact state", REBUILD):
        for kind in kinds:
            with found.of("the contact state", REBUILD):
                found.add(kind)
