"""`contacts sessions`: the devices that are signed in to the hub."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager

import click

from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened, table
from service.deployment.tables.sessions import Sessions, SessionUnknown, shown
from service.wiring.drivers import now


@click.group()
def sessions() -> None:
    """Devices that are signed in to the hub."""


@sessions.command("list")
@as_json
def list_sessions(is_json: bool) -> None:
    """Show every device that is signed in, the one seen last first."""
    with _sessions() as kept:
        found = list(map(shown, kept.all()))
    columns = ("id", "name", "device", "created_at", "seen_at")
    emit({"sessions": found}, is_json, lambda: table(columns, ([one[name] for name in columns] for one in found)))


@sessions.command()
@click.argument("id")
@as_json
def end(id: str, is_json: bool) -> None:
    """Sign a device out, at once."""
    with _sessions() as kept:
        try:
            ended = kept.sign_out(id, who())
        except SessionUnknown as fault:
            raise Failed(str(fault.args[0])) from None
    emit(shown(ended), is_json, lambda: click.echo(f"Signed out {ended.device} of {ended.name}."))


@contextmanager
def _sessions() -> Iterator[Sessions]:
    with closing(opened().store()) as connection:
        yield Sessions(connection, now, secrets.token_urlsafe)
