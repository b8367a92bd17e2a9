"""The composition root: the one place where settings become buses, logs, stores and the objects that use them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import randbits
from typing import TYPE_CHECKING

from ledger.belonging import Gone, Ledger
from ledger.bus.belonging import Belonging, KnownBus
from ledger.bus.open import open_bus
from ledger.bus.port import Bus
from ledger.events.ids import Ids
from ledger.events.signing import Signer
from ledger.log.sqlite.reader import LogReader, absence, is_there
from ledger.sqlite import Connection, Place
from ledger.storage import NotMadeYet
from projections.state.generations import Generations
from service.deployment import settings
from service.deployment.ledger_file import note_log, note_store, open_ledger
from service.deployment.parts import CONSUMER, PROJECTOR
from service.deployment.settings import Settings

if TYPE_CHECKING:
    from consumers.consume_loop import Consumer
    from consumers.redeciding import Redeciding


def refuse_lost_store(place: Place) -> None:
    """Raise Gone where `service.db`, open at `place`, was deleted or replaced: what is written to it is lost."""
    lost = place.lost()
    if lost is not None:
        raise Gone(
            f"{lost} was deleted or replaced while it was in use (it holds the API keys and the imports):"
            " put it back, or restore it from a backup, and start again"
        )


def now() -> int:
    """The clock of every process: microseconds since the epoch."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment's settings, secret, ledger and files, and the making of everything that stands on them."""

    settings: Settings
    secret: bytes
    ledger: Ledger

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data

    @property
    def log_path(self) -> Path:
        """The event log's file."""
        return self.data / "log.db"

    @property
    def service_path(self) -> Path:
        """The file of keys, imports and the audit table."""
        return self.data / "service.db"

    @property
    def past(self) -> Path:
        """The folder of past states."""
        return self.data / "past"

    @property
    def consumer_lock(self) -> Path:
        """Held by the one process that appends."""
        return CONSUMER.lock(self.data)

    @property
    def projector_lock(self) -> Path:
        """Held by the one process that projects."""
        return PROJECTOR.lock(self.data)

    def environ(self, around: Mapping[str, str]) -> dict[str, str]:
        """The environment `around`, in which a command finds this very deployment."""
        own = {"CONTACTS_DATA": str(self.data.absolute()), "CONTACTS_BUS": self.settings.bus}
        return {**around, **own} | ({} if self.settings.secret is None else {"CONTACTS_SECRET": self.settings.secret})

    def bus(self, *, is_accepting: bool = False) -> Bus:
        """The bus of the settings; talks to nobody yet. `is_accepting`: also where it is not the one the log knows."""
        return open_bus(self.settings.bus, Belonging(self.ledger.id, self._known_bus, is_accepting))

    def _known_bus(self) -> KnownBus | None:
        """The embedded bus that the log takes from; None before it has adopted one."""
        if not is_there(self.log_path):
            return None
        with self.log_reader() as log:
            bus = log.bus()
            return None if bus is None else KnownBus(bus, max(log.offsets(bus).values(), default=0))

    def store(self) -> Connection:
        """`service.db`, for one thread at a time. Raises ledger.belonging.NotOurs for that of another ledger."""
        from service.deployment.database import open_store  # slow to load, and half of the commands need none

        store = open_store(self.service_path, self.ledger.id)
        note_store(self.data)
        return store

    def signer(self) -> Signer:
        """Signs, and knows, the deployment's own messages."""
        return Signer(self.secret)

    def ids(self) -> Ids:
        """Makes ids for one process."""
        return Ids(now, randbits)

    def generations(self) -> Generations:
        """The folder of contact state."""
        return Generations(self.data / "state", self.ledger.id)

    @contextmanager
    def log_reader(self) -> Iterator[LogReader]:
        """The log, for reading. Raises NotMadeYet while there is none."""
        why = absence(self.log_path)
        if why is not None:
            raise NotMadeYet(why)
        reader = LogReader(self.log_path)
        try:
            yield reader
        finally:
            reader.close()

    @property
    def _may_merge(self) -> bool:
        return self.settings.merge == "auto"

    @contextmanager
    def redeciding(self, log: LogReader, beside: Path) -> Iterator["Redeciding"]:
        """What decides the entries of the log anew, in the new file `beside`."""
        from consumers.appender import Appender
        from consumers.redeciding import ANY_CLOCK, Clock, Redeciding
        from consumers.rules import rules_name
        from ledger.log.sqlite.writer import EventLog

        clock, todays = Clock(), rules_name(self._may_merge)
        other = EventLog(beside, clock=clock, accepted_clock=ANY_CLOCK)
        try:
            appender = Appender(other, secret=self.secret, may_merge=self._may_merge, clock=clock, ids=self.ids())
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
        from ledger.log.sqlite.writer import EventLog

        log = EventLog(
            self.log_path,
            clock=now,
            signer=self.signer(),
            accepted_clock=accepted_clock,
            ledger=self.ledger,
            rules=rules_name(self._may_merge),
        )
        try:
            note_log(self.data)
            appender = Appender(log, secret=self.secret, may_merge=self._may_merge, clock=now, ids=self.ids())
            bus = self.bus(is_accepting=bus_accepted_by is not None)
            yield Consumer(bus, log, appender, gaps_accepted_by, bus_accepted_by)
        finally:
            log.close()


def deployment(
    environ: Mapping[str, str], dotenv: Path | None = Path(".env"), *, is_store_loss_accepted: bool = False
) -> Deployment:
    """Read the settings, the secret and which ledger this is; the latter two are made now in a new folder.

    `is_store_loss_accepted`: go on with a new `service.db` where it is lost.

    Raises settings.SettingsInvalid, and what ledger_file.open_ledger raises.
    """
    loaded = settings.load(environ, dotenv)
    given = loaded.secret
    return Deployment(
        loaded,
        *open_ledger(
            loaded.data,
            None if given is None else given.encode(),
            is_store_loss_accepted=is_store_loss_accepted,
        ),
    )
