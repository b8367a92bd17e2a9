"""One import from a file to its last message: copy, map, scan, keep, split, resume."""

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from service.imports.checks.checking import Checks
from service.imports.checks.reading import brought_by, read_new, rows_of
from service.imports.columns.choices import Choices, clean_choices, import_hash
from service.imports.ledger.ports import Ports, Report
from service.imports.record.cancelling import cancel
from service.imports.record.folder import Busy, ImportFolder
from service.imports.record.orphans import remove_orphans
from service.imports.record.progress import load_progress, save_mark, save_progress
from service.imports.record.rejects import RejectsFile, by_reason, every_reject
from service.imports.record.results import Results
from service.imports.record.unconfirmed import forget_unconfirmed
from service.imports.registry.from_log import list_again
from service.imports.registry.import_order import Order
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import, Registry
from service.imports.rows.judged_until import Progress
from service.imports.rows.opted_out import opted_out
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import Scan
from service.imports.rows.verdicts import SourceRows, Verdicts
from service.imports.run import undo_import
from service.imports.run.feed import Feed, Stalled
from service.imports.run.import_messages import messages_of
from service.imports.run.left_out import settle_kept_out
from service.imports.run.splitter import Splitter, Way
from service.imports.run.standing import Standing, take_up
from service.imports.run.started import kept_start
from service.imports.table.dialect import shape
from service.imports.table.limits import Limits
from service.imports.table.refusal import FileRefused
from service.imports.table.wording import OF_COMMAND

_LOOK_AGAIN = 0.05


@dataclass(frozen=True, slots=True)
class Brought:
    """An import that a file led to; `already`: the same file and choices had been imported whole before."""

    id: str
    already: bool


