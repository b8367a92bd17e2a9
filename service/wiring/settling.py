"""What has rejected messages taken again or dropped, for the command line."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from service.commands.rejected_messages import RejectedMessages
from service.deployment.deployment import Deployment
from service.queries.ledger.consistency import Consistency
from service.wiring.drivers import Drivers


@contextmanager
def rejected_messages(deployment: Deployment, source: str) -> Iterator[RejectedMessages]:
    """What has rejected messages taken again or dropped, for the length of a block; `source` is that of its orders."""
    drivers = Drivers(deployment)
    readers, signer = drivers.readers(), drivers.signer()
    consistency = Consistency(signer, readers.log, readers.states.in_use)
    with closing(drivers.bus().publisher()) as publisher:
        yield RejectedMessages(source, publisher, signer, readers.log, consistency)
