"""The API of one worker process, made from a deployment: its part of the composition root."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from functools import partial
from multiprocessing.util import Finalize
from pathlib import Path
from secrets import token_urlsafe
from shutil import disk_usage
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication

from flask import Flask

from ledger import sqlite
from ledger.belonging import NotOurs
from ledger.bus.port import Bus, BusError
from ledger.log.sqlite.reader import absence
from ledger.storage import NotMadeYet, StorageFault
from projections.state.sqlite.reader import reading
from service.api.app import create_app
from service.commands.conflicts import Conflicts
from service.commands.idempotency import SECONDS, IdempotencyKeys
from service.commands.known_identities import KnownContacts, in_log
from service.commands.track import Tracker
from service.commands.track_batch import TrackBatches
from service.deployment.deployment import Deployment, now, refuse_lost_store
from service.deployment.keys import Keys
from service.deployment.people import People
from service.deployment.sessions import Sessions
from service.http.denials import Denials
from service.http.failures import ALLOWED, Failures
from service.http.front import Front
from service.http.gate import Gate
from service.http.rates import Rates
from service.http.readiness import Readiness, Remembered
from service.http.seats import SEATS, Seats
from service.http.services import Services
from service.hub.app import Hub, create_hub
from service.hub.preferences import Preferences
from service.jobs.audit_runs import AuditRuns
from service.jobs.background_command import BackgroundCommands
from service.jobs.past_states import PastStates
from service.queries.consistency import Consistency
from service.queries.part_states import NOT_KNOWN, part_states
from service.queries.rejected_conflicts import RejectedConflicts
from service.queries.status import status

if TYPE_CHECKING:
    from service.http.services import Imports

LEAST_FREE = 1024 * 1024
"""Bytes on the data folder's disk below which nothing can be taken any more."""


def application(deployment: Deployment) -> Flask:
    """A worker's application, with connections of its own. Raises what opening `service.db` raises."""
    return create_app(services(deployment))


def served(deployment: Deployment) -> WSGIApplication:
    """What a worker serves: pages for people and calls for programs. Raises what opening `service.db` raises."""
    parts = services(deployment)
    return Front(hub(deployment, parts).wsgi_app, create_app(parts).wsgi_app)


def hub(deployment: Deployment, parts: Services, clock: Callable[[], int] = now) -> Flask:
    """The pages for people, over the parts behind the routes and stores of their own."""
    return create_hub(
        Hub(
            parts,
            People(deployment.store(), clock, token_urlsafe),
            Sessions(deployment.store(), clock, token_urlsafe),
            Preferences(deployment.store()),
            deployment.settings.time_zone,
            clock,
        )
    )


def services(deployment: Deployment) -> Services:
    """The parts behind the routes; what they hold back is written when the process ends."""
    limit = deployment.settings.rate_limit
    rates = None if limit is None else Rates(deployment.data / "rates", limit, now)
    store = deployment.store()
    keys = Keys(store, now, token_urlsafe, partial(refuse_lost_store, sqlite.Place(deployment.service_path)))
    failures = Failures(keys, Rates(deployment.data / "sign-ins", ALLOWED, now), now)
    gate = Gate(keys, now, failures, Denials(keys, now), rates)
    background = BackgroundCommands(deployment.environ(os.environ))
    for ending in (gate.close, background.close):
        Finalize(None, ending, exitpriority=1)  # atexit is not run in granian's workers
    calls = tracker(deployment)
    return Services(
        gate=gate,
        seats=Seats(SEATS),
        tracker=calls,
        batches=TrackBatches(
            calls.publisher,
            deployment.signer(),
            conflicts(deployment),
            partial(in_log, deployment.log_path),
            new_ids=deployment.ids().stream,
        ),
        idempotency=idempotency_keys(deployment),
        consistency=Consistency(deployment.signer(), deployment.log_reader, deployment.generations().current_path),
        past=PastStates(deployment.past, background),
        audit_runs=AuditRuns(deployment.data / "audits", background, deployment.ids(), now),
        deployment=deployment,
        imports=partial(_imports, deployment),
        readiness=Remembered(lambda: look(deployment)),
        rejected_conflicts=RejectedConflicts(deployment.log_path),
        new_id=deployment.ids(),
    )


def _imports(deployment: Deployment) -> AbstractContextManager["Imports"]:
    from service.wiring.imports import imports  # slow to load, and most calls are not about files

    return imports(deployment)


def idempotency_keys(deployment: Deployment) -> IdempotencyKeys:
    """The idempotency keys of all workers, over a connection of their own. Raises what opening `service.db` raises."""
    connection = deployment.store()
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * SECONDS)}")
    return IdempotencyKeys(connection, deployment.secret, deployment.ids())


def tracker(deployment: Deployment) -> Tracker:
    """What takes track calls, from HTTP and from the command line alike."""
    return Tracker(
        publisher=deployment.bus().publisher(),
        signer=deployment.signer(),
        conflicts=conflicts(deployment),
        in_log=partial(in_log, deployment.log_path),
        default_country_code=deployment.settings.default_country_code,
        new_id=deployment.ids(),
    )


def conflicts(deployment: Deployment) -> Conflicts:
    """What finds conflicts of identity, by a look at the log of its own; for one thread at a time."""
    known = KnownContacts(deployment.log_path)
    return Conflicts(known.holders, known.ids, may_merge=deployment.settings.merge == "auto")


def look(deployment: Deployment) -> Readiness:
    """Look at bus, log and state; what cannot be told is a fault of its part, never an exception."""
    parts = {
        "disk": _disk_fault(deployment.data),
        "bus": _bus_fault(deployment.bus()),
        "service": _store_fault(deployment),
        "log": _log_fault(deployment),
        "state": _state_fault(deployment),
    }
    lags: dict[str, float] = {}
    try:
        seen = status(deployment)
        states = seen.parts
    except (StorageFault, NotOurs) as fault:
        parts["log"] = parts["log"] or str(fault)
        states = part_states(deployment, NOT_KNOWN, {})
    else:
        lags = {"log_position": seen.position, "lag_events": seen.lag_events, "lag_seconds": seen.lag_seconds}
        if seen.bus_lag is not None:
            lags["bus_lag"] = seen.bus_lag
    beats = {part.name: part.heartbeat_seconds for part in states if part.heartbeat_seconds is not None}
    return Readiness({**parts, **{part.name: part.fault for part in states}}, lags, beats)


def _disk_fault(folder: Path) -> str | None:
    free = disk_usage(folder).free
    return f"the disk of the data folder is full: {free:,} bytes are left" if free < LEAST_FREE else None


def _bus_fault(bus: Bus) -> str | None:
    try:
        bus.check()
    except BusError as fault:
        return str(fault)
    return None


def _store_fault(deployment: Deployment) -> str | None:
    """Whether keys can be looked up and imports written; a writer at work is let end for a second."""
    try:
        with closing(sqlite.connect(deployment.service_path, busy_seconds=1.0)) as store, sqlite.transaction(store):
            store.execute("SELECT count(*) FROM keys")
    except (StorageFault, OSError) as fault:
        return f"{deployment.service_path.name} cannot be used: {fault}"
    return None


def _log_fault(deployment: Deployment) -> str | None:
    try:
        return absence(deployment.log_path)
    except StorageFault as fault:
        return str(fault)


def _state_fault(deployment: Deployment) -> str | None:
    try:
        with reading(deployment.generations().current_path()) as state:
            state.checkpoint()
    except NotMadeYet as fault:
        return str(fault)
    except (StorageFault, NotOurs, OSError) as fault:
        return f"the state cannot be read: {fault}"
    return None
