"""Brings a backup back into an empty data folder: checked to the byte, and nothing starts before all is there."""

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ledger.belonging import Ledger
from ledger.sqlite import transaction
from projections.state.generations import Generations
from service.deployment.files import sync
from service.deployment.ledger_file import note_restored
from service.deployment.tables.database import open_store
from service.deployment.tables.people import void_links
from service.deployment.tables.sessions import sign_everybody_out
from service.jobs.backups.backup import BUS, IMPORTS, LOG, SECRET, STATE, STORE, BackupProgress
from service.jobs.backups.manifest import BackupFile, BadBackup, Manifest, read_manifest

RESTORED = "restored from a backup"
"""What the audit trail calls it."""

_DRAFTS = ".restoring"
_PIECE = 1 << 20


class NotEmpty(Exception):
    """Where a backup is to be restored there is something already; the message names it."""


@dataclass(frozen=True, slots=True)
class RestorePlace:
    """Where a backup is to go, and what it must fit.

    `bus` is that of the settings, `secret` what they have, None where the backup's own is to be used. `log_layout` is
    the version of the log's tables that this program knows; `states` gives the folder of contact state.
    """

    data: Path
    bus: str
    secret: bytes | None
    log_layout: int
    states: Callable[[], Generations]

    def restore(self, folder: Path, progress: BackupProgress) -> Manifest:
        """Put the backup of a folder in place; sessions and one-time links of its moment let nobody in any more.

        A restore that breaks off leaves nothing; one that is killed leaves a folder in which nothing starts. Raises
        BadBackup, NotEmpty, StorageFault, OSError.
        """
        manifest = read_manifest(folder)
        self._refuse_what_does_not_fit(folder, manifest)
        self._refuse_to_overwrite()
        ledger = Ledger(manifest.ledger, bytes.fromhex(manifest.secret_check))
        self._check_secret(folder, manifest, ledger)
        drafts = self.data / _DRAFTS
        note_restored(self.data, ledger)  # first: from now on nothing starts here before all is in place
        try:
            _copy(folder, manifest, drafts, progress)
            _let_nobody_in(drafts / STORE)
        except BaseException:
            shutil.rmtree(drafts, ignore_errors=True)
            (self.data / "ledger").unlink()
            raise
        self._place(drafts)
        return manifest

    def _refuse_what_does_not_fit(self, folder: Path, manifest: Manifest) -> None:
        if manifest.log_layout > self.log_layout:
            raise BadBackup(
                f"{folder} was made by a newer version of this program ({manifest.program}), whose log this one cannot"
                " read: restore it with that version"
            )
        kind = "sqlite" if self.bus.startswith("sqlite:") else "kafka"
        if kind != manifest.bus.kind:
            wanted = (
                "kafka://…, the bus that it took from" if manifest.bus.kind == "kafka" else "sqlite:…, or leave it out"
            )
            raise BadBackup(f"{folder} is of a ledger on another kind of bus: set CONTACTS_BUS to {wanted}")

    def _refuse_to_overwrite(self) -> None:
        found = next(iter(sorted(self.data.iterdir())), None) if self.data.is_dir() else None
        if found is not None:
            raise NotEmpty(f"{self.data} is not empty ({found.name} is in it): set CONTACTS_DATA to a new folder")
        bus = self._bus_file()
        if bus is not None and bus.exists():
            raise NotEmpty(f"{bus} is there already: set CONTACTS_BUS to a new file, or move it away")

    def _check_secret(self, folder: Path, manifest: Manifest, ledger: Ledger) -> None:
        if self.secret is None and manifest.secret == "elsewhere":
            raise BadBackup(
                f"{folder} is without its secret, which its deployment was given by CONTACTS_SECRET: set that to it"
            )
        secret = self.secret or (folder / SECRET).read_bytes().strip()
        if not ledger.knows(secret):
            where = "CONTACTS_SECRET" if self.secret is not None else str(folder / SECRET)
            raise BadBackup(f"{where} is not the secret that the messages of this ledger are signed with")

    def _bus_file(self) -> Path | None:
        return Path(self.bus.removeprefix("sqlite:")) if self.bus.startswith("sqlite:") else None

    def _place(self, drafts: Path) -> None:
        """Give everything its name, the log last: without it nothing starts."""
        if (drafts / SECRET).exists() and self.secret is None:
            os.replace(drafts / SECRET, self.data / SECRET)
        if (drafts / IMPORTS).is_dir():
            os.replace(drafts / IMPORTS, self.data / IMPORTS)
        if (bus := self._bus_file()) is not None and (drafts / BUS).exists():
            bus.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.move(drafts / BUS, bus)  # it may be on another disk
            sync(bus)
            sync(bus.parent)
        if (drafts / STATE).exists():
            states = self.states()
            os.replace(drafts / STATE, states.path(1))
            states.switch(1)
        os.replace(drafts / STORE, self.data / STORE)
        sync(self.data)
        os.replace(drafts / LOG, self.data / LOG)
        shutil.rmtree(drafts)
        sync(self.data)


def _copy(folder: Path, manifest: Manifest, drafts: Path, progress: BackupProgress) -> None:
    """Copy every file, and see that it is as it was made, before any is used."""
    done = 0
    for file in manifest.files:
        if Path(file.name).is_absolute() or ".." in Path(file.name).parts:
            raise BadBackup(f"the manifest of {folder} names a file outside it: {file.name!r}")
        target = drafts / file.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        size, digest = 0, hashlib.sha256()
        try:
            source = (folder / file.name).open("rb")
        except FileNotFoundError:
            raise BadBackup(f"{folder / file.name} is missing: restore another backup") from None
        with source, open(target, "xb", opener=_private) as out:
            while piece := source.read(_PIECE):
                size += len(piece)
                digest.update(piece)
                out.write(piece)
                progress("files", done + size, manifest.size)
            out.flush()
            os.fsync(out.fileno())
        done += size
        _refuse_changed(folder, file, BackupFile(file.name, size, digest.hexdigest()))
    for name in (LOG, STORE):
        if not (drafts / name).exists():
            raise BadBackup(f"the manifest of {folder} names no {name}: restore another backup")


def _refuse_changed(folder: Path, file: BackupFile, found: BackupFile) -> None:
    if found != file:
        raise BadBackup(
            f"{folder / file.name} is not as it was made ({found.bytes:,} bytes with SHA-256 {found.sha256}, not"
            f" {file.bytes:,} with {file.sha256}): restore another backup"
        )


def _let_nobody_in(store: Path) -> None:
    """What let people in at the moment of the backup may have been ended or spent since."""
    with closing(open_store(store)) as connection, transaction(connection):
        sign_everybody_out(connection)
        void_links(connection)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
