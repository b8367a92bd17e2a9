"""What contact state must be where contacts are merged, renumbered and split by hand, the slow and plain way.

Shares no code with the ledger. Nobody is ever put together: each contact keeps what was said of it alone, and who is
one with whom is asked anew for each answer. So after a split there is nothing to take apart.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.oracle import Message, Person


@dataclass
class Said:
    order: int
    message: Message
    home: int
    other: int | None
    """Whose user id it names, where that is another's than its home's."""
    renumbered: int | None = None
    """Whose phone changes by it; its home is then whose the number was."""
    given_up: str | None = None
    """The phone that finds that contact no more."""


@dataclass
class Merge:
    order: int
    survivor: int
    absorbed: int
    by_hand: bool
    is_apart: bool = False


@dataclass
class World:
    merging: bool = True
    people: list[int] = field(default_factory=list)
    """Each by its order in the stream, which is how old it is."""
    said: list[Said] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    off: set[int] = field(default_factory=set)
    undone: set[str] = field(default_factory=set)

    def into(self, person: int, *, by_hand: bool = True) -> int:
        for one in self.merges:
            if one.absorbed == person and not one.is_apart and (by_hand or not one.by_hand):
                return self.into(one.survivor, by_hand=by_hand)
        return person

    def group(self, root: int) -> list[int]:
        return [one for one in self.people if self.into(one) == root]

    def roots(self) -> list[int]:
        return [one for one in self.people if self.into(one) == one]

    def asserted(self, one: Said) -> list[tuple[str, str]]:
        is_own = one.other is None or self.into(one.other) == self.into(one.home)
        phone = one.message.data.get("phone")
        told = [] if self.is_given_up(one, phone) else [("phone", phone)]
        told += [("userId", one.message.data.get("userId"))] if is_own else []
        return [(kind, name) for kind, name in told if name]

    def is_given_up(self, one: Said, phone: str | None) -> bool:
        """Whether a later change of its contact's number says that this one finds others from then on."""
        return any(
            other.given_up == phone and self.stands(other) and self.then(one.home, other.order) == other.renumbered
            for other in self.said
            if other.given_up is not None and other.order > one.order
        )

    def names(self, root: int) -> set[tuple[str, str]]:
        return {name for one in self.counting(root) for name in self.asserted(one)}

    def counting(self, root: int) -> list[Said]:
        group = self.group(root)
        return [one for one in self.said if one.home in group and one.order not in self.off and self.stands(one)]

    def stands(self, one: Said) -> bool:
        """A changed number is taken back where those were split by whom it came to be this contact's."""
        return one.renumbered is None or self.then(one.home, one.order) == one.renumbered

    def then(self, person: int, order: int) -> int:
        for one in self.merges:
            if one.absorbed == person and one.order <= order and not one.is_apart:
                return self.then(one.survivor, order)
        return person

    def own(self, root: int, kind: str) -> str | None:
        """What it was found by first: in the order in which things were said and merged."""
        had: dict[int, str] = {}
        happened: list[Any] = [*self.counting(root), *(one for one in self.merges if not one.is_apart)]
        joined: dict[int, int] = {}

        def top(person: int) -> int:
            return top(joined[person]) if person in joined else person

        # a message that merges does so before it says anything
        for one in sorted(happened, key=lambda one: (one.order, isinstance(one, Said))):
            if isinstance(one, Merge):
                if one.absorbed in had:
                    had.setdefault(one.survivor, had[one.absorbed])
                joined[one.absorbed] = one.survivor
            else:
                for name in [name for of, name in self.asserted(one) if of == kind]:
                    if one.renumbered is None:
                        had.setdefault(top(one.home), name)
                    else:
                        had[top(one.home)] = name
        return had.get(root)

    def holder(self, kind: str, name: str | None) -> int | None:
        found = [root for root in self.roots() if name and (kind, name) in self.names(root)]
        assert len(found) <= 1
        return found[0] if found else None

    def were_split(self, one: int, other: int) -> bool:
        return any(
            merge.is_apart and {self.into(merge.survivor), self.into(merge.absorbed)} == {one, other}
            for merge in self.merges
        )

    def last_to_say(self, kind: str, name: str | None, group: list[int]) -> int | None:
        theirs = [one for one in self.said if one.home in group and (kind == "phone" or one.other is None)]
        named = [one.home for one in theirs if name and one.message.data.get(kind) == name]
        return named[-1] if named else None

    def take(self, order: int, message: Message) -> bool:
        if message.type in ("ImportUndone", "ImportRedone"):
            return self.undo(message) if message.type == "ImportUndone" else self.redo(message)
        if message.type in ("ContactsMerged", "ContactsSplit"):
            return self.join(order, message) if message.type == "ContactsMerged" else self.split(message)
        if message.type == "NumberChanged":
            return self.renumber(order, message)
        root = None if message.source in self.undone else self.find(order, message.data)
        if root is None:
            return False
        group = self.group(root)
        home, other = root, None
        if len(group) > 1:
            by_phone = self.last_to_say("phone", message.data.get("phone"), group)
            by_user_id = self.last_to_say("userId", message.data.get("userId"), group)
            if by_phone is not None:
                home, other = by_phone, by_user_id if by_user_id != by_phone else None
            elif by_user_id is not None:
                home = by_user_id
        self.said.append(Said(order, message, home, other))
        return True

    def find(self, order: int, data: dict[str, Any]) -> int | None:
        phone, user_id = data.get("phone"), data.get("userId")
        a, b = self.holder("phone", phone), self.holder("userId", user_id)
        if a is None and b is None:
            self.people.append(order)
            return order
        if a is not None and b is not None:
            if a == b:
                return a
            is_forbidden = not self.merging or data.get("match") in ("phone", "either") or self.were_split(a, b)
            if is_forbidden or self.own(a, "userId") or self.own(b, "phone"):
                return None
            survivor, absorbed = sorted((a, b))
            self.merges.append(Merge(order, survivor, absorbed, False))
            return survivor
        if a is not None:
            return a if not user_id or not self.own(a, "userId") else None
        if b is None or data.get("match") == "phone":
            return None
        return b if not phone or not self.own(b, "phone") else None

    def join(self, order: int, message: Message) -> bool:
        two = [message.data["survivor"], message.data["absorbed"]]
        if max(two) > len(self.people) or two[0] == two[1]:
            return False
        survivor, absorbed = (self.people[number - 1] for number in two)
        if any(self.into(one) != one or not self.names(one) for one in (survivor, absorbed)):
            return False
        self.merges.append(Merge(order, survivor, absorbed, True))
        return True

    def renumber(self, order: int, message: Message) -> bool:
        number, phone = message.data["contact"], message.data["phone"]
        if number > len(self.people):
            return False
        person = self.people[number - 1]
        holder = self.holder("phone", phone)
        is_known = holder == person and self.own(person, "phone") == phone
        if self.into(person) != person or not self.names(person) or is_known:
            return False
        before = self.own(person, "phone") if message.data["anew"] else None
        home: int | None = order
        if holder is None:
            self.people.append(order)
            self.merges.append(Merge(order, person, order, True))
        else:
            home = self.last_to_say("phone", phone, self.group(holder))
            assert home is not None
            if holder != person:
                self.merges.append(Merge(order, person, holder, True))
        said = Message(
            "UserTracked", {"phone": phone, "traits": message.data["traits"]}, message.stated, message.source
        )
        self.said.append(Said(order, said, home, None, person, before))
        return True

    def split(self, message: Message) -> bool:
        number = message.data["absorbed"]
        person = self.people[number - 1] if number <= len(self.people) else None
        found = [one for one in self.merges if one.absorbed == person and not one.is_apart]
        for one in found:
            one.is_apart = True
        if self.is_anybody_two():
            for one in found:
                one.is_apart = False
            return False
        return bool(found)

    def is_anybody_two(self) -> bool:
        names = [name for root in self.roots() for name in self.names(root)]
        return len(names) > len(set(names))

    def undo(self, message: Message) -> bool:
        theirs = [one.order for one in self.said if one.message.source == message.source]
        if not theirs or message.source in self.undone:
            return False
        self.undone.add(message.source)
        self.off.update(theirs)
        return True

    def redo(self, message: Message) -> bool:
        theirs = [one for one in self.said if one.message.source == message.source]
        if not theirs or message.source not in self.undone:
            return False
        self.undone.remove(message.source)
        for one in theirs:
            if all(self.may_have(one, kind, name) for kind, name in self.asserted(one)):
                self.off.remove(one.order)
        return True

    def may_have(self, one: Said, kind: str, name: str) -> bool:
        """Nobody else has it; and those whom a message made one have one of it between them."""
        whose = one.home if kind == "phone" or one.other is None else one.other
        cluster = self.into(whose, by_hand=False)
        had = {
            told
            for said in self.said
            if said.order not in self.off and self.stands(said)
            for of, told in self.asserted(said)
            if of == kind
            and self.into(said.home if kind == "phone" or said.other is None else said.other, by_hand=False) == cluster
        }
        return self.holder(kind, name) in (None, self.into(one.home)) and had <= {name}

    def document(self, root: int) -> dict[str, Any]:
        person = Person(root, set())
        person.said = [(one.order, one.message) for one in self.counting(root)]
        traits = {name: value for name, value in dict(person.told()).items() if value is not None}
        tags = Person(root, set(), [(one.order, _without_names(one.message)) for one in self.counting(root)]).document()
        return {"phone": self.own(root, "phone"), "user_id": self.own(root, "userId"), "traits": traits} | {
            "tags": tags["tags"]
        }


def _without_names(message: Message) -> Message:
    data = {name: value for name, value in message.data.items() if name not in ("phone", "userId")}
    return Message(message.type, data, message.stated, message.source)


def fold(messages: list[Message]) -> tuple[list[dict[str, Any]], list[bool]]:
    """The contacts (in no order), and for each message whether it was accepted."""
    world = World()
    accepted = [world.take(order, message) for order, message in enumerate(messages)]
    return [world.document(root) for root in world.roots() if world.counting(root)], accepted
