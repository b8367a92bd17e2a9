"""Random small worlds: so few phones, user ids, attributes, tags and times that they meet, merge and contradict."""

import operator
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ledger.bus.port import Record
from ledger.events import moments
from tests import oracle
from tests.examples import PHONES
from tests.intake import (
    NOON,
    SECOND,
    SHOP,
    apart_message,
    merge_message,
    message,
    number_message,
    order_message,
    row_message,
)

IS_FULL = bool(os.environ.get("CONTACTS_TEST_FULL"))


def bounded(examples: int) -> settings:
    """So many examples in the usual run, twenty times as many in the full one, however busy the machine."""
    wanted = examples * (20 if IS_FULL else 1)
    return settings(max_examples=wanted, deadline=None, suppress_health_check=[HealthCheck.too_slow])


ORDERS = ("ImportUndone", "ImportRedone")
MERGE_ORDERS = ("ContactsMerged", "ContactsSplit")
BY_HAND = (*MERGE_ORDERS, "NumberChanged")
"""Their data names contacts by how many were made before them and with them: 1 is the first."""


@dataclass(frozen=True)
class Sent:
    """A message as somebody publishes it.

    `row` makes it that of the import `of`, of that row and its first or last message; so does a type of `ORDERS`.
    """

    type: str
    data: dict[str, Any]
    seconds: int | None
    row: int | None = None
    is_last: bool = True
    of: str = "i1"

    def record(self, number: int) -> Record:
        """As the bus takes it: the n-th message of the stream."""
        source = f"/imports/{self.of}"
        if self.type in BY_HAND:
            value = _merge_order(self.type, self.data, f"two{number}")
        elif self.type in ORDERS:
            value = order_message(self.type, f"{self.of}.order.{number}", source=source, published=0)
        elif self.row is not None:
            part = "u" if self.type == "UserTracked" else "t"
            value = row_message(self.row, part, self.data, source=source, is_last=self.is_last)
        else:
            time = {} if self.seconds is None else {"time": moments.text(NOON - self.seconds * SECOND)}
            value = message(self.type, self.data, id=f"w{number}", **time)
        return Record(0, number, NOON + number * SECOND, None, value)


def _merge_order(type: str, data: dict[str, Any], id: str) -> bytes:
    if type == "NumberChanged":
        more = {"traits": data["traits"], "oldBeginsAnew": data["anew"]}
        return number_message(UUID(int=data["contact"]), data["phone"], id=id, **more)
    absorbed = UUID(int=data["absorbed"])
    if type == "ContactsSplit":
        return apart_message(absorbed, id=id)
    return merge_message(UUID(int=data["survivor"]), absorbed, id=id)


phones, user_ids = st.sampled_from(PHONES[:3]), st.sampled_from(["u1", "u2", "u3"])
who = st.one_of(
    st.fixed_dictionaries({"phone": phones}),
    st.fixed_dictionaries({"userId": user_ids}),
    st.fixed_dictionaries({"phone": phones, "userId": user_ids}),
    st.fixed_dictionaries({"phone": phones, "userId": user_ids, "match": st.sampled_from(["phone", "either"])}),
)
values = st.sampled_from(["Pune", "Agra", "2022-10-31", 1, 1.5, True, False, ["a", 1], None, None])
consents = st.sampled_from([{}, {}, *({"whatsapp_opted": said} for said in (True, False, None))])
traits = st.builds(operator.or_, st.dictionaries(st.sampled_from(["city", "n", "phone"]), values, max_size=3), consents)
tags = st.lists(st.sampled_from(["vip", "VIP", " new  customer", "New Customer", "straße", "STRASSE"]), min_size=1)
seconds = st.none() | st.integers(-2, 4)


def sent(people: Any = who, seconds: Any = seconds) -> Any:
    """A message that is right in itself; whom it is about may still contradict what is known."""

    def of(type: str, **members: Any) -> Any:
        parts = st.tuples(people, st.fixed_dictionaries(members), seconds)
        return parts.map(lambda made: Sent(type, made[0] | made[1], made[2]))

    tracked = of("UserTracked", traits=traits)
    tagged = of("TagsAdded", tags=tags)
    return st.one_of(tracked, tracked, tagged, of("EventTracked", event=st.just("Order placed"), traits=traits))


wrong = st.one_of(
    st.sampled_from([{}, {"phone": "12"}, {"userId": "u1", "traits": {"n": {}}}]).map(
        lambda data: Sent("UserTracked", data, None)
    ),
    who.map(lambda data: Sent("NoSuchType", data, None)),
)
imports = st.sampled_from(["i1", "i2"])
orders = st.builds(Sent, st.sampled_from(ORDERS), st.just({}), st.none(), of=imports)


def rows_of(people: Any, modes: Any = ("upsert", "create", "update")) -> Any:
    """A row of an import: whom it is about and how, its traits, its tags if any, and the import."""
    terms = {"mode": st.sampled_from(modes), "match": st.sampled_from(["phone", "either"]), "fill": st.booleans()}
    about = st.fixed_dictionaries({"phone": people, **terms}, optional={"userId": user_ids})
    return st.tuples(about, traits, tags | st.none(), imports)


rows = rows_of(phones)
streams = st.lists(sent(), min_size=1, max_size=14)
"""What an oracle of identity, values and tags can follow."""


