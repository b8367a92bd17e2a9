"""What has contacts merged, split and given another number, for the command line."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from service.commands.contact_orders import ContactOrders
from service.commands.merge_contacts import ContactMerges
from service.commands.renumber_contact import NumberChanges
from service.deployment.deployment import Deployment
from service.queries.ledger.consistency import Consistency
from service.wiring.drivers import Drivers, now


@contextmanager
def contact_merges(deployment: Deployment, source: str) -> Iterator[ContactMerges]:
    """What has contacts merged and split, for the length of a block; `source` is that of its orders."""
    with _orders(Drivers(deployment), source) as orders:
        yield ContactMerges(orders, now)


@contextmanager
def number_changes(deployment: Deployment, source: str) -> Iterator[NumberChanges]:
    """What has numbers changed, for the length of a block; `source` is that of its orders."""
    drivers = Drivers(deployment)
    with _orders(drivers, source) as orders:
        yield NumberChanges(orders, drivers.signer())


@contextmanager
def _orders(drivers: Drivers, source: str) -> Iterator[ContactOrders]:
    readers, signer = drivers.readers(), drivers.signer()
    consistency = Consistency(signer, readers.log, readers.states.in_use)
    with closing(drivers.bus().publisher()) as publisher:
        yield ContactOrders(source, publisher, signer, readers.log, consistency, drivers.ids())
