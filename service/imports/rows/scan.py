"""The first pass over a file: how many rows, where each stands, and in which order they are published."""

from array import array
from dataclasses import dataclass, replace
from itertools import compress, count
from operator import sub
from pathlib import Path

from service.imports.rows.rows import RowChecks
from service.imports.table.by_column import Columns, by_column
from service.imports.table.dialect import TableShape
from service.imports.table.records import Block, blocks, is_blank
from service.imports.table.refusal import TooManyRows

_SLOTS = 1 << 23


@dataclass(frozen=True, slots=True)
class Scan:
    """What is known of each row, by its index (row number - 1); some 32 bytes a row."""

    starts: "array[int]"
    sizes: "array[int]"
    lines: "array[int]"
    phones: "array[int]"
    """The digits of E.164 as an integer, 0 where there is no good phone."""
    order: "array[int]"
    """Indexes by (phone, row)."""
    shared_ids: "array[int]"
    """Indexes of rows whose user id another row may have, a few that have it alone among them."""
    opt_ins: "array[int]"
    """Indexes of rows that say TRUE for WhatsApp Opted."""
    text_columns: tuple[tuple[str, str], ...] = ()
    """Those whose values are all of another type, each with that type."""
    user_ids_left_out: int = 0
    """How many are nobody's, and so count as not given (R6)."""

    def __len__(self) -> int:
        return len(self.starts)


def scan(path: Path, shape: TableShape, checks: RowChecks, most_rows: int) -> Scan:
    """Read every record once. Raises TooManyRows over `most_rows` (R11) or for a quote that is never closed (R24)."""
    found = Scan(array("Q"), array("I"), array("I"), array("Q"), array("I"), array("I"), array("I"))
    slots, texts, left_out = array("I"), checks.text_columns(), 0
    for block in blocks(path, shape.delimiter, shape.offset, shape.line, are_rows=shape.are_rows):
        columns = by_column(block.cells, checks.width)
        texts.take(columns)
        left_out += _take(block, columns, checks, found, slots)
        if len(found) > most_rows:
            raise TooManyRows(most_rows)
    order, shared_ids = in_order(found.phones), _sharing(slots)
    return replace(
        found, order=order, shared_ids=shared_ids, text_columns=tuple(texts.found()), user_ids_left_out=left_out
    )


def _take(block: Block, columns: Columns, checks: RowChecks, found: Scan, slots: "array[int]") -> int:
    """Note what is known of each of some records; blank ones are no rows. Gives how many user ids are nobody's."""
    first, left_out = len(found), 0
    phones = checks.phones(columns)
    are_rows = [phone != 0 or not is_blank(cells) for phone, cells in zip(phones, block.cells, strict=True)]
    found.phones.extend(compress(phones, are_rows))
    found.lines.extend(compress(block.lines, are_rows))
    found.starts.extend(compress(block.starts, are_rows))
    found.sizes.extend(compress(map(sub, block.ends, block.starts), are_rows))
    if (taken := checks.user_ids(columns)) is not None:
        user_ids, left_out = taken
        slots.extend(hash(id) % _SLOTS + 1 if id else 0 for id in compress(user_ids, are_rows))
    if (opted_in := checks.opted_in(columns)) is not None:
        found.opt_ins.extend(compress(count(first), compress(opted_in, are_rows)))
    return left_out


def in_order(phones: "array[int]") -> "array[int]":
    """The indexes by (phone, index). As doubles, which hold 15 digits exactly and sort faster than integers."""
    return array("I", sorted(range(len(phones)), key=array("d", phones).__getitem__))


def _sharing(slots: "array[int]") -> "array[int]":
    """The indexes of rows whose slot another row has too; 0 is no slot.

    Two user ids in one slot need not be the same, but those that are the same are in one: so the few that may be
    shared are found in 8 MiB and 4 bytes a row, however long the ids are.
    """
    used, shared = bytearray(_SLOTS + 1 if slots else 0), set()
    for slot in slots:
        if used[slot]:
            shared.add(slot)
        used[slot] = 1
    shared.discard(0)
    return array("I", (index for index, slot in enumerate(slots) if slot in shared) if shared else ())
