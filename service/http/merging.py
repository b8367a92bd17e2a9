"""What has contacts merged and split, for calls and pages alike."""

from service.commands.merge_contacts import ContactMerges
from service.http.services import Services


def contact_merges(services: Services, source: str) -> ContactMerges:
    """Over the parts behind the routes; `source` is that of the orders that are sent from there."""
    return ContactMerges(
        source,
        services.tracker.publisher,
        services.consistency.signer,
        services.readers.log,
        services.consistency,
        services.new_id,
        services.clock,
    )
