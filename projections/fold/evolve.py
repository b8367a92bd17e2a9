"""The fold: `evolve(state, event) -> state`, pure. A contact is what its events, one after the other, made of it.

Each trait is a register that the greater (stated time, position) wins (R4), tags only grow (R5): so two contacts
merge by joining their states, and a late message cannot undo a newer one.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from ledger.events import tags as tag_rules
from ledger.events.traits import WHATSAPP_OPTED, canonical, consent, same

VERSION = 4
"""Changes when the same log would fold to another state, or into other tables; an older one is rebuilt by itself."""

Stamp = tuple[int, int]
"""(stated time in microseconds, position): what decides between two values of a trait."""

Value = Any
"""A trait value as `ledger.events.traits.canonical` gives it."""


def below_all(position: int) -> int:
    """What stands for the stated time of a value that only fills: before any that can be stated.

    That of a later one is before that of an earlier one, so the first to fill stays.
    """
    return -(1 << 62) - position


class Event(msgspec.Struct, frozen=True, gc=False):
    """What the fold needs of an accepted entry about a contact. `contact_id` is set on the one that created it.

    `fills`: its traits are set only where there is no value yet, and none was ever cleared (R18).
    """

    position: int
    recorded: int
    stated: int
    contact: int
    contact_id: bytes | None
    phone: str | None
    user_id: str | None
    traits: dict[str, Value] | None
    tags: list[str] | None
    fills: bool = False

    @property
    def stamp(self) -> Stamp:
        """What its traits carry. One that fills loses to whatever is stated, and to one that filled before it."""
        if self.fills:
            return below_all(self.position), self.position
        return self.stated, self.position


class ContactState(msgspec.Struct, frozen=True, gc=False):
    """A contact now. Moments in microseconds since the epoch, both recorded times; `position` is its newest event's.

    `stamp` belongs to every trait that `stamps` does not name; `stamps` also keeps those of cleared traits.
    `tags` maps the casefolded tag to its spelling and the position that added it, in that order.
    """

    contact: int
    id: bytes
    phone: str | None
    user_id: str | None
    created: int
    modified: int
    position: int
    traits: dict[str, Value]
    stamp: Stamp
    stamps: dict[str, Stamp]
    tags: dict[str, tuple[str, int]]

    def stamp_of(self, name: str) -> Stamp | None:
        """What set this trait, or cleared it; None when nothing ever did."""
        return self.stamps.get(name) or (self.stamp if name in self.traits else None)


def evolve(state: ContactState | None, event: Event, absorbed: ContactState | None = None) -> ContactState:
    """The contact after the event. Without a state the event must be the one that created the contact.

    `absorbed` is the contact that this event merges into it. Raises ValueError for an event out of nothing.
    """
    return effect(state, event, absorbed)[0]


def effect(
    state: ContactState | None, event: Event, absorbed: ContactState | None = None
) -> tuple[ContactState, bool, bool]:
    """What `evolve` gives, whether `changes` has anything to tell of it, and whether a value lost to a newer one."""
    if state is None:
        return _create(event), True, False
    if absorbed is not None:
        joined, _, has_lost = effect(_join(state, absorbed), event)
        return msgspec.structs.replace(joined, modified=event.recorded), differ(state, joined), has_lost
    phone, user_id = state.phone or event.phone, state.user_id or event.user_id
    has_changed, has_lost = phone != state.phone or user_id != state.user_id, False
    traits, stamp, stamps, tags = state.traits, state.stamp, state.stamps, state.tags
    if event.traits:
        traits, stamp, stamps, sets_other, has_lost = _set_traits(state, event)
        has_changed = has_changed or sets_other
    if event.tags:
        tags = _add_tags(tags, event)
        has_changed = has_changed or len(tags) > len(state.tags)
    after = ContactState(
        state.contact,
        state.id,
        phone,
        user_id,
        state.created,
        event.recorded if has_changed else state.modified,
        event.position,
        traits,
        stamp,
        stamps,
        tags,
    )
    return after, has_changed, has_lost


def _create(event: Event) -> ContactState:
    if event.contact_id is None:
        raise ValueError(
            f"position {event.position} is about contact {event.contact}, which no entry before it created"
        )
    stamp = event.stamp if event.fills else (event.stated, event.position)  # a property costs a tenth of a fold
    sent = event.traits or {}
    traits = {name: canonical(value) for name, value in sent.items() if value is not None}
    if WHATSAPP_OPTED in traits:
        traits[WHATSAPP_OPTED] = consent(sent[WHATSAPP_OPTED])
    return ContactState(
        event.contact,
        event.contact_id,
        event.phone,
        event.user_id,
        event.recorded,
        event.recorded,
        event.position,
        traits,
        stamp,
        {name: stamp for name, value in sent.items() if value is None} if None in sent.values() else {},
        _add_tags({}, event) if event.tags else {},
    )


def _set_traits(state: ContactState, event: Event) -> tuple[dict[str, Value], Stamp, dict[str, Stamp], bool, bool]:
    """Traits and stamps after the event, whether a trait is another than before, and whether one lost."""
    stamp = event.stamp if event.fills else (event.stated, event.position)  # a property costs a tenth of a fold
    traits, stamps = dict(state.traits), dict(state.stamps)
    won, has_changed, has_lost = 0, False, False
    for name, value in (event.traits or {}).items():
        current = stamps.get(name) or (state.stamp if name in traits else None)
        if current is not None and current > stamp:
            has_lost = not event.fills  # such a value is not late, but not needed
            continue
        stamps[name] = stamp
        if value is None:
            has_changed = traits.pop(name, None) is not None or has_changed
        else:
            new = consent(value) if name == WHATSAPP_OPTED else canonical(value)
            if not has_changed:  # of two canonical values, unequal ones are never the same, but True is 1
                old = traits.get(name)
                has_changed = old != new or not same(old, new)
            traits[name] = new
            won += 1
    if won == len(traits):
        return traits, stamp, {name: at for name, at in stamps.items() if name not in traits}, has_changed, has_lost
    return traits, state.stamp, stamps, has_changed, has_lost


def _add_tags(tags: dict[str, tuple[str, int]], event: Event) -> dict[str, tuple[str, int]]:
    added = dict(tags)
    for tag in event.tags or ():
        folded, spelling = _known_tag(tag)
        added.setdefault(folded, (spelling, event.position))
    return added


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


class Change(msgspec.Struct, frozen=True):
    """One attribute that changed.

    A tag added is `tags` from None to its spelling; one that an undo took away, or to another spelling, has a `before`.
    """

    attribute: str
    before: Value
    after: Value


Seen = tuple[str | None, str | None, dict[str, Value], dict[str, str]]
"""What a person sees of a contact: phone, user id, traits, spellings of tags."""


def changes(before: ContactState | None, after: ContactState | None) -> Iterator[Change]:
    """What a person would see changed between two states of one contact; None: it was not there, or no longer is."""
    phone, user_id, traits, tags = _seen(before)
    new_phone, new_user_id, new_traits, new_tags = _seen(after)
    if phone != new_phone:
        yield Change("phone", phone, new_phone)
    if user_id != new_user_id:
        yield Change("user_id", user_id, new_user_id)
    for name in {**traits, **new_traits}:
        old, new = traits.get(name), new_traits.get(name)
        if not same(old, new):
            yield Change(name, old, new)
    for folded in {**tags, **new_tags}:
        if tags.get(folded) != new_tags.get(folded):
            yield Change("tags", tags.get(folded), new_tags.get(folded))


def _seen(state: ContactState | None) -> Seen:
    if state is None:
        return None, None, {}, {}
    return state.phone, state.user_id, state.traits, {folded: tag for folded, (tag, _) in state.tags.items()}


def differ(before: ContactState | None, after: ContactState | None) -> bool:
    """Whether `changes` has anything to tell."""
    return next(changes(before, after), None) is not None
