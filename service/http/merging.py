"""What has contacts merged, split and given another number, for calls and pages alike."""

from service.commands.contact_orders import ContactOrders
from service.commands.merge_contacts import ContactMerges
from service.commands.renumber_contact import NumberChanges
from service.http.services import Services


def contact_merges(services: Services, source: str) -> ContactMerges:
    """Over the parts behind the routes; `source` is that of the orders that are sent from there."""
    return ContactMerges(_orders(services, source), services.clock)


def number_changes(services: Services, source: str) -> NumberChanges:
    """Over the parts behind the routes; `source` is that of the orders that are sent from there."""
    return NumberChanges(_orders(services, source), services.consistency.signer)


def _orders(services: Services, source: str) -> ContactOrders:
    return ContactOrders(
        source,
        services.tracker.publisher,
        services.consistency.signer,
        services.readers.log,
        services.consistency,
        services.new_id,
    )
