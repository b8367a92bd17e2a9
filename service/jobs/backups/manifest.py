"""What a backup says of itself: whose it is, how far it goes, and each of its files. It is written last."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from service.deployment.files import replaced

NAME = "manifest.json"
FORMAT = 1
"""Of backups as this program makes them."""

_PIECE = 1 << 20

SecretPlace = Literal["included", "elsewhere"]
"""Where the secret is: in the backup, or where whoever runs the ledger keeps it."""


class BadBackup(Exception):
    """A folder is no backup that can be restored here; the message says why and what to do."""


class BackupFile(msgspec.Struct, frozen=True):
    """A file of a backup: its name in the folder, its size in bytes, and SHA-256 in lower-case hex."""

    name: str
    bytes: int
    sha256: str


class SignedTrail(msgspec.Struct, frozen=True):
    """The newest line of the audit trail's table, signed."""

    lines: int
    hash: str
    signature: str


class SignedHead(msgspec.Struct, frozen=True):
    """The heads of log and audit trail, signed as `contacts head` prints them."""

    position: int
    hash: str
    recorded_at: str
    signature: str
    trail: SignedTrail


class BackedBus(msgspec.Struct, frozen=True):
    """The bus that the log takes from, and how far it did, by partition. `kind`: of the setting."""

    kind: Literal["sqlite", "kafka"]
    id: str | None
    offsets: dict[str, int]


class BackedState(msgspec.Struct, frozen=True):
    """The contact state: how far it is, and SHA-256 of its file in lower-case hex."""

    position: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself. Moments are RFC 3339 in UTC, `secret_check` is hex."""

    format: int
    program: str
    ledger: str
    secret_check: str
    secret: SecretPlace
    made_at: str
    made_by: str
    log_layout: int
    head: SignedHead
    state: BackedState | None
    bus: BackedBus
    files: tuple[BackupFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)


class _Format(msgspec.Struct):
    format: int


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Finish a backup. Until this is done the folder is none, whatever is in it."""
    replaced(folder / NAME, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """What a folder says of itself. Raises BadBackup where it is no finished backup that this program knows."""
    try:
        content = (folder / NAME).read_bytes()
    except FileNotFoundError:
        raise BadBackup(
            f"{folder} is no finished backup: it has no {NAME}, which is written last; take another backup"
        ) from None
    try:
        if (found := msgspec.json.decode(content, type=_Format).format) != FORMAT:
            raise BadBackup(
                f"{folder} was made by a newer version of this program (its format is {found}, and this one knows"
                f" {FORMAT}): restore it with that version"
            )
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as fault:
        raise BadBackup(f"{folder / NAME} is damaged ({fault}): take another backup") from None


def described(folder: Path, names: Iterator[str], progress: Callable[[int], None]) -> Iterator[BackupFile]:
    """Each of these files of a folder, read whole; `progress` is told of the bytes of each piece."""
    for name in names:
        size, digest = 0, hashlib.sha256()
        with (folder / name).open("rb") as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                digest.update(piece)
                progress(len(piece))
        yield BackupFile(name, size, digest.hexdigest())
