"""Why each value is what it is: the event that set it, and those that lost to it (R30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.events import moments
from ledger.events.traits import canonical
from ledger.log.reader import LogReader
from projections.fold import State
from projections.history import Step, steps

LATE = "an event stated for a later time had already set it"
REPLACED = "an event stated for a later time, or taken later for the same time, replaced it"
"""The two ways to lose under R4."""

_IDENTITIES = ("phone", "user_id")


Stamp = tuple[int, int]
Claims = dict[str, list[tuple[Stamp, dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`values`: by attribute the winning value with its event, and `lost`: all that lost, with the rule that decided.

    `tags`: each tag with the event that added it.
    """

    values: dict[str, dict[str, Any]]
    tags: list[dict[str, Any]]


def explain(log: LogReader, component: Sequence[int], until: int | None = None) -> Explanation:
    """Why a contact is as it is. A cleared trait is shown with the value null, by the event that cleared it.

    A trait that is called `phone` or `user_id`, like an identity, is shown as `traits.phone` or `traits.user_id`.
    """
    claims: Claims = {}
    late: set[tuple[str, int]] = set()
    sources: dict[int, Step] = {}
    states: dict[int, State] = {}
    for step in steps(log, component, until):
        if step.entry.skipped:
            continue
        states[step.after.contact] = step.after
        sources[step.entry.position] = step
        _claim_traits(step, claims, late)
        if step.entry.absorbed is None:
            _claim_identities(step, claims)
    values = {name: _verdict(name, told, late) for name, told in claims.items()}
    survivor = states.get(component[0])
    added = survivor.tags.values() if survivor else ()
    return Explanation(values, [_claim(sources[position], spelling) for spelling, position in added])


def _claim_traits(step: Step, claims: Claims, late: set[tuple[str, int]]) -> None:
    stamp = (step.event.stated, step.entry.position)
    for trait, value in (step.event.traits or {}).items():
        name = f"traits.{trait}" if trait in _IDENTITIES else trait
        claims.setdefault(name, []).append((stamp, _claim(step, None if value is None else canonical(value))))
        if step.after.stamp_of(trait) != stamp:
            late.add((name, step.entry.position))


def _claim_identities(step: Step, claims: Claims) -> None:
    for name in _IDENTITIES:
        value = getattr(step.after, name)
        if value is not None and (step.before is None or getattr(step.before, name) is None):
            claims.setdefault(name, []).append(((step.event.stated, step.entry.position), _claim(step, value)))


def _claim(step: Step, value: object) -> dict[str, Any]:
    return {
        "value": value,
        "position": step.entry.position,
        "event": step.entry.message_id,
        "source": step.entry.source,
        "stated_at": moments.text(step.event.stated),
    }


def _verdict(name: str, claims: list[tuple[Stamp, dict[str, Any]]], late: set[tuple[str, int]]) -> dict[str, Any]:
    ranked = sorted(claims, key=lambda claim: claim[0], reverse=True)
    (_, winner), losers = ranked[0], ranked[1:]
    lost = [claim | {"rule": LATE if (name, claim["position"]) in late else REPLACED} for _, claim in losers]
    return winner | {"lost": lost}
