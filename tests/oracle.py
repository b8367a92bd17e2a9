"""What contact state must be, worked out the slow and plain way. Shares no code with the ledger.

Keeps every claim ever made and answers by looking at all of them: identity by R7, values by R4, tags by R5.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Message:
    """A message as the ledger took it, in log order; `stated` is any comparable time."""

    type: str
    data: dict[str, Any]
    stated: Any


@dataclass
class Person:
    born: int
    phone: str | None = None
    user_id: str | None = None
    claims: list[tuple[Any, int, str, Any]] = field(default_factory=list)
    tags: list[tuple[int, str]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        traits: dict[str, Any] = {}
        for name in {claim[2] for claim in self.claims}:
            _, _, _, value = max((claim for claim in self.claims if claim[2] == name), key=lambda c: (c[0], c[1]))
            if value is not None:
                traits[name] = value
        first: dict[str, str] = {}
        for _, tag in sorted(self.tags, key=lambda one: one[0]):
            first.setdefault(" ".join(unicodedata.normalize("NFC", tag).split()).casefold(), tag)
        return {
            "phone": self.phone,
            "user_id": self.user_id,
            "traits": traits,
            "tags": sorted(" ".join(unicodedata.normalize("NFC", tag).split()) for tag in first.values()),
        }


def fold(messages: list[Message], *, merge: bool = True) -> tuple[list[dict[str, Any]], list[bool]]:
    """The contacts (in no order), and for each message whether it was accepted."""
    people: list[Person] = []
    accepted = []
    for order, message in enumerate(messages):
        person = _find(people, order, message.data, merge)
        accepted.append(person is not None)
        if person is None:
            continue
        if message.type == "UserTracked":
            for name, value in (message.data.get("traits") or {}).items():
                person.claims.append((message.stated, order, name, value))
        if message.type == "TagsAdded":
            person.tags.extend((order, tag) for tag in message.data["tags"])
    return [person.document() for person in people], accepted


def _find(people: list[Person], order: int, data: dict[str, Any], merge: bool) -> Person | None:
    phone, user_id = data.get("phone"), data.get("userId")
    with_phone = [one for one in people if phone is not None and one.phone == phone]
    with_user_id = [one for one in people if user_id is not None and one.user_id == user_id]
    candidates = {id(one): one for one in with_phone + with_user_id}
    alone = data.get("match") == "phone"
    if len(candidates) == 2:
        a, b = with_phone[0], with_user_id[0]
        if not merge or alone or a.user_id is not None or b.phone is not None:
            return None
        older, newer = sorted((a, b), key=lambda one: one.born)
        older.phone, older.user_id = phone, user_id
        older.claims += newer.claims
        older.tags += newer.tags
        people.remove(newer)
        return older
    if not candidates:
        people.append(Person(order, phone, user_id))
        return people[-1]
    (person,) = candidates.values()
    if alone and not with_phone:
        return None
    if phone is not None and person.phone not in (None, phone):
        return None
    if user_id is not None and person.user_id not in (None, user_id):
        return None
    person.phone = person.phone or phone
    person.user_id = person.user_id or user_id
    return person
