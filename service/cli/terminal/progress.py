"""How far long work on the log is: a bar on a terminal, lines for a program that waits for the command."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from service.cli.terminal.terminal import console
from service.jobs.background_command import HowFar

tells_progress = click.option(
    "--progress", "tells_progress", is_flag=True, hidden=True, help="Say on stderr how far it is, twice a second."
)

_EVERY = 0.5


@contextmanager
def progress_shown(
    what: str, total: int, *, is_json: bool, tells_progress: bool = False
) -> Iterator[Callable[[int], None]]:
    """Shows the positions it is told, of `total`; nothing where the output is read by a program that does not ask."""
    if tells_progress:
        yield _telling(total)
    elif is_json or not console().is_terminal:
        yield lambda _: None
    else:
        from rich import progress as bars

        columns = (bars.TextColumn(what), bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeElapsedColumn())
        with bars.Progress(*columns, console=console(), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda position: bar.update(task, completed=position)


def _telling(total: int) -> Callable[[int], None]:
    due = 0.0

    def tell(position: int) -> None:
        nonlocal due
        if (now := time.monotonic()) >= due:
            due = now + _EVERY
            click.echo(HowFar(position, total).line(), err=True)

    return tell
