"""What the API needs from the rest: one value, so that the routes hold no globals."""

from collections.abc import Callable
from dataclasses import dataclass

from service.api.gate import Gate
from service.api.readiness import Readiness
from service.tracking import Tracker


@dataclass(frozen=True, slots=True)
class Door:
    """The parts behind the routes, all safe for threads. `new_id` makes the ids that faults are logged under."""

    gate: Gate
    tracker: Tracker
    readiness: Callable[[], Readiness]
    new_id: Callable[[], str]
