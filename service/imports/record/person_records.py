"""The records of imported files that are about a person: one finder, for who hands them out and for who blanks them.

A row is the person's by the event that came of it, by its phone as an import reads it, or because the person is
mentioned in it, as in one that was rejected.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Literal

from ledger.events.mentions import FoundBy, Mentions
from ledger.events.phone import PhoneFault, has_other_forms
from service.imports.record.folder import ImportFolder
from service.imports.record.taken_in import taken_in
from service.imports.registry.registry import Import
from service.imports.rows.phones import phone_of, phones_in
from service.imports.table.dialect import TableShape, shape
from service.imports.table.records import blocks, is_blank
from service.imports.table.refusal import FileRefused, MappingRefused

ERASED_LINES = "erased"
"""The JSON value of an import's folder that has the lines of the rows that were blanked: they go on to be counted."""

_PIECE = 1 << 20
"""Bytes of a file that are looked through at once."""

RecordFoundBy = Literal[FoundBy, "event"]


@dataclass(frozen=True)
class PersonInFiles:
    """By what a person is found in files: `mentions`, the phones in E.164, and whence events about the person came.

    `rows` and `lines` are of files, by import id: the numbers of rows, from 1, and the lines in which rows begin.
    """

    mentions: Mentions
    phones: Collection[str]
    rows: Mapping[str, Collection[int]] = field(default_factory=dict)
    lines: Mapping[str, Collection[int]] = field(default_factory=dict)

    @cached_property
    def dialled_otherwise(self) -> frozenset[int]:
        """The digits of those of the phones that stand in a file maybe without their digits in a row."""
        return frozenset(int(phone) for phone in self.phones if has_other_forms(phone))


WhoIsIn = Callable[[int, int], PersonInFiles | None]
"""Gives whom to look for in a file by when it was `taken_in`; None: so late that nobody is in it."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A record of a file that is about the person: the line in which it begins, from 1, its first byte and the one
    behind its last.
    """

    line: int
    start: int
    end: int
    found_by: RecordFoundBy


def may_be_in(folder: ImportFolder, person: PersonInFiles) -> bool:
    """Whether anything in the files of an import is about the person; a quick look at every line of them."""
    if not folder.path.is_dir():
        return False
    id = folder.path.name
    if person.rows.get(id) or person.lines.get(id) or person.dialled_otherwise:
        return True
    return any(mentioned_in(path, person.mentions) for path in folder.path.iterdir() if path.is_file())


def mentioned_in(path: Path, mentions: Mentions) -> bool:
    """Whether a file of text has a line that mentions the person; not if it cannot be read."""
    try:
        with path.open("rb") as file:
            while lines := file.readlines(_PIECE):
                if mentions.may_be_in_lines(b"".join(lines)) and any(mentions.in_line(_text(line)) for line in lines):
                    return True
    except OSError:
        pass
    return False


def person_records(folder: ImportFolder, one: Import | None, person: PersonInFiles) -> list[FileRecord]:
    """The records of an import's file that are about the person, in order; `one` None: nothing is known of the import.

    The header of a table is nobody's. Raises FileNotFoundError.
    """
    try:
        found = shape(folder.source, None if one is None else one.choices.delimiter)
        return list(_of_table(folder, found, one, person))
    except (FileRefused, UnicodeError):  # a quote that is never closed, or damage, shows only at the end
        return list(_of_lines(folder.source, person.mentions))


