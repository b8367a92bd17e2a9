"""Commands that are one part of the service each: consume and project."""

import click

from service import logs
from service.cli.given import who
from service.cli.terminal import opened
from service.parts.processes import Stop, run_consumer, run_projector


@click.command()
@click.option("--accept-gap", is_flag=True, help="Go on although messages are gone from the bus, and record which.")
def consume(accept_gap: bool) -> None:
    """Append what comes over the bus to the log, until told to stop. A second consumer stands by."""
    stop = Stop()
    stop.catch_signals()
    given = opened()
    logs.configure(given.settings.log_format)
    run_consumer(given, stop, gaps_accepted_by=who() if accept_gap else None)


@click.command()
def project() -> None:
    """Fold the log into contact state, until told to stop. A second projector stands by."""
    stop = Stop()
    stop.catch_signals()
    given = opened()
    logs.configure(given.settings.log_format)
    run_projector(given, stop)
