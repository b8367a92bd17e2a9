"""Checks: of a file that is not kept, and of an upload that somebody wants checked (R21)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from service.imports.checks.check import check
from service.imports.checks.reading import brought_by, read_new, rows_of
from service.imports.columns.choices import Choices, clean_choices
from service.imports.columns.preview import look
from service.imports.columns.proposal import better_types
from service.imports.ledger.ports import Ports, Report
from service.imports.record.corrects import corrections_json
from service.imports.record.counts import reasons_json
from service.imports.record.first_look import ensure_looked, look_anew
from service.imports.record.folder import ImportFolder, put_in_place
from service.imports.record.rejects import kept_rejects, rejects_csv, worded_faults
from service.imports.registry.lifecycle import ImportState, ImportStep, StepNotAllowed
from service.imports.registry.registry import Import, Registry
from service.imports.rows.scan import Scan
from service.imports.table.dialect import shape
from service.imports.table.limits import Limits
from service.imports.table.refusal import FileRefused, TooManyChosen, TooManyRows
from service.imports.table.wording import OF_COMMAND

_LOOK_AGAIN = 0.05
_CATCHING_UP = 10.0
"""Seconds in which a check waits for the state to come nearer to the bus, before it does with what is in the log."""


class _Voided(Exception):
    """The choices have changed since the check began: nobody wants its result."""


class Checks:
    """Says what imports would come to. Nothing is published."""

    def __init__(self, folder: Path, registry: Registry, ports: Ports, limits: Limits) -> None:
        self._folder = folder
        self._registry = registry
        self._ports = ports
        self._limits = limits

    def dry_run(
        self,
        file: BinaryIO,
        name: str,
        choices: Choices,
        report: Report,
        rejects: TextIO | None = None,
        *,
        by: str | None = None,
    ) -> dict[str, Any]:
        """What `Importer.bring` would come to: the Import JSON, with `check` in it. Nothing is kept.

        It is exact for the ledger at the position that it names (R21). `rejects` gets the rejects CSV; it is opened
        with newline=""; `by` is who asks. Raises FileRefused.
        """
        choices = clean_choices(choices)
        folder = ImportFolder(self._folder / self._ports.new_id())
        with folder.held():
            try:
                report("reading", 0, 0)
                copied = folder.copy(file, choices, self._limits.bytes)
                new, found = read_new(folder, copied, name, choices, self._ports, self._limits, report)
                new = brought_by(by, new, folder, self._registry, self._ports)
                document = self._check(folder, new, found, report)
                first = look(folder.source, choices.delimiter, self._ports.known_attributes())
                document["proposals"] = [one.to_json() for one in better_types(first.proposed, new.columns)]
                document |= corrections_json(self._registry, new, {})
                document["reasons"] = reasons_json(document["reasons"])
                document["rejects"] = worded_faults(document["rejects"], OF_COMMAND)
                if rejects is not None:
                    kept, found_shape = kept_rejects(folder.rejects), shape(folder.source, choices.delimiter)
                    rejects.writelines(rejects_csv(folder.source, found_shape, new.columns, kept, OF_COMMAND))
            finally:
                folder.remove()
        earlier = self._registry.earlier(new.hash)
        return document if earlier is None else {**document, "imported_before": earlier.id}

    def run(self, id: str, report: Report) -> None:
        """Check an upload if somebody wants that; a result that comes too late, after a change, is dropped.

        Raises Busy while another process works on the import.
        """
        folder = ImportFolder(self._folder / id)
        if not self._registry.get(id).is_checking:
            return
        with folder.held():
            one = self._registry.get(id)
            try:
                if one.is_checking:
                    self._run(folder, one, report)
            except (_Voided, StepNotAllowed):
                pass
            finally:
                if self._registry.get(id).state is ImportState.CANCELLED:
                    folder.remove()

    def catch_up(self, report: Report) -> None:
        """Wait until the state has all that is on the bus; on a ledger that is never idle, not for long."""
        pace = self._ports.pace
        least, since = self._ports.behind(), pace.clock()
        while least and pace.clock() - since < _CATCHING_UP:
            report("catching up", 0, 0)
            pace.sleep(_LOOK_AGAIN)
            behind = self._ports.behind()
            if behind < least:
                least, since = behind, pace.clock()

    def _run(self, folder: ImportFolder, one: Import, report: Report) -> None:
        def watching(stage: str, done: int, rows: int) -> None:
            if self._registry.get(one.id).revision != one.revision:
                raise _Voided
            folder.save("checking", {"stage": stage, "done": done, "rows": rows})
            report(stage, done, rows)

        code = self._ports.default_country_code
        try:
            if one.choices.edit is not None:
                self.catch_up(watching)
                put_in_place(folder.source, self._ports.selected(one.choices.edit))
            else:
                ensure_looked(folder, lambda: look_anew(folder, one.choices, self._ports.known_attributes(), code))
            watching("scanning", 0, 0)
            found = rows_of(folder, one, self._limits)
        except FileRefused as fault:
            is_file = one.choices.edit is None or not isinstance(fault, TooManyRows)
            failure = str(fault if is_file else TooManyChosen(self._limits.rows))
            self._conclude(one, ImportStep.REFUSE, lambda now: replace(now, failure=failure, is_checking=False))
            return
        document = self._check(folder, replace(one, rows=len(found)), found, watching)
        folder.save("check", document, durable=True)
        self._conclude(one, ImportStep.FIND, lambda now: replace(now, rows=len(found), is_checking=False))

    def _check(self, folder: ImportFolder, new: Import, found: Scan, report: Report) -> dict[str, Any]:
        self.catch_up(report)
        with self._ports.at_head() as head:
            # as late as an import right after this check would state
            now = max(self._ports.clock(), head.head.recorded)
            return check(folder, replace(new, confirmed_at=now), found, head, self._ports.signer, report)

    def _conclude(self, checked: Import, step: ImportStep, change: Callable[[Import], Import]) -> None:
        def concluded(now: Import) -> Import:
            if now.revision != checked.revision:
                raise _Voided
            return change(now)

        self._registry.take(checked.id, step, concluded)
