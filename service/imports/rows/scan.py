"""The first pass over a file: how many rows, where each stands, and in which order they are published."""

from array import array
from dataclasses import dataclass
from pathlib import Path

from ledger.events.phone import PhoneFault
from service.imports.rows.rows import RowChecks
from service.imports.table.dialect import Shape
from service.imports.table.records import is_blank, records
from service.imports.table.refusal import FileRefused

_SLOTS = 1 << 23


@dataclass(frozen=True, slots=True)
class Scan:
    """What is known of each row, by its index (row number - 1); some 32 bytes a row.

    `phones`: the digits of E.164 as an integer, 0 where there is no good phone. `order`: indexes by (phone, row).
    `shared_ids`: indexes of rows whose user id another row may have, a few that have it alone among them.
    `opt_ins`: indexes of rows that say TRUE for WhatsApp Opted.
    """

    starts: "array[int]"
    sizes: "array[int]"
    lines: "array[int]"
    phones: "array[int]"
    order: "array[int]"
    shared_ids: "array[int]"
    opt_ins: "array[int]"

    def __len__(self) -> int:
        return len(self.starts)


def scan(path: Path, shape: Shape, checks: RowChecks, most_rows: int) -> Scan:
    """Read every record once. Raises FileRefused over `most_rows` (R11) or for a quote that is never closed (R24)."""
    starts, sizes, lines, phones = array("Q"), array("I"), array("I"), array("Q")
    opt_ins, slots = array("I"), array("I")
    phone_of, user_id_of, says_opted_in = checks.phone_of, checks.user_id_of, checks.says_opted_in
    for line, start, end, cells in records(path, shape.delimiter, shape.offset, shape.line):
        try:
            phone = int(phone_of(cells))
        except (PhoneFault, IndexError):
            if is_blank(cells):
                continue
            phone = 0
        if user_id_of is not None:
            user_id = user_id_of(cells)
            slots.append(hash(user_id) % _SLOTS + 1 if user_id else 0)
        if says_opted_in is not None and says_opted_in(cells):
            opt_ins.append(len(starts))
        starts.append(start)
        sizes.append(end - start)
        lines.append(line)
        phones.append(phone)
        if len(starts) > most_rows:
            raise FileRefused(f"The file has more than {most_rows:,} rows; split it into smaller files.")
    return Scan(starts, sizes, lines, phones, in_order(phones), _sharing(slots), opt_ins)


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
