"""A person taken out of the files of imports: lines are blanked where they stand, so that all others keep theirs."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import orjson

from ledger.events.mentions import Mentions
from service.imports.record.folder import Busy, ImportFolder, put_in_place
from service.imports.record.lifecycle import ImportState, StepNotAllowed
from service.imports.record.progress import load_progress, save_progress
from service.imports.record.registry import ImportUnknown, Registry
from service.imports.run.cancelling import cancel
from service.jobs.erasing.places import NotYet

_ENDED = (ImportState.PUBLISHED, ImportState.CANCELLED, ImportState.FAILED)
_MADE_OF_ROWS = ("order", "upload", "check.json", "look.json", "opt_ins.json", "opted_out.json")
"""Beside the text of a file and its rejects: what holds phones, or examples of values, and is not needed at the end."""

_content = re.compile(r"[^\",;\t|\r\n]+")
"""What is taken out of a line: not the marks by which the lines around it are still read as they were."""

GONE = "this was about somebody who has been erased since"


def forget_in_imports(folder: Path, registry: Registry, mentions: Mentions) -> None:
    """Take the person out of every import that has a line about them.

    One that was never confirmed is cancelled, and its files are removed: whoever brought it uploads it again without
    the person. Raises NotYet while one of them is worked on.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        one = ImportFolder(path)
        if not _mentioned(one, mentions):
            continue
        try:
            state = registry.get(path.name).state
        except ImportUnknown:  # an upload that came to nothing
            one.remove()
            continue
        if state is ImportState.RUNNING:
            raise NotYet(f"import {path.name} is running: its file is needed until it is done")
        if state not in _ENDED:
            with suppress(StepNotAllowed):
                cancel(registry, folder, path.name)
            if path.exists():
                raise NotYet(f"import {path.name} is being checked")
            continue
        try:
            with one.held():
                _blank(one, mentions)
        except Busy as fault:
            raise NotYet(str(fault)) from None


def _mentioned(one: ImportFolder, mentions: Mentions) -> bool:
    for path in (one.source, one.rejects, one.upload):
        with suppress(FileNotFoundError, NotADirectoryError), path.open(encoding="utf-8", errors="replace") as file:
            if any(mentions.in_line(line) for line in file):
                return True
    return False


def _blank(one: ImportFolder, mentions: Mentions) -> None:
    gone: set[int] = set()
    if one.source.exists():
        put_in_place(one.source, _lines_left(one.source, mentions, gone))
    if one.rejects.exists():
        put_in_place(one.rejects, _rejects_left(one.rejects, mentions, gone))
    for name in _MADE_OF_ROWS:
        (one.path / name).unlink(missing_ok=True)
    save_progress(one, replace(load_progress(one), phone=0), durable=True)  # the last row's, in the order of phones


def _lines_left(path: Path, mentions: Mentions, gone: set[int]) -> Iterator[bytes]:
    """The lines of a file, those of records about the person blanked; `gone` gets where each of these begins."""
    for number, record in _records(path):
        if number > 1 and any(mentions.in_line(line) for line in record):
            gone.add(number)
            record = [_content.sub("", line) for line in record]
        yield "".join(record).encode(errors="surrogateescape")


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV as their lines, each with the number of its first line; quotes may hold line ends."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        begun, record, quotes = 1, list[str](), 0
        for number, line in enumerate(file, 1):
            record.append(line)
            quotes += line.count('"')
            if quotes % 2 == 0:
                yield begun, record
                begun, record, quotes = number + 1, [], 0
        if record:
            yield begun, record


def _rejects_left(path: Path, mentions: Mentions, gone: set[int]) -> Iterator[bytes]:
    """The rejected rows; those of the person keep line, column and reason, and no word of what stood there."""
    with path.open("rb") as file:
        for text in file:
            row, line, faults = orjson.loads(text)
            if line in gone or mentions.in_line(text.decode()):
                faults = [[column, reason, GONE, ""] for column, reason, *_ in faults]
                text = orjson.dumps([row, line, faults]) + b"\n"
            yield text


def bytes_mention(path: Path, mentions: Mentions) -> bool:
    """Whether a file of text has a line about the person."""
    with suppress(OSError), path.open(encoding="utf-8", errors="replace") as file:
        return any(mentions.in_line(line) for line in file)
    return False


def remove_if_mentioned(folder: Path, mentions: Mentions) -> None:
    """Remove the files of a folder that have a line about the person."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file() and bytes_mention(path, mentions):
            os.unlink(path)
