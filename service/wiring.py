"""The composition root: the one place where settings become buses, logs, stores and the objects that use them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import randbits

from consumers.appender import Appender
from consumers.consume_loop import Consumer
from ledger.bus.open import open_bus
from ledger.bus.port import Bus
from ledger.events.ids import Ids
from ledger.events.signing import Signer
from ledger.log.log import EventLog
from ledger.log.reader import LogReader, is_there
from ledger.sqlite import NotMadeYet
from projections.generations import Generations
from service import secret, settings
from service.settings import Settings


def now() -> int:
    """The clock of every process: microseconds since the epoch."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment's settings, secret and files, and the making of everything that stands on them."""

    settings: Settings
    secret: bytes

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
        return self.data / "consumer.lock"

    @property
    def projector_lock(self) -> Path:
        """Held by the one process that projects."""
        return self.data / "projector.lock"

    @property
    def importer_lock(self) -> Path:
        """Held by the one process that goes on with imports nobody works on."""
        return self.data / "importer.lock"

    @property
    def consumer_trouble(self) -> Path:
        """What the consumer is trying to get over, while there is something."""
        return self.data / "consumer.trouble"

    @property
    def projector_trouble(self) -> Path:
        """What the projector is trying to get over, while there is something."""
        return self.data / "projector.trouble"

    def environ(self, around: Mapping[str, str]) -> dict[str, str]:
        """The environment `around`, in which a command finds this very deployment."""
        own = {"CONTACTS_DATA": str(self.data.absolute()), "CONTACTS_BUS": self.settings.bus}
        return {**around, **own} | ({} if self.settings.secret is None else {"CONTACTS_SECRET": self.settings.secret})

    def bus(self) -> Bus:
        """The bus of the settings; talks to nobody yet."""
        return open_bus(self.settings.bus)

    def signer(self) -> Signer:
        """Signs, and knows, the deployment's own messages."""
        return Signer(self.secret)

    def ids(self) -> Ids:
        """Makes ids for one process."""
        return Ids(now, randbits)

    def generations(self) -> Generations:
        """The folder of contact state."""
        return Generations(self.data / "state")

    @contextmanager
    def log_reader(self) -> Iterator[LogReader]:
        """The log, for reading. Raises sqlite.NotMadeYet while there is none."""
        if not is_there(self.log_path):
            raise NotMadeYet("there is no event log yet: start the consumer (`contacts serve`)")
        reader = LogReader(self.log_path)
        try:
            yield reader
        finally:
            reader.close()

    @contextmanager
    def consumer(self, *, gaps_accepted_by: str | None = None, accepted_clock: int = 0) -> Iterator[Consumer]:
        """The consumer, for whoever holds its lock; `accepted_clock` as `EventLog` takes it."""
        log = EventLog(self.log_path, clock=now, signer=self.signer(), accepted_clock=accepted_clock)
        try:
            appender = Appender(
                log, secret=self.secret, may_merge=self.settings.merge == "auto", clock=now, ids=self.ids()
            )
            yield Consumer(self.bus(), log, appender, gaps_accepted_by)
        finally:
            log.close()


def deployment(environ: Mapping[str, str], dotenv: Path | None = Path(".env")) -> Deployment:
    """Read the settings and the secret, made now when there is none.

    Raises settings.SettingsInvalid, secret.SecretUnreadable, OSError.
    """
    loaded = settings.load(environ, dotenv)
    given = loaded.secret
    return Deployment(loaded, given.encode() if given is not None else secret.load_or_make(loaded.data))
