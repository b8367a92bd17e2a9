"""An import's folder: the file as UTF-8, the rejected rows, how far the split has come. All of it is mode 0600."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from service.imports.encoding import utf8
from service.imports.refusal import FileRefused

_PIECE = 1 << 20


class Busy(Exception):
    """Another process works on this import now; the message says so."""


@dataclass(frozen=True, slots=True)
class Copied:
    """`sha256` is lower-case hex over the bytes as they came, `size` their number."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ImportFolder:
    """The folder of one import; it is made by `copy`."""

    path: Path

    @property
    def source(self) -> Path:
        """The file's text in UTF-8 without BOM, its line ends as they came."""
        return self.path / "source.csv"

    @property
    def rejects(self) -> Path:
        """A JSON line for each row that is rejected or a duplicate, in the order of the split."""
        return self.path / "rejects.jsonl"

    def copy(self, file: BinaryIO, encoding: str | None, most_bytes: int) -> Copied:
        """Copy a file while it is read, so that a stream of any length is cut off at the limit (R11).

        Raises FileRefused for a file that is too large, no text, or of an encoding that is not given (R24).
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        sha256, size = hashlib.sha256(), 0

        def pieces() -> Iterator[bytes]:
            nonlocal size
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > most_bytes:
                    raise FileRefused(f"The file is larger than {_mib(most_bytes)}; split it into smaller files.")
                sha256.update(piece)
                yield piece

        with open(self.source, "wb", opener=_private) as copy:
            for piece in utf8(pieces(), encoding):
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        return Copied(sha256.hexdigest(), size)

    def load(self, name: str) -> Any:
        """A JSON value that was saved; None if it never was, or not whole."""
        try:
            return json.loads((self.path / f"{name}.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def save(self, name: str, value: Any, *, durable: bool = False) -> None:
        """Put a JSON value in the place of the one before, at once; `durable`: it outlives a loss of power."""
        draft = self.path / f"{name}.json.new"
        with open(draft, "w", encoding="utf-8", opener=_private) as file:
            json.dump(value, file, separators=(",", ":"))
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(draft, self.path / f"{name}.json")
        if durable:
            _sync(self.path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Work on the import alone. Raises Busy while another process does."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.path / "lock", "ab", opener=_private) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(f"Import {self.path.name} is being worked on by another process.") from None
            yield

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mib(size: int) -> str:
    return f"{size / (1 << 20):g} MiB"
