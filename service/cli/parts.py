"""Commands that are one part of the service each: consume and project."""

from functools import partial

import click

from service.cli.terminal.given import accept_clock, who
from service.cli.terminal.terminal import opened
from service.deployment import logs
from service.processes.roles import Stop, run_consumer, run_projector
from service.wiring.drivers import now


@click.command()
@click.option("--accept-gap", is_flag=True, help="Go on although messages are gone from the bus, and record which.")
@click.option("--accept-bus", is_flag=True, help="Go on with another bus than the log's, and record which.")
@accept_clock
def consume(accept_gap: bool, accept_bus: bool, is_clock_accepted: bool) -> None:
    """Append what comes over the bus to the log, until told to stop. A second consumer stands by."""
    stop = Stop()
    stop.catch_signals()
    drivers = opened()
    logs.configure(drivers.deployment.settings.log_format)
    bus = drivers.bus(is_accepting=accept_bus)
    if is_clock_accepted:
        bus.accept_clock()
    consumer = partial(
        drivers.consumer,
        gaps_accepted_by=who() if accept_gap else None,
        bus_accepted_by=who() if accept_bus else None,
        accepted_clock=now() if is_clock_accepted else 0,
    )
    run_consumer(drivers.deployment, stop, bus, consumer)


@click.command()
def project() -> None:
    """Fold the log into contact state, until told to stop. A second projector stands by."""
    stop = Stop()
    stop.catch_signals()
    drivers = opened()
    logs.configure(drivers.deployment.settings.log_format)
    run_projector(drivers.deployment, stop, drivers.log(cache_mib=16), drivers.generations())
