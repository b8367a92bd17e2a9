"""Orders about contacts that are not carried out: the contact has changed meanwhile, or they cannot be (R33)."""

from typing import Any

from service.api.http.if_match import named_positions
from service.commands.contact_orders import OrderRefused
from service.http.problem import Problem


def is_as_read(contact: dict[str, Any]) -> bool:
    """Whether the caller named what the contact was based on. Raises 412 where it has changed since."""
    read_at, newest = named_positions(), contact["position"]
    if read_at is not None and newest not in read_at:
        raise _outdated(f"the contact has changed since it was read: If-Match does not name its newest event, {newest}")
    return read_at is not None


def refused(fault: OrderRefused) -> Problem:
    """The answer to an order that the append refused."""
    if fault.is_outdated:
        return _outdated(str(fault))
    return Problem(409, str(fault), reason="wrong_state", position=fault.position)


def _outdated(text: str) -> Problem:
    return Problem(412, text, reason="precondition_failed")
