"""Which values a confirmed import takes the place of: as its check counted them, as nothing counts them later."""

from collections.abc import Mapping
from typing import Any

from service.imports.registry.registry import Import

_MOST = 5


def replaced_by(one: Import, checked: Mapping[str, Any] | None) -> dict[str, int] | None:
    """How many values of each attribute the confirmed import takes the place of; None where no check counted it."""
    if checked is None or "replaced" not in checked["check"]:
        return None
    allowed = checked["check"]["with_opt_ins"] if one.choices.allow_opt_in else None
    found: dict[str, int] = (allowed or checked["check"])["replaced"]
    return found


def replacing(checked: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Some rows of a confirmed import that take the place of values, each with these alone."""
    found = [] if checked is None else checked["check"]["examples"]
    replaced = [
        example | {"changes": [change for change in example["changes"] if change["from"] is not None]}
        for example in found
    ]
    return [example for example in replaced if example["changes"]][:_MOST]
