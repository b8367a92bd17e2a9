"""Which events make up each contact of a merge component as of a position, and what each is found by then. Pure.

A component is a contact with all that were ever merged with it, also where they were split again. Undos and redos of
imports, merges, changed numbers and splits revise what its events come to: the log keeps them all, and what a contact
is follows from those that count (R32, R33). After a split each event is about the contact whose phone it names, or else
whose user id, as if the two had never been merged.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from ledger.events import types
from ledger.log.identity_events import IdentityEvent, Told, made_by
from ledger.log.undo import Undoings

T = TypeVar("T", bound=Told)


class Home(NamedTuple):
    """The contact that an event would be about if no two had ever been merged; of a changed number whose that was.

    `user_id_of` is whose user id it names, where that is another's than its own.
    """

    contact: int
    user_id_of: int | None = None


def root(into: Mapping[int, int], contact: int) -> int:
    """The contact that this one is merged into in the end; itself where it is not."""
    while (survivor := into.get(contact)) is not None:
        contact = survivor
    return contact


def note_merge(into: dict[int, int], absorbed: int, survivor: int) -> None:
    """Note a merge; one that leads in a circle, which only a damaged log has, is none."""
    if root(into, survivor) != absorbed:
        into[absorbed] = survivor


class _Named:
    """Which contacts were named by a phone, or by a user id, the last one last."""

    def __init__(self) -> None:
        self._by: dict[str, list[int]] = {}

    def note(self, name: str | None, contact: int) -> None:
        """An event of this contact's says the name."""
        if name is None:
            return
        before = self._by.setdefault(name, [])
        if contact in before:
            before.remove(contact)
        before.append(contact)

    def last(self, name: str | None, into: Mapping[int, int], survivor: int) -> int | None:
        """Who said the name last of those that are merged into a survivor."""
        said = self._by.get(name, []) if name is not None else []
        return next((contact for contact in reversed(said) if root(into, contact) == survivor), None)


def homes(told: Iterable[Told]) -> dict[int, Home]:
    """Where each event of a component belongs, by position; `told` are all of them, in log order.

    Among contacts that are one it is whoever named its phone last, else its user id, else the survivor.
    """
    into: dict[int, int] = {}
    phones, user_ids = _Named(), _Named()
    found: dict[int, Home] = {}
    survivors: set[int] = set()
    for one in told:
        if one.type == types.CONTACTS_SPLIT:
            into.pop(one.absorbed or 0, None)
            survivors = set(into.values())
            continue
        home = Home(one.contact)
        if one.type == types.NUMBER_CHANGED:
            had = one.contact if one.absorbed is None else one.absorbed
            home = Home(phones.last(one.phone, into, had) or had)
        if one.absorbed is not None:
            note_merge(into, one.absorbed, one.contact)
            survivors.add(one.contact)
        if one.contact in survivors and one.type != types.NUMBER_CHANGED:
            by_phone = phones.last(one.phone, into, one.contact)
            by_user_id = user_ids.last(one.user_id, into, one.contact)
            if by_phone is not None:
                home = Home(by_phone, by_user_id if by_user_id != by_phone else None)
            elif by_user_id is not None:
                home = Home(by_user_id)
        found[one.position] = home
        phones.note(one.phone, home.contact)
        user_ids.note(one.user_id if home.user_id_of is None else None, home.contact)
    return found


def ended(told: Iterable[Told], at: int) -> set[int]:
    """The positions of the merges that a split by position `at` has taken apart."""
    merged: dict[int, int] = {}
    found: set[int] = set()
    for one in told:
        if one.position > at:
            break
        if one.absorbed is None:
            continue
        if one.type == types.CONTACTS_SPLIT:
            found.add(merged.pop(one.absorbed, 0))
        else:
            merged[one.absorbed] = one.position
    return found


def standing(told: Iterable[Told], apart: Collection[int], belonging: Mapping[int, Home]) -> set[int]:
    """The positions of the changed numbers that hold: their contact was one by then with whoever had the number.

    `apart` and `belonging` are what `ended` and `homes` say of these events.
    """
    return {
        one.position
        for one, into in _merging(told, apart)
        if one.type == types.NUMBER_CHANGED and root(into, belonging[one.position].contact) == one.contact
    }


def _merging(told: Iterable[T], apart: Collection[int]) -> Iterator[tuple[T, Mapping[int, int]]]:
    """Each event with who is merged into whom by then, but for the merges that were taken apart."""
    into: dict[int, int] = {}
    for one in told:
        _note(into, one, apart)
        yield one, into


