"""People whose erasures are ordered one right behind the other, looked up and emptied together (R31).

Each gets what `erasing.erase` gives one, from some twenty statements for all. Whoever was ever one with
somebody else, or whose phone or user id is another's too, is not among them: that depends on what is erased before.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ledger.events import types
from ledger.events.mentions import Mentions
from ledger.events.signing import Signer
from ledger.log.entry import unpack_headers
from ledger.log.erasure import Emptied, Sought, naming_values
from ledger.log.sqlite.connected import THESE, listed
from ledger.log.sqlite.erasing.erasing import PlannedErasure, emptied_by, empty, erased_among
from ledger.log.sqlite.erasing.plans import (
    ErasurePlan,
    Said,
    free_names,
    is_anything_about_nobody,
    known_names,
    name_hashes,
    naming,
)
from ledger.log.sqlite.erasing.releasing import Named, release
from ledger.log.sqlite.erasing.seeking import InLog, OrderPlace
from ledger.log.sqlite.erasing.undone import names_of_undone
from ledger.log.sqlite.merges import components
from ledger.log.sqlite.phone_times import given_up_among, holders_of
from ledger.sqlite import Connection


@dataclass(slots=True)
class _Person:
    """What the entries about a contact say: where they stand, whom they name, and by what."""

    about: list[int] = field(default_factory=list)
    phones: set[int] = field(default_factory=set)
    user_ids: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    others: list[int] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """Its phones, in E.164."""
        return [f"+{phone}" for phone in sorted(self.phones)]


class ErasingTogether:
    """Those of some contacts who can be erased together, as the log is when they are looked up.

    `contacts` has all that were asked for, by public id. `erase` only notes an erasure, in `erased` by contact with the
    position of its order; `write` empties all of them, behind the entries that order it.
    """

    def __init__(self, connection: Connection, signer: Signer, ids: Collection[UUID]) -> None:
        """Look up the contacts with these public ids. What was decided before is written."""
        self._connection = connection
        self._signer = signer
        self.contacts = _contacts(connection, ids)
        self._people = _alone(connection, self.contacts.values())
        _look_for_others(connection, self._people)
        positions = sorted(position for one in self._people.values() for position in (*one.about, *one.others))
        hashed = name_hashes(connection, signer, positions)
        self._names = {name[0]: (rank, name) for rank, name in enumerate(hashed)}
        self._known = known_names(connection, {name for _, name in hashed})
        self.erased = dict[int, int]()
        self._emptied = set[int]()
        self._erasures: list[PlannedErasure] = []

    def __contains__(self, contact: int) -> bool:
        return contact in self._people

    def erase(self, contact: int, order: OrderPlace, *, keeps_out: bool) -> Emptied:
        """Note that an order erases one of them; what its entry is to say."""
        planned = self._plan(contact, order)
        emptied = emptied_by(planned, self._signer, keeps_out=keeps_out)
        self.note(planned)
        self.erased[contact] = order.erasure
        self._erasures.append(PlannedErasure(order.erasure, emptied, planned))
        return emptied

    def note(self, planned: ErasurePlan) -> None:
        """Somebody is erased: what goes with them is nobody else's to erase."""
        self._emptied.update(planned.others)
        self._known.update(name for _, name in planned.names)

    def _plan(self, contact: int, order: OrderPlace) -> ErasurePlan:
        one = self._people.pop(contact)
        others = [position for position in one.others if position not in self._emptied]
        ranked = sorted(self._names[position] for position in (*one.about, *others) if position in self._names)
        sought = Sought(one.texts, sorted(one.user_ids), order.offset, order.at, sorted(one.values))
        held = Named([contact], {"phone": sorted(one.phones), "user_id": sorted(one.user_ids)})
        names = free_names((name for _, name in ranked), self._known)
        return ErasurePlan([contact], one.about, others, [], names, held, sought)

    def write(self) -> None:
        """Empty what was erased; the entries of the orders are written."""
        if not self._erasures:
            return
        empty(self._connection, self._erasures)
        contacts = [contact for one in self._erasures for contact in one.plan.contacts]
        names = {
            column: [name for one in self._erasures for name in one.plan.held.names[column]]
            for column in ("phone", "user_id")
        }
        release(self._connection, contacts, self._erasures[-1].erasure, Named(contacts, names))
        self._erasures = []


