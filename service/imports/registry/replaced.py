"""Which values a confirmed import takes the place of: as its check counted them, as nothing counts them later."""

from collections.abc import Mapping
from typing import Any

from service.imports.registry.registry import Import

_MOST = 5


def replaced_by(one: Import, checked: Mapping[str, Any] | None) -> dict[str, int] | None:
    """How many values of each attribute the confirmed import takes the place of; None where no check counted it."""
    if checked is None or "replaced" not in checked["check"]:
        return None
    found: dict[str, int] = _confirmed(one, checked)["replaced"]
    return found


def replacing(one: Import, checked: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Some rows of a confirmed import that take the place of values, each with these alone."""
    # with opt-ins, a check of an earlier version has none of its own
    found = [] if checked is None else _confirmed(one, checked).get("examples", checked["check"]["examples"])
    replaced = [
        example | {"changes": [change for change in example["changes"] if change["from"] is not None]}
        for example in found
    ]
    return [example for example in replaced if example["changes"]][:_MOST]


def _confirmed(one: Import, checked: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the check found of the rows that were confirmed: with those whom it would opt in, or without them."""
    found: Mapping[str, Any] | None = checked["check"]["with_opt_ins"] if one.choices.allow_opt_in else None
    return found or checked["check"]