def _note(into: dict[int, int], one: Told, apart: Collection[int]) -> None:
    if one.absorbed is not None and one.type != types.CONTACTS_SPLIT and one.position not in apart:
        note_merge(into, one.absorbed, one.contact)


def merged(told: Iterable[Told], apart: Collection[int]) -> Mapping[int, int]:
    """Who is merged into whom after these events, but for the merges that were taken apart."""
    into: dict[int, int] = {}
    for one in told:
        _note(into, one, apart)
    return into


def given_up(told: Sequence[IdentityEvent], at: int) -> set[int]:
    """The positions of the events whose phone is given up as of position `at`, by a changed number that holds.

    What a contact was told under its number until then finds it no more: the number may be somebody else's.
    """
    if not any(one.gives_up is not None for one in told):
        return set()
    apart, belonging = ended(told, at), homes(told)
    holding, phones = standing(told, apart, belonging), {one.position: one.phone for one in told}
    found: set[int] = set()
    for order, into in _merging(told, apart):
        phone = phones.get(order.gives_up or 0)
        if phone is not None and order.position in holding:
            found |= {
                one.position
                for one in told
                if one.phone == phone
                and one.position < order.position
                and root(into, belonging[one.position].contact) == order.contact
            }
    return found


def counting(told: Sequence[T], undoings: Undoings, at: int, empty: Callable[[T], T]) -> Iterator[T]:
    """The events that make up a component as of position `at`, each as it would be if the others were not.

    `told` are those of the component that are not skipped, in log order. One that merged two contacts stays, without
    what it says (`empty`), if it does not count itself: an undo takes no merge apart. It comes so before itself where
    what it says is about somebody who was split off since. A changed number counts as long as the contact is one with
    whoever had the number. The first of a contact carries its id.
    """
    apart = ended(told, at)
    belonging = homes(told) if apart else {}
    holding = standing(told, apart, belonging) if apart else set()
    ids: dict[int, bytes] = {}
    there: set[int] = set()
    for one, into in _merging(told, apart):
        if one.contact_id is not None:
            ids[made_by(one) or 0] = one.contact_id
        if one.type == types.CONTACTS_SPLIT:
            continue
        absorbed, contact, user_id = one.absorbed, one.contact, one.user_id
        if one.position in apart:
            absorbed = None
        if apart and one.type not in types.ABOUT_MERGES:
            home = belonging[one.position]
            contact = root(into, home.contact)
            if home.user_id_of is not None and root(into, home.user_id_of) != contact:
                user_id = None
        if absorbed not in there:
            absorbed = None
        if absorbed is None and one.type == types.CONTACTS_MERGED:
            continue
        is_taken_back = apart and one.type == types.NUMBER_CHANGED and one.position not in holding
        counts = not is_taken_back and undoings.count(one.source, one.position, at)
        if absorbed is not None and (contact != one.contact or not counts):
            id = None if one.contact in there else ids[one.contact]
            yield msgspec.structs.replace(empty(one), absorbed=absorbed, contact_id=id)  # type: ignore[type-var]
            there.add(one.contact)
            there.discard(absorbed)
            absorbed = None
        if not counts:
            continue
        if contact not in there and one.contact_id is None and _says_nobody(one):
            continue  # an erasure emptied it: nobody is there again because of it
        id = None if contact in there else ids[contact]
        if (contact, absorbed, id, user_id) != (one.contact, one.absorbed, one.contact_id, one.user_id):
            one = msgspec.structs.replace(one, contact=contact, absorbed=absorbed, contact_id=id, user_id=user_id)  # type: ignore[type-var]
        there.add(contact)
        there.discard(absorbed or 0)
        yield one


def _says_nobody(one: Told) -> bool:
    return one.phone is None and one.user_id is None and one.type not in types.ABOUT_MERGES


def about(told: Sequence[Told], at: int) -> dict[int, int]:
    """Which contact each event of a component is about as of position `at`, by position."""
    apart = ended(told, at)
    belonging = homes(told) if apart else {}
    into = merged(told, apart)
    return {
        one.position: root(into, belonging[one.position].contact if apart else one.contact)
        for one in told
        if one.type != types.CONTACTS_SPLIT
    }


def survivors_of(told: Sequence[Told], source: int | None, at: int) -> set[int]:
    """The contacts that the events of a source are about; `told` are those of a component before position `at`."""
    contacts = about(told, at)
    return {contacts[one.position] for one in told if one.source == source and one.position < at}
