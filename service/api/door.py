"""What the API needs from the rest: one value, so that the routes hold no globals."""

from collections.abc import Callable
from dataclasses import dataclass

from service.api.gate import Gate
from service.api.readiness import Readiness
from service.api.seats import Seats
from service.audit_runs import AuditRuns
from service.batch import Batches
from service.consistency import Consistency
from service.idempotency import IdempotencyKeys
from service.past_states import PastStates
from service.tracking import Tracker
from service.wiring import Deployment


@dataclass(frozen=True, slots=True)
class Door:
    """The parts behind the routes, all safe for threads.

    `deployment` opens log and state for those that read; `rejected_conflicts` counts those of identity in the
    log; `new_id` makes the ids that faults are logged under.
    """

    gate: Gate
    seats: Seats
    tracker: Tracker
    batches: Batches
    idempotency: IdempotencyKeys
    consistency: Consistency
    past: PastStates
    audit_runs: AuditRuns
    deployment: Deployment
    readiness: Callable[[], Readiness]
    rejected_conflicts: Callable[[], int]
    new_id: Callable[[], str]