def _of_table(
    folder: ImportFolder, found: TableShape, one: Import | None, person: PersonInFiles
) -> Iterator[FileRecord]:
    erased, find, row = set(folder.load(ERASED_LINES) or ()), _found_in(folder, one, person), 0
    rows, lines = (set(found_by.get(folder.path.name, ())) for found_by in (person.rows, person.lines))
    may_be_among, is_dialled_in = person.mentions.may_be_in_lines, _dialled_in(one, person.dialled_otherwise)
    every = blocks(folder.source, found.delimiter, found.offset, found.line, are_rows=found.are_rows)
    with folder.source.open("rb") as file:
        file.seek(found.offset)
        for block in every:
            content, first, before = file.read(block.ends[-1] - block.starts[0]), block.starts[0], row
            are_full = [not is_blank(cells) for cells in block.cells]
            are_rows = [is_full or line in erased for is_full, line in zip(are_full, block.lines, strict=True)]
            row += sum(are_rows)
            is_plain = lines.isdisjoint(block.lines) and not is_dialled_in(block.cells)
            if is_plain and rows.isdisjoint(range(before + 1, row + 1)) and not may_be_among(content):
                continue  # most of a large file is looked at no further; a phone that is read has its digits there
            of_events, others, number = list[FileRecord](), list[_Row](), before
            places = zip(block.lines, block.starts, block.ends, block.cells, strict=True)
            for is_row, is_full, place in zip(are_rows, are_full, places, strict=True):
                number += is_row
                if is_row and number in rows:
                    of_events.append(FileRecord(*place[:3], "event"))
                elif is_full:  # of others who were erased nothing is left
                    others.append(place)
            texts = [content[start - first : end - first] for _, start, end, _ in others]
            if is_plain and not may_be_among(b"".join(texts)):
                yield from of_events
                continue
            looked = ((one, find(one[0], one[3], text)) for one, text in zip(others, texts, strict=True))
            of_others = [FileRecord(*one[:3], found_by) for one, found_by in looked if found_by is not None]
            yield from sorted([*of_events, *of_others], key=attrgetter("start"))


_Row = tuple[int, int, int, list[str]]
"""Of a block: the line it begins in, its first byte, the byte after its last, and its cells."""

_FindIn = Callable[[int, list[str], bytes], RecordFoundBy | None]


def _found_in(folder: ImportFolder, one: Import | None, person: PersonInFiles) -> _FindIn:
    """By what a row is found that came to no event by its number, from its line, its cells and its bytes."""
    read, lines = _phone_reader(one), person.lines.get(folder.path.name, ())

    def find(line: int, cells: list[str], content: bytes) -> RecordFoundBy | None:
        if read(cells) in person.phones:
            return "phone"
        if line in lines:
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


def _dialled_in(one: Import | None, phones: Collection[int]) -> Callable[[Sequence[Sequence[str]]], bool]:
    """Whether one of many records has one of these phones as an import reads it."""
    try:
        if one is None or not phones:
            return lambda _: False
        read = phones_in(one.columns, one.choices.country_code, clean=True)
    except MappingRefused:
        return lambda _: False
    return lambda records: not frozenset(phones).isdisjoint(read(records))


def _of_lines(path: Path, mentions: Mentions) -> Iterator[FileRecord]:
    """The lines of a file that is no table."""
    with path.open("rb") as file:
        start = 0
        for number, content in enumerate(file, 1):
            found_by = mentions.in_line(_text(content))
            if found_by is not None:
                yield FileRecord(number, start, start + len(content), found_by)
            start += len(content)


def _text(content: bytes) -> str:
    return content.decode(errors="replace")


def records_about(folder: Path, known: Callable[[str], Import | None], who_is_in: WhoIsIn) -> Iterator["AboutPerson"]:
    """Of all imports in `folder` whose copy of the file is kept, oldest first; `known` gives an import by id."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        of_one = ImportFolder(path)
        if not of_one.source.exists():
            continue
        one = known(path.name)
        person = who_is_in(*taken_in(path.name, one))
        if person is None or not may_be_in(of_one, person):
            continue
        with of_one.source.open("rb") as file:
            for record in person_records(of_one, one, person):
                file.seek(record.start)
                text = _text(file.read(record.end - record.start)).rstrip("\r\n")
                yield AboutPerson(path.name, record.line, text, record.found_by)


@dataclass(frozen=True, slots=True)
class AboutPerson:
    """A record of an import's file as it stands there. `line` is where it begins, the header being in the first."""

    import_id: str
    line: int
    text: str
    found_by: RecordFoundBy
