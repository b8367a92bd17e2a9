"""How far an import is: a bar on a terminal, a line now and then elsewhere. Always on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.imports.ports import Report

_LINE_SECONDS = 2.0


@contextmanager
def reporting() -> Iterator[Report]:
    """What an import reports its progress to."""
    if sys.stderr.isatty():
        yield from _bar()
    else:
        yield _lines()


def _bar() -> Iterator[Report]:
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def report(stage: str, done: int, total: int) -> None:
            progress.update(task, description=stage, completed=done, total=total or None)

        yield report


def _lines() -> Report:
    said, when = "", 0.0

    def report(stage: str, done: int, total: int) -> None:
        nonlocal said, when
        if stage != said or monotonic() - when >= _LINE_SECONDS:
            said, when = stage, monotonic()
            click.echo(f"{stage}: {done:,} of {total:,} rows" if total else f"{stage} the file", err=True)

    return report
