"""Takes a backup while everything runs: every file as of one moment of the bus, and a manifest when all are whole."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ledger.bus.port import Bus
from ledger.events import moments
from ledger.events.signing import Signer
from ledger.log.port import LogReader, StoredLog
from ledger.storage import CopyProgress, NotMadeYet
from projections.state.generations import Generations
from projections.state.port import StateReader
from service.deployment.deployment import Deployment
from service.deployment.files import sync
from service.deployment.tables.audit_chain import AuditHead
from service.deployment.tables.audit_trail import BACKUP_MADE, Act
from service.deployment.tables.database import frozen_store
from service.jobs.backups.manifest import (
    FORMAT,
    NAME,
    BackedBus,
    BackedState,
    Manifest,
    SecretPlace,
    SignedHead,
    SignedTrail,
    described,
    write_manifest,
)

LOG, STORE, BUS, STATE, SECRET, IMPORTS = "log.db", "service.db", "bus.db", "state.db", "secret", "imports"
"""What is in a backup."""

BackupProgress = Callable[[str, int, int], None]
"""Called with what is done (a word), how many bytes of it, and of how many; may raise to break off."""

_CHANGING = ".json"
"""Ends the names of an import's files that are replaced while it runs; all others stay, or only grow."""

_PASSING = (".new", "lock", "choosing")


class NotABackupPlace(Exception):
    """A backup cannot be put there; the message says why."""


