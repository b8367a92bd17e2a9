"""A deployment: its settings, its secret, which ledger it is, and where its files are. Nothing is opened here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.belonging import Ledger
from service.deployment.settings import Settings


@dataclass(frozen=True, slots=True)
class Deployment:
    """What every process of a deployment is given; `service.wiring` makes the drivers and all that stands on them."""

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

    def environ(self, around: Mapping[str, str]) -> dict[str, str]:
        """The environment `around`, in which a command finds this very deployment."""
        own = {"CONTACTS_DATA": str(self.data.absolute()), "CONTACTS_BUS": self.settings.bus}
        return {**around, **own} | ({} if self.settings.secret is None else {"CONTACTS_SECRET": self.settings.secret})
