"""What is answered of an erasure, to calls and pages alike."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from service.jobs.erasing.places import ELSEWHERE, ON_ITS_WAY, PlaceReceipt, is_done


def told(contact: str, receipt: Sequence[PlaceReceipt] | None) -> dict[str, Any]:
    """The receipt as JSON; without one the order is on its way."""
    shown = [ON_ITS_WAY, *ELSEWHERE] if receipt is None else receipt
    return {"contact": contact, "done": is_done(shown), "places": [asdict(one) for one in shown]}
