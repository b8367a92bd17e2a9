"""What contact state must be after a run, worked out apart: nothing of the ledger is used here.

A contact is one line of JSON, as `docs` describe the content digest: phone, user id, traits, tags, sorted by phone.
"""

import csv
import hashlib
import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TRAITS = {"Name": "name", "Email": "email", "City": "city", "Area": "area", "Points": "Points"}

Line = tuple[int, str]
"""(phone as a number, the contact's line)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How many contacts there must be, and the digest of what they say."""

    contacts: int
    digest: str


def contact_line(phone: str, user_id: str, traits: dict[str, Any], tags: Sequence[str]) -> Line:
    """One contact as it must be."""
    whole = [phone, user_id, traits, sorted(tags)]
    return int(phone), json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def from_lines(lines: Iterable[Line]) -> Expected:
    """What these contacts, sorted by phone, must be together."""
    digest, count = hashlib.sha256(), 0
    for _, line in lines:
        digest.update(line.encode() + b"\n")
        count += 1
    return Expected(count, digest.hexdigest())


def from_files(files: Sequence[Path], tags: Sequence[str] = ()) -> Expected:
    """What importing these files, one after the other, must make: a later row for a phone replaces its traits."""
    with tempfile.TemporaryDirectory(dir=files[0].parent) as folder:
        runs = [_sorted_run(Path(folder) / f"{number}", file, tags) for number, file in enumerate(files)]
        return from_lines(_last_of_each(heapq.merge(*map(_read, runs), key=lambda line: line[0])))


def _sorted_run(into: Path, file: Path, tags: Sequence[str]) -> Path:
    with into.open("w", encoding="utf-8") as out:
        out.writelines(f"{phone} {line}\n" for phone, line in sorted(lines_of(file, tags)))
    return into


def lines_of(file: Path, tags: Sequence[str] = ()) -> Iterator[Line]:
    """The contact that each row of a file must make."""
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield _row_line(row, tags)


def _row_line(row: dict[str, str], tags: Sequence[str]) -> Line:
    traits: dict[str, Any] = {name: row[column] for column, name in _TRAITS.items()}
    traits["whatsapp_opted"] = row["WhatsApp Opted"] == "TRUE"
    return contact_line(f"+{row['Country Code']}{row['Phone Number']}", row["User ID"], traits, tags)


def _read(run: Path) -> Iterator[Line]:
    with run.open(encoding="utf-8") as file:
        for whole in file:
            phone, _, line = whole.rstrip("\n").partition(" ")
            yield int(phone), line


def _last_of_each(lines: Iterable[Line]) -> Iterator[Line]:
    held: Line | None = None
    for line in lines:
        if held is not None and held[0] != line[0]:
            yield held
        held = line
    if held is not None:
        yield held
