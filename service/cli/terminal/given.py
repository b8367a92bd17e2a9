"""What a command is given by its surroundings: settings, and who calls."""

import getpass
import os
from pathlib import Path

import click

from service.deployment.settings import Settings, load

accept_clock = click.option(
    "--accept-clock",
    "is_clock_accepted",
    is_flag=True,
    help="This machine's clock is right, though it is more than 366 days past the last message.",
)


def settings(**overrides: object) -> Settings:
    """The settings of the environment and `.env`, with options in their place where given (`host`, `port` …).

    Raises SettingsInvalid.
    """
    return load(environ(**overrides), Path(".env"))


def environ(**overrides: object) -> dict[str, str]:
    """The environment with these options as CONTACTS_… in it, for child processes too."""
    given = {f"CONTACTS_{name.upper()}": str(value) for name, value in overrides.items() if value is not None}
    return {**os.environ, **given}


def who() -> str:
    """The person at the command line, for the audit table."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"cli:uid {os.getuid()}"
