"""The lines of imported files that mention a person, whatever became of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ledger.events.mentions import FoundBy, Mentions
from service.imports.record.folder import ImportFolder


@dataclass(frozen=True, slots=True)
class MentioningLine:
    """A line of an import's file as it stands there. `number` counts from 1, the header being the first."""

    import_id: str
    number: int
    text: str
    found_by: FoundBy


def mentioning_lines(folder: Path, mentions: Mentions) -> Iterator[MentioningLine]:
    """Of all imports in `folder` whose copy of the file is kept, oldest first. It reads each copy once, to its end."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            file = ImportFolder(path).source.open(encoding="utf-8", errors="replace", newline="\n")
        except (FileNotFoundError, NotADirectoryError):
            continue
        with file:
            for number, line in enumerate(file, 1):
                found = mentions.in_line(line)
                if found is not None:
                    yield MentioningLine(path.name, number, line.rstrip("\r\n"), found)
