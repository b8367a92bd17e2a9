"""`contacts edit` and `contacts edits`: changes of many contacts at once."""

from typing import Any

import click

from ledger.events.schema import Invalid
from service.cli.import_work import at_work
from service.cli.imports import cancel, finish, redo_import, show, undo_import
from service.cli.terminal.given import who
from service.cli.terminal.print_import import summary
from service.cli.terminal.terminal import Failed, as_json, emit, opened
from service.cli.track import traits_of
from service.imports.columns.edit import NothingToChange, WantedEdit
from service.imports.record.wanted_imports import WantedImports
from service.queries.filters.selection import Match, Selection
from service.wiring.imports import importing, uploads


@click.command()
@click.option("--where", "conditions", multiple=True, metavar="'city=Pune'", help="As `contacts list` takes it.")
@click.option("--with-tag", "having", multiple=True, metavar="TAG", help="Only contacts with this tag.")
@click.option("--match", type=click.Choice(["all", "any"]), default="all", help="Whether all must hold, or any.")
@click.option("--tag", "tags", multiple=True, help="A tag to add. May be repeated.")
@click.option("--set", "sets", multiple=True, metavar="NAME=TEXT | NAME:=JSON", help="May be repeated.")
@click.option("--clear", multiple=True, metavar="NAME", help="Take the value away. May be repeated.")
@click.option("--reason", help="Why; it is kept in the log.")
@click.option("--allow-opt-in", is_flag=True, help="Let WhatsApp Opted become TRUE where it is FALSE.")
@click.option("--dry-run", is_flag=True, help="Only say how many would change.")
@click.option("--yes", "is_sure", is_flag=True, help="Change them; without it, only say how many would change.")
@as_json
def edit(
    conditions: tuple[str, ...],
    having: tuple[str, ...],
    match: Match,
    tags: tuple[str, ...],
    sets: tuple[str, ...],
    clear: tuple[str, ...],
    reason: str | None,
    allow_opt_in: bool,
    dry_run: bool,
    is_sure: bool,
    is_json: bool,
) -> int:
    """Change many contacts at once; without --yes, only say how many would change."""
    if dry_run and is_sure:
        raise click.UsageError("--dry-run only says how many would change, and --yes changes them: give one of the two")
    wanted = WantedEdit(Selection(conditions, having, None, match), traits_of(sets), clear, tags, reason)
    try:
        wanted.read()  # before anything is started for it
    except (NothingToChange, Invalid) as fault:
        raise click.UsageError(str(fault)) from fault
    with at_work() as (importer, report), uploads(opened().deployment) as prepared:
        try:
            change, cleaned, name = wanted.read(prepared.known_attributes())
        except Invalid as fault:
            raise click.UsageError(str(fault)) from fault
        id = prepared.edit(change, cleaned, name, by=who())
        importer.checks.run(id, report)
        status: dict[str, Any] = importer.results.whole(id)
        if status["state"] != "checked" or not is_sure:
            prepared.cancel(id, who())
            if status["state"] != "checked":
                raise Failed(str(status.get("failure", f"the change is {status['state']}")))
            emit(status, is_json, lambda: _print_check(status))
            return 0
        prepared.confirm(id, allow_opt_in=allow_opt_in, again=True, by=who())
        importer.see_out(id, report)
        importer.wait(id, report)
        return finish(importer, id, None, is_json)


def _print_check(status: dict[str, Any]) -> None:
    click.echo(f"{status['updated']:,} of {status['rows']:,} contacts would change; with --yes they are changed.")
    if opt_ins := status["check"]["opt_ins"]:
        click.echo(f"{opt_ins:,} people said FALSE to WhatsApp and would become TRUE: only with --allow-opt-in.")


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def edits(context: click.Context, is_json: bool) -> None:
    """List the changes of many contacts, newest first; or look at one, stop it, take it back, or bring it back."""
    if context.invoked_subcommand is not None:
        return
    with importing(opened().deployment) as importer:
        found = importer.results.page(100, None, WantedImports(are_edits=True))

    def listing() -> None:
        for one in found:
            click.echo(summary(one))

    emit({"edits": found}, is_json, listing)


def _of_changes(command: click.Command, purpose: str) -> click.Command:
    """What there is for imports, for changes: a change is an import without a file."""
    return click.Command(command.name, params=command.params, callback=command.callback, help=purpose)


for of_import, its_purpose in (
    (show, "Show a change: its counts, and the first contacts that were not changed."),
    (cancel, "Stop a change. Contacts that were changed by then stay so."),
    (undo_import, "Have what a change said no longer count, as if it had never been. The log keeps it."),
    (redo_import, "Bring a change back that was undone."),
):
    edits.add_command(_of_changes(of_import, its_purpose))