def messages_of(row: int, made: Any) -> list[Sent]:
    """The messages of a row."""
    about, traits, tags, of = made
    first = Sent("UserTracked", about | {"traits": traits}, None, row, tags is None, of)
    return [first] if tags is None else [first, Sent("TagsAdded", about | {"tags": tags}, None, row, of=of)]


everything = st.one_of(sent(), sent(), wrong, rows, rows, orders)


@st.composite
def mixed_streams(draw: Any, kinds: Any = everything) -> list[Sent]:
    """All kinds of messages; a row's two messages may have others between them."""
    stream: list[Sent] = []
    pending: list[Sent] = []
    for number in range(draw(st.integers(1, 14))):
        made = draw(kinds)
        if draw(st.booleans()):
            stream, pending = stream + pending, []
        if isinstance(made, Sent):
            stream.append(made)
        else:
            first, *rest = messages_of(number + 1, made)
            stream.append(first)
            pending += rest
    return stream + pending


def shuffled(draw: Any, streams: list[list[Any]]) -> list[Any]:
    """All of them in one, each in its own order."""
    left, mixed = [list(stream) for stream in streams], []
    while any(left):
        mixed.append(draw(st.sampled_from([stream for stream in left if stream])).pop(0))
    return mixed


undone_streams = mixed_streams(st.one_of(sent(), sent(), rows_of(phones, ("upsert",)), orders))
"""What an oracle can follow that knows of undone imports too."""


@st.composite
def merged_by_hand(draw: Any) -> list[Sent]:
    """Three contacts or more, that are merged, renumbered and split again and again; an oracle of these can follow.

    Between that others speak of them, also between the two messages of a row, and imports that know some of them are
    undone and redone.
    """
    stated = st.integers(0, 4)
    born = [{"phone": PHONES[0]}, {"phone": PHONES[1], "userId": "u2"}, {"userId": "u1"}, {"phone": PHONES[2]}]
    one_of_two = st.sampled_from([{"phone": PHONES[0], "userId": "u1"}, {"phone": PHONES[2], "userId": "u1"}])
    rows = st.sampled_from([{"phone": phone} for phone in PHONES[:3]] + [{"phone": PHONES[0], "userId": "u3"}])
    stream: list[Sent] = []
    second: list[Sent] = []
    for about in draw(st.permutations(born)):
        if draw(st.booleans()) and "phone" in about:
            stream += messages_of(len(stream) + 1, (about, draw(traits), None, draw(imports)))
        else:
            stream.append(draw(sent(st.just(about), stated)))
    absorbed: list[int] = []
    for _ in range(draw(st.integers(2, 12))):
        kind = draw(st.sampled_from(["merge", "merge", "split", "split", "number", "say", "row", "order", "order"]))
        if kind == "merge":
            two = {"survivor": draw(st.integers(1, 4)), "absorbed": draw(st.integers(1, 5))}
            absorbed.append(two["absorbed"])
            stream.append(Sent("ContactsMerged", two, None))
        elif kind == "split":
            which = draw(
                st.sampled_from([*absorbed, *range(2, 5 + sum(one.type == "NumberChanged" for one in stream))])
            )
            stream.append(Sent("ContactsSplit", {"survivor": 0, "absorbed": which}, None))
        elif kind == "number":
            number = {"contact": draw(st.integers(1, 5)), "phone": draw(st.sampled_from(PHONES[:4]))}
            said = {"traits": draw(consents), "anew": draw(st.booleans())}
            stream.append(Sent("NumberChanged", number | said, None))
        elif kind == "say":
            stream.append(draw(sent(st.one_of(who, one_of_two, one_of_two), stated)))
        elif kind == "row":
            terms = {"match": draw(st.sampled_from(["phone", "either"])), "fill": draw(st.booleans())}
            row = (draw(rows) | terms, draw(traits), draw(tags | st.none()), draw(imports))
            first, *rest = messages_of(len(stream) + 1, row)
            stream.append(first)
            second += rest
        else:
            of = draw(imports)
            given = sum(one.of == of and one.type in ORDERS for one in stream)
            stream.append(Sent(ORDERS[given % 2], {}, None, of=of))
        if draw(st.booleans()):
            stream, second = stream + second, []
    return stream + second


def records(stream: list[Sent]) -> list[Record]:
    """The stream as the bus took it."""
    return [one.record(number) for number, one in enumerate(stream)]


def told_to_oracle(stream: list[Sent]) -> list[oracle.Message]:
    """The stream as the oracle wants it: stated times are worked out here, by R4."""
    told = []
    for number, one in enumerate(stream):
        bus_time = NOON + number * SECOND
        stated = bus_time if one.seconds is None else min(NOON - one.seconds * SECOND, bus_time)
        source = f"/imports/{one.of}" if one.row is not None or one.type in ORDERS else SHOP
        if one.row is not None or one.type == "NumberChanged":
            stated = NOON
        told.append(oracle.Message(one.type, {"match": "phone", **one.data} if one.row else one.data, stated, source))
    return told


def plain(documents: list[dict[str, Any]]) -> list[str]:
    """Contacts in a form that compares by type and value, whatever their order."""
    kept = [
        {name: one[name] for name in ("phone", "user_id", "traits")} | {"tags": sorted(one["tags"])}
        for one in documents
    ]
    return sorted(orjson.dumps(one, option=orjson.OPT_SORT_KEYS).decode() for one in kept)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one example; in memory where the system has such a place, for there may be thousands."""
    memory = Path("/dev/shm")
    made = tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None)
    try:
        yield Path(made)
    finally:
        shutil.rmtree(made)
