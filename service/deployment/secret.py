"""The deployment's secret: set, or made once in the data folder by whichever process comes first."""

import secrets
from pathlib import Path

from service.deployment.files import made_by_one


class SecretUnreadable(Exception):
    """The data folder's `secret` cannot be used; the message says why."""


def load_or_make(folder: Path) -> bytes:
    """The content of `<folder>/secret` (mode 0600), made from 256 random bits when absent; the same for every process.

    Raises SecretUnreadable for an empty file, OSError where the folder cannot be written or the file not read.
    """
    path = folder / "secret"
    if not path.exists():
        made_by_one(path, secrets.token_hex(32).encode() + b"\n")
    secret = path.read_bytes().strip()
    if not secret:
        raise SecretUnreadable(f"{path} is empty; put the deployment's secret back (without it, no signature is valid)")
    return secret
