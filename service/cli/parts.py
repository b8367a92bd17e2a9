"""Commands that are one part of the service each: consume and project."""

import click

from service.cli.given import accept_clock, who
from service.cli.terminal import opened
from service.deployment import logs
from service.deployment.deployment import now
from service.processes.roles import Stop, run_consumer, run_projector


@click.command()
@click.option("--accept-gap", is_flag=True, help="Go on although messages are gone from the bus, and record which.")
@click.option("--accept-bus", is_flag=True, help="Go on with another bus than the log's, and record which.")
@accept_clock
def consume(accept_gap: bool, accept_bus: bool, is_clock_accepted: bool) -> None:
    """Append what comes over the bus to the log, until told to stop. A second consumer stands by."""
    stop = Stop()
    stop.catch_signals()
    given = opened()
    logs.configure(given.settings.log_format)
    if is_clock_accepted:
        given.bus(is_accepting=accept_bus).accept_clock()
    run_consumer(
        given,
        stop,
        gaps_accepted_by=who() if accept_gap else None,
        bus_accepted_by=who() if accept_bus else None,
        accepted_clock=now() if is_clock_accepted else 0,
    )


@click.command()
def project() -> None:
    """Fold the log into contact state, until told to stop. A second projector stands by."""
    stop = Stop()
    stop.catch_signals()
    given = opened()
    logs.configure(given.settings.log_format)
    run_projector(given, stop)