class Importer:
    """Imports files into the ledger. `folder` holds a folder for each import; `results` tells what became of them.

    `checks` says what they would come to.
    """

    def __init__(self, folder: Path, registry: Registry, ports: Ports, limits: Limits) -> None:
        self._folder = folder
        self._registry = registry
        self._ports = ports
        self._limits = limits
        self.results = Results(folder, registry, ports.outcomes, ports.rejections, ports.not_redone, OF_COMMAND)
        self.checks = Checks(folder, registry, ports, limits)

    def bring(
        self, file: BinaryIO, name: str, choices: Choices, report: Report, *, again: bool = False, by: str | None = None
    ) -> Brought:
        """Import a file: every message of it is durable on the bus on return.

        `by` names who brings it. The same file and choices again bring nothing new, unless `again`; an earlier import
        that is not complete is resumed under its id (R23). Raises FileRefused before anything is published, a BusError
        or Stalled when it cannot go on (it can be resumed then).
        """
        remove_orphans(self._folder, self._registry.with_files(), self._ports.clock())
        choices = clean_choices(choices)
        folder = ImportFolder(self._folder / self._ports.new_id())
        with folder.held():
            try:
                report("reading", 0, 0)
                confirmed, found = self._confirm(file, name, choices, folder, report, again=again, by=by)
            except BaseException:
                folder.remove()
                raise
            if found is not None:
                self._split(confirmed, take_up(folder, confirmed, found, self._ports), folder, report)
                return Brought(confirmed.id, already=False)
            folder.remove()
        self.see_out(confirmed.id, report)
        return Brought(confirmed.id, already=confirmed.state is ImportState.PUBLISHED)

    def unfinished(self) -> dict[str, int]:
        """The ids of imports that `go_on` has something to do for, oldest first, each with its rows; 0: not counted."""
        return self._registry.rows_of_unfinished()

    def forget_unconfirmed(self) -> None:
        """Forget uploads that nobody has confirmed for long; each upload looks too, but there may be none."""
        forget_unconfirmed(self._registry, self._folder, self._ports.clock(), self._limits.bytes)

    def list_again(self) -> list[str]:
        """List imports that the log has and `service.db` has not, as after a backup was restored; gives their ids."""
        return list_again(self._registry, self._ports.of_log)

    def go_on(self, id: str, report: Report) -> None:
        """Do what an import waits for: its check, or what is left of its rows. Raises as `resume` does."""
        self.checks.run(id, report)
        self.resume(id, report)

    def resume(self, id: str, report: Report) -> None:
        """Publish what is left of an import; nothing happens to one that has ended, or was never confirmed.

        Raises as `bring` does, Busy while another process is at it. A file that can no longer be read fails it.
        """
        folder = ImportFolder(self._folder / id)
        if self._registry.get(id).state is not ImportState.RUNNING:
            return
        with folder.held():
            confirmed = self._registry.get(id)
            if confirmed.state is not ImportState.RUNNING:
                return
            report("scanning", 0, 0)
            try:
                standing = take_up(folder, confirmed, rows_of(folder, confirmed, self._limits), self._ports)
            except FileRefused as fault:
                self._give_up(confirmed, folder, fault)
                raise
            self._settle_opt_ins(confirmed, standing.found, folder, report)
            self._split(confirmed, standing, folder, report)

    def see_out(self, id: str, report: Report) -> None:
        """Return when all rows of an import are out, by whomever. Raises as `resume` does; Stalled instead of Busy."""
        folder, rows, pace = ImportFolder(self._folder / id), self._registry.get(id).rows, self._ports.pace
        before, since = -1, pace.clock()
        while True:
            try:
                self.resume(id, report)
            except Busy as busy:
                reached = load_progress(folder).at
                if reached != before:
                    before, since = reached, pace.clock()
                elif pace.clock() - since > pace.patience:
                    raise Stalled(f"{busy} It has not come further for {pace.patience:g} s.") from busy
            else:
                return
            report("publishing", reached, rows)
            pace.sleep(_LOOK_AGAIN)

    def cancel(self, id: str, report: Report, *, by: str) -> None:
        """Stop an import, as `by` wants, and return when it has stopped: rows that are on the bus by then stay (R22).

        Raises ImportUnknown, StepNotAllowed, and as `see_out` does.
        """
        cancel(self._registry, self._folder, id, by)
        self.see_out(id, report)

    def await_rows(self, id: str, report: Report) -> None:
        """Return when no row that is on the bus is pending; at once while an import runs. Raises as `wait` does."""
        if self._registry.get(id).state is not ImportState.RUNNING:
            self.wait(id, report)

    def order(self, id: str, order: Order) -> str:
        """Have an import undone or redone (R32); the id of the message, which is durable on the bus.

        Raises ImportUnknown, UndoNotPossible, WouldOptIn, and as `bring` does.
        """
        return undo_import.orders(self.results.orderable, self._ports).give(id, order)

    def wait_for(self, id: str, message_id: str, order: Order, report: Report) -> None:
        """Return when all contacts show the order. Raises UndoNotPossible when the log rejected it, and Stalled."""
        undo_import.wait(id, message_id, order, self._ports, report)

    def carry_out(self, id: str, order: Order, report: Report) -> None:
        """Have an import undone or redone, and wait for that; the same order goes on where it was broken off.

        Raises as `order` and `wait_for` do.
        """
        orders = undo_import.orders(self.results.orderable, self._ports)
        undo_import.carry_out(id, order, orders, self._ports, report)

    def wait(self, id: str, report: Report) -> None:
        """Return when no row is pending. Raises Stalled when nothing happens for too long."""
        pace, before, since = self._ports.pace, -1, self._ports.pace.clock()
        while pending := (counts := self.results.counts(id))["pending"]:
            report("applying", counts["rows"] - pending, counts["rows"])
            if pending != before:
                before, since = pending, pace.clock()
            elif pace.clock() - since > pace.patience:
                raise Stalled(
                    f"{pending:,} rows of import {id} are on the bus, and none was applied for {pace.patience:g} s; "
                    "are a consumer and a projector running?"
                )
            pace.sleep(_LOOK_AGAIN)
        report("applying", counts["rows"], counts["rows"])

    def _confirm(
        self,
        file: BinaryIO,
        name: str,
        choices: Choices,
        folder: ImportFolder,
        report: Report,
        *,
        again: bool,
        by: str | None,
    ) -> tuple[Import, Scan | None]:
        """A new import and its scan; or, without one, the earlier import of the same file and choices."""
        copied = folder.copy(file, choices, self._limits.bytes)
        earlier = None if again else self._registry.earlier(import_hash(copied.sha256, choices))
        if earlier is not None:
            return earlier, None
        new, found = read_new(folder, copied, name, choices, self._ports, self._limits, report)
        # asked once and kept, so that a resumed split comes to the same messages (R16)
        refused = [] if choices.allow_opt_in else self._opted_out(new, found, folder, report)
        folder.save("opted_out", refused, durable=True)
        new = brought_by(by, new, folder, self._registry, self._ports)
        kept = self._registry.add(new, again=again, confirmed_by=by)
        return kept, found if kept.id == new.id else None

    def _settle_opt_ins(self, confirmed: Import, found: Scan, folder: ImportFolder, report: Report) -> None:
        """Ask once who has opted out, and keep it, so that a resumed split comes to the same messages (R16).

        A second yes was said for those whom the check counted, and for nobody who opted out since.
        """
        if folder.load("opted_out") is not None:
            return
        asked = self._opted_out(confirmed, found, folder, report)
        meant = frozenset(folder.load("opt_ins") or () if confirmed.choices.allow_opt_in else ())
        folder.save("opted_out", [phone for phone in asked if phone not in meant], durable=True)

    def _opted_out(self, one: Import, found: Scan, folder: ImportFolder, report: Report) -> list[int]:
        if not found.opt_ins:
            return []
        self.checks.catch_up(report)  # what was said just now is on the bus, and counts
        table = shape(folder.source, one.choices.delimiter)
        with self._ports.at_head() as head, SourceRows(folder.source, table.delimiter, found) as rows:
            return opted_out(found, one.choices, RowChecks(one.columns, one.choices), rows, head)

    def _give_up(self, confirmed: Import, folder: ImportFolder, fault: FileRefused) -> None:
        """Fail an import that can never go on; what is out is asked of those who know, so that it counts exactly."""
        done = load_progress(folder)
        sent = list(self._ports.sent(confirmed.id, f"{confirmed.id}."))
        halves = {one.row: one for one in sent if not one.is_last}
        for one in sent:
            if one.is_last:
                halves.pop(one.row, None)
        with closing(self._feed()) as feed:
            for one in halves.values():
                feed.send(messages_of(confirmed, self._ports.signer).rest_of_row(one, confirmed.choices.tags))
            feed.finish()
        counted = {"duplicate": done.duplicate, "rejected": done.rejected}
        self._registry.fail(confirmed.id, str(fault), published=len({one.row for one in sent}), **counted)

    def _feed(self) -> Feed:
        return Feed(self._ports.publisher, self._ports.backlog, self._ports.pace)

    def _split(self, confirmed: Import, standing: Standing, folder: ImportFolder, report: Report) -> None:
        choices, found, done = confirmed.choices, standing.found, standing.done
        settle_kept_out(confirmed, found, folder, self._ports)
        checks = RowChecks(confirmed.columns, choices)
        folder.upload.unlink(missing_ok=True)  # the source is what counts from now on
        messages = messages_of(confirmed, self._ports.signer)
        out = frozenset(folder.load("opted_out") or ())

        def save(progress: Progress) -> None:
            save_progress(folder, progress)
            report("publishing", progress.at, confirmed.rows)

        folder.save("text_columns", found.text_columns)
        folder.save("user_ids_left_out", found.user_ids_left_out)
        with (
            closing(self._feed()) as feed,
            closing(RejectsFile(folder.rejects, done.rejects_size)) as rejects,
            SourceRows(folder.source, shape(folder.source, choices.delimiter).delimiter, found) as rows,
        ):
            feed.send([messages.started(kept_start(folder, confirmed))])
            for index in sorted(standing.halves):
                feed.send(messages.rest_of_row(standing.out[index], checks.tags_of(next(rows.read([index])))))
            verdicts = Verdicts(found, rows, checks, out, standing.out, frozenset(folder.load("kept_out") or ()))
            splitter = Splitter(found, verdicts, messages, standing.first)
            is_cancelling = partial(self._registry.is_cancelling, confirmed.id)
            way = Way(standing.mark, self._ports.stride, partial(save_mark, folder), is_cancelling)
            done = splitter.split(done, feed, rejects, save, self._ports.batch, way)
            rejects.flush(durable=True)
            folder.save("reasons", by_reason(every_reject(folder.rejects)))
            save_progress(folder, done, durable=True)
            counted = {
                "published": done.rank + standing.out_from(done.at),
                "duplicate": done.duplicate,
                "rejected": done.rejected,
            }
            feed.send([messages.split({"rows": confirmed.rows, **counted})])
            feed.finish()
        self._registry.end(confirmed.id, **counted)
