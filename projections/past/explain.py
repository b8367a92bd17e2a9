"""Why each value is what it is: the event that set it, and those that lost to it (R30)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from ledger.events import moments, types
from ledger.events.traits import canonical_of
from ledger.log import revisions
from ledger.log.entry import Entry
from ledger.log.port import LogReader
from ledger.log.undo import Undoings
from projections.fold.component import Split, States, Step, counting, take
from projections.fold.event import Event, Stamp
from projections.past.history import line_of, replay, replay_all, said_by

LATE = "an event stated for a later time had already set it"
REPLACED = "an event stated for a later time, or taken later for the same time, replaced it"
"""The two ways to lose under R4."""

NOT_NEEDED = "its import sets only what has no value yet, and there was one, or it had been cleared"
"""The way to lose under R18."""

UNDONE = "its import was undone at position {}, so it no longer counts"
NOT_REDONE = "its import was redone at position {}, but not this row: its phone or user id is another contact's by now"
"""The two ways to lose under R32."""

OF_MERGED = "another contact's, which was merged into this one: it finds this one too, whose own stays"
"""The way for a phone or user id to be beside the one that is shown."""

FORMER = "the phone was changed at position {}, and this is the one before"
"""The way for a phone to be the one before."""

_FORMER = FORMER.partition("{")[0]

_IDENTITIES = ("phone", "user_id")

MOST_LOST = 5
"""Of the values that lost, those that are told of an attribute; the history has them all."""


class ValueClaim(NamedTuple):
    """What an event said of an attribute. `rule`: by which it lost at once, None where it did not."""

    stamp: Stamp
    position: int
    value: object
    rule: str | None = None


Claims = dict[str, list[ValueClaim]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`values`: by attribute the winning value with its event; `lost`, the first of those that lost, and `lost_total`.

    Each of `lost` has the rule that decided. `tags`: each tag with the event that added it.
    """

    values: dict[str, dict[str, Any]]
    tags: list[dict[str, Any]]


def explain(log: LogReader, members: Sequence[int], until: int | None = None) -> Explanation:
    """Why a contact is as it is. A cleared trait is shown with the value null, by the event that cleared it.

    So is a value that an undo took away, by the undo. A trait that is called `phone` or `user_id`, like an identity, is
    shown as `traits.phone` or `traits.user_id`. `members` are the contact and all that were merged with it.
    """
    at = log.head().position if until is None else until
    reasons = Reasons(log, members, at)
    for step in replay(log, members, at):
        reasons.add(step)
    return reasons.explanation()


