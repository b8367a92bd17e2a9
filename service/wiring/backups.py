"""Backups of a deployment, and their way back: where they are put together with the drivers."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import monotonic, sleep

from ledger.events import types
from ledger.log.sqlite.schema import VERSION
from ledger.sqlite import transaction
from service.deployment.deployment import Deployment
from service.deployment.parts import CONSUMER, PROJECTOR
from service.deployment.settings import Settings
from service.deployment.tables.audit_trail import Act, record
from service.deployment.tables.database import other_store
from service.deployment.tables.erasures import PendingErasure
from service.deployment.tables.store_checks import erasures_ordered
from service.jobs.backups.backup import BackupParts
from service.jobs.backups.manifest import Manifest
from service.jobs.backups.restore import RESTORED, RestorePlace
from service.jobs.erasing.places import is_done
from service.processes.temporary import parts_running
from service.queries.ledger.status import Status
from service.wiring.deployment import deployment
from service.wiring.drivers import Drivers, now, states_in
from service.wiring.erasing import erasing
from service.wiring.ledger import ledger_status

_LOOK_SECONDS = 0.1
_PATIENCE_SECONDS = 30.0


@contextmanager
def backup_parts(deployment: Deployment) -> Iterator[BackupParts]:
    """What takes a backup of a deployment."""
    drivers = Drivers(deployment)
    with closing(drivers.store()) as store:

        def note(act: Act) -> None:
            with transaction(store):
                record(store, act)

        yield BackupParts(
            deployment,
            drivers.log(),
            drivers.generations(),
            drivers.bus(),
            drivers.signer(),
            VERSION,
            version("contact-ledger"),
            note,
            now,
        )


def restore_place(settings: Settings) -> RestorePlace:
    """Where a backup goes by these settings."""
    secret = None if settings.secret is None else settings.secret.encode()
    return RestorePlace(settings.data, settings.bus, secret, VERSION, partial(states_in, settings.data))


def note_restore(environ: Mapping[str, str], manifest: Manifest, by: str) -> Deployment:
    """Put into the audit table that a backup was restored; the deployment that it has become."""
    restored = deployment(environ)
    with closing(Drivers(restored).store()) as store, transaction(store):
        record(store, Act(now(), by, RESTORED, {"made_at": manifest.made_at, "position": manifest.head.position}))
    return restored


def erasures_in(path: Path, ledger: str) -> list[PendingErasure]:
    """The erasures that were ordered in another copy of a ledger, by its `service.db`. Raises StorageFault, NotOurs."""
    with other_store(path, ledger) as store:
        return erasures_ordered(store)


def erase_again(deployment: Deployment, ordered: Sequence[PendingErasure]) -> tuple[int, int]:
    """Erase whom another copy of this ledger had erased; how many were, and how many are still gone through.

    Consumer and projector must be at work. Raises BusError.
    """
    with erasing(deployment, types.COMMAND_LINE) as work:
        again = [pending for one in ordered for pending in work.order_again(one)]
        receipts = [work.finish(pending, _PATIENCE_SECONDS) for pending in again]
    return len(again), sum(receipt is None or not is_done(receipt) for receipt in receipts)


def catch_up(
    deployment: Deployment, least: int, tell: Callable[[Status], None], then: Callable[[], None] = lambda: None
) -> Status:
    """Take and fold what is on the bus, by a consumer and a projector of its own; where it all stands then.

    `then` is called when all is taken, while they are still at work.

    `least` is the position that the log has at any rate. A bus that does not answer is waited for, for half a minute;
    its lag is None then. Raises processes.temporary.PartFailed.
    """
    status, deadline = ledger_status(deployment), monotonic() + _PATIENCE_SECONDS
    locks = {"consume": CONSUMER.lock(deployment.data), "project": PROJECTOR.lock(deployment.data)}
    with parts_running(locks, deployment.environ(os.environ)) as parts:
        while True:
            found = status.now()
            is_there = found.position >= least and not found.lag_events
            if found.bus_lag is not None:
                deadline = monotonic() + _PATIENCE_SECONDS
            if is_there and (found.bus_lag == 0 or monotonic() > deadline):
                then()
                return status.now()
            tell(found)
            for part in parts:
                part.check()
            sleep(_LOOK_SECONDS)
