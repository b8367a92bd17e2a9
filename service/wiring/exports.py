"""Exports: asking for them, and making them, in a process of its own or at once."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial

from projections.state.port import StoredState
from service.deployment.deployment import Deployment
from service.deployment.tables.audit_trail import Act, AuditTable, record
from service.imports.ledger.ledger_view import LedgerView
from service.imports.registry.file_names import file_names, known_imports
from service.imports.registry.named_once import named_once
from service.jobs.background_command import BackgroundCommands
from service.jobs.exports.export_file import ExportParts
from service.jobs.exports.export_maker import ExportMaker
from service.jobs.exports.exports import ExportFolder, Exports
from service.jobs.exports.one_person import OnePerson
from service.wiring.drivers import Drivers, now


def export_folder(deployment: Deployment) -> ExportFolder:
    """Where the exports of a deployment are."""
    return ExportFolder(deployment.data / "exports")


def forget_old_exports(deployment: Deployment) -> None:
    """Remove files whose day is over, though nobody asks for an export any more."""
    export_folder(deployment).forget_old(now())


def exports(deployment: Deployment, background: BackgroundCommands | None = None) -> Exports:
    """The exports for whoever asks for them."""
    started = background or BackgroundCommands(deployment.environ(os.environ))
    return Exports(export_folder(deployment), started, Drivers(deployment).ids(), now)


def export_parts(drivers: Drivers) -> ExportParts:
    """What an export is made of."""
    once = named_once(drivers.generations(), drivers.store)
    return ExportParts(drivers.log_reader, once, drivers.days(), partial(_known, drivers))


def state_as_of(drivers: Drivers, position: int | None) -> StoredState:
    """The state as of a position, worked out where nobody has asked for it yet; None: the one in use."""
    if position is None:
        return drivers.generations().in_use()
    with drivers.log_reader() as log:
        return drivers.past().at(log, position)


@contextmanager
def export_maker(deployment: Deployment) -> Iterator[ExportMaker]:
    """What makes the exports that wait; for the process that holds their lock."""
    drivers = Drivers(deployment)
    with closing(drivers.store()) as store:
        folder, parts = export_folder(deployment), export_parts(drivers)
        yield ExportMaker(folder, partial(state_as_of, drivers), parts, partial(record, store), now)


def one_person(drivers: Drivers, record: Callable[[Act], None]) -> OnePerson:
    """What hands out everything about one person; `record` as it takes it."""
    imports, acts = drivers.deployment.data / "imports", AuditTable(drivers.store())
    known = file_names(drivers.store), known_imports(drivers.store)
    return OnePerson(drivers.log_reader, imports, *known, acts, record, now)


def _known(drivers: Drivers) -> Mapping[str, str]:
    with closing(LedgerView(drivers.bus(), drivers.log(), drivers.generations())) as view:
        return view.attribute_types()
