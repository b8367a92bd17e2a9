"""The command `contacts`: collects the commands, and turns every fault into one sentence and an exit code."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

import click

from service.deployment.files import keep_private


class _LazyCommand(NamedTuple):
    """Where a command is, module of `service.cli` and name in it, and the first sentence of its own help."""

    place: str
    purpose: str


_COMMANDS = {
    "serve": _LazyCommand("serve.serve", "Run API, importer, consumer and projector together until Ctrl-C."),
    "api": _LazyCommand("serve.api", "Run the HTTP API alone."),
    "consume": _LazyCommand("parts.consume", "Append what comes over the bus to the log, until told to stop."),
    "project": _LazyCommand("parts.project", "Fold the log into contact state, until told to stop."),
    "keys": _LazyCommand("keys.keys", "API keys: what a program signs in with."),
    "people": _LazyCommand("people.people", "People: who may use the hub in the browser."),
    "sessions": _LazyCommand("sessions.sessions", "Devices that are signed in to the hub."),
    "track": _LazyCommand("track.track", "Tell the ledger about a contact: traits to set, tags to add."),
    "import": _LazyCommand(
        "imports.import_file", "Import a FILE of contacts: a CSV, or a workbook (.xlsx, .xls, .ods)."
    ),
    "imports": _LazyCommand("imports.imports", "List the imports, newest first; or look at one."),
    "list": _LazyCommand("contacts.list_contacts", "List contacts, the one changed last first."),
    "views": _LazyCommand("views.views", "Saved views of the list: filters, columns and order under a name."),
    "edit": _LazyCommand("edits.edit", "Change many contacts at once; without --yes, only say how many would change."),
    "edits": _LazyCommand(
        "edits.edits",
        "List the changes of many contacts, newest first; or look at one, stop it, take it back, or bring it back.",
    ),
    "export": _LazyCommand(
        "exports.export",
        "Write contacts to a file: a CSV that opens in a spreadsheet and can be imported again, or JSON lines.",
    ),
    "exports": _LazyCommand(
        "exports.list_exports", "List the exports that were asked for in the hub and by calls, newest first."
    ),
    "overview": _LazyCommand(
        "overview.overview", "Count the contacts day by day, and say where the new ones came from."
    ),
    "show": _LazyCommand("contacts.show", "Show a contact, now or as it was."),
    "history": _LazyCommand(
        "contacts.history",
        "Show everything that happened to a contact: what changed, from what to what, when and from where.",
    ),
    "explain": _LazyCommand(
        "contacts.explain", "Say for each value which event set it, and which others lost and why."
    ),
    "diff": _LazyCommand(
        "contacts.diff", "Show what is different about a contact between two positions or times A and B."
    ),
    "duplicates": _LazyCommand(
        "duplicates.duplicates",
        "List pairs of contacts that are likely one person; `contacts merge A B` makes them one.",
    ),
    "merge": _LazyCommand(
        "merging.merge",
        "Merge contact B into contact A: one contact is left, with A's id and phone, which both phones find.",
    ),
    "split": _LazyCommand(
        "merging.split",
        "Split a contact from the one that it is merged into, whether a message merged them or somebody did.",
    ),
    "renumber": _LazyCommand(
        "renumber.renumber",
        "Give the contact WHO the phone NEW, such as +919820098200; without --yes, only show what would come of it.",
    ),
    "past": _LazyCommand("contacts.past", "Work out the contacts as of a POSITION, for calls that will ask for them."),
    "status": _LazyCommand("ledger.status", "Show how far the log is, and what waits before and behind it."),
    "head": _LazyCommand(
        "ledger.head",
        "Print the log's head, signed: keep it elsewhere, and `verify --head FILE` proves nothing before it changed.",
    ),
    "entry": _LazyCommand(
        "ledger.entry",
        "Show one entry of the log whole: its message, what was decided of it, and its place in the chain.",
    ),
    "verify": _LazyCommand(
        "ledger.verify", "Check log, state and imports against the log's entries; exit code 1 when anything is wrong."
    ),
    "rebuild": _LazyCommand(
        "ledger.rebuild", "Fold the whole log anew: into the next generation of the state, or into a file of its own."
    ),
    "rejected": _LazyCommand(
        "rejected.rejected", "Messages that were not accepted: look at them, have them taken again, or drop them."
    ),
    "backup": _LazyCommand(
        "backups.backup",
        "Copy the whole ledger into the new folder DIR, while everything runs.",
    ),
    "restore": _LazyCommand(
        "backups.restore",
        "Bring the backup in DIR back, into a data folder that is new or empty, and take what the bus has had since.",
    ),
    "erase": _LazyCommand(
        "erase.erase",
        "Remove a person from everything, for good, or all of a selection; without --yes, only say what would go.",
    ),
    "erasures": _LazyCommand(
        "erasures.erasures", "List the erasures of many contacts, newest first; confirm, cancel or go on with one."
    ),
    "readmit": _LazyCommand(
        "readmit.readmit",
        "Let somebody in again who was erased and is kept out; without --yes, only say whether they are.",
    ),
    "audit-trail": _LazyCommand(
        "audit.audit_trail",
        "Show who did what, newest first: keys, people, failed sign-ins, denied calls, exports, backups, orders.",
    ),
}

_SILENT = {"contacts", "ledger", "rejected", "keys", "people", "sessions", "audit", "views", "erase"}
"""Modules whose commands log nothing, so that the library for logs, a third of what they would load, stays out."""


class LazyCommands(click.Group):
    """Loads the command that is asked for and no other, and for `--help` none: most of a command's time is loading."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order of the table."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, loaded now."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].place.split(".")
        if module not in _SILENT:
            from service.deployment import logs

            logs.configure("console")
        found: click.Command = getattr(import_module(f"service.cli.{module}"), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands and what each is for, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.purpose) for name, command in _COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="contact-ledger")
def commands() -> None:
    """Contacts with their whole story: track, import, replay, explain, verify."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0, 1 for what could not be done, 2 for bad usage, or the command's own code."""
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
    except Exception as fault:
        from service.cli.terminal.faults import sentence_of

        _fail(*sentence_of(fault, given))


def _fail(sentence: str, code: int) -> None:
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(code)
