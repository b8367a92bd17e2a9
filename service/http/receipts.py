"""What is answered of an erasure, to calls and pages alike."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from service.jobs.erasing.places import PlaceReceipt, is_done


def told(contact: str, receipt: Sequence[PlaceReceipt] | None) -> dict[str, Any]:
    """The receipt as JSON; without one the order is on its way."""
    done = receipt is not None and is_done(receipt)
    return {"contact": contact, "done": done, "places": [asdict(one) for one in receipt or ()]}