@dataclass(frozen=True, slots=True)
class BackupParts:
    """What a backup is taken of. `log_layout`: the version of the log's tables; `clock`: microseconds since the epoch.

    `record` puts an act into the audit table, when the backup is whole.
    """

    deployment: Deployment
    log: StoredLog
    states: Generations
    bus: Bus
    signer: Signer
    log_layout: int
    program: str
    record: Callable[[Act], None]
    clock: Callable[[], int]

    def take(self, folder: Path, by: str, progress: BackupProgress) -> Manifest:
        """Put a backup into a folder, which is new or empty. What was acknowledged before this call is in it.

        Without `service.db` or a log there is nothing to take. What breaks off is removed; what is left by a process
        that was killed has no manifest, and is no backup. Raises NotABackupPlace, NotMadeYet, BusError, StorageFault,
        OSError.
        """
        at = self.clock()
        with _new_folder(folder, self.deployment.data):
            manifest = self._copied(folder, at, by, progress)
            write_manifest(folder, manifest)
        detail = {"position": manifest.head.position, "bytes": manifest.size, "folder": str(folder.absolute())}
        self.record(Act(self.clock(), by, BACKUP_MADE, detail))
        return manifest

    def _copied(self, folder: Path, at: int, by: str, progress: BackupProgress) -> Manifest:
        """Freeze state, log, imports and bus, in this order, and copy what was frozen.

        So the state is never ahead of the log, nor the log of the bus, and nothing of an import is told that is not on
        the bus: the last three are of one moment, in which nothing is published.
        """
        imports = self.deployment.data / IMPORTS
        with ExitStack() as opened:
            state = _opened_state(self.states, opened)
            log = opened.enter_context(self.log.reading())
            store = opened.enter_context(frozen_store(self.deployment.service_path))

            def freeze() -> None:
                log.freeze()
                store.freeze()
                _copy_imports(imports, folder / IMPORTS, _is_changing)

            copy_bus = opened.enter_context(self.bus.copying(freeze))
            bus = self._bus(log)
            log.copy_to(folder / LOG, _told(progress, "log"))
            store.copy_to(folder / STORE, _told(progress, "service"))
            head = self._head(log, store.newest_line())
            if copy_bus is not None:
                copy_bus(folder / BUS, _told(progress, "bus"))
            _copy_imports(imports, folder / IMPORTS, _is_staying)
            position = None if state is None else _copied_state(state, folder / STATE, _told(progress, "state"))
        place = self._copy_secret(folder)
        files = tuple(described(folder, _names(folder), _counted(progress, folder)))
        digests = {file.name: file.sha256 for file in files}
        return Manifest(
            format=FORMAT,
            program=self.program,
            ledger=self.deployment.ledger.id,
            secret_check=self.deployment.ledger.secret_check.hex(),
            secret=place,
            made_at=moments.text(at),
            made_by=by,
            log_layout=self.log_layout,
            head=head,
            state=None if position is None else BackedState(position, digests[STATE]),
            bus=bus,
            files=files,
        )

    def _bus(self, log: LogReader) -> BackedBus:
        id = log.bus()
        offsets = {} if id is None else log.offsets(id)
        kind = "sqlite" if self.deployment.settings.bus.startswith("sqlite:") else "kafka"
        return BackedBus(kind, id, {str(partition): offset for partition, offset in offsets.items()})  # type: ignore[arg-type]

    def _head(self, log: LogReader, line: AuditHead) -> SignedHead:
        head = log.head()
        signature = self.signer.of_head(head.position, head.hash)
        trail = SignedTrail(line.lines, line.hash.hex(), self.signer.of_trail(*line))
        return SignedHead(head.position, head.hash.hex(), moments.text(head.recorded), signature, trail)

    def _copy_secret(self, folder: Path) -> SecretPlace:
        """Without its secret a backup is worth nothing; one that the settings have is kept by whoever set it."""
        if self.deployment.settings.secret is not None:
            return "elsewhere"
        with open(folder / SECRET, "xb", opener=_private) as file:
            file.write(self.deployment.secret + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return "included"


def _opened_state(states: Generations, opened: ExitStack) -> StateReader | None:
    """The state in use, frozen; None while there is none, which the projector makes from the log."""
    try:
        state = opened.enter_context(states.in_use().reading())
    except NotMadeYet:
        return None
    state.freeze()
    return state


def _copied_state(state: StateReader, path: Path, progress: CopyProgress) -> int:
    """Copy the state; how far it is."""
    state.copy_to(path, progress)
    return state.checkpoint().position


@contextmanager
def _new_folder(folder: Path, data: Path) -> Iterator[None]:
    """An empty folder for its owner alone; what the block puts there is removed when it raises."""
    if folder.absolute().is_relative_to(data.absolute()):
        raise NotABackupPlace(f"{folder} is inside the data folder, and would be lost with it: name another folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise NotABackupPlace(f"{folder} is not empty: name a new folder, or remove what is in it")
    folder.chmod(0o700)
    try:
        yield
        sync(folder)
    except BaseException:
        for path in folder.iterdir():
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def _copy_imports(source: Path, target: Path, which: Callable[[str], bool]) -> None:
    """Copy the files of all imports that are named so; those of an import that is removed meanwhile are left out."""
    if not source.is_dir():
        return
    target.mkdir(exist_ok=True, mode=0o700)
    for path in sorted(source.glob("*/*")):
        if which(path.name) and path.is_file():
            copy = target / path.parent.name / path.name
            copy.parent.mkdir(exist_ok=True, mode=0o700)
            with suppress(FileNotFoundError), path.open("rb") as file, open(copy, "xb", opener=_private) as out:
                shutil.copyfileobj(file, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())


def _is_changing(name: str) -> bool:
    return name.endswith(_CHANGING)


def _is_staying(name: str) -> bool:
    return not name.endswith((_CHANGING, *_PASSING))


def _names(folder: Path) -> Iterator[str]:
    """Of all files in a backup but the manifest, those of the databases first."""
    paths = chain(sorted(folder.glob("*.db")), sorted(path for path in folder.rglob("*") if path.suffix != ".db"))
    return (str(path.relative_to(folder)) for path in paths if path.is_file() and path.name != NAME)


def _told(progress: BackupProgress, what: str) -> CopyProgress:
    return lambda done, total: progress(what, done, total)


def _counted(progress: BackupProgress, folder: Path) -> Callable[[int], None]:
    total, done = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()), 0

    def count(piece: int) -> None:
        nonlocal done
        done += piece
        progress("checksums", done, total)

    return count


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
