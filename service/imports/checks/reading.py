"""From a copied file and its choices to the rows in it."""

from dataclasses import replace
from functools import partial

from service.imports.columns.choices import Choices, import_hash
from service.imports.columns.mapping import map_columns
from service.imports.columns.preview import first_rows
from service.imports.ledger.ports import Ports, Report
from service.imports.record.corrected import rejects_file_of
from service.imports.record.counts import rejects_of
from service.imports.record.folder import Copied, ImportFolder
from service.imports.registry.registry import Import, Registry
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import Scan, scan
from service.imports.table.dialect import shape
from service.imports.table.limits import Limits
from service.imports.table.refusal import CopyGone, MappingRefused

_SHEETS = "The workbook has the sheets {}, and the first visible one was read: --sheet names the one to import."


def read_new(
    folder: ImportFolder, copied: Copied, name: str, choices: Choices, ports: Ports, limits: Limits, report: Report
) -> tuple[Import, Scan]:
    """The import that a copied file would be, confirmed now, and its rows. Raises FileRefused."""
    found_shape = shape(folder.source, choices.delimiter)
    some = partial(first_rows, folder.source, found_shape)
    try:
        columns = map_columns(found_shape.header, choices, ports.known_attributes(), some)
        columns = replace(columns, is_sheet=found_shape.are_rows)
    except MappingRefused as refused:
        sheets = folder.sheets(choices) if choices.sheet is None else ()
        told = [_SHEETS.format(", ".join(repr(name[:60]) for name in sheets))] if len(sheets) > 1 else []
        raise MappingRefused((*refused.faults, *told)) from None
    id, hash, now = folder.path.name, import_hash(copied.sha256, choices), ports.stated()
    new = Import(id, hash, copied.sha256, name, choices, columns, now, rows=0, bytes=copied.size)
    report("scanning", 0, 0)
    found = rows_of(folder, new, limits)
    return replace(new, rows=len(found)), found


def brought_by(by: str | None, new: Import, folder: ImportFolder, registry: Registry, ports: Ports) -> Import:
    """The import with who brings it, and with the import whose rejected rows its file has, if it is a rejects CSV."""
    headers, rejects = (
        [column.header for column in new.columns.columns],
        partial(rejects_of, folder.path.parent, ports.rejections),
    )
    corrects = rejects_file_of(folder.source, new.choices.delimiter, headers, registry, folder.path.parent, rejects)
    return replace(new, by=by, corrects=corrects)


def rows_of(folder: ImportFolder, one: Import, limits: Limits) -> Scan:
    """The rows of an import's file; a limit that was lowered meanwhile turns none away. Raises FileRefused."""
    checks = RowChecks(one.columns, one.choices)
    try:
        found = shape(folder.source, one.choices.delimiter)
        return scan(folder.source, found, checks, max(limits.rows, one.rows))
    except FileNotFoundError as fault:
        raise CopyGone(f"The copy of the file of import {one.id} is gone; import it again.") from fault
