"""The fold: `evolve(state, event)`, pure. A contact is what its events, one after the other, made of it.

Each trait is a register that the greater (stated time, position) wins (R4), tags only grow (R5): so two contacts
merge by joining their states, and a late message cannot undo a newer one. Each type of event has its own `_apply_…`.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from ledger.events import tags as tag_rules
from ledger.events import types
from ledger.events.traits import canonical_of, same
from projections.fold.event import Event, Stamp, Value
from projections.fold.state import ContactState, differ

VERSION = 7
"""Changes when the same log would fold to another state, or into other tables; an older one is rebuilt by itself."""

Evolved = tuple[ContactState, bool, bool]
"""The contact after an event, whether a person sees a change, and whether a value lost to a newer one (R4)."""


def evolve(state: ContactState | None, event: Event, absorbed: ContactState | None = None) -> Evolved:
    """The contact after the event. Without a state the event must be the one that created the contact.

    `absorbed` is the contact that this event merges into it. Raises ValueError for an event out of nothing.
    """
    apply = _APPLY.get(event.type, _apply_event_tracked)
    if state is None:
        return apply(_created(event), event)
    if absorbed is None:
        return apply(state, event)
    joined, _, has_lost = apply(_join(state, absorbed), event)
    return msgspec.structs.replace(joined, modified=event.recorded), differ(state, joined), has_lost


def _created(event: Event) -> ContactState:
    """A contact of which nothing is known yet."""
    if event.contact_id is None:
        raise ValueError(
            f"position {event.position} is about contact {event.contact}, which no entry before it created"
        )
    at = event.recorded
    return ContactState(event.contact, event.contact_id, None, None, at, at, event.position, {}, event.stamp, {}, {})


def _apply_user_tracked(state: ContactState, event: Event) -> Evolved:
    sent = event.traits
    if not sent:
        return _apply_event_tracked(state, event)
    stamp, of_all = event.stamp, state.stamp
    if not (state.traits or state.stamps):
        traits = {name: canonical_of(name, value) for name, value in sent.items() if value is not None}
        cleared = {name: stamp for name, value in sent.items() if value is None} if len(traits) < len(sent) else {}
        return _after(state, event, bool(traits), False, traits, stamp, cleared, state.tags)
    traits, stamps = state.traits.copy(), state.stamps.copy()
    won, has_changed, has_lost = 0, False, False
    for name, value in sent.items():
        current = stamps.get(name) or (of_all if name in traits else None)
        if current is not None and current > stamp:
            has_lost = not event.fills  # such a value is not late, but not needed
            continue
        stamps[name] = stamp
        if value is None:
            has_changed = traits.pop(name, None) is not None or has_changed
            continue
        new = canonical_of(name, value)
        if not has_changed:  # of two canonical values, unequal ones are never the same, but True is 1
            old = traits.get(name)
            has_changed = old != new or not same(old, new)
        traits[name] = new
        won += 1
    if won == len(traits):
        of_all, stamps = stamp, {name: at for name, at in stamps.items() if name not in traits}
    return _after(state, event, has_changed, has_lost, traits, of_all, stamps, state.tags)


def _apply_tags_added(state: ContactState, event: Event) -> Evolved:
    tags = dict(state.tags)
    for tag in event.tags or ():
        folded, spelling = _known_tag(tag)
        tags.setdefault(folded, (spelling, event.position))
    has_changed = len(tags) > len(state.tags)
    return _after(state, event, has_changed, False, state.traits, state.stamp, state.stamps, tags)


def _apply_event_tracked(state: ContactState, event: Event) -> Evolved:
    """It joins the contact's timeline; its traits never change the contact's (R9)."""
    return _after(state, event, False, False, state.traits, state.stamp, state.stamps, state.tags)


def _apply_number_changed(state: ContactState, event: Event) -> Evolved:
    """The new phone is the contact's own, and what the order says of consent its newest word."""
    after, has_changed, has_lost = _apply_user_tracked(state, event)
    if event.phone in (None, after.phone):  # None: an erasure has emptied it
        return after, has_changed, has_lost
    return msgspec.structs.replace(after, phone=event.phone, modified=event.recorded), True, has_lost


_Apply = Callable[[ContactState, Event], Evolved]
_APPLY: dict[str | None, _Apply] = types.complete(
    {
        types.USER_TRACKED: _apply_user_tracked,
        types.TAGS_ADDED: _apply_tags_added,
        types.EVENT_TRACKED: _apply_event_tracked,
        types.NUMBER_CHANGED: _apply_number_changed,
        types.CONTACTS_MERGED: _apply_event_tracked,  # who is who, `component` keeps
        types.CONTACTS_SPLIT: _apply_event_tracked,
    },
    types.FOLDED,
    "projections/fold/evolve",
)
"""What each type of event does to its contact. Any other, which only a damaged log can have, does nothing (R35)."""


def _after(
    state: ContactState,
    event: Event,
    has_changed: bool,
    has_lost: bool,
    traits: dict[str, Value],
    stamp: Stamp,
    stamps: dict[str, Stamp],
    tags: dict[str, tuple[str, int]],
) -> Evolved:
    """The state with these, and with an identity that it did not have (R1)."""
    phone, user_id = state.phone or event.phone, state.user_id or event.user_id
    has_changed = has_changed or phone != state.phone or user_id != state.user_id
    modified = event.recorded if has_changed else state.modified
    return (
        ContactState(
            state.contact, state.id, phone, user_id, state.created, modified, event.position, traits, stamp, stamps,
            tags,
        ),
        has_changed,
        has_lost,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _known_tag(tag: str) -> tuple[str, str]:
    """The key by which a tag compares, and its spelling: an import sends the same ones with each row."""
    spelling = tag_rules.clean(tag)
    return tag_rules.fold(spelling), spelling


def _join(survivor: ContactState, absorbed: ContactState) -> ContactState:
    """Two contacts that turn out to be one (R7): the state that the events of both, in log order, would have made."""
    traits: dict[str, Value] = {}
    stamps: dict[str, Stamp] = {}
    for name in {**survivor.traits, **survivor.stamps, **absorbed.traits, **absorbed.stamps}:
        ours, theirs = survivor.stamp_of(name), absorbed.stamp_of(name)
        winner = survivor if theirs is None or (ours is not None and ours > theirs) else absorbed
        stamps[name] = (ours if winner is survivor else theirs) or survivor.stamp
        if name in winner.traits:
            traits[name] = winner.traits[name]
    tags = dict(survivor.tags)
    for folded, (spelling, position) in absorbed.tags.items():
        if folded not in tags or position < tags[folded][1]:
            tags[folded] = (spelling, position)
    return ContactState(
        survivor.contact,
        survivor.id,
        survivor.phone or absorbed.phone,
        survivor.user_id or absorbed.user_id,
        min(survivor.created, absorbed.created),
        max(survivor.modified, absorbed.modified),
        max(survivor.position, absorbed.position),
        traits,
        survivor.stamp,
        stamps,
        dict(sorted(tags.items(), key=lambda item: item[1][1])),
    )
