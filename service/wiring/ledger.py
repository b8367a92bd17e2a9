"""What looks at the ledger as a whole: its status, and its verification."""

from typing import TYPE_CHECKING

from service.deployment.deployment import Deployment
from service.queries.ledger.status import LedgerStatus
from service.wiring.drivers import Drivers, now

if TYPE_CHECKING:
    from service.jobs.verifying import Verification


def ledger_status(deployment: Deployment) -> LedgerStatus:
    """What tells how far bus, log and state are."""
    drivers = Drivers(deployment)
    return LedgerStatus(deployment, drivers.log(), drivers.readers(), drivers.bus(), drivers.signer(), now)


def verification(deployment: Deployment) -> "Verification":
    """What verifies the deployment."""
    from service.jobs.verifying import Verification  # slow to load, and one command needs it

    drivers = Drivers(deployment)
    return Verification(deployment, drivers.readers(), drivers.bus(), drivers.signer(), drivers.redeciding)
