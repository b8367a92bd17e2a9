"""What routes and pages need from the rest: one value, so that they hold no globals."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.commands.idempotency import IdempotencyKeys
from service.commands.readmit_person import Readmitting
from service.commands.track import Tracker
from service.commands.track_batch import TrackBatches
from service.deployment.settings import Settings
from service.deployment.tables.audit_trail import Act
from service.deployment.tables.keys import Keys
from service.deployment.tables.people import People
from service.deployment.tables.sessions import Sessions
from service.deployment.tables.views import Views
from service.http.admission.gate import Gate
from service.http.admission.seats import Seats
from service.http.readiness import Readiness
from service.jobs.audit_runs import AuditRuns
from service.jobs.erasing.bulk_erasures import BulkErasures
from service.jobs.erasing.erasing import Erasing
from service.jobs.exports.exporting import Exporting
from service.jobs.exports.one_person import OnePerson
from service.jobs.past_states import PastStates
from service.queries.business_days import BusinessDays
from service.queries.ledger.consistency import Consistency
from service.queries.ledger.status import LedgerStatus
from service.queries.ledger.trail import Trail
from service.queries.lists.duplicates import LikelyDuplicates
from service.queries.lists.kept_catalogue import Catalogue
from service.queries.lists.list import Lists
from service.queries.lists.overview import Overviews
from service.queries.lists.values import Values
from service.queries.readers import Readers

if TYPE_CHECKING:
    from service.imports.imports import Imports


@dataclass(frozen=True, slots=True)
class Services:
    """What stands behind routes and pages, all of it safe for threads.

    `record` puts an act into the audit table; `imports` opens what prepares imports, for one call; `named_once` says
    whether an attribute that nobody has was ever named (R34); `rejected_conflicts` counts those of identity in the log;
    `new_id` makes the ids that faults are logged under; `clock` gives microseconds since the epoch.
    """

    settings: Settings
    gate: Gate
    seats: Seats
    tracker: Tracker
    batches: TrackBatches
    idempotency: IdempotencyKeys
    consistency: Consistency
    readers: Readers
    status: LedgerStatus
    lists: Lists
    days: BusinessDays
    catalogue: Catalogue
    overviews: Overviews
    values: Values
    duplicates: LikelyDuplicates
    past: PastStates
    audit_runs: AuditRuns
    keys: Keys
    people: People
    sessions: Sessions
    trail: Trail
    exporting: Exporting
    one_person: OnePerson
    erasing: Erasing
    bulk_erasures: BulkErasures
    readmitting: Readmitting
    views: Views
    record: Callable[[Act], None]
    imports: Callable[[], AbstractContextManager["Imports"]]
    named_once: Callable[[str], bool]
    readiness: Callable[[], Readiness]
    rejected_conflicts: Callable[[], int]
    new_id: Callable[[], str]
    clock: Callable[[], int]
