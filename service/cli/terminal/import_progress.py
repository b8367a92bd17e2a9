"""How far an import is: a bar on a terminal, a line now and then elsewhere. Always on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from service.imports.ledger.ports import Report

_LINE_SECONDS = 2.0


@contextmanager
def reporting() -> Iterator[Report]:
    """What an import reports its progress to."""
    if sys.stderr.isatty():
        with bar(Console(stderr=True)) as report:
            yield report
    else:
        yield lines(monotonic, lambda line: click.echo(line, err=True))


@contextmanager
def bar(console: Console) -> Iterator[Report]:
    """A bar for the stage at hand; it is gone afterwards."""
    columns = (TextColumn("{task.description:<11}"), BarColumn(20), MofNCompleteColumn(), _PaceColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def report(stage: str, done: int, total: int) -> None:
            # each stage has its own speed; one that goes on in the middle did not do what was done before
            if progress.tasks[0].description != stage or (total and progress.tasks[0].total is None):
                progress.reset(task, description=stage, total=total or None, completed=done)
            else:
                progress.update(task, completed=done)

        yield report


def lines(clock: Callable[[], float], say: Callable[[str], None]) -> Report:
    """A line when a stage begins, and every two seconds of it. `clock` is monotonic seconds."""
    stage_at_hand, last_said = "", 0.0
    began, done_before = 0.0, 0

    def report(stage: str, done: int, total: int) -> None:
        nonlocal stage_at_hand, last_said, began, done_before
        now = clock()
        if stage != stage_at_hand:
            stage_at_hand, began, done_before = stage, now, done
        elif now - last_said < _LINE_SECONDS:
            return
        last_said = now
        speed = (done - done_before) / (now - began) if now > began else None
        counted = f": {done:,} of {total:,} rows" if total else " the file" if stage in ("reading", "scanning") else ""
        say(", ".join(filter(None, (f"{stage}{counted}", pace(speed, total - done)))))

    return report


def pace(speed: float | None, left: float | None) -> str:
    """Rows a second, and the time that as many rows as are `left` take; "" while there is nothing to tell from."""
    if not speed or left is None:
        return ""
    minutes, seconds = divmod(round(left / speed), 60)
    return f"{speed:,.0f} rows/s, {minutes}:{seconds:02d} left"


class _PaceColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        """The pace of the stage at hand."""
        return Text(pace(task.speed, task.remaining))
