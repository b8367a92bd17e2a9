"""The phone of a row: from two columns, or from one and the file's country code, or from one full number (R10, R14)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from operator import itemgetter

from ledger.events.phone import PhoneFault, check_number, normalise, normalise_full
from service.imports.columns.attributes import COUNTRY_CODE, PHONE_NUMBER
from service.imports.columns.column_map import ColumnMap
from service.imports.columns.phone_cells import code_reader, number_reader, read_all
from service.imports.table.refusal import MappingRefused

PhoneOf = Callable[[Sequence[str]], str]
"""A record's phone in E.164. Raises PhoneFault; IndexError where the record is too short to have one."""

PhonesOf = Callable[[Sequence[Sequence[str]]], list[int]]
"""Of columns, the digits of each record's phone in E.164 as an integer, 0 where there is no good one."""


def phone_of(columns: ColumnMap, country_code: str | None, *, clean: bool) -> PhoneOf:
    """Compiled for a mapping; `clean` strips spaces, hyphens, dots and brackets first. Raises MappingRefused."""
    number_at, code_at = _places(columns)
    read, read_code = number_reader(clean=clean, is_sheet=columns.is_sheet), code_reader(clean=clean)
    if code_at is not None:
        return lambda cells: normalise(read_code(cells[code_at]), read(cells[number_at]))
    given = country_code or ""
    if given:
        return lambda cells: normalise(given, read(cells[number_at]))
    return lambda cells: _full(read(cells[number_at]))


def phones_of(columns: ColumnMap, country_code: str | None, *, clean: bool) -> PhonesOf:
    """The same phones, of many records at once. Raises MappingRefused."""
    number_at, code_at = _places(columns)
    read, read_code = number_reader(clean=clean, is_sheet=columns.is_sheet), code_reader(clean=clean)

    def found(cells: Sequence[Sequence[str]]) -> list[int]:
        numbers = read_all(cells[number_at], read)
        if code_at is not None:
            return _good(map(normalise, read_all(cells[code_at], read_code), numbers))
        return _good(map(normalise, repeat(country_code), numbers) if country_code else map(_full, numbers))

    return found


def phones_in(
    columns: ColumnMap, country_code: str | None, *, clean: bool
) -> Callable[[Iterable[Sequence[str]]], list[int]]:
    """The same of records, but for those that lack such a cell or have nothing in it. Raises MappingRefused."""
    find, (number_at, code_at) = phones_of(columns, country_code, clean=clean), _places(columns)
    places = number_at, number_at if code_at is None else code_at
    width, cells_of = max(places) + 1, itemgetter(*places)

    def found(records: Iterable[Sequence[str]]) -> list[int]:
        whole = [picked for one in records if len(one) >= width and all(picked := cells_of(one))]
        if not whole:
            return []
        by_place = dict(zip(places, zip(*whole, strict=True), strict=True))
        return find([by_place.get(place, ()) for place in range(width)])

    return found


def _good(phones: Iterator[str]) -> list[int]:
    found: list[int] = []
    every = map(int, phones)
    while True:
        try:
            found.extend(every)
        except PhoneFault:
            found.append(0)  # those before it are in `found`, and `every` goes on behind it
        else:
            return found


def _places(columns: ColumnMap) -> tuple[int, int | None]:
    """Where the number and the country code stand."""
    number_at = columns.index_of(PHONE_NUMBER)
    if number_at is None:
        raise MappingRefused(("No column is the phone number.",))
    return number_at, columns.index_of(COUNTRY_CODE)


def phone_faults(
    columns: ColumnMap, country_code: str | None, *, clean: bool
) -> Callable[[Sequence[str]], list[PhoneFault]]:
    """Every fault of a record's phone: a country code's does not hide the number's own. Raises MappingRefused."""
    find, number_at = phone_of(columns, country_code, clean=clean), columns.index_of(PHONE_NUMBER)
    read = number_reader(clean=clean, is_sheet=columns.is_sheet)

    def found(cells: Sequence[str]) -> list[PhoneFault]:
        try:
            find(cells)
        except PhoneFault as fault:
            faults = [fault]
        else:
            return []
        if faults[0].field == COUNTRY_CODE:
            try:
                check_number(read(cells[number_at or 0]))
            except PhoneFault as fault:
                faults.append(fault)
        return faults

    return found


def _full(number: str) -> str:
    if number.isascii() and number.isdigit():
        raise PhoneFault(
            "country_code_missing",
            COUNTRY_CODE,
            "country code is missing: write the full number with + and its country code, "
            "or name one code for the whole file",
        )
    return normalise_full(number)
