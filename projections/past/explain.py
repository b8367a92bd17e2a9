"""Why each value is what it is: the event that set it, and those that lost to it (R30)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ledger.events import moments
from ledger.events.traits import canonical_of
from ledger.log.entry import Entry
from ledger.log.sqlite.reader import LogReader
from ledger.log.sqlite.undoing import Undoings
from projections.fold.component import counting, evolved
from projections.fold.evolve import ContactState
from projections.past.history import Step, steps

LATE = "an event stated for a later time had already set it"
REPLACED = "an event stated for a later time, or taken later for the same time, replaced it"
"""The two ways to lose under R4."""

NOT_NEEDED = "its import sets only what has no value yet, and there was one, or it had been cleared"
"""The way to lose under R18."""

UNDONE = "its import was undone at position {}, so it no longer counts"
NOT_REDONE = "its import was redone at position {}, but not this row: its phone or user id is another contact's by now"
"""The two ways to lose under R32."""

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

    So is a value that an undo took away, by the undo. A trait that is called `phone` or `user_id`, like an identity, is
    shown as `traits.phone` or `traits.user_id`.
    """
    at = log.head().position if until is None else until
    undoings = log.undoings(at)
    happened = [step for step in steps(log, component, at) if step.counted]
    those = _counting(happened, undoings, at) if undoings else happened
    claims: Claims = {}
    at_once: dict[tuple[str, int], str] = {}
    sources: dict[int, Step] = {}
    states: dict[int, ContactState] = {}
    for step in those:
        assert step.after is not None
        merged = states.pop(step.entry.absorbed or 0, None)
        states[step.contact] = step.after
        sources[step.entry.position] = step
        _claim_traits(step, claims)
        rule = NOT_NEEDED if step.event.fills else LATE
        at_once.update(dict.fromkeys(((name, step.entry.position) for name in _late(step)), rule))
        _claim_identities(step, merged, claims)
    values = {name: _verdict(name, told, at_once) for name, told in claims.items()}
    for step in happened:
        if undoings and not undoings.count(step.source, step.entry.position, at):
            _add_undone(log, step, undoings, at, values)
    survivor = states.get(component[0])
    added = survivor.tags.values() if survivor else ()
    return Explanation(values, [_claim(sources[position], spelling) for spelling, position in added])


def _counting(happened: Sequence[Step], undoings: Undoings, at: int) -> list[Step]:
    """The events that count as of position `at`, as if the others had never been."""
    entries = {step.entry.position: step for step in happened}
    states: dict[int, ContactState] = {}
    found = []
    for one in counting([step.told for step in happened if step.told], undoings, at):
        step = entries[one.event.position]
        before, after = states.get(step.contact), evolved(states, one)
        states.pop(one.absorbed or 0, None)
        states[step.contact] = after
        found.append(msgspec.structs.replace(step, told=one, before=before, after=after))
    return found


def _add_undone(log: LogReader, step: Step, undoings: Undoings, at: int, values: dict[str, dict[str, Any]]) -> None:
    """Tell what an event claimed that no longer counts, and by which undo."""
    claims: Claims = {}
    _claim_traits(step, claims)
    if step.entry.absorbed is None:
        _claim_identities(step, None, claims)
    undoing = undoings.last(step.source, at)
    assert undoing is not None
    rule = (NOT_REDONE if undoing.is_redo else UNDONE).format(undoing.position)
    for name, ((_, claim),) in claims.items():
        if name not in values:
            entry = log.entry(undoing.position)
            assert entry is not None
            values[name] = _claim_of(entry, None) | {"lost": []}
        values[name]["lost"].append(claim | {"rule": rule})


def _claim_traits(step: Step, claims: Claims) -> None:
    stamp = step.event.stamp
    for trait, value in (step.event.traits or {}).items():
        claim = _claim(step, None if value is None else canonical_of(trait, value))
        claims.setdefault(_shown(trait), []).append((stamp, claim))


def _late(step: Step) -> Iterator[str]:
    """The attributes of which a value lost at once."""
    stamp = step.event.stamp
    for trait in step.event.traits or ():
        if step.after is not None and step.after.stamp_of(trait) != stamp:
            yield _shown(trait)


def _shown(trait: str) -> str:
    return f"traits.{trait}" if trait in _IDENTITIES else trait


def _claim_identities(step: Step, merged: ContactState | None, claims: Claims) -> None:
    """The identities that an event brought: those that neither its contact nor the one merged into it had."""
    for name in _IDENTITIES:
        value = getattr(step.after, name)
        if value is not None and all(getattr(had, name, None) is None for had in (step.before, merged)):
            claims.setdefault(name, []).append(((step.event.stated, step.entry.position), _claim(step, value)))


def _claim(step: Step, value: object) -> dict[str, Any]:
    return _claim_of(step.entry, value)


def _claim_of(entry: Entry, value: object) -> dict[str, Any]:
    return {
        "value": value,
        "position": entry.position,
        "event": entry.message_id,
        "source": entry.source,
        "stated_at": moments.text(entry.recorded if entry.stated is None else entry.stated),
    }


def _verdict(
    name: str, claims: list[tuple[Stamp, dict[str, Any]]], at_once: Mapping[tuple[str, int], str]
) -> dict[str, Any]:
    """`at_once`: by which rule a claim, by attribute and position, lost when it was made; others lost later."""
    ranked = sorted(claims, key=lambda claim: claim[0], reverse=True)
    (_, winner), losers = ranked[0], ranked[1:]
    lost = [claim | {"rule": at_once.get((name, claim["position"]), REPLACED)} for _, claim in losers]
    return winner | {"lost": lost}
