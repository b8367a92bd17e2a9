"""`contacts import` and `contacts imports`: files into the ledger, and what became of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click

from service.cli.import_work import at_work, faults_as_sentences
from service.cli.terminal.given import who
from service.cli.terminal.print_import import print_check, print_import, summary
from service.cli.terminal.terminal import Failed, as_json, emit, opened
from service.deployment import logs
from service.imports.columns.choices import BLANKS, MATCHES, MODES, Choices
from service.imports.registry.import_order import Order
from service.imports.registry.lifecycle import ImportState
from service.imports.run.importer import Importer
from service.imports.table.dialect import DELIMITERS
from service.wiring.imports import importing

_SOME_LEFT_OUT = 3

_ONLY_READING = frozenset({"reading", "scanning", "checking"})
"""Stages in which neither consumer nor projector has anything to do."""


_PREPARED = (ImportState.UPLOADED, ImportState.MAPPED, ImportState.CHECKED)


class _TableFile(click.File):
    """A file to be imported; of a folder it says what to give instead."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """See `click.File`. Raises BadParameter."""
        if isinstance(value, str) and os.path.isdir(value):
            self.fail(
                f"{value!r} is a folder: name a file, a CSV or a workbook; each is an import by itself", param, ctx
            )
        return super().convert(value, param, ctx)


_allow_opt_in = click.option(
    "--allow-opt-in", is_flag=True, help="Also where it makes WhatsApp Opted TRUE again for people who opted out."
)


_leave_opted_out = click.option(
    "--leave-opted-out", is_flag=True, help="Have those people stay out: FALSE is said of each of them first."
)


@click.command("import")
@click.argument("file", type=_TableFile("rb"))
@click.option("--tag", "tags", multiple=True, help="A tag for every row. May be repeated.")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="COLUMN=ATTRIBUTE[:TYPE[:FORMAT]]",
    help="What a column becomes; tags: its cells are tags. May be repeated.",
)
@click.option("--ignore", multiple=True, metavar="COLUMN", help="Leave a column out. May be repeated.")
@click.option("--country-code", metavar="CODE", help="Of every number, when there is no such column (such as 91).")
@click.option(
    "--mode", type=click.Choice(MODES), default="upsert", help="create skips known contacts, update new ones."
)
@click.option(
    "--match",
    type=click.Choice(MATCHES),
    default="phone",
    help="How a row finds its contact: by phone, or by either phone or user id.",
)
@click.option("--fill", is_flag=True, help="Set only what has no value yet.")
@click.option(
    "--null-value", "null_values", multiple=True, metavar="TEXT", help="Such a cell is blank. May be repeated."
)
@click.option("--blank", type=click.Choice(BLANKS), default="keep", help="What a blank cell does to a value.")
@click.option("--relaxed-names", is_flag=True, help="Allow ' \u2019 - and . in names.")
@click.option("--clean-phones", is_flag=True, help="Take spaces, hyphens, dots and brackets out of numbers.")
@click.option("--allow-opt-in", is_flag=True, help="Let WhatsApp Opted become TRUE where it is FALSE.")
@click.option("--encoding", help="The file's encoding when it is not UTF-8, such as windows-1252.")
@click.option(
    "--delimiter",
    type=click.Choice(DELIMITERS),
    metavar="CHARACTER",
    help="Between cells, when it is not found out right: , ; | or a tab.",
)
@click.option("--sheet", metavar="NAME", help="Of a workbook; without it, the first.")
@click.option("--again", is_flag=True, help="Import the same file with the same choices once more.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row; nothing is taken in.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write the rejected rows as a CSV.")
@as_json
def import_file(file: BinaryIO, again: bool, dry_run: bool, rejects: Path | None, is_json: bool, **chosen: Any) -> int:
    """Import a FILE of contacts: a CSV, or a workbook (.xlsx, .xls, .ods).

    Exit code: 0 all taken, 3 some rows rejected or duplicate, 2 file refused.
    """
    name, choices = Path(file.name).name, Choices(**chosen)
    if dry_run:
        with at_work(_ONLY_READING) as (importer, report), _rejects_csv(rejects) as out:
            document = importer.checks.dry_run(file, name, choices, report, out, by=who())
        emit(document, is_json, lambda: print_check(document))
        return _exit_code(document)
    with at_work() as (importer, report):
        brought = importer.bring(file, name, choices, report, again=again, by=who())
        importer.wait(brought.id, report)
        return finish(importer, brought.id, rejects, is_json, already=brought.already)


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def imports(context: click.Context, is_json: bool) -> None:
    """List the imports, newest first; or look at one."""
    if context.invoked_subcommand is not None:
        return
    with importing(opened().deployment) as importer:
        found = importer.results.all()

    def listing() -> None:
        for one in found:
            click.echo(summary(one))

    emit({"imports": found}, is_json, listing)


@imports.command()
@click.argument("id")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write the rejected rows as a CSV.")
@as_json
def show(id: str, rejects: Path | None, is_json: bool) -> None:
    """Show an import: its counts, and the first rows that were not taken."""
    with faults_as_sentences(), importing(opened().deployment) as importer:
        finish(importer, id, rejects, is_json)


@imports.command()
@click.argument("id")
@as_json
def resume(id: str, is_json: bool) -> int:
    """Go on with an import that did not come to its end, and wait for that."""
    with at_work() as (importer, report):
        if (state := importer.results.counts(id)["state"]) in _PREPARED:
            raise Failed(f"Import {id} is {state} and was never confirmed: there is nothing to go on with.")
        importer.see_out(id, report)
        importer.wait(id, report)
        return finish(importer, id, None, is_json)


@imports.command()
@click.argument("id")
@as_json
def cancel(id: str, is_json: bool) -> int:
    """Stop an import. Rows that were taken in by then stay."""
    with at_work() as (importer, report):
        importer.cancel(id, report, by=who())
        importer.wait(id, report)
        finish(importer, id, None, is_json)
    return 0


@imports.command("undo")
@click.argument("id")
@click.option("--reason", help="Why; it is kept in the log.")
@_allow_opt_in
@_leave_opted_out
@as_json
def undo_import(id: str, reason: str | None, allow_opt_in: bool, leave_opted_out: bool, is_json: bool) -> int:
    """Have an import's facts no longer count, as if it had never been. The log keeps them."""
    return _ordered(id, Order(False, who(), reason, allow_opt_in, leave_opted_out), is_json)


