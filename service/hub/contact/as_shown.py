"""What is confirmed is what the page showed: its form says as of when that was, and whom it was about."""

from dataclasses import replace
from typing import TypeVar

from flask import request

from service.commands.merge_contacts import MergePlan
from service.commands.renumber_contact import NumberPlan

CHANGED = "Something has changed since you looked, so nothing was done. This is what would be left now."
BASED_ON = "based_on"
"""The field of a form that holds the position of the log that its page was planned by."""


Plan = TypeVar("Plan", MergePlan, NumberPlan)


class ChangedSince(Exception):
    """It would not be what the page showed any more."""


def as_shown(plan: Plan, *, is_same: bool) -> Plan:
    """The plan as the page made it, which the append refuses once one of the contacts has an event after that.

    `is_same`: it is still about the contacts that the page showed. Raises ChangedSince where it is not, or one of them
    has such an event already.
    """
    position = request.form.get(BASED_ON, type=int)
    newest = max(contact["position"] for contact in plan.before)
    if not is_same or position is None or position < newest:
        raise ChangedSince
    return replace(plan, position=min(position, plan.position))
