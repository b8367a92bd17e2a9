"""How far everything is: log head, what waits on the bus, what waits to be projected."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass

from ledger.bus.port import Bus, BusError
from ledger.events import moments
from ledger.events.signing import Signer
from ledger.log.port import LogReader, StoredLog
from ledger.storage import StorageFault
from service.deployment.deployment import Deployment
from service.deployment.parts import CONSUMER, PROJECTOR
from service.deployment.tables.store_checks import imports_waiting, last_backup, newest_line
from service.queries.ledger.part_states import PartState, Waiting, part_states
from service.queries.ledger.retention_rule import retention_now
from service.queries.readers import Readers


@dataclass(frozen=True, slots=True)
class Status:
    """The shape of `contacts status`.

    `head` is the log's hash (hex) at `position`; `bus_lag` counts messages not yet in the log (None: the bus is away),
    `lag_events` entries not yet in the state, and `lag_seconds` how long the oldest of those has waited. `last_backup`
    says when one was made, up to which position and by whom; None: never, or before this ledger was restored.
    `retention` as `retention_now` tells it.
    """

    head: str
    position: int
    bus_lag: int | None
    lag_events: int
    lag_seconds: float
    rejected: int
    generation: int | None
    contacts: int
    last_backup: Mapping[str, object] | None
    retention: Mapping[str, object] | None
    parts: tuple[PartState, ...]

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {**asdict(self), "parts": [part.document() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """Looks at bus, log, state and parts of a deployment. `clock` gives microseconds since the epoch."""

    deployment: Deployment
    log: StoredLog
    readers: Readers
    bus: Bus
    signer: Signer
    clock: Callable[[], int]

    def now(self) -> Status:
        """How far each is; a deployment that never ran is all zeros."""
        states = self.readers.states
        checkpoint, contacts, dirty = 0, 0, 0
        try:
            with states.in_use().reading() as state:
                checkpoint, contacts, dirty = state.checkpoint().position, state.count(), state.dirty_count()
        except StorageFault as fault:
            if fault.is_damage:
                raise

        def parts(bus_lag: int | None, position: int) -> tuple[PartState, ...]:
            imports = imports_waiting(self.deployment.service_path)
            waiting = Waiting(bus_lag, max(0, position - checkpoint) + dirty, imports)
            return part_states(self.deployment.data, waiting, {CONSUMER: position, PROJECTOR: checkpoint})

        if self.log.absence() is not None:
            lag = self.bus_lag(None)
            backed = self._last_backup()
            kept = self.retention()
            return Status(bytes(32).hex(), 0, lag, 0, 0.0, 0, states.current(), contacts, backed, kept, parts(lag, 0))
        with self.readers.log() as log:
            head = log.head()
            waiting = log.read(checkpoint, 1) if checkpoint < head.position else []
            lag = self.bus_lag(log)
            return Status(
                head.hash.hex(),
                head.position,
                lag,
                max(0, head.position - checkpoint),
                max(0.0, (self.clock() - waiting[0].recorded) / 1e6) if waiting else 0.0,
                sum(log.rejected_by_reason().values()),
                states.current(),
                contacts,
                self._last_backup(),
                self.retention(),
                parts(lag, head.position),
            )

    def retention(self) -> Mapping[str, object] | None:
        """See `retention_now`."""
        return retention_now(self.deployment.service_path, self.deployment.settings.forget_after)

    def _last_backup(self) -> Mapping[str, object] | None:
        act = last_backup(self.deployment.service_path)
        if act is None:
            return None
        return {"at": moments.text(act.at), "position": act.detail.get("position"), "by": act.who}

    def signed_head(self) -> dict[str, object]:
        """The heads of log and audit trail, signed: kept elsewhere, they prove that nothing before them changed."""
        with self.readers.log() as log:
            head = log.head()
        trail = newest_line(self.deployment.service_path)
        return {
            "position": head.position,
            "hash": head.hash.hex(),
            "recorded_at": moments.text(head.recorded),
            "signature": self.signer.of_head(head.position, head.hash),
            "trail": {
                "lines": trail.lines,
                "hash": trail.hash.hex(),
                "signature": self.signer.of_trail(trail.lines, trail.hash),
            },
        }

    def bus_lag(self, log: LogReader | None) -> int | None:
        """How many messages on the bus the log has not taken; None while the bus cannot be asked."""
        try:
            with closing(self.bus.reader()) as bus:
                stored = log.offsets(bus.bus_id) if log else {}
                return sum(
                    max(0, end - max(begin, stored.get(partition, begin)))
                    for partition, (begin, end) in bus.ranges().items()
                )
        except BusError:
            return None