@imports.command("redo")
@click.argument("id")
@click.option("--reason", help="Why; it is kept in the log.")
@_allow_opt_in
@_leave_opted_out
@as_json
def redo_import(id: str, reason: str | None, allow_opt_in: bool, leave_opted_out: bool, is_json: bool) -> int:
    """Bring an undone import back. Exit code 3: the phone or user id of some rows is another contact's by now."""
    return _ordered(id, Order(True, who(), reason, allow_opt_in, leave_opted_out), is_json)


def _ordered(id: str, order: Order, is_json: bool) -> int:
    with at_work() as (importer, report):
        importer.await_rows(id, report)
        importer.carry_out(id, order, report)
        document = importer.results.show(id)
    emit(document, is_json, lambda: print_import(document))
    return _SOME_LEFT_OUT if document.get("not_redone", {}).get("rows") else 0


@imports.command()
def run() -> None:
    """Go on with imports that nobody works on, until told to stop; a part of `contacts serve`."""
    from service.processes.roles import Stop, run_imports  # of all commands about imports only this one needs these
    from service.wiring.bulk_erasing import go_on_with_erasures
    from service.wiring.exports import forget_old_exports

    stop = Stop()
    stop.catch_signals()
    drivers = opened()
    logs.configure(drivers.deployment.settings.log_format)
    deployment = drivers.deployment
    forget = partial(forget_old_exports, deployment)
    erase = partial(go_on_with_erasures, drivers)
    run_imports(deployment, stop, partial(importing, deployment), drivers.watched_store, forget, erase)


def finish(importer: Importer, id: str, rejects: Path | None, is_json: bool, *, already: bool = False) -> int:
    """Show what became of an import; the exit code that says so."""
    with _rejects_csv(rejects) as out:
        if out is not None:
            out.writelines(importer.results.rejects_csv(id))
    document = importer.results.show(id) | ({"already_imported": True} if already else {})
    if already and document["state"] in ("undoing", "undone"):
        document["redo"] = f"contacts imports redo {id}"
    emit(document, is_json, lambda: print_import(document))
    return 0 if already else _exit_code(document)


def _exit_code(document: dict[str, Any]) -> int:
    return _SOME_LEFT_OUT if any(document[name] for name in ("duplicate", "rejected", "cancelled")) else 0


@contextmanager
def _rejects_csv(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with open(path, "w", encoding="utf-8-sig", newline="", opener=_private) as out:
        yield out


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
