"""What has rejected messages taken again or dropped, for calls and pages alike."""

from service.commands.rejected_messages import RejectedMessages
from service.http.services import Services


def rejected_messages(services: Services, source: str) -> RejectedMessages:
    """Over the parts behind the routes; `source` is that of the orders that are sent from there."""
    return RejectedMessages(
        source,
        services.tracker.publisher,
        services.consistency.signer,
        services.readers.log,
        services.consistency,
    )
