"""Why each value is what it is: the event that set it, and those that lost to it (R30)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.events import moments
from ledger.events.traits import canonical_of
from ledger.log.entry import Entry
from ledger.log.port import LogReader
from ledger.log.undo import Undoings
from projections.fold.component import States, Step, counting, take
from projections.fold.event import Event, Stamp
from projections.past.history import HistoryStep, steps

LATE = "an event stated for a later time had already set it"
REPLACED = "an event stated for a later time, or taken later for the same time, replaced it"
"""The two ways to lose under R4."""

NOT_NEEDED = "its import sets only what has no value yet, and there was one, or it had been cleared"
"""The way to lose under R18."""

UNDONE = "its import was undone at position {}, so it no longer counts"
NOT_REDONE = "its import was redone at position {}, but not this row: its phone or user id is another contact's by now"
"""The two ways to lose under R32."""

_IDENTITIES = ("phone", "user_id")

Claims = dict[str, list[tuple[Stamp, dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`values`: by attribute the winning value with its event, and `lost`: all that lost, with the rule that decided.

    `tags`: each tag with the event that added it.
    """

    values: dict[str, dict[str, Any]]
    tags: list[dict[str, Any]]


def explain(log: LogReader, members: Sequence[int], until: int | None = None) -> Explanation:
    """Why a contact is as it is. A cleared trait is shown with the value null, by the event that cleared it.

    So is a value that an undo took away, by the undo. A trait that is called `phone` or `user_id`, like an identity, is
    shown as `traits.phone` or `traits.user_id`. `members` are the contact and all that were merged with it.
    """
    at = log.head().position if until is None else until
    undoings = log.undoings(at)
    happened = [one for one in steps(log, members, at) if one.event is not None and not one.event.is_skipped]
    entries = {one.entry.position: one.entry for one in happened}
    claims: Claims = {}
    at_once: dict[tuple[str, int], str] = {}
    states: States = {}
    for event in counting([one.event for one in happened if one.event is not None], undoings, at):
        step, entry = take(states, event), entries[event.position]
        _claim_traits(event, entry, claims)
        rule = NOT_NEEDED if event.fills else LATE
        at_once.update(dict.fromkeys(((name, event.position) for name in _late(event, step)), rule))
        _claim_identities(step, entry, claims)
    values = {name: _verdict(name, told, at_once) for name, told in claims.items()}
    for one in happened:
        if one.event is not None and not undoings.count(one.event.source, one.event.position, at):
            _add_undone(log, one.event, one, undoings, at, values)
    survivor = states.get(members[0])
    added = survivor.tags.values() if survivor else ()
    return Explanation(values, [_claim(entries[position], spelling) for spelling, position in added])


def _add_undone(
    log: LogReader, event: Event, told: HistoryStep, undoings: Undoings, at: int, values: dict[str, dict[str, Any]]
) -> None:
    """Tell what an event claimed that no longer counts, and by which undo."""
    claims: Claims = {}
    _claim_traits(event, told.entry, claims)
    if event.absorbed is None:
        _claim_identities(told.step, told.entry, claims)
    undoing = undoings.last(event.source, at)
    assert undoing is not None
    rule = (NOT_REDONE if undoing.is_redo else UNDONE).format(undoing.position)
    for name, ((_, claim),) in claims.items():
        if name not in values:
            entry = log.entry(undoing.position)
            assert entry is not None
            values[name] = _claim(entry, None) | {"lost": []}
        values[name]["lost"].append(claim | {"rule": rule})


def _claim_traits(event: Event, entry: Entry, claims: Claims) -> None:
    for trait, value in (event.traits or {}).items():
        claim = _claim(entry, None if value is None else canonical_of(trait, value))
        claims.setdefault(_shown(trait), []).append((event.stamp, claim))


def _late(event: Event, step: Step) -> Iterator[str]:
    """The attributes of which a value lost at once."""
    for trait in event.traits or ():
        if step.after is not None and step.after.stamp_of(trait) != event.stamp:
            yield _shown(trait)


def _shown(trait: str) -> str:
    return f"traits.{trait}" if trait in _IDENTITIES else trait


def _claim_identities(step: Step, entry: Entry, claims: Claims) -> None:
    """The identities that an event brought: those that neither its contact nor the one merged into it had."""
    stamp = entry.recorded if entry.stated is None else entry.stated, entry.position
    for name in _IDENTITIES:
        value = getattr(step.after, name)
        if value is not None and all(getattr(had, name, None) is None for had in (step.before, step.absorbed)):
            claims.setdefault(name, []).append((stamp, _claim(entry, value)))


def _claim(entry: Entry, value: object) -> dict[str, Any]:
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
