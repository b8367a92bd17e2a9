"""`contacts serve`: every part, supervised. `contacts api`: the HTTP part alone."""

import base64
import http.client
import os
import secrets
import sys
from functools import partial

import click

from ledger.events.numbering_plan import plan_of
from service.api.server.port import PortTaken, wait_until_free
from service.cli.terminal.given import accept_clock, environ, settings
from service.deployment import logs
from service.deployment.parts import CONSUMER, MAY_HEAL, PARTS
from service.deployment.settings import Settings
from service.deployment.tables.database import open_store
from service.deployment.tables.keys import Keys
from service.deployment.tables.people import People
from service.processes.signals import call_at_end
from service.processes.supervisor import CannotRun, Supervised, Supervisor
from service.wiring.deployment import deployment
from service.wiring.drivers import Drivers, now

_EXAMPLE = '{"phoneNumber":"9967536783","countryCode":"+91","traits":{"name":"Gavin Roberts"},"tags":["new customer"]}'


@click.command()
@click.option("--host", help="Address to listen at (CONTACTS_HOST).")
@click.option("--port", type=int, help="Port to listen at (CONTACTS_PORT).")
@click.option("--workers", type=int, help="Processes that answer calls (CONTACTS_WORKERS).")
@click.option("--accept-bus", is_flag=True, help="Go on with another bus than the log's, and record which.")
@click.option(
    "--accept-lost-service-db",
    "is_store_loss_accepted",
    is_flag=True,
    help="Go on with a new service.db in the place of one that is lost: with new keys, and without past imports.",
)
@accept_clock
def serve(
    host: str | None,
    port: int | None,
    workers: int | None,
    accept_bus: bool,
    is_store_loss_accepted: bool,
    is_clock_accepted: bool,
) -> None:
    """Run API, importer, consumer and projector together until Ctrl-C."""
    given = settings(host=host, port=port, workers=workers)
    logs.configure(given.log_format)
    around = environ(host=host, port=port, workers=workers)
    # what no part could run with is told once, and before any is started
    deployment(around, is_store_loss_accepted=is_store_loss_accepted)
    # what somebody accepted is accepted once, not at every start
    accepted = ["--accept-bus"] * accept_bus + ["--accept-clock"] * is_clock_accepted
    parts = [
        Supervised(
            part.name,
            [sys.executable, "-m", "service", *part.command],
            at_first=accepted if part is CONSUMER else [],
            ends=part.ends(given.data),
        )
        for part in PARTS
    ]
    supervisor = Supervisor(parts, around, sys.stderr)
    call_at_end(supervisor.stop)
    try:
        wait_until_free(given.host, given.port, 0.0)
        supervisor.run(partial(_answers, given), partial(_announce, given))
    except (PortTaken, CannotRun) as fault:
        raise click.ClickException(str(fault)) from None


@click.command()
def api() -> None:
    """Run the HTTP API alone."""
    from service.api.server import server
    from service.wiring import api as parts

    given = deployment(os.environ)
    logs.configure(given.settings.log_format)
    Drivers(given).store().close()  # a fault here is told once, not by every worker
    plan_of(given.settings.default_country_code)  # made once, before the workers fork, and for no call to wait for
    try:
        server.serve(given.settings, partial(parts.served, given))
    except PortTaken as fault:
        raise click.ClickException(str(fault)) from None
    except server.WorkersFailed as fault:
        click.echo(f"Error: {fault}", err=True)
        sys.exit(MAY_HEAL)


def _answers(given: Settings) -> bool:
    connection = http.client.HTTPConnection(given.address, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announce(given: Settings) -> None:
    url = f"http://{given.address}/"
    click.echo(f"Hub: {url}")
    connection = open_store(given.data / "service.db")
    try:
        keys = Keys(connection, now, secrets.token_urlsafe)
        first = keys.create_first("first key", by="serve")
        people = People(connection, now, secrets.token_urlsafe)
        person = people.add_first("Owner", by="serve")
        link = None if person is None else people.link(person.id, by="serve")
    finally:
        connection.close()
    if link is not None:
        click.echo(f"Sign in: {url}sign-in/{link}")
    if first is None:
        click.echo(
            "There are API keys already; `contacts keys create` makes another. "
            "`contacts people list` names who may sign in, `contacts people link ID` makes a new sign-in link."
        )
        return
    _, text = first
    click.echo(f"API key: {text}")
    click.echo(f"Authorization: Basic {base64.b64encode(f'{text}:'.encode()).decode()}")
    click.echo(f"Try: curl -u {text}: {url}v1/public/track/users/ -d '{_EXAMPLE}'")
