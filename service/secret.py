"""The deployment's secret: set, or made once in the data folder by whichever process comes first."""

import os
import secrets
from pathlib import Path


class SecretUnreadable(Exception):
    """The data folder's `secret` cannot be used; the message says why."""


def load_or_make(folder: Path) -> bytes:
    """The content of `<folder>/secret` (mode 0600), made from 256 random bits when absent; the same for every process.

    Raises SecretUnreadable for an empty file, OSError where the folder cannot be written or the file not read.
    """
    path = folder / "secret"
    if not path.exists():
        _make(path)
    secret = path.read_bytes().strip()
    if not secret:
        raise SecretUnreadable(f"{path} is empty; put the deployment's secret back (without it, no signature is valid)")
    return secret


def _make(path: Path) -> None:
    """A whole file gets its name by a link, which fails when another process was first: nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
