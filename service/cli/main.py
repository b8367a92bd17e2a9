"""The command `contacts`: collects the commands, and turns every fault into one sentence and an exit code."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click
import structlog

from consumers.consume_loop import BusUnknown, MessagesMissing
from ledger import sqlite
from ledger.belonging import Gone, NotOurs
from ledger.bus.port import BusError
from projections.projector import Contradiction
from service import logs
from service.files import keep_private
from service.ledger_file import SecretWrong
from service.parts.table import exit_code
from service.secret import SecretUnreadable
from service.settings import SettingsInvalid, load

_FOR_A_PERSON = (
    MessagesMissing, BusUnknown, Contradiction, BusError, SecretUnreadable, SecretWrong, Gone, NotOurs,
    sqlite.UnsafeSqlite,
)  # fmt: skip
"""Faults that no waiting mends, and whose message says what does."""

_COMMANDS = {
    "serve": "serve.serve",
    "api": "serve.api",
    "consume": "parts.consume",
    "project": "parts.project",
    "keys": "keys.keys",
    "people": "people.people",
    "track": "track.track",
    "import": "imports.import_file",
    "imports": "imports.imports",
    "list": "contacts.list_contacts",
    "show": "contacts.show",
    "history": "contacts.history",
    "explain": "contacts.explain",
    "diff": "contacts.diff",
    "past": "contacts.past",
    "status": "ledger.status",
    "head": "ledger.head",
    "verify": "ledger.verify",
    "rebuild": "ledger.rebuild",
    "rejected": "ledger.rejected",
    "audit-trail": "audit.audit_trail",
}
"""Where each command is: module of `service.cli`, and name in it."""


class Commands(click.Group):
    """Loads the command that is asked for and no other, which halves the time a command takes to begin."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order of the table."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, loaded now."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(".")
        found: click.Command = getattr(import_module(f"service.cli.{module}"), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="contact-ledger")
def commands() -> None:
    """Contacts with their whole story: track, import, replay, explain, verify."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0, 1 for what could not be done, 2 for bad usage, or the command's own code."""
    logs.configure("console")
    keep_private()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        result = commands.main(args=arguments, prog_name="contacts", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except click.exceptions.Abort:
        _fail("interrupted", 130)
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except SettingsInvalid as fault:
        _fail(str(fault), 2)
    except _FOR_A_PERSON as fault:
        _fail(str(fault), 1)
    except sqlite.Error as fault:
        if sqlite.is_passing(fault):
            _fail(f"a file in the data folder cannot be used: {fault}", exit_code(given))
        _fail(_damage() or f"a file in the data folder cannot be used: {fault}", 1)
    except UnicodeError:
        _fail("an argument, a setting or a file is not valid UTF-8", 2)
    except OSError as fault:
        _fail(f"{fault.strerror or fault}{f': {fault.filename}' if fault.filename else ''}", exit_code(given, fault))
    except Exception:
        structlog.get_logger().exception("unforeseen fault")
        _fail("something went wrong that was not foreseen; the line above says where", exit_code(given))


def _damage() -> str | None:
    """Which file is damaged, where, and what mends it; None where all of them can be read."""
    from service.damage import damage

    return damage(load(os.environ, Path(".env")))


def _fail(sentence: str, code: int) -> None:
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(code)
