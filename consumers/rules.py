"""The name of the rules that entries are decided by: another one where program or numbering plan is another."""

import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

_DECIDING = ("ledger.events", "ledger.log", "consumers")
_LIBRARIES = ("phonenumbers", "msgspec")
_SHOWN = 16


def rules_name(may_merge: bool) -> str:
    """Of this program as it runs here: its own source and what it decides with, and the setting CONTACTS_MERGE."""
    digest = sha256()
    for package in _DECIDING:
        for file in _sources(files(package)):
            digest.update(file.read_bytes())
    versions = [unicodedata.unidata_version, *map(version, _LIBRARIES)]
    digest.update(" ".join(versions).encode())
    return f"{digest.hexdigest()[:_SHOWN]} merge={'auto' if may_merge else 'never'}"


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for found in sorted(folder.iterdir(), key=lambda found: found.name):
        if found.is_dir():
            yield from _sources(found)
        elif found.name.endswith((".py", ".json", ".sql")):
            yield found
