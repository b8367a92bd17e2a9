"""A deployment: its settings, its secret, which ledger it is, and where its files are. Nothing is opened here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.belonging import Ledger
from service.deployment import settings
from service.deployment.ledger_file import open_ledger
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
