"""`contacts readmit`: lets somebody in again who was erased and is kept out (R31)."""

import os
import sys
from typing import Any

import click

from service.cli.terminal.given import who as who_calls
from service.cli.terminal.terminal import Failed, as_json, emit, opened
from service.commands.erase_contact import ReasonUnfit
from service.commands.readmit_person import NotKeptOut
from service.deployment.parts import CONSUMER
from service.processes.temporary import parts_running
from service.wiring.erasing import readmitting

_SECONDS = 60.0
_NOT_DONE = 3


@click.command()
@click.argument("whom", metavar="PHONE_OR_USER_ID")
@click.option("--reason", help="Why; it stays in the log for good, so leave phone and user id out.")
@click.option("--yes", "is_sure", is_flag=True, help="Let in; without it, only say whether the person is kept out.")
@as_json
def readmit(whom: str, reason: str | None, is_sure: bool, is_json: bool) -> int:
    """Let somebody in again who was erased and is kept out; without --yes, only say whether they are."""
    if is_sure and reason is None:
        raise click.UsageError("--reason is missing: say why; it stays in the log")
    deployment = opened().deployment
    with readmitting(deployment, "/cli") as work:
        try:
            if not is_sure:
                work.look(whom)
                emit({"kept_out": True}, is_json, lambda: click.echo(_KEPT_OUT))
                return 0
            with parts_running({"consume": CONSUMER.lock(deployment.data)}, os.environ):
                position = work.order(whom, who_calls(), reason or "", _SECONDS)
        except NotKeptOut as fault:
            raise Failed(str(fault)) from None
        except ReasonUnfit as fault:
            raise click.UsageError(f"--reason: {fault}") from None
    document: dict[str, Any] = {"kept_out": position is None, "position": position}
    emit(document, is_json, lambda: _print(position))
    return _NOT_DONE if position is None else 0


_KEPT_OUT = "This person was erased and is kept out. With --yes and --reason they are let in again."


def _print(position: int | None) -> None:
    if position is None:
        click.echo("The order is on the bus: it counts when the consumer comes to it.", file=sys.stderr)
    else:
        click.echo(f"Let in again, by the entry at position {position}: what names the person is taken from now on.")