def _contacts(connection: Connection, ids: Collection[UUID]) -> dict[UUID, int]:
    rows = connection.execute(
        "SELECT contacts.id, contact FROM json_each(?) AS asked"
        " CROSS JOIN contacts ON contacts.id = unhex(asked.value)",
        (listed(id.hex for id in ids),),
    )
    return {UUID(bytes=id): contact for id, contact in rows.fetchall()}


def _alone(connection: Connection, contacts: Collection[int]) -> dict[int, _Person]:
    """Those who were never one with anybody, and all of whose names are nobody else's."""
    joined = components(connection, contacts)
    sizes, gone = Counter(joined.values()), erased_among(connection, contacts)
    people = _people(connection, [one for one in contacts if one not in gone and sizes[joined[one]] == 1])
    phones = sorted({phone for one in people.values() for phone in one.phones})
    holders, given_up = holders_of(connection, phones), given_up_among(connection, phones)
    user_ids = sorted({user_id for one in people.values() for user_id in one.user_ids})
    query = f"SELECT user_id, contact FROM user_ids WHERE user_id {THESE}"
    id_holders = dict(connection.execute(query, (listed(user_ids),)).fetchall())
    given_up.update(phone for phone, _ in names_of_undone(connection, "phone", phones))
    left = {user_id for user_id, _ in names_of_undone(connection, "user_id", user_ids)}
    return {
        contact: one
        for contact, one in people.items()
        if given_up.isdisjoint(one.phones)
        and left.isdisjoint(one.user_ids)
        and all(holders.get(phone, contact) == contact for phone in one.phones)
        and all(id_holders.get(user_id, contact) == contact for user_id in one.user_ids)
    }


def _people(connection: Connection, contacts: Sequence[int]) -> dict[int, _Person]:
    """What the entries say of these contacts, but of those who were renumbered, or of whom a message was retried."""
    people = {contact: _Person() for contact in contacts}
    rows = connection.execute(
        "SELECT contact, position, type, raw_digest IS NOT NULL, phone, user_id, headers, value FROM entries"
        f" WHERE contact {THESE} AND salt IS NOT NULL ORDER BY contact, position",
        (listed(contacts),),
    )
    others = set[int]()
    for contact, position, type, is_retry, phone, user_id, headers, value in rows:
        one = people[contact]
        one.about.append(position)
        if phone is not None:
            one.phones.add(phone)
        if user_id is not None:
            one.user_ids.add(user_id)
        one.values.update(naming_values(unpack_headers(headers), value))
        if is_retry or type in types.ABOUT_MERGES:
            others.add(contact)
    return {contact: one for contact, one in people.items() if contact not in others}


def _look_for_others(connection: Connection, people: dict[int, _Person]) -> None:
    """Find the entries about no contact that name each of them; whoever a retried one names is taken out."""
    if not is_anything_about_nobody(connection):  # nearly always: to make what names them all takes longer
        return
    found = naming(connection, InLog(_mentions(people)))
    if not found:
        return
    query = f"SELECT position FROM entries WHERE position {THESE} AND reason IS NULL AND raw_digest IS NOT NULL"
    retries = {position for (position,) in connection.execute(query, (listed(said[0] for said in found),)).fetchall()}
    named = dict(_named_in(found, people))
    for contact, positions in named.items():
        if retries.isdisjoint(positions):
            people[contact].others = sorted(positions)
        else:
            del people[contact]


def _named_in(said: Sequence[Said], people: Mapping[int, _Person]) -> Iterator[tuple[int, list[int]]]:
    """Whom these messages name, and where: halved until one is left, since most of them name nobody."""
    mentions = _mentions(people)
    naming_them = [one for one in said if mentions.in_message(one[1], unpack_headers(one[2]), one[3]) is not None]
    if not naming_them:
        return
    contacts = list(people)
    if len(contacts) == 1:
        yield contacts[0], [one[0] for one in naming_them]
        return
    middle = len(contacts) // 2
    for half in (contacts[:middle], contacts[middle:]):
        yield from _named_in(naming_them, {contact: people[contact] for contact in half})


def _mentions(people: Mapping[int, _Person]) -> Mentions:
    phones = {phone for one in people.values() for phone in one.texts}
    return Mentions(phones, {user_id for one in people.values() for user_id in one.user_ids})
