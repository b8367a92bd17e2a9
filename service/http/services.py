"""What the API needs from the rest: one value, so that the routes hold no globals."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.commands.idempotency import IdempotencyKeys
from service.commands.track import Tracker
from service.commands.track_batch import TrackBatches
from service.deployment.deployment import Deployment
from service.http.gate import Gate
from service.http.readiness import Readiness
from service.http.seats import Seats
from service.jobs.audit_runs import AuditRuns
from service.jobs.past_states import PastStates
from service.queries.consistency import Consistency

if TYPE_CHECKING:
    from service.imports.record.results import Results
    from service.imports.record.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Imports:
    """Imports for whoever publishes nothing: preparing them, and what became of them."""

    uploads: "Uploads"
    results: "Results"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts behind the routes, all safe for threads.

    `deployment` opens log and state for those that read; `imports` opens what prepares imports, for one call;
    `rejected_conflicts` counts those of identity in the log; `new_id` makes the ids that faults are logged under.
    """

    gate: Gate
    seats: Seats
    tracker: Tracker
    batches: TrackBatches
    idempotency: IdempotencyKeys
    consistency: Consistency
    past: PastStates
    audit_runs: AuditRuns
    deployment: Deployment
    imports: Callable[[], AbstractContextManager[Imports]]
    readiness: Callable[[], Readiness]
    rejected_conflicts: Callable[[], int]
    new_id: Callable[[], str]
