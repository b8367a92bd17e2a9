"""A check: a file's rows judged and rehearsed against the ledger as it is, told as the Import JSON (R21, R22)."""

from contextlib import closing
from dataclasses import replace
from typing import Any

from service.imports.checks.rehearsal import CheckFindings, Rehearsal
from service.imports.columns.attributes import default_type
from service.imports.ledger.at_head import LedgerHead
from service.imports.record.counts import import_json, late_reject, rejects_json, text_columns_json
from service.imports.record.folder import ImportFolder
from service.imports.record.lifecycle import ImportState
from service.imports.record.progress import Progress
from service.imports.record.registry import Import
from service.imports.record.rejects import RejectsFile, kept_rejects
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import Scan
from service.imports.rows.verdicts import SourceRows, Verdicts, opted_out
from service.imports.run.ports import Report
from service.imports.table.dialect import shape

_ROWS = 10_000
_NOT_ALLOWED = "opt_in_not_allowed"


def check(folder: ImportFolder, new: Import, found: Scan, head: LedgerHead, report: Report) -> dict[str, Any]:
    """What `new`, whose rows are `found`, would come to. Its rejects are in the folder afterwards.

    So are, as `opt_ins`, the phones of whoever has opted out and would be opted in: a second yes is about
    these (R16).
    """
    choices = new.choices
    assert new.confirmed_at is not None
    checks, done, refused_opt_ins = RowChecks(new.columns, choices), Progress(), 0
    with (
        closing(RejectsFile(folder.rejects)) as rejects,
        SourceRows(folder.source, shape(folder.source, choices.delimiter).delimiter, found) as rows,
    ):
        out = frozenset(opted_out(found, choices, checks, rows, head))
        folder.save("opt_ins", sorted(out), durable=True)
        rehearsal = Rehearsal(found, head, choices, new.confirmed_at, out)
        verdicts = Verdicts(found, rows, checks, frozenset() if choices.allow_opt_in else out)
        while done.at < len(found):
            part = verdicts.part(done, _ROWS)
            for reject in part.rejects:
                rejects.add(reject)
                refused_opt_ins += all(fault.reason == _NOT_ALLOWED for fault in reject.faults)
            rehearsal.take(part)
            done = part.progress
            report("checking", done.at, len(found))
        for rejection in rehearsal.findings.rejections:
            rejects.add(late_reject(rejection, new.columns))
        rejects.flush()
    published = replace(
        new, state=ImportState.PUBLISHED, published=done.rank, duplicate=done.duplicate, rejected=done.rejected
    )
    counts = import_json(published, rehearsal.findings.settled, done.duplicate, done.rejected)
    return {
        **counts,
        "id": None,
        "state": "checked",
        "check": _check_json(rehearsal.findings, head, refused_opt_ins),
        "text_columns": text_columns_json(found.text_columns),
        "user_ids_left_out": found.user_ids_left_out,
        "rejects": rejects_json(kept_rejects(folder.rejects)),
    }


def _check_json(findings: CheckFindings, head: LedgerHead, refused_opt_ins: int) -> dict[str, Any]:
    """What a check says besides the counts."""
    custom = {name for name in findings.attributes if default_type(name) is None}
    return {
        "position": head.head.position,
        "head": head.head.hash.hex(),
        "opt_ins": findings.opt_ins + refused_opt_ins,
        "new_attributes": sorted(head.without_value(custom)),
        "new_tags": head.without_contact(findings.tags.values()) if findings.tags else [],
        "examples": sorted(findings.examples, key=lambda example: int(example["line"])),
    }
