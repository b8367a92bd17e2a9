"""The first look at an uploaded file: its header, its first rows, and what its columns could become (R19, R21)."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from service.imports.columns.attributes import COUNTRY_CODE, PHONE_NUMBER
from service.imports.columns.proposal import Proposal, proposals
from service.imports.table.dialect import TableShape, shape
from service.imports.table.records import is_blank, records

_SHOWN_ROWS = 20
_SAMPLE_ROWS = 1_000
_SHOWN_CELLS = 200
_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """`rows` are the file's first, each with its line; `proposed` is one for each column of the header.

    `faults` say what keeps the proposal from being taken as it is. `needs_country_code`: no column has it, nor do the
    numbers themselves.
    """

    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    proposed: tuple[Proposal, ...]
    faults: tuple[str, ...]
    needs_country_code: bool

    def to_json(self, default_country_code: str) -> dict[str, Any]:
        """As JSON values; of a row 200 cells are shown, of a cell 200 characters."""
        return {
            "delimiter": self.delimiter,
            "header": [_shown(cell) for cell in self.header],
            "rows": [
                {"line": line, "cells": [_shown(cell) for cell in cells[:_SHOWN_CELLS]]} for line, cells in self.rows
            ],
            "proposal": {
                "columns": [one.to_json() for one in self.proposed],
                "country_code": default_country_code if self.needs_country_code else None,
                "faults": list(self.faults),
            },
        }


def first_rows(source: Path, found: TableShape) -> list[list[str]]:
    """The rows by which columns are judged before all are read."""
    every = records(source, found.delimiter, found.offset, found.line)
    return [cells for _, _, _, cells in islice(every, _SAMPLE_ROWS) if not is_blank(cells)]


def look(source: Path, delimiter: str | None, known: Mapping[str, str]) -> Preview:
    """Look at the start of a UTF-8 file; types are proposed by its first 1,000 rows.

    `known` has the existing custom attributes and their types. Raises FileRefused.
    """
    found = shape(source, delimiter)
    every = records(source, found.delimiter, found.offset, found.line, are_rows=found.are_rows)
    sample = [(line, cells) for line, _, _, cells in islice(every, _SAMPLE_ROWS) if not is_blank(cells)]
    rows = [cells for _, cells in sample]
    proposed, faults = proposals(found.header, rows, known)
    if not rows:
        faults = (*faults, "The file has a header and no rows below it: there is nothing to take in.")
    return Preview(
        found.delimiter, found.header, tuple(sample[:_SHOWN_ROWS]), proposed, faults, _lacks_codes(proposed, rows)
    )


def _lacks_codes(proposed: tuple[Proposal, ...], rows: list[list[str]]) -> bool:
    targets = [one.attribute for one in proposed]
    if PHONE_NUMBER not in targets or COUNTRY_CODE in targets:
        return False
    place = targets.index(PHONE_NUMBER)
    numbers = [row[place].strip() for row in rows if place < len(row)]
    return any(number and not number.startswith(("+", "'+")) for number in numbers)


def _shown(cell: str) -> str:
    return cell if len(cell) <= _SHOWN_CHARACTERS else cell[: _SHOWN_CHARACTERS - 1] + "…"
