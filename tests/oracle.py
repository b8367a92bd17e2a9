"""What contact state must be, worked out the slow and plain way. Shares no code with the ledger.

Keeps everything anybody ever said and answers by looking at all of it: identity by R7 and R17, values by R4 and R18,
tags by R5. What an undone import said is looked over (R32).
"""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Message:
    """A message as the ledger took it, in log order; `stated` is any comparable time."""

    type: str
    data: dict[str, Any]
    stated: Any
    source: str = ""

    @property
    def fills(self) -> bool:
        return self.source.startswith("/imports/") and bool(self.data.get("fill"))


@dataclass
class Person:
    born: int
    off: set[int]
    """The messages that do not count: of everybody, and changing all the time."""
    said: list[tuple[int, Message]] = field(default_factory=list)

    def counting(self) -> list[tuple[int, Message]]:
        return [(order, message) for order, message in self.said if order not in self.off]

    def given(self, member: str) -> str | None:
        given = {message.data.get(member) for _, message in self.counting()} - {None}
        assert len(given) <= 1
        return given.pop() if given else None

    @property
    def phone(self) -> str | None:
        return self.given("phone")

    @property
    def user_id(self) -> str | None:
        return self.given("userId")

    def told(self) -> list[tuple[str, Any]]:
        """Every value or clear of a trait that counts; the last of each is had."""
        said = [(order, message) for order, message in self.counting() if message.type == "UserTracked"]
        filling = [(order, message) for order, message in said if message.fills]
        stating = [(order, message) for order, message in said if not message.fills]
        # what was stated latest, else what filled first
        in_turn = sorted(filling, key=lambda one: -one[0]) + sorted(stating, key=lambda one: (one[1].stated, one[0]))
        return [told for _, message in in_turn for told in (message.data.get("traits") or {}).items()]

    def last_word(self, trait: str) -> Any:
        """The newest value that was no clear; None where nobody ever gave one."""
        return dict(told for told in self.told() if told[1] is not None).get(trait)

    def document(self) -> dict[str, Any]:
        traits = {name: value for name, value in dict(self.told()).items() if value is not None}
        first: dict[str, str] = {}
        for _, message in sorted(self.counting(), key=lambda one: one[0]):
            for tag in message.data["tags"] if message.type == "TagsAdded" else ():
                first.setdefault(" ".join(unicodedata.normalize("NFC", tag).split()).casefold(), tag)
        return {
            "phone": self.phone,
            "user_id": self.user_id,
            "traits": traits,
            "tags": sorted(" ".join(unicodedata.normalize("NFC", tag).split()) for tag in first.values()),
        }


def fold(messages: list[Message], *, merge: bool = True) -> tuple[list[dict[str, Any]], list[bool]]:
    """The contacts (in no order), and for each message whether it was accepted."""
    people, accepted = meet(messages, merge=merge)
    return [person.document() for person in people], accepted


def meet(messages: list[Message], *, merge: bool = True) -> tuple[list[Person], list[bool]]:
    """The people of whom anything counts, and for each message whether it was accepted."""
    people: list[Person] = []
    naming: dict[str, list[Person]] = defaultdict(list)  # who ever said a phone or user id: nobody else can have it
    off: set[int] = set()
    undone: set[str] = set()
    accepted = []
    for order, message in enumerate(messages):
        if message.type in ("ImportUndone", "ImportRedone"):
            accepted.append(_undo_or_redo(people, message, off, undone))
            continue
        person = None if message.source in undone else _find(people, naming, order, message.data, off, merge)
        accepted.append(person is not None)
        if person is not None:
            person.said.append((order, message))
            _note(naming, person, message)
    return [person for person in people if person.counting()], accepted


def _undo_or_redo(people: list[Person], command: Message, off: set[int], undone: set[str]) -> bool:
    theirs = [
        (order, message, person)
        for person in people
        for order, message in person.said
        if message.source == command.source
    ]
    if not theirs or (command.source in undone) == (command.type == "ImportUndone"):
        return False
    if command.type == "ImportUndone":
        undone.add(command.source)
        off.update(order for order, _, _ in theirs)
        return True
    undone.remove(command.source)
    for order, message, person in sorted(theirs, key=lambda one: one[0]):
        phone, user_id = message.data.get("phone"), message.data.get("userId")
        others = [one for one in people if one is not person]
        is_free = not any((phone and one.phone == phone) or (user_id and one.user_id == user_id) for one in others)
        fits = (not phone or person.phone in (None, phone)) and (not user_id or person.user_id in (None, user_id))
        if is_free and fits:
            off.remove(order)
    return True


def _note(naming: dict[str, list[Person]], person: Person, message: Message) -> None:
    for name in {message.data.get("phone"), message.data.get("userId")} - {None}:
        if not any(one is person for one in naming[name]):
            naming[name].append(person)


def _find(
    people: list[Person],
    naming: dict[str, list[Person]],
    order: int,
    data: dict[str, Any],
    off: set[int],
    merge: bool,
) -> Person | None:
    phone, user_id = data.get("phone"), data.get("userId")
    with_phone = [one for one in naming[phone] if one.phone == phone] if phone is not None else []
    with_user_id = [one for one in naming[user_id] if one.user_id == user_id] if user_id is not None else []
    candidates = {id(one): one for one in with_phone + with_user_id}
    alone, either = data.get("match") == "phone", data.get("match") == "either"
    if len(candidates) == 2:
        a, b = with_phone[0], with_user_id[0]
        if not merge or alone or either or a.user_id is not None or b.phone is not None:
            return None
        older, newer = sorted((a, b), key=lambda one: one.born)
        older.said += newer.said
        for _, message in newer.said:
            _note(naming, older, message)
        newer.said = []
        people[:] = [one for one in people if one is not newer]
        return older
    if not candidates:
        people.append(Person(order, off))
        return people[-1]
    (person,) = candidates.values()
    if alone and not with_phone:
        return None
    if phone is not None and person.phone not in (None, phone):
        return None
    if user_id is not None and person.user_id not in (None, user_id):
        return None
    return person
