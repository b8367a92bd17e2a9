"""Rows that an import does not publish, as their person was erased and is kept out (R31): settled at its start."""

from service.imports.ledger.ports import Ports
from service.imports.record.folder import ImportFolder
from service.imports.registry.registry import Import
from service.imports.rows.kept_out_rows import kept_out_rows
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import Scan
from service.imports.rows.verdicts import SourceRows
from service.imports.table.dialect import shape


def settle_kept_out(confirmed: Import, found: Scan, folder: ImportFolder, ports: Ports) -> None:
    """Ask the ledger whose rows these are, and keep it, so that a resumed split comes to the same messages.

    Whoever is erased and kept out after that is for the append to reject.
    """
    if folder.load("kept_out") is not None:
        return
    checks = RowChecks(confirmed.columns, confirmed.choices)
    delimiter = shape(folder.source, confirmed.choices.delimiter).delimiter
    with ports.at_head() as head, SourceRows(folder.source, delimiter, found) as rows:
        out = kept_out_rows(found, checks, rows, head, ports.signer)
    folder.save("kept_out", out, durable=True)
