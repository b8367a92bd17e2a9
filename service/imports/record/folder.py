"""An import's folder: the file as UTF-8, the rejected rows, how far the split has come. All of it is mode 0600."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from service.deployment.files import sync
from service.imports.columns.choices import Choices
from service.imports.table.encoding import utf8
from service.imports.table.refusal import FileRefused, FileTooLarge
from service.imports.table.unpacking import may_be_workbook, sheet_as_csv

_PIECE = 1 << 20


class Busy(Exception):
    """Another process works on this import now; the message says so."""


@dataclass(frozen=True, slots=True)
class Copied:
    """`sha256` is lower-case hex over the bytes as they came, `size` their number."""

    sha256: str
    size: int


class IncomingFile:
    """An upload while it comes in; a file for whoever writes it. Raises FileTooLarge at the limit (R11)."""

    def __init__(self, file: BinaryIO, most_bytes: int) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._sha256 = hashlib.sha256()
        self._size = 0

    def write(self, piece: bytes) -> int:
        """Take in one more piece."""
        self._size += len(piece)
        if self._size > self._most_bytes:
            raise FileTooLarge(self._most_bytes)
        self._sha256.update(piece)
        return self._file.write(piece)

    @property
    def copied(self) -> Copied:
        """What has come so far."""
        return Copied(self._sha256.hexdigest(), self._size)


@dataclass(frozen=True, slots=True)
class ImportFolder:
    """The folder of one import; it is made by `copy`."""

    path: Path

    @property
    def source(self) -> Path:
        """The file's text in UTF-8 without BOM, its line ends as they came; of a workbook, a sheet as text."""
        return self.path / "source.csv"

    @property
    def upload(self) -> Path:
        """A file's bytes as they came, kept until it is confirmed: its encoding or sheet may be chosen anew."""
        return self.path / "upload"

    @property
    def rejects(self) -> Path:
        """A JSON line for each row that is rejected or a duplicate, in the order of the split."""
        return self.path / "rejects.jsonl"

    def copy(self, file: BinaryIO, choices: Choices, most_bytes: int) -> Copied:
        """Copy a file while it is read, so that a stream of any length is cut off at the limit (R11).

        Raises FileTooLarge, FileRefused for a file that is no text and no workbook, or of an encoding that is not
        given (R24).
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        sha256, size = hashlib.sha256(), 0

        def pieces() -> Iterator[bytes]:
            nonlocal size
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > most_bytes:
                    raise FileTooLarge(most_bytes)
                sha256.update(piece)
                yield piece

        every = pieces()
        first = next(every, b"")
        if may_be_workbook(first):
            with open(self.upload, "wb", opener=_private) as kept:
                kept.writelines(chain([first], every))
            _write_sheet(self.source, self.upload, choices)
        else:
            _write_text(self.source, chain([first], every), choices)
        return Copied(sha256.hexdigest(), size)

    @contextmanager
    def receiving(self, most_bytes: int) -> Iterator["IncomingFile"]:
        """Take in an upload, piece by piece; `draft_source` makes a text of it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.upload, "wb", opener=_private) as file:
            yield IncomingFile(file, most_bytes)
            file.flush()
            os.fsync(file.fileno())

    def draft_source(self, choices: Choices) -> tuple[Path, list[str] | None]:
        """What the source would be, made of what was uploaded, until `adopt_source`; a workbook's sheets.

        Raises as `copy` does.
        """
        draft = self.path / "source.csv.new"
        with open(self.upload, "rb") as file:
            pieces = iter(lambda: file.read(_PIECE), b"")
            first = next(pieces, b"")
            if may_be_workbook(first):
                return draft, _write_sheet(draft, self.upload, choices)
            _write_text(draft, chain([first], pieces), choices)
        return draft, None

    def sheets(self, choices: Choices) -> Sequence[str]:
        """The names of an uploaded workbook's sheets; none of any other file. It is read for them once more."""
        if not self.upload.exists():
            return ()
        draft, sheets = self.draft_source(choices)
        draft.unlink(missing_ok=True)
        return sheets or ()

    def adopt_source(self, draft: Path | None) -> None:
        """Put the draft in the place of the source, at once; whoever reads the one before goes on with that.

        None: there is no source any more.
        """
        if draft is None:
            self.source.unlink(missing_ok=True)
        else:
            os.replace(draft, self.source)

    @property
    def order(self) -> Path:
        """The phones of the rows and the order in which they are published, kept from the first one on."""
        return self.path / "order"

    def forget(self, name: str) -> None:
        """Remove a JSON value."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

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
            file.write(json.dumps(value, separators=(",", ":")))  # `dump` takes five times as long
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(draft, self.path / f"{name}.json")
        if durable:
            sync(self.path)

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """Change what is chosen for the import alone; others wait that long. Work on it may be under way."""
        with open(self.path / "choosing", "ab", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

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


def put_in_place(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a private file in the place of the one before, at once; it outlives a loss of power."""
    draft = path.with_name(f"{path.name}.new")
    with open(draft, "wb", opener=_private) as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync(path.parent)


def _write_text(path: Path, pieces: Iterator[bytes], choices: Choices) -> None:
    if choices.sheet is not None:
        raise FileRefused("The file is no workbook, and has no sheets.", "Leave {sheet} out.")
    with open(path, "wb", opener=_private) as copy:
        for piece in utf8(pieces, choices.encoding):
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())


def _write_sheet(path: Path, workbook: Path, choices: Choices) -> list[str]:
    """Write a sheet of a workbook as text; gives the names of all."""
    if choices.encoding is not None or choices.delimiter is not None:
        raise FileRefused("The file is a workbook.", "Leave {encoding} and {delimiter} out, which are for CSV files.")
    sheets = sheet_as_csv(workbook, choices.sheet, path)
    sync(path)
    return sheets


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
