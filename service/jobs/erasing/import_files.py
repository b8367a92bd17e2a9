"""A person taken out of the files of imports: lines are blanked where they stand, so that all others keep theirs."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import orjson

from ledger.events.mentions import Mentions
from service.imports.record.cancelling import cancel
from service.imports.record.folder import Busy, ImportFolder, put_in_place
from service.imports.record.person_records import (
    ERASED_LINES,
    FileRecord,
    PersonInFiles,
    WhoIsIn,
    may_be_in,
    person_records,
)
from service.imports.record.progress import load_progress, save_progress
from service.imports.record.rejects import kept_line
from service.imports.record.taken_in import ENDED, taken_in
from service.imports.registry.lifecycle import ImportState, StepNotAllowed
from service.imports.registry.registry import Import, ImportUnknown, Registry
from service.jobs.erasing.places import NotYet

_MADE_OF_ROWS = ("order", "upload", "check.json", "look.json", "opt_ins.json", "opted_out.json", "started.json")
"""Beside the text of a file and its rejects: what holds phones, examples of values, or what was chosen, and is not
needed at the end."""

_content = re.compile(rb"[^\",;\t|\r\n]+")
"""What is taken out of a record: not the marks by which what is around it is still read as it was."""

_PIECE = 1 << 20

GONE = "this was about somebody who has been erased since"


def forget_in_imports(folder: Path, registry: Registry, people: WhoIsIn) -> None:
    """Take people out of every import that has a row about them and was confirmed before they were to be erased.

    `people` gives them by when the import was confirmed and when it ended: what was imported later is about somebody
    new. One that was never confirmed is cancelled, and its files are removed: whoever brought it uploads it again
    without them. Raises NotYet while one of the imports is worked on.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        one, known = ImportFolder(path), _known(registry, path.name)
        person = people(*taken_in(path.name, known))
        if person is None or not may_be_in(one, person):
            continue
        if known is None:  # an upload that came to nothing
            one.remove()
            continue
        if known.state is ImportState.RUNNING:
            raise NotYet(f"import {path.name} is running: its file is needed until it is done")
        if known.state not in ENDED:
            with suppress(StepNotAllowed):
                cancel(registry, folder, path.name, by=None)
            if path.exists():
                raise NotYet(f"import {path.name} is being checked")
            continue
        try:
            with one.held():
                _blank(one, known, person)
        except Busy as fault:
            raise NotYet(str(fault)) from None


def _known(registry: Registry, id: str) -> Import | None:
    try:
        return registry.get(id)
    except ImportUnknown:
        return None


def _blank(one: ImportFolder, known: Import, person: PersonInFiles) -> None:
    gone = set[int]()
    if one.source.exists():
        _blank_source(one, known, person, gone)
    if one.rejects.exists():
        put_in_place(one.rejects, _rejects_left(one.rejects, person.mentions, gone))
    for name in _MADE_OF_ROWS:
        (one.path / name).unlink(missing_ok=True)
    save_progress(one, replace(load_progress(one), phone=0), durable=True)  # the last row's, in the order of phones


def _blank_source(one: ImportFolder, known: Import, person: PersonInFiles, gone: set[int]) -> None:
    """Blank the records about the person where they stand; `gone` gets the lines where they begin."""
    found = person_records(one, known, person)
    gone.update(record.line for record in found)
    one.save(ERASED_LINES, sorted({*(one.load(ERASED_LINES) or ()), *gone}), durable=True)
    if found:
        put_in_place(one.source, _blanked(one.source, found))


def _blanked(path: Path, found: Iterable[FileRecord]) -> Iterator[bytes]:
    """The bytes of a file, in which records have nothing but their marks left."""
    with path.open("rb") as file:
        at = 0
        for record in found:
            yield from _bytes_of(file, record.start - at)
            yield _content.sub(b"", file.read(record.end - record.start))
            at = record.end
        yield from iter(partial(file.read, _PIECE), b"")


def _bytes_of(file: BinaryIO, count: int) -> Iterator[bytes]:
    while count > 0 and (piece := file.read(min(count, _PIECE))):
        count -= len(piece)
        yield piece


def _rejects_left(path: Path, mentions: Mentions, gone: set[int]) -> Iterator[bytes]:
    """The rejected rows; those of the person keep line, column and reason, and no word of what stood there."""
    with path.open("rb") as file:
        for text in file:
            kept = kept_line(text)
            if kept is None:
                continue  # of a damaged file: nobody can tell whose it was
            row, line, faults = kept
            if line in gone or mentions.in_line(text.decode()):
                faults = [(column, reason, GONE, "") for column, reason, *_ in faults]
                text = orjson.dumps([row, line, faults]) + b"\n"
            yield text


def remove_if_named(folder: Path, names: Callable[[str], bool]) -> None:
    """Remove the files of a folder that have a line which names the person."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file() and _is_named_in(path, names):
            os.unlink(path)


def _is_named_in(path: Path, names: Callable[[str], bool]) -> bool:
    with suppress(OSError), path.open(encoding="utf-8", errors="replace") as file:
        return any(map(names, file))
    return False
