"""A check: a file's rows judged and rehearsed against the ledger as it is, told as the Import JSON (R21, R22)."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from ledger.events.signing import Signer
from service.imports.checks.gains import Gains
from service.imports.checks.rehearsal import CheckFindings, Rehearsal
from service.imports.columns.attributes import default_type
from service.imports.ledger.at_head import LedgerHead
from service.imports.ledger.ports import Report
from service.imports.record.counts import import_json, late_reject, rejects_json, text_columns_json
from service.imports.record.folder import ImportFolder
from service.imports.record.rejects import RejectsFile, by_reason, every_reject, kept_rejects
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import
from service.imports.rows.judged_until import Progress
from service.imports.rows.kept_out_rows import kept_out_rows
from service.imports.rows.opted_out import opted_out
from service.imports.rows.reject import Reject
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import Scan
from service.imports.rows.verdicts import SourceRows, Verdicts
from service.imports.table.broken_quotes import BrokenQuote, broken_quotes
from service.imports.table.dialect import shape

_ROWS = 10_000
_COUNTS = ("rows", "created", "updated", "unchanged", "older", "skipped", "duplicate", "rejected")
_NOT_ALLOWED = "opt_in_not_allowed"


def check(
    folder: ImportFolder, new: Import, found: Scan, head: LedgerHead, signer: Signer, report: Report
) -> dict[str, Any]:
    """What `new`, whose rows are `found`, would come to. Its rejects are in the folder afterwards.

    So are, as `opt_ins`, the phones of whoever has opted out and would be opted in: a second yes is about
    these (R16), and what it would come to with that is told beside.
    """
    choices = new.choices
    assert new.confirmed_at is not None
    checks, gains = RowChecks(new.columns, choices), Gains(new.columns, choices)
    table = shape(folder.source, choices.delimiter)
    with (
        closing(RejectsFile(folder.rejects)) as rejects,
        SourceRows(folder.source, table.delimiter, found) as rows,
    ):
        out = frozenset(opted_out(found, choices, checks, rows, head))
        folder.save("opt_ins", sorted(out), durable=True)
        kept_out = frozenset(kept_out_rows(found, checks, rows, head, signer))
        judged = _Judged(new, found, head, rows, checks, out, kept_out)

        def keep(reject: Reject) -> None:
            rejects.add(reject)
            if gains.may_gain(reject):
                gains.take(reject, next(rows.read([reject.row - 1])))

        whole = judged.by(frozenset() if choices.allow_opt_in else out, keep, lambda done: report("checking", *done))
        for rejection in whole.findings.rejections:
            rejects.add(late_reject(rejection, new.columns))
        rejects.flush()
        with_opt_ins = None
        if out and not choices.allow_opt_in:
            allowed = judged.by(frozenset(), lambda _: None, lambda done: report("checking consent", *done))
            counts = {name: allowed.counts[name] for name in _COUNTS}
            with_opt_ins = counts | {"replaced": allowed.replaced, "examples": allowed.examples}
    return {
        **whole.counts,
        "id": None,
        "state": "checked",
        "check": {
            **_stands_for(head),
            "opt_ins": whole.findings.opt_ins + whole.refused_opt_ins,
            "with_opt_ins": with_opt_ins,
            "replaced": whole.replaced,
            "gains": gains.to_json(),
            "broken_quotes": _broken_quotes_json(*broken_quotes(folder.source, table)),
            **_news(whole.findings, head),
            "examples": whole.examples,
        },
        "text_columns": text_columns_json(found.text_columns),
        "user_ids_left_out": found.user_ids_left_out,
        "reasons": by_reason(every_reject(folder.rejects)),
        "rejects": rejects_json(kept_rejects(folder.rejects)),
    }


def _broken_quotes_json(cells: int, first: list[BrokenQuote]) -> dict[str, Any]:
    return {"cells": cells, "first": [{"line": one.line, "cell": one.cell} for one in first]}


@dataclass(frozen=True, slots=True)
class _Whole:
    """What all rows come to. `refused_opt_ins` are rejected for that alone."""

    counts: dict[str, Any]
    findings: CheckFindings
    refused_opt_ins: int

    @property
    def replaced(self) -> dict[str, int]:
        """How many values of each attribute others take the place of, the most first."""
        return {name: count for name, count in self.findings.replaced.most_common() if count}

    @property
    def examples(self) -> list[dict[str, Any]]:
        """Contacts that change, in the order of the file."""
        return sorted(self.findings.examples, key=lambda example: int(example["line"]))


@dataclass(frozen=True, slots=True)
class _Judged:
    """A file's rows, to be judged and rehearsed by who may be opted in."""

    new: Import
    found: Scan
    head: LedgerHead
    rows: SourceRows
    checks: RowChecks
    out: frozenset[int]
    kept_out: frozenset[int]

    def by(
        self, refused: frozenset[int], keep: Callable[[Reject], None], report: Callable[[tuple[int, int]], None]
    ) -> _Whole:
        """All rows, where those whose phones are `refused` may not be opted in."""
        new, found, done, refused_opt_ins = self.new, self.found, Progress(), 0
        assert new.confirmed_at is not None
        rehearsal = Rehearsal(found, self.head, new.choices, new.confirmed_at, self.out)
        verdicts = Verdicts(found, self.rows, self.checks, refused, kept_out=self.kept_out)
        while done.at < len(found):
            part = verdicts.part(done, _ROWS)
            for reject in part.rejects:
                keep(reject)
                refused_opt_ins += all(fault.reason == _NOT_ALLOWED for fault in reject.faults)
            rehearsal.take(part)
            done = part.progress
            report((done.at, len(found)))
        published = replace(
            new, state=ImportState.PUBLISHED, published=done.rank, duplicate=done.duplicate, rejected=done.rejected
        )
        counts = import_json(published, rehearsal.findings.settled, done.duplicate, done.rejected)
        return _Whole(counts, rehearsal.findings, refused_opt_ins)


def _stands_for(head: LedgerHead) -> dict[str, Any]:
    """What the check is exact for."""
    return {"position": head.head.position, "head": head.head.hash.hex()}


def _news(findings: CheckFindings, head: LedgerHead) -> dict[str, Any]:
    """What a check says besides the counts."""
    custom = {name for name in findings.attributes if default_type(name) is None}
    return {
        "new_attributes": sorted(head.without_value(custom)),
        "new_tags": head.without_contact(findings.tags.values()) if findings.tags else [],
    }
