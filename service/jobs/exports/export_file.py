"""Writes the contacts of one state into a file, page by page, so that any number of them takes the same memory."""

import csv
import io
import time
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from projections.fold.contact_document import contact_document
from projections.lists import pages
from projections.lists.refreshed import OpenLog, every_page
from projections.state.port import StateReader, StoredState
from service.jobs.exports.contact_table import ContactTable
from service.jobs.exports.wanted_export import WantedExport, columns_wanted, contacts_wanted
from service.queries.business_days import BusinessDays

ExportProgress = Callable[[int, int, int], None]
"""Called with the position of the state, the contacts that are written, and the contacts in all."""

_PAGE = 2_000
_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 900.0


class StillRefolding(Exception):
    """An undo or a redo has not reached all its contacts for so long that no export can be made."""


@dataclass(frozen=True, slots=True)
class ExportWritten:
    """What a file came to: its contacts, all as they were at `position`."""

    position: int
    rows: int


@dataclass(frozen=True, slots=True)
class ExportParts:
    """What an export is made of. `log` is that of the states, `once` as `Names` takes it.

    `known()`: existing custom attributes with their types, as imports know them.
    """

    log: OpenLog
    once: Callable[[str], bool]
    days: BusinessDays
    known: Callable[[], Mapping[str, str]]


def write_export(
    asked: WantedExport, stored: StoredState, parts: ExportParts, out: BinaryIO, progress: ExportProgress
) -> ExportWritten:
    """Write the contacts of `stored` that are asked for, all as of one position. Waits for an undo under way (R32).

    Raises BadCondition, BadColumns, StillRefolding, StorageFault, and what writing to `out` raises.
    """
    with _settled_state(stored) as state:
        types, position = state.attribute_types(), state.checkpoint().position
        chosen, _ = contacts_wanted(asked, state, parts.log, parts.once, parts.days)
        if asked.format == "csv":
            table = ContactTable(columns_wanted(asked.columns, types, parts.once), parts.known())
            out.write(BOM_UTF8 + _lines([table.guarded_header()]))
        total, done = pages.total(state, chosen), 0
        progress(position, 0, total)
        for found in every_page(state, parts.log, chosen, _PAGE, asked.sort):
            contacts = list(map(contact_document, found))
            if asked.format == "csv":
                out.write(_lines(map(table.row, contacts)))
            else:
                out.write(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in contacts))
            done += len(contacts)
            progress(position, done, max(total, done))
        return ExportWritten(position, done)


@contextmanager
def _settled_state(stored: StoredState) -> Iterator[StateReader]:
    """The state, frozen in a moment when no contact of it waits for an undo or a redo. Raises StillRefolding."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with stored.reading() as state:
            state.freeze()
            if not state.dirty_count():
                yield state
                return
        if time.monotonic() > until:
            raise StillRefolding(
                "an import is being undone or redone for so long that no export could be made; ask again"
            )
        time.sleep(_LOOK_SECONDS)


def _lines(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
