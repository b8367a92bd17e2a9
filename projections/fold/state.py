"""A contact's state, and what a person sees changed between two of them."""

from collections.abc import Iterator

import msgspec

from ledger.events.traits import same
from projections.fold.event import Stamp, Value


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