def former_phones(values: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The phones that a contact had before its number was changed, by what an `Explanation` says of its values."""
    lost = values.get("phone", {}).get("lost", ())
    return list(dict.fromkeys(one["value"] for one in lost if one["rule"].startswith(_FORMER)))


class Reasons:
    """Gathers from a replay, up to position `at`, why a contact is as it is, and keeps no state of then."""

    def __init__(self, log: LogReader, members: Sequence[int], at: int) -> None:
        self._log = log
        self._members = members
        self._at = at
        self._undoings = log.undoings(at)
        self._claims: dict[int, Claims] = {}
        self._states: States = {}
        self._is_revised = False

    def add(self, step: Step) -> None:
        """Take the next step of the replay."""
        if isinstance(step.cause, Split):
            self._is_revised = True
        if not _is_event(step):
            return
        assert isinstance(step.cause, Event)
        self._is_revised = self._is_revised or step.cause.source in self._undoings
        if step.after is not None:
            if step.absorbed is not None:
                self._states.pop(step.absorbed.contact, None)
            self._states[step.contact] = step.after
        _claim(step, self._claims)

    def explanation(self) -> Explanation:
        """Why, once every step was taken."""
        log, at, undoings = self._log, self._at, self._undoings
        entry = cache(lambda position: _entry(log, position))
        contact = self._members[0]
        if not self._is_revised:
            found = self._claims.get(contact, {})
            return self._with_tags(
                {name: _verdict(name, one, entry) for name, one in found.items()}, self._states, entry
            )
        taken, told = replay_all(log, self._members, at)
        events = [event for event in taken if not event.is_skipped]
        about = revisions.about(events, at)
        states: States = {}
        claims: dict[int, Claims] = {}
        for event in counting(events, undoings, at):
            _claim(take(states, event), claims)
        values = {name: _verdict(name, one, entry) for name, one in claims.get(contact, {}).items()}
        for step in told:
            if not isinstance(step.cause, Event) or not _is_event(step) or about[step.cause.position] != contact:
                continue
            if not undoings.count(step.cause.source, step.cause.position, at):
                _add_undone(step, step.cause, undoings, at, values, entry)
        return self._with_tags(values, states, entry)

    def _with_tags(
        self, values: dict[str, dict[str, Any]], states: States, entry: Callable[[int], Entry]
    ) -> Explanation:
        survivor = states.get(self._members[0])
        added = survivor.tags.values() if survivor else ()
        return Explanation(values, [_said(entry(position), spelling) for spelling, position in added])


def _is_event(step: Step) -> bool:
    return isinstance(step.cause, Event) and not step.cause.is_skipped


def _add_undone(
    step: Step,
    event: Event,
    undoings: Undoings,
    at: int,
    values: dict[str, dict[str, Any]],
    entry: Callable[[int], Entry],
) -> None:
    """Tell what an event claimed that no longer counts, and by which undo."""
    claims: Claims = {}
    _claim_traits(step, claims)
    if event.absorbed is None:
        _claim_identities(step, claims)
    undoing = undoings.last(event.source, at)
    assert undoing is not None
    rule = (NOT_REDONE if undoing.is_redo else UNDONE).format(undoing.position)
    for name, (claim,) in claims.items():
        if name not in values:
            values[name] = _said(entry(undoing.position), None) | {"lost": [], "lost_total": 0}
        values[name]["lost_total"] += 1
        if len(values[name]["lost"]) < MOST_LOST:
            said = _said(entry(claim.position), _canonical(name, claim.value))
            values[name]["lost"].append(said | {"rule": rule})


def _claim(step: Step, claims: dict[int, Claims]) -> None:
    """Note what an event claims for its contact, which takes on what was claimed for one that it merges in."""
    mine = claims.setdefault(step.contact, {})
    if step.absorbed is not None:
        for name, theirs in claims.pop(step.absorbed.contact, {}).items():
            if name in _IDENTITIES and (name in mine or (name == "phone" and _is_renumbering(step))):
                theirs = [one._replace(rule=one.rule or OF_MERGED) for one in theirs]
            mine[name] = mine.get(name, []) + theirs
    if _is_renumbering(step):
        rule = FORMER.format(step.cause.position)
        mine["phone"] = [one._replace(rule=one.rule or rule) for one in mine.get("phone", [])]
    _claim_traits(step, mine)
    _claim_identities(step, mine)


def _is_renumbering(step: Step) -> bool:
    """Whether an event gives its contact another phone; one that an erasure has emptied does not any more."""
    event = step.cause
    return isinstance(event, Event) and event.type == types.NUMBER_CHANGED and event.phone is not None


def _claim_traits(step: Step, claims: Claims) -> None:
    event = step.cause
    if not isinstance(event, Event) or not event.traits:
        return
    stamp, after = event.stamp, step.after
    for trait, value in event.traits.items():
        is_late = after is not None and after.stamp_of(trait) != stamp
        rule = (NOT_NEEDED if event.fills else LATE) if is_late else None
        claims.setdefault(_shown(trait), []).append(ValueClaim(stamp, event.position, value, rule))


def _shown(trait: str) -> str:
    return f"traits.{trait}" if trait in _IDENTITIES else trait


def _canonical(name: str, value: object) -> object:
    return None if value is None else canonical_of(name, value)


def _claim_identities(step: Step, claims: Claims) -> None:
    """The identities that an event brought: those that neither its contact nor the one merged into it had."""
    event = step.cause
    assert isinstance(event, Event)
    for name in _IDENTITIES:
        value = getattr(step.after, name)
        is_new = all(getattr(had, name, None) is None for had in (step.before, step.absorbed))
        if value is not None and (is_new or (name == "phone" and _is_renumbering(step))):
            claims.setdefault(name, []).append(ValueClaim(event.stamp, event.position, value))


def _entry(log: LogReader, position: int) -> Entry:
    entry = log.entry(position)
    assert entry is not None
    return entry


def _said(entry: Entry, value: object) -> dict[str, Any]:
    by = said_by(entry).by
    line = line_of(entry)
    return {
        "value": value,
        "position": entry.position,
        "event": entry.message_id,
        "source": entry.source,
        "stated_at": moments.text(entry.recorded if entry.stated is None else entry.stated),
        **({} if by is None else {"by": by}),
        **({} if line is None else {"line": line}),
    }


def _verdict(name: str, claims: list[ValueClaim], entry: Callable[[int], Entry]) -> dict[str, Any]:
    winner, *losers = sorted(claims, key=lambda one: (one.rule is None, one.stamp), reverse=True)
    lost = [
        _said(entry(one.position), _canonical(name, one.value)) | {"rule": one.rule or REPLACED}
        for one in losers[:MOST_LOST]
    ]
    said = _said(entry(winner.position), _canonical(name, winner.value))
    return said | {"lost": lost, "lost_total": len(losers)}
