"""Small files of the data folder: made whole by one process, or replaced in one step; for their owner alone."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

_OURS = ("imports", "state", "past", "audits", "verify", "spool", "exports", "erasures")
_OTHERS = 0o077


def made_by_one(path: Path, content: bytes) -> None:
    """Make the file unless another process has; a whole file gets its name by a link, so nobody reads half of it."""
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
    sync(path.parent)


def replaced(path: Path, content: bytes) -> None:
    """Put the content in the place of what was there, in one step."""
    os.replace(_draft(path, content), path)
    sync(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink()
        raise
    return draft


def sync(path: Path) -> None:
    """See a file's content, or a folder's names, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep_private() -> None:
    """From now on this process makes files and folders for their owner alone, whatever its surroundings say."""
    os.umask(_OTHERS)


def make_private(folder: Path) -> None:
    """Take from others what an earlier version let them read of a data folder; the folder itself is its owner's."""
    with suppress(OSError):  # on a folder that cannot be written, whoever can says what others may
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False) and entry.name in _OURS and _is_open(entry):
                for inner, folders, names in os.walk(entry.path):
                    for name in (*folders, *names):
                        _close(os.path.join(inner, name))
                _close(entry.path)  # at last: until then it is looked through again
            elif entry.is_file(follow_symlinks=False) and entry.name.endswith(_FILES) and _is_open(entry):
                _close(entry.path)


_FILES = (".db", ".db-wal", ".db-shm", ".lock", ".trouble", ".ends", "ledger", "secret", "rates", "sign-ins")


def _is_open(entry: os.DirEntry[str]) -> bool:
    return bool(entry.stat(follow_symlinks=False).st_mode & _OTHERS)


def _close(path: str) -> None:
    with suppress(OSError):
        if not os.path.islink(path):
            os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) & ~_OTHERS)
