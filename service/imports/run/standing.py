"""Where an import stands when a process takes it up: its order, which is kept, and its rows that are out (R23).

What becomes of a row may be judged otherwise by another version of this program, or of the numbering plan. So the order
of publishing, on which message ids rest, is kept from the first row on; and which rows are out is not worked out anew,
but asked of bus and log. Rows that are out stay as they went; the others are judged by whoever takes the import up.
"""

import os
import sys
from array import array
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from service.imports.ledger.ports import Ports
from service.imports.ledger.sent import Sent
from service.imports.record.folder import ImportFolder, put_in_place
from service.imports.record.progress import load_mark, load_progress, save_progress
from service.imports.registry.registry import Import
from service.imports.rows.judged_until import Progress
from service.imports.rows.scan import Scan, in_order
from service.imports.table.refusal import FileRefused

_FORM = 1
_SIX_DIGITS = 1_000_000

_BEHIND_RANKS = 1_000_000_000
"""Where message numbers begin in an import whose first rows an earlier version numbered in its own way."""


class CannotGoOn(FileRefused):
    """The file is no longer read as it was when rows of it were published."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An import taken up: rows before `done.at`, in the order of `found`, are out or left out.

    `out` are the rows behind it that are out, by index; the last messages of those in `halves` are not. Message numbers
    begin at `first`. Rows before `mark` may be out.
    """

    found: Scan
    done: Progress
    mark: int
    first: int = 1
    out: Mapping[int, Sent] = field(default_factory=dict)
    halves: Set[int] = frozenset()

    def out_from(self, at: int) -> int:
        """How many rows from place `at` of the order on are out."""
        return sum(index in self.out for index in self.found.order[at:]) if self.out else 0


def take_up(folder: ImportFolder, one: Import, found: Scan, ports: Ports) -> Standing:
    """Find where an import stands, whoever had begun it. `found` is its file as it reads now.

    Raises CannotGoOn, and a BusError while the bus cannot be asked.
    """
    if len(found) != one.rows:
        raise CannotGoOn(_otherwise(f"it has {len(found):,} rows where {one.rows:,} were counted"))
    mark, kept = load_mark(folder), _load_order(folder, len(found))
    if not mark:
        _save_order(folder, 1, found)
        return Standing(found, Progress(), 0)
    if kept is None:
        return _from_earlier_version(folder, one, found, ports)
    first, phones, order = kept
    found, done = replace(found, phones=phones, order=order), load_progress(folder)
    since = f"{done.at + first:06d}" if first == 1 and len(found) < _SIX_DIGITS else ""
    out, halves = _out(one, found, ports, since)
    return Standing(found, done, mark, first, out, halves)


def _from_earlier_version(folder: ImportFolder, one: Import, found: Scan, ports: Ports) -> Standing:
    """No order was kept: rows that are out keep the phones they went with, and all others are judged anew."""
    out, halves = _out(one, found, ports, "")
    for index, sent in out.items():
        found.phones[index] = int(sent.phone)
    found = replace(found, order=in_order(found.phones))
    save_progress(folder, Progress(), durable=True)
    _save_order(folder, _BEHIND_RANKS, found)
    return Standing(found, Progress(), 0, _BEHIND_RANKS, out, halves)


def _out(one: Import, found: Scan, ports: Ports, since: str) -> tuple[dict[int, Sent], set[int]]:
    """The rows that are out, of those whose messages have numbers from `since` on; and which of them not wholly."""
    out: dict[int, Sent] = {}
    whole: set[int] = set()
    for sent in ports.sent(one.id, f"{one.id}.{since}"):
        index = sent.row - 1
        if not (0 <= index < len(found) and found.lines[index] == sent.line):
            raise CannotGoOn(_otherwise(f"its row {sent.row:,} does not begin in line {sent.line:,} any more"))
        out.setdefault(index, sent)
        if sent.is_last:
            whole.add(index)
    return out, out.keys() - whole


def _otherwise(told: str) -> str:
    return (
        f"This version reads the file otherwise than the one that began the import: {told}. It cannot go on without"
        " losing rows or taking some twice. Undo this import, and import the file again."
    )


def _save_order(folder: ImportFolder, first: int, found: Scan) -> None:
    head = {"form": _FORM, "first": first, "rows": len(found), "bytes": sys.byteorder}
    put_in_place(folder.order, (orjson.dumps(head), b"\n", found.phones.tobytes(), found.order.tobytes()))


def _load_order(folder: ImportFolder, rows: int) -> tuple[int, "array[int]", "array[int]"] | None:
    """What `_save_order` kept; None where there is none, or not of this file as it reads now."""
    phones, order = array("Q"), array("I")
    size = rows * (phones.itemsize + order.itemsize)
    try:
        with folder.order.open("rb") as file:
            head: dict[str, Any] = orjson.loads(file.readline())
            first = head.pop("first")
            known = {"form": _FORM, "rows": rows, "bytes": sys.byteorder}
            if head != known or os.fstat(file.fileno()).st_size - file.tell() != size:
                return None
            phones.fromfile(file, rows)
            order.fromfile(file, rows)
    except (OSError, ValueError, EOFError, LookupError, AttributeError):
        return None
    return int(first), phones, order
