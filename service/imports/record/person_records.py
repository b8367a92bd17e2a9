"""The records of imported files that are about a person: one finder, for who hands them out and for who blanks them.

A row is the person's by the event that came of it, by its phone as an import reads it, or because the person is
mentioned in it, as in one that was rejected.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ledger.events.mentions import FoundBy, Mentions
from ledger.events.phone import PhoneFault
from service.imports.record.folder import ImportFolder
from service.imports.record.registry import Import
from service.imports.rows.phones import phone_of
from service.imports.table.dialect import TableShape, shape
from service.imports.table.records import is_blank, records
from service.imports.table.refusal import FileRefused, MappingRefused

ERASED_LINES = "erased"
"""The JSON value of an import's folder that has the lines of the rows that were blanked: they go on to be counted."""

RecordFoundBy = Literal[FoundBy, "event"]


@dataclass(frozen=True, slots=True)
class PersonInFiles:
    """By what a person is found in files: `mentions`, the phones in E.164, and whence events about the person came.

    `rows` and `lines` are of files, by import id: the numbers of rows, from 1, and the lines in which rows begin.
    """

    mentions: Mentions
    phones: Collection[str]
    rows: Mapping[str, Collection[int]] = field(default_factory=dict)
    lines: Mapping[str, Collection[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A record of a file, as its bytes. `line` is where it begins, from 1; `found_by` None: it is not the person's.

    The header of a table is nobody's.
    """

    line: int
    content: bytes
    found_by: RecordFoundBy | None


def may_be_in(folder: ImportFolder, person: PersonInFiles) -> bool:
    """Whether anything in the files of an import is about the person; a quick look at every line of them."""
    if not folder.path.is_dir():
        return False
    id = folder.path.name
    if person.rows.get(id) or person.lines.get(id):
        return True
    return any(mentioned_in(path, person.mentions) for path in folder.path.iterdir() if path.is_file())


def mentioned_in(path: Path, mentions: Mentions) -> bool:
    """Whether a file of text has a line that mentions the person; not if it cannot be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return any(mentions.in_line(line) for line in file)
    except OSError:
        return False


def file_records(folder: ImportFolder, one: Import | None, person: PersonInFiles) -> Iterator[FileRecord]:
    """Every record of an import's file, in order and without a byte between them; `one` None: nothing is known of it.

    Raises FileNotFoundError.
    """
    try:
        found = shape(folder.source, None if one is None else one.choices.delimiter)
        # to its end, before anything is given: a quote that is never closed shows only there
        for _ in records(folder.source, found.delimiter, found.offset, found.line, are_rows=found.are_rows):
            pass
    except FileRefused:
        yield from _lines(folder.source, person.mentions)
        return
    yield from _of_table(folder, found, _found_in(folder, one, person))


def _of_table(folder: ImportFolder, found: TableShape, found_in: "_FindIn") -> Iterator[FileRecord]:
    erased = set(folder.load(ERASED_LINES) or ())
    with folder.source.open("rb") as file:
        header = file.read(found.offset)
        yield FileRecord(1, header, None)
        row = 0
        every = records(folder.source, found.delimiter, found.offset, found.line, are_rows=found.are_rows)
        for line, start, end, cells in every:
            content = file.read(end - start)
            is_row = line in erased or not is_blank(cells)
            row += is_row
            yield FileRecord(line, content, found_in(row, line, cells, content) if is_row else None)


_FindIn = Callable[[int, int, list[str], bytes], RecordFoundBy | None]


def _found_in(folder: ImportFolder, one: Import | None, person: PersonInFiles) -> _FindIn:
    """By what a row is found, from its number, its line, its cells and its bytes."""
    id, read = folder.path.name, _phone_reader(one)
    rows, lines = person.rows.get(id, ()), person.lines.get(id, ())

    def find(row: int, line: int, cells: list[str], content: bytes) -> RecordFoundBy | None:
        if read(cells) in person.phones:
            return "phone"
        if row in rows or line in lines:
            return "event"
        return person.mentions.in_line(_text(content))

    return find


def _phone_reader(one: Import | None) -> Callable[[Sequence[str]], str | None]:
    """A row's phone as an import takes it, cleaned in any case; None where there is none."""
    try:
        if one is None:
            return lambda _: None
        find = phone_of(one.columns, one.choices.country_code, clean=True)
    except MappingRefused:
        return lambda _: None

    def read(cells: Sequence[str]) -> str | None:
        try:
            return find(cells)
        except (PhoneFault, IndexError):
            return None

    return read


def _lines(path: Path, mentions: Mentions) -> Iterator[FileRecord]:
    """The lines of a file that is no table."""
    with path.open("rb") as file:
        for number, content in enumerate(file, 1):
            yield FileRecord(number, content, mentions.in_line(_text(content)))


def _text(content: bytes) -> str:
    return content.decode(errors="replace")


def records_about(
    folder: Path, known: Callable[[str], Import | None], person: PersonInFiles
) -> Iterator["AboutPerson"]:
    """Of all imports in `folder` whose copy of the file is kept, oldest first; `known` gives an import by id."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        of_one = ImportFolder(path)
        if not of_one.source.exists() or not may_be_in(of_one, person):
            continue
        for one in file_records(of_one, known(path.name), person):
            if one.found_by is not None:
                yield AboutPerson(path.name, one.line, _text(one.content).rstrip("\r\n"), one.found_by)


@dataclass(frozen=True, slots=True)
class AboutPerson:
    """A record of an import's file as it stands there. `line` is where it begins, the header being in the first."""

    import_id: str
    line: int
    text: str
    found_by: RecordFoundBy
