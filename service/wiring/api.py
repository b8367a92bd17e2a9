"""The API of one worker process, made from a deployment: its part of the composition root."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from multiprocessing.util import Finalize
from secrets import token_bytes, token_urlsafe
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication

from flask import Flask

from ledger.bus.port import Publisher
from ledger.storage import StorageFault
from service.api.app import create_app
from service.commands.conflicts import Conflicts
from service.commands.deadline import DEADLINE
from service.commands.idempotency import SECONDS, IdempotencyKeys
from service.commands.known_identities import KnownContacts, in_log
from service.commands.track import Tracker
from service.commands.track_batch import TrackBatches
from service.deployment.deployment import Deployment
from service.deployment.tables.audit_trail import AuditTable
from service.deployment.tables.keys import Keys
from service.deployment.tables.people import People
from service.deployment.tables.sessions import Sessions
from service.deployment.tables.views import Views
from service.http.admission.denials import Denials
from service.http.admission.failures import ALLOWED, Failures
from service.http.admission.gate import Gate
from service.http.admission.rates import Rates
from service.http.admission.seats import SEATS, Seats
from service.http.front import Front
from service.http.readiness import Remembered
from service.http.services import Services
from service.hub.app import Hub, create_hub
from service.hub.frame.preferences import Preferences
from service.imports.registry.file_names import file_names
from service.imports.registry.named_once import named_once
from service.jobs.audit_runs import AuditRuns
from service.jobs.background_command import BackgroundCommands
from service.jobs.exports.exporting import Exporting
from service.jobs.past_states import PastStates
from service.queries.ledger.consistency import Consistency
from service.queries.ledger.rejected_conflicts import RejectedConflicts
from service.queries.ledger.trail import Trail
from service.queries.lists.duplicates import LikelyDuplicates
from service.queries.lists.indexing import Indexing
from service.queries.lists.kept_catalogue import Catalogue
from service.queries.lists.list import Lists
from service.queries.lists.overview import Overviews
from service.queries.lists.totals import Totals
from service.queries.lists.values import Values
from service.wiring.bulk_erasing import bulk_erasures
from service.wiring.drivers import Drivers, now
from service.wiring.erasing import erasing_over, readmitting_over
from service.wiring.exports import exports, one_person
from service.wiring.ledger import ledger_status
from service.wiring.readiness import look

if TYPE_CHECKING:
    from service.imports.imports import Imports


FIRST_TEMPLATES = ("contacts/page.html", "contact/page.html")
"""Of the pages that are opened first."""


def application(deployment: Deployment) -> Flask:
    """A worker's application, with connections of its own. Raises what opening `service.db` raises."""
    return create_app(services(deployment))


def served(deployment: Deployment) -> WSGIApplication:
    """What a worker serves: pages for people and calls for programs. Raises what opening `service.db` raises."""
    parts = services(deployment)
    pages = hub(deployment, parts)
    Thread(target=prepare, args=(parts, pages), name="prepare", daemon=True).start()
    return Front(pages, create_app(parts))


def prepare(parts: Services, pages: Flask) -> None:
    """Have what the first page would wait for: its template, and the attributes and tags, which grow with the contacts.

    Without a state, or with one that cannot be read, there is nothing to prepare.
    """
    for name in FIRST_TEMPLATES:
        pages.jinja_env.get_template(name)
    with suppress(StorageFault, OSError):  # whoever asks is told
        parts.catalogue.attributes()
        parts.catalogue.tags()


def hub(deployment: Deployment, parts: Services) -> Flask:
    """The pages for people, over the parts behind the routes and a store of their own."""
    return create_hub(Hub(parts, Preferences(Drivers(deployment).store()), deployment.secret, token_bytes))


