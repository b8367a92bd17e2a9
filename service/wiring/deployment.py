"""The deployment that an environment describes: its settings, its secret, and which ledger it is."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ledger.log.sqlite.reading.reader import LogFile
from ledger.storage import StorageFault
from service.deployment import settings
from service.deployment.deployment import Deployment
from service.deployment.ledger_file import open_ledger
from service.wiring.drivers import states_in


def deployment(
    environ: Mapping[str, str], dotenv: Path | None = Path(".env"), *, is_store_loss_accepted: bool = False
) -> Deployment:
    """Read the settings, the secret and which ledger this is; the latter two are made now in a new folder.

    `is_store_loss_accepted`: go on with a new `service.db` where it is lost.

    Raises settings.SettingsInvalid, and what ledger_file.open_ledger raises.
    """
    loaded = settings.load(environ, dotenv)
    given = loaded.secret

    def in_state() -> str | None:
        with suppress(StorageFault):
            return states_in(loaded.data).in_use().ledger()
        return None

    return Deployment(
        loaded,
        *open_ledger(
            loaded.data,
            None if given is None else given.encode(),
            in_log=LogFile(loaded.data / "log.db").ledger,
            in_state=in_state,
            is_store_loss_accepted=is_store_loss_accepted,
        ),
    )
