"""What an upstream service has to tell: a stream of messages that is the same for the same seed, faults and all."""

import json
import random

SOURCE = "https://shop.example/orders"
WINDOW = 24
"""People who are talked about at one time; it moves on, so that there are always new ones."""

PACE = 150
"""Messages after which the window has moved by as many people as it is wide."""


def phone(person):
    return f"+9199675{person % 100_000:05d}"


def message(seed, number):
    """The `number`th message as bytes. Now and then an earlier one again, as it was or with other content."""
    rng = random.Random(f"{seed}/{number}")
    kind = rng.random()
    if kind < 0.04 and number:
        return message(seed, rng.randrange(max(0, number - 200), number))
    if kind < 0.06 and number:
        return _event(rng, rng.randrange(max(0, number - 200), number))
    if kind < 0.10:
        return _poison(rng, number)
    return _event(rng, number)


def _event(rng, number):
    type = rng.choices(["UserTracked", "TagsAdded", "EventTracked"], [70, 22, 8])[0]
    data = _who(rng, number)
    if type == "UserTracked":
        data["traits"] = {name: _value(rng) for name in rng.sample(["name", "city", "area", "plan", "score"], 2)}
    elif type == "TagsAdded":
        data["tags"] = rng.sample(["new customer", "VIP", "vip", "Inactive", "potential lead", "Été"], 2)
    else:
        data |= {"event": "Order placed", "traits": {"city": "not the contact's", "lines": [{"sku": number}]}}
    event = {"specversion": "1.0", "id": f"m{number}", "source": SOURCE, "type": type, "data": data}
    if rng.random() < 0.4:
        event["time"] = f"2026-01-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:00:00Z"
    return json.dumps(event, ensure_ascii=False).encode()


def _who(rng, number):
    first = number * WINDOW // PACE // 8
    person = first + rng.randrange(WINDOW)
    known_by = rng.random()
    if known_by < 0.35:
        return {"phone": phone(person)}
    if known_by < 0.6:
        return {"userId": f"u{person}"}
    other = person if rng.random() < 0.8 else first + rng.randrange(WINDOW)
    return {"phone": phone(person), "userId": f"u{other}"}


def _value(rng):
    return rng.choice(["Pune", "Navi Mumbai", "Zürich", "", 7, 2.5, -40, True, False, ["a", "b", 3], None])


def _poison(rng, number):
    event = {"specversion": "1.0", "id": f"m{number}", "source": SOURCE, "type": "UserTracked", "data": {}}
    return rng.choice(
        [
            b"not JSON at all %d" % number,
            json.dumps(event).encode(),
            json.dumps(event | {"type": "ContactExploded"}).encode(),
            json.dumps(event | {"type": "ContactErased", "data": {"contact": "x"}}).encode(),
            json.dumps(event | {"source": "/v1/track", "data": {"userId": "u1"}}).encode(),
            json.dumps(event | {"data": {"phone": "+91123", "traits": {}}}).encode(),
        ]
    )