def services(deployment: Deployment, clock: Callable[[], int] = now) -> Services:
    """The parts behind the routes; what they hold back is written when the process ends.

    `clock`, in microseconds since the epoch, says when people are let in, how long links and sessions hold, and when
    something was done.
    """
    drivers, limit = Drivers(deployment), deployment.settings.rate_limit
    rates = None if limit is None else Rates(deployment.data / "rates", limit, now)
    store, refuse_lost = drivers.watched_store()
    keys = Keys(store, now, token_urlsafe, refuse_lost)
    failures = Failures(keys, Rates(deployment.data / "sign-ins", ALLOWED, now), now)
    gate = Gate(keys, now, failures, Denials(keys, now), rates)
    background = BackgroundCommands(deployment.environ(os.environ))
    for ending in (gate.close, background.close):
        Finalize(None, ending, exitpriority=1)  # atexit is not run in granian's workers
    readers, signer, new_id = drivers.readers(), drivers.signer(), drivers.ids()
    once = named_once(readers.states, drivers.store)
    calls, status, catalogue = tracker(deployment), ledger_status(deployment), Catalogue(readers.states)
    return Services(
        settings=deployment.settings,
        gate=gate,
        seats=Seats(SEATS),
        tracker=calls,
        batches=TrackBatches(
            calls.publisher,
            signer,
            conflicts(deployment),
            partial(in_log, drivers.log(), drivers.signer()),
            new_ids=drivers.ids().stream,
        ),
        idempotency=idempotency_keys(deployment),
        consistency=Consistency(signer, readers.log, readers.states.in_use),
        readers=readers,
        status=status,
        lists=Lists(readers, once, drivers.days(), Indexing(readers.states)),
        days=drivers.days(),
        catalogue=catalogue,
        duplicates=LikelyDuplicates(readers, Indexing(readers.states)),
        values=Values(readers, catalogue, once, Indexing(readers.states)),
        overviews=Overviews(readers, drivers.days(), file_names(drivers.store)),
        past=PastStates(drivers.past(), background),
        audit_runs=AuditRuns(deployment.data / "audits", background, new_id, now),
        keys=keys,
        people=People(drivers.store(), clock, token_urlsafe),
        sessions=Sessions(drivers.store(), clock, token_urlsafe),
        trail=Trail(AuditTable(drivers.store()), keys, readers.log),
        exporting=Exporting(exports(deployment, background), readers, once, drivers.days(), keys.record, now, Totals()),
        one_person=one_person(drivers, keys.record),
        readmitting=readmitting_over(drivers, "/v1/readmissions", calls.publisher),
        erasing=erasing_over(drivers, "/v1/contacts", calls.publisher, drivers.store()),
        bulk_erasures=bulk_erasures(drivers, drivers.store(), keys.record),
        views=Views(drivers.store(), new_id),
        record=keys.record,
        imports=partial(_imports, deployment, calls.publisher),
        named_once=once,
        readiness=Remembered(lambda: look(status)),
        rejected_conflicts=RejectedConflicts(drivers.log()),
        new_id=new_id,
        clock=clock,
    )


def _imports(deployment: Deployment, publisher: Publisher) -> AbstractContextManager["Imports"]:
    from service.wiring.imports import imports  # slow to load, and most calls are not about files

    return imports(deployment, lambda messages: publisher.publish(messages, DEADLINE))


def idempotency_keys(deployment: Deployment) -> IdempotencyKeys:
    """The idempotency keys of all workers, over a connection of their own. Raises what opening `service.db` raises."""
    drivers = Drivers(deployment)
    return IdempotencyKeys(drivers.store(busy_seconds=SECONDS), deployment.secret, drivers.ids())


def tracker(deployment: Deployment) -> Tracker:
    """What takes track calls, from HTTP and from the command line alike."""
    drivers = Drivers(deployment)
    return Tracker(
        publisher=drivers.bus().publisher(),
        signer=drivers.signer(),
        conflicts=conflicts(deployment),
        in_log=partial(in_log, drivers.log(), drivers.signer()),
        default_country_code=deployment.settings.default_country_code,
        new_id=drivers.ids(),
    )


def conflicts(deployment: Deployment) -> Conflicts:
    """What finds conflicts of identity, by a look at the log of its own; for one thread at a time."""
    drivers = Drivers(deployment)
    known = KnownContacts(drivers.log(), drivers.signer())
    may_merge = deployment.settings.may_merge
    return Conflicts(known.holders, known.ids, known.are_apart, known.kept_out, may_merge=may_merge)
