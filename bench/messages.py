"""Messages put on the bus beforehand, signed as an import's are, so that one stage can be measured alone."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from bench.people import Person
from ledger.bus.port import Message
from service.wiring.drivers import Drivers

_CALL = 10_000

Fact = tuple[Person, dict[str, Any]]
"""Somebody, and the traits that are said of them."""


def traits_of(one: Person) -> dict[str, Any]:
    """All of a person's traits."""
    return {
        "name": one.name,
        "email": one.email,
        "whatsapp_opted": one.opted,
        "city": one.city,
        "area": one.area,
        "Points": one.points,
    }


def publish(drivers: Drivers, facts: Iterable[Fact]) -> int:
    """Publish one UserTracked for each fact, in the order given; gives how many."""
    publisher = drivers.bus().publisher()
    messages, count = _messages(drivers, facts), 0
    try:
        while call := list(islice(messages, _CALL)):
            publisher.publish(call, timeout=120)
            count += len(call)
    finally:
        publisher.close()
    return count


def _messages(drivers: Drivers, facts: Iterable[Fact]) -> Iterator[Message]:
    import_id, message = drivers.ids()(), drivers.signer().message
    source, time = f"/imports/{import_id}", "2026-11-22T10:00:00Z"
    for number, (one, traits) in enumerate(facts, 1):
        data = {
            "phone": one.phone,
            "userId": one.user_id,
            "traits": traits,
            "match": "phone",
            "mode": "upsert",
            "row": number,
            "line": number + 1,
            "rowend": True,
        }
        value = message(
            source=source, id=f"{import_id}.{number:06d}.u", type="UserTracked", time=time, data=orjson.dumps(data)
        )
        yield Message(one.phone.encode(), value)
