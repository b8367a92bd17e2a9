"""The drivers of a deployment: bus, log, contact state, `service.db`, signer, ids and the clock."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import randbits
from typing import TYPE_CHECKING

from ledger import sqlite
from ledger.bus.known_bus import Belonging, KnownBus
from ledger.bus.open import open_bus
from ledger.bus.port import Bus
from ledger.events.ids import Ids
from ledger.events.signing import Signer
from ledger.file_place import FilePlace
from ledger.log.port import LogReader, StoredLog
from ledger.log.sqlite.reading.reader import LogFile
from projections.past.states import KeptStates
from projections.state.generations import Generations
from projections.state.port import StoredState
from projections.state.sqlite.file import StateFile
from service.deployment.deployment import Deployment
from service.deployment.ledger_file import is_store_noted, note_log, note_store
from service.queries.business_days import BusinessDays
from service.queries.readers import Readers

if TYPE_CHECKING:
    from consumers.consume_loop import Consumer
    from consumers.redeciding import Redeciding


def now() -> int:
    """The clock of every process: microseconds since the epoch."""
    return time.time_ns() // 1000


def states_in(data: Path, ledger: str | None = None) -> Generations:
    """The folder of contact state in a data folder, whatever ledger's unless one is named."""
    return Generations(data / "state", StateFile, ledger)


@dataclass(frozen=True, slots=True)
class Drivers:
    """Makes the drivers of a deployment; what is slow to load is loaded when it is asked for."""

    deployment: Deployment

    def bus(self, *, is_accepting: bool = False) -> Bus:
        """The bus of the settings; talks to nobody yet. `is_accepting`: also where it is not the one the log knows."""
        belonging = Belonging(self.deployment.ledger.id, self._known_bus, is_accepting)
        return open_bus(self.deployment.settings.bus, belonging)

    def _known_bus(self) -> KnownBus | None:
        """The embedded bus that the log takes from; None before it has adopted one."""
        if not self.log().exists():
            return None
        with self.log_reader() as log:
            bus = log.bus()
            return None if bus is None else KnownBus(bus, max(log.offsets(bus).values(), default=0))

    def days(self) -> BusinessDays:
        """The days of the business, by the clock."""
        return BusinessDays(self.deployment.settings.time_zone, now)

    def store(self, busy_seconds: float = 10.0) -> sqlite.Connection:
        """`service.db`, for one thread at a time. Raises ledger.belonging.NotOurs for that of another ledger, Gone."""
        from service.deployment.tables.database import open_store  # slow to load, and half of the commands need none

        is_noted = is_store_noted(self.deployment.data)
        store = open_store(self.deployment.service_path, self.deployment.ledger.id, busy_seconds)
        if not is_noted:
            note_store(self.deployment.data)
        return store

    def watched_store(self) -> tuple[sqlite.Connection, Callable[[], None]]:
        """`service.db`, with what raises ledger.belonging.Gone once it was deleted or replaced."""
        from service.deployment.tables.database import refuse_lost_store

        return self.store(), partial(refuse_lost_store, FilePlace(self.deployment.service_path))

    def signer(self) -> Signer:
        """Signs, and knows, the deployment's own messages."""
        return Signer(self.deployment.secret)

    def ids(self) -> Ids:
        """Makes ids for one process."""
        return Ids(now, randbits)

    def generations(self) -> Generations:
        """The folder of contact state."""
        return states_in(self.deployment.data, self.deployment.ledger.id)

    def state(self, path: Path) -> StoredState:
        """The state in a file of its own."""
        return StateFile(path)

    def past(self) -> KeptStates:
        """The states of the past that are kept."""
        return KeptStates(self.deployment.past, StateFile, self.generations().asked().all)

    def log(self, cache_mib: int = 2) -> StoredLog:
        """The log, for whoever reads it; `cache_mib` is of memory, for each reader."""
        return LogFile(self.deployment.log_path, cache_mib)

    def log_reader(self) -> AbstractContextManager[LogReader]:
        """The log, for reading. Raises NotMadeYet while there is none."""
        return self.log().reading()

    def readers(self) -> Readers:
        """Log and contact state, for whoever asks them."""
        return Readers(self.log_reader, self.generations())

    @contextmanager
    def redeciding(self, log: LogReader, beside: Path) -> Iterator["Redeciding"]:
        """What decides the entries of the log anew, in the new file `beside`."""
        from consumers.appender import Appender
        from consumers.redeciding import ANY_CLOCK, Clock, Redeciding
        from consumers.rules import rules_name
        from ledger.log.sqlite.writer import SqliteEventLog

        secret, may_merge = self.deployment.secret, self.deployment.settings.may_merge
        clock, todays = Clock(), rules_name(may_merge)
        other = SqliteEventLog(beside, clock=clock, accepted_clock=ANY_CLOCK)
        try:
            appender = Appender(other, secret=secret, may_merge=may_merge, clock=clock, ids=self.ids())
            yield Redeciding(other, appender, clock, lambda position: log.rules_at(position) == todays)
        finally:
            other.close()

    @contextmanager
    def consumer(
        self, *, gaps_accepted_by: str | None = None, bus_accepted_by: str | None = None, accepted_clock: int = 0
    ) -> Iterator["Consumer"]:
        """The consumer, for whoever holds its lock; `accepted_clock` as `EventLog` takes it."""
        from consumers.appender import Appender  # commands that only read do without what checks messages
        from consumers.consume_loop import Consumer
        from consumers.rules import rules_name
        from ledger.log.sqlite.writer import SqliteEventLog

        secret, may_merge = self.deployment.secret, self.deployment.settings.may_merge
        log = SqliteEventLog(
            self.deployment.log_path,
            clock=now,
            signer=self.signer(),
            accepted_clock=accepted_clock,
            ledger=self.deployment.ledger,
            rules=rules_name(may_merge),
        )
        try:
            note_log(self.deployment.data)
            appender = Appender(log, secret=secret, may_merge=may_merge, clock=now, ids=self.ids())
            bus = self.bus(is_accepting=bus_accepted_by is not None)
            yield Consumer(bus, log, appender, gaps_accepted_by, bus_accepted_by)
        finally:
            log.close()
