"""What has contacts merged and split, for the command line."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from service.commands.merge_contacts import ContactMerges
from service.deployment.deployment import Deployment
from service.queries.consistency import Consistency
from service.wiring.drivers import Drivers, now


@contextmanager
def contact_merges(deployment: Deployment, source: str) -> Iterator[ContactMerges]:
    """What has contacts merged and split, for the length of a block; `source` is that of its orders."""
    drivers = Drivers(deployment)
    readers, signer = drivers.readers(), drivers.signer()
    consistency = Consistency(signer, readers.log, readers.states.in_use)
    with closing(drivers.bus().publisher()) as publisher:
        yield ContactMerges(source, publisher, signer, readers.log, consistency, drivers.ids(), now)
