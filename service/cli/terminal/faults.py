"""Every fault as one sentence and an exit code. Loaded only when there is one: it knows all that can go wrong."""

import os
from collections.abc import Sequence
from pathlib import Path

import structlog

from consumers.consume_loop import BusUnknown, MessagesMissing
from ledger.belonging import Gone, NotOurs
from ledger.bus.port import BusError
from ledger.storage import StorageFault, UnsafeDriver
from projections.projector.projector import Contradiction
from service.deployment import logs
from service.deployment.damage import damage
from service.deployment.ledger_file import SecretWrong
from service.deployment.parts import exit_code
from service.deployment.secret import SecretUnreadable
from service.deployment.settings import SettingsInvalid, load
from service.wiring.drivers import states_in

_FOR_A_PERSON = (
    MessagesMissing, BusUnknown, Contradiction, BusError, SecretUnreadable, SecretWrong, Gone, NotOurs,
    UnsafeDriver,
)  # fmt: skip
"""Faults that no waiting mends, and whose message says what does."""


def sentence_of(fault: Exception, command: Sequence[str]) -> tuple[str, int]:
    """What a person is told of what ended `command`, and its exit code: 1 for what could not be done, 2 for bad usage.

    An unforeseen fault is logged with where it came from.
    """
    match fault:
        case SettingsInvalid():
            return str(fault), 2
        case _ if isinstance(fault, _FOR_A_PERSON):
            return str(fault), 1
        case StorageFault():
            unusable = f"a file in the data folder cannot be used: {fault}"
            if fault.is_passing:
                return unusable, exit_code(command)
            settings = load(os.environ, Path(".env"))
            return damage(settings, states_in(settings.data)) or unusable, 1
        case UnicodeError():
            return "an argument, a setting or a file is not valid UTF-8", 2
        case OSError():
            where = f": {fault.filename}" if fault.filename else ""
            return f"{fault.strerror or fault}{where}", exit_code(command, fault)
    if not structlog.is_configured():
        logs.configure("console")
    structlog.get_logger().error("unforeseen fault", exc_info=fault)
    return "something went wrong that was not foreseen; the line above says where", exit_code(command)
