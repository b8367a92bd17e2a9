"""`contacts export` and `contacts exports`: contacts as a file."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import click
import orjson

from projections.conditions.condition import BadCondition
from projections.conditions.wanted import SORTS, Sort
from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened, position_of, table
from service.deployment import logs
from service.deployment.tables.audit_trail import Act, record
from service.jobs.exports.export_file import StillRefolding, write_export
from service.jobs.exports.one_person import PERSON_FORMATS
from service.jobs.exports.wanted_export import FORMATS, BadColumns, Format, WantedExport
from service.queries.contact.find import Unknown, find
from service.queries.filters.selection import Match, Selection
from service.wiring.drivers import Drivers, now
from service.wiring.exports import export_maker, export_parts, exports, one_person, state_as_of


@click.command()
@click.argument("whom", metavar="[WHO]", required=False)
@click.option("--where", "conditions", multiple=True, metavar="'city=Pune'", help="As `contacts list` takes it.")
@click.option("--tag", "tags", multiple=True, help="Only contacts with this tag.")
@click.option("--match", type=click.Choice(["all", "any"]), default="all", help="Whether all must hold, or any.")
@click.option("--opted-in", is_flag=True, help="Leave out whoever has not said TRUE for WhatsApp Opted.")
@click.option("--columns", metavar="A,B,…", help="Attributes, phone, user_id, tags, created_at, modified_at; else all.")
@click.option("--sort", type=click.Choice(SORTS), default="-modified", show_default=True)
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS, *PERSON_FORMATS]),
    help="csv (default) or jsonl, a contact's JSON a line; of one person json (default) or html, a page to print.",
)
@click.option("--as-of", metavar="POSITION|TIME", help="As they were at a log position, or at a moment.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A new file; else standard output.")
@as_json
@click.pass_context
def export(
    context: click.Context,
    whom: str | None,
    conditions: tuple[str, ...],
    tags: tuple[str, ...],
    match: Match,
    opted_in: bool,
    columns: str | None,
    sort: Sort,
    form: str | None,
    as_of: str | None,
    out: Path | None,
    is_json: bool,
) -> None:
    """Write contacts to a file: a CSV that opens in a spreadsheet and can be imported again, or JSON lines.

    With WHO, a contact's id, phone or user id: everything that is held of that person, with the whole history.
    """
    if whom is not None:
        _refuse_options_of_lists(context)
        if is_json and form not in (None, "json"):
            raise click.UsageError(f"--json cannot be given with --format {form}")
        _hand_out(whom, form or "json", out)
        return
    if form in PERSON_FORMATS:
        raise click.UsageError(f"--format {form} is of one person: say WHO")
    form = cast(Format, form or "csv")
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


def _refuse_options_of_lists(context: click.Context) -> None:
    """What chooses contacts, or says what a table of them has, means nothing beside WHO."""
    given = [
        option.opts[0]
        for option in context.command.params
        if option.name not in _OF_ONE
        and option.name is not None
        and context.get_parameter_source(option.name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(f"{', '.join(given)} cannot be given with WHO: everything about one person is exported")


_OF_ONE = {"whom", "form", "out", "is_json"}


def _hand_out(whom: str, form: str, out: Path | None) -> None:
    """Write everything about one person."""
    if form not in PERSON_FORMATS:
        raise click.UsageError(f"--format {form} is of many contacts: of one person it is json or html")
    from service.http.shown.person_page import person_page  # its library, and that of phones, no other export needs
    from service.http.shown.shown_values import Moments

    drivers = opened()
    with closing(drivers.store()) as store:
        made = one_person(drivers, partial(record, store))
        try:
            document = made.document(lambda log: find(log, whom), who(), form)
        except Unknown as fault:
            raise Failed(str(fault)) from fault
    if form == "json":
        content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    else:
        content = person_page(document, Moments(drivers.deployment.settings.time_zone, now)).encode()
    with _opened_file(out) as file:
        file.write(content)


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
