"""What orders about contacts are answered by, also when their call comes again (R33)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import Response, g

from service.api.http.claims import tries_before
from service.api.http.if_match import named_positions
from service.api.http.order_problems import refused
from service.api.http.routing import json_answer
from service.commands.contact_orders import OrderRefused, Tries
from service.commands.idempotency import IdempotencyKeys
from service.commands.merge_contacts import MergePlan
from service.commands.renumber_contact import NumberPlan

Ordered = TypeVar("Ordered")


def ordered_before(keys: IdempotencyKeys, ordered: Callable[[Tries], Ordered | None]) -> Ordered | None:
    """What the call at hand ordered when it came before, as `ordered` tells it; None where nothing was decided by it.

    Raises Problem where that was refused, KeyUnfit, KeyReused.
    """
    tries = tries_before(keys, g.content, is_firm=named_positions() is not None)
    try:
        return None if tries is None else ordered(tries)
    except OrderRefused as fault:
        raise refused(fault) from None


def order_answer(
    plan: MergePlan | NumberPlan, position: int | None, contacts: Sequence[dict[str, Any]], *, is_dry: bool = False
) -> Response:
    """What an order does, or would do where it `is_dry`, and its `position`; 202 while that is not decided."""
    answer = {"position": position, "opts_in": plan.opts_in, "absorbed": plan.absorbed, "contacts": contacts}
    return json_answer(answer, 202 if position is None and not is_dry else 200)
