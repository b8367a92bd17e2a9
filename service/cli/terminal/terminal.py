"""What the commands share: the deployment, results as JSON or for a person, and faults as one sentence."""

import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import click
import orjson

from ledger.log.port import LogReader
from service.queries import as_of
from service.wiring.deployment import deployment
from service.wiring.drivers import Drivers

if TYPE_CHECKING:
    from rich.console import Console

_NO_TERMINAL = 160
"""Columns of a table that goes to a file or a pipe."""


@cache
def console() -> "Console":
    """Where results for a person go; a program, which wants JSON, does not wait for its library."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else _NO_TERMINAL)


as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON document.")


class Failed(click.ClickException):
    """A command could not do what it was asked: one sentence on stderr, exit code 1."""

    exit_code = 1


def opened() -> Drivers:
    """The drivers of the deployment that the environment and `.env` describe."""
    return Drivers(deployment(os.environ))


def emit(document: Any, is_json: bool, show: Callable[[], None]) -> None:
    """Print a result: the document itself, or `show` it to a person."""
    if is_json:
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        show()


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print rows under headings; None is shown as a dash."""
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        grid.add_column(heading, overflow="fold")
    for row in rows:
        grid.add_row(*(value_text(value) for value in row))
    console().print(grid)


def value_text(value: object) -> str:
    """A value as a person reads it."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def position_of(log: LogReader, text: str | None) -> int | None:
    """`--as-of`, as `service.queries.as_of` reads it."""
    try:
        return as_of.position_of(log, text)
    except as_of.BadMoment as fault:
        raise click.BadParameter(str(fault), param_hint="--as-of") from fault
