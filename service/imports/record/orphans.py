"""Copies of files that nobody needs: a process was killed while it read one, or before it removed one."""

from collections.abc import Set
from pathlib import Path

from service.imports.record.folder import Busy, ImportFolder

_OLD_MILLISECONDS = 3_600_000


def remove_orphans(imports: Path, known: Set[str], now: int) -> None:
    """Remove folders that no import needs and that nobody works on.

    They were made over an hour before `now` (microseconds); `known` are the imports that need theirs.
    """
    for path in imports.iterdir() if imports.exists() else ():
        made = made_at(path.name)
        if made is None or path.name in known or now // 1000 - made < _OLD_MILLISECONDS:
            continue
        folder = ImportFolder(path)
        try:
            with folder.held():
                folder.remove()
        except Busy:
            continue


def made_at(name: str) -> int | None:
    """Milliseconds since the epoch, which a UUIDv7 begins with."""
    try:
        return int(name.replace("-", "")[:12], 16) if len(name) == 36 else None
    except ValueError:
        return None
