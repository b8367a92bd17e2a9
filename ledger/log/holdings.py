"""What contacts that were merged and split are found by, and which may have what again after a redo (R1, R32). Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import msgspec

from ledger.events import types
from ledger.events.identity import Known
from ledger.log.identity_events import IdentityEvent, Told
from ledger.log.revisions import ended, given_up, homes, merged, root, standing
from ledger.log.undo import Assertion, Claimants, Undoings


class Holding(msgspec.Struct, gc=False):
    """What a contact is found by: its own phone and user id, and all that lead to it."""

    phone: str | None = None
    user_id: str | None = None
    phones: set[str] = msgspec.field(default_factory=set)
    user_ids: set[str] = msgspec.field(default_factory=set)

    def take(self, phone: str | None, user_id: str | None) -> None:
        """An event asserts these; what the contact has of its own stays (R1)."""
        self.phone, self.user_id = self.phone or phone, self.user_id or user_id

    def is_found_by(self, column: str, name: int | str) -> bool:
        """Whether a phone, as the number that the log's file has, or a user id leads to it."""
        return f"+{name}" in self.phones if column == "phone" else name in self.user_ids


def holdings(counted: Iterable[Told], without: Collection[int] = ()) -> dict[int, Holding]:
    """What each contact is found by, by number; `counted` are the events that count, as `counting` gives them.

    `without` are the positions of those whose phone is given up, as `given_up` says.
    """
    found: dict[int, Holding] = {}
    for one in counted:
        held = found.setdefault(one.contact, Holding())
        if one.absorbed is not None:
            taken_in = found.pop(one.absorbed)
            held.take(taken_in.phone, taken_in.user_id)
            held.phones |= taken_in.phones
            held.user_ids |= taken_in.user_ids
        phone = None if one.position in without else one.phone
        if one.type == types.NUMBER_CHANGED:
            held.phone = phone or held.phone
        held.take(phone, one.user_id)
        held.phones.update(filter(None, [phone]))
        held.user_ids.update(filter(None, [one.user_id]))
    return found


def is_shared(held: Iterable[Holding]) -> bool:
    """Whether two of these are found by the same phone or user id, so that one of them would not be (R1)."""
    phones, user_ids = Counter[str](), Counter[str]()
    for one in held:
        phones.update(one.phones)
        user_ids.update(one.user_ids)
    return max([*phones.values(), *user_ids.values()], default=0) > 1


class Clusters(Claimants):
    """Which contact of a component may have a phone or a user id again after a redo.

    Contacts that are one because a message named both have one phone and one user id between them (R1). Those that
    somebody merged by hand each keep their own, which all find the survivor.
    """

    def __init__(self, told: Sequence[IdentityEvent], before: Undoings, at: int) -> None:
        """`told` is the component before position `at`, and `before` are the undos until then."""
        self._told = {one.position: one for one in told}
        self._homes = homes(told)
        self._without = given_up(told, at)
        self._own: dict[int, Known] = {}
        apart = ended(told, at)
        self._into = merged(told, apart)
        self._by_message = merged((one for one in told if one.type not in types.ABOUT_MERGES), apart)
        holding = standing(told, apart, self._homes)
        for one in told:
            is_order = one.type in types.ABOUT_MERGES
            if one.position in holding if is_order else before.count(one.source, one.position, at):
                self.claim(one.position)

    def claimant(self, position: int) -> Assertion:
        """See `Claimants.claimant`."""
        one, home = self._told[position], self._homes[position]
        contact = root(self._into, home.contact)
        is_anothers = home.user_id_of is not None and root(self._into, home.user_id_of) != contact
        phone = None if position in self._without else one.phone
        return Assertion(contact, position, one.source, phone, None if is_anothers else one.user_id)

    def own(self, position: int) -> Known:
        """See `Claimants.own`."""
        of_phone, of_user_id = self._clusters(position)
        nobody = Known(0, None, None)
        phone = self._own.get(of_phone, nobody).phone
        user_id = self._own.get(of_user_id, nobody).user_id
        return Known(root(self._into, self._homes[position].contact), phone, user_id)

    def claim(self, position: int) -> None:
        """See `Claimants.claim`."""
        said = self.claimant(position)
        for cluster, phone, user_id in zip(
            self._clusters(position), (said.phone, None), (None, said.user_id), strict=True
        ):
            had = self._own.get(cluster, Known(cluster, None, None))
            self._own[cluster] = Known(cluster, had.phone or phone, had.user_id or user_id)

    def _clusters(self, position: int) -> tuple[int, int]:
        """The contacts that stand for those with whom the phone, and the user id, of an event is shared."""
        home = self._homes[position]
        of_user_id = home.contact if home.user_id_of is None else home.user_id_of
        return root(self._by_message, home.contact), root(self._by_message, of_user_id)
