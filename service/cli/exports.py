"""`contacts export` and `contacts exports`: contacts as a file."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from projections.conditions.condition import BadCondition
from projections.conditions.wanted import SORTS, Sort
from service.cli.given import who
from service.cli.terminal import Failed, as_json, emit, opened, position_of, table
from service.deployment import logs
from service.deployment.audit_trail import Act, record
from service.jobs.exports.export_file import StillRefolding, write_export
from service.jobs.exports.wanted_export import FORMATS, BadColumns, Format, WantedExport
from service.queries.selection import Match, Selection
from service.wiring.drivers import Drivers, now
from service.wiring.exports import export_maker, export_parts, exports, state_as_of


@click.command()
@click.option("--where", "conditions", multiple=True, metavar="'city=Pune'", help="As `contacts list` takes it.")
@click.option("--tag", "tags", multiple=True, help="Only contacts with this tag.")
@click.option("--match", type=click.Choice(["all", "any"]), default="all", help="Whether all must hold, or any.")
@click.option("--opted-in", is_flag=True, help="Leave out whoever has not said TRUE for WhatsApp Opted.")
@click.option("--columns", metavar="A,B,…", help="Attributes, phone, user_id, tags, created_at, modified_at; else all.")
@click.option("--sort", type=click.Choice(SORTS), default="-modified", show_default=True)
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", help="jsonl: a contact's JSON a line.")
@click.option("--as-of", metavar="POSITION|TIME", help="As they were at a log position, or at a moment.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A new file; else standard output.")
@as_json
def export(
    conditions: tuple[str, ...],
    tags: tuple[str, ...],
    match: Match,
    opted_in: bool,
    columns: str | None,
    sort: Sort,
    form: Format,
    as_of: str | None,
    out: Path | None,
    is_json: bool,
) -> None:
    """Write contacts to a file: a CSV that opens in a spreadsheet and can be imported again, or JSON lines."""
    if out is None and is_json:
        raise click.UsageError("--json needs --out FILE: standard output is the contacts'")
    drivers, names = opened(), None if columns is None else tuple(filter(None, map(str.strip, columns.split(","))))
    with drivers.log_reader() as log:
        position = position_of(log, as_of)
    asked = WantedExport(Selection(conditions, tags, None, match), sort, form, names, position, opted_in)
    with _opened_file(out) as file:
        try:
            written = write_export(asked, state_as_of(drivers, position), export_parts(drivers), file, _said_nothing)
        except BadCondition as fault:
            raise click.BadParameter(str(fault), param_hint="--where") from fault
        except BadColumns as fault:
            raise click.BadParameter(str(fault), param_hint="--columns") from fault
        except StillRefolding as fault:
            raise Failed(str(fault)) from fault
        except ValueError as fault:
            raise click.BadParameter(str(fault), param_hint="--tag") from fault
    _note(drivers, {"format": form, "position": written.position, "rows": written.rows})
    document = {"rows": written.rows, "position": written.position, "format": form, "file": str(out)}
    emit(
        document,
        is_json,
        lambda: click.echo(f"{written.rows:,} contacts, as of position {written.position:,}", err=True),
    )


@click.group("exports", invoke_without_command=True)
@as_json
@click.pass_context
def list_exports(context: click.Context, is_json: bool) -> None:
    """List the exports that were asked for in the hub and by calls, newest first."""
    if context.invoked_subcommand is not None:
        return
    found = exports(opened().deployment).all()
    rows = [(one["id"], one["state"], one["rows"], one["format"], one["by"], one["asked_at"]) for one in found]
    emit({"exports": found}, is_json, lambda: table(("id", "state", "rows", "format", "by", "asked"), rows))


@list_exports.command(hidden=True)
def make() -> None:
    """Make the exports that wait; begun by the server, which holds the lock of exports for it."""
    deployment = opened().deployment
    logs.configure(deployment.settings.log_format)
    with export_maker(deployment) as maker:
        maker.run()


def _said_nothing(*_: int) -> None:
    pass


def _note(drivers: Drivers, detail: dict[str, object]) -> None:
    with closing(drivers.store()) as store:
        record(store, Act(now(), who(), "exported", detail))


@contextmanager
def _opened_file(out: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that is there when it is whole, and then for its owner alone."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with open(draft, "xb") as file:
            yield file
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
