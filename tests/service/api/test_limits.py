"""How much a call may hold: at each limit it is taken, beyond it refused with the limit's number."""

from io import BytesIO

import pytest

USERS, EVENTS, CONTACTS = "/v1/public/track/users/", "/v1/public/track/events/", "/v1/contacts"
BODY = 256 * 1024
STRING = 32 * 1024


def named(count):
    return {f"t{number}": number for number in range(count)}


def numbered(count):
    return [f"tag {number}" for number in range(count)]


def about(path, **members):
    """A body for this call that says no more than whom it is about."""
    who = {CONTACTS: {"user_id": "u-1"}, EVENTS: {"userId": "u-1", "event": "Order placed"}}.get(
        path, {"userId": "u-1"}
    )
    return who | members


LIMITS = [
    ("100 attributes", 100, "/traits", lambda count: {"traits": named(count)}, (USERS, EVENTS, CONTACTS)),
    ("50 tags", 50, "/tags", lambda count: {"tags": numbered(count)}, (USERS, CONTACTS)),
    ("32 KiB of ASCII", STRING, "/traits/a", lambda count: {"traits": {"a": "x" * count}}, (USERS, EVENTS, CONTACTS)),
    ("32 KiB in UTF-8", STRING, "/traits/a", lambda count: {"traits": {"a": "é" * (count // 2) + "x" * (count % 2)}},
     (USERS, EVENTS, CONTACTS)),
    ("1000 items", 1000, "/traits/a", lambda count: {"traits": {"a": [0] * count}}, (USERS, EVENTS, CONTACTS)),
    ("items of 32 KiB", STRING, "/traits/a", lambda count: {"traits": {"a": ["x" * count]}}, (USERS, CONTACTS)),
    ("128 characters of a name", 128, "/traits", lambda count: {"traits": {"x" * count: 1}}, (USERS, EVENTS, CONTACTS)),
    ("100 characters of a tag", 100, "/tags/0", lambda count: {"tags": ["x" * count]}, (USERS, CONTACTS)),
    ("256 characters of a user id", 256, "/userId", lambda count: {"userId": "x" * count}, (USERS, EVENTS)),
    ("200 characters of an event", 200, "/event", lambda count: {"event": "x" * count}, (EVENTS,)),
    ("8 levels of an event", 8, None, lambda count: {"traits": nested(count)}, (EVENTS,)),
]  # fmt: skip


def nested(levels):
    """An object in which so many levels of objects are, itself being the first."""
    return {"in": nested(levels - 1)} if levels > 1 else {}


BEYOND = [
    pytest.param(path, limit, pointer, make, id=f"{path} {name}")
    for name, limit, pointer, make, paths in LIMITS
    for path in paths
]
AT = [
    pytest.param(path, make(limit), id=f"{path} {name}")
    for name, limit, _, make, paths in LIMITS
    for path in paths
    if path != CONTACTS  # it reads its body by the same table, and waits until the contact shows
]


@pytest.mark.parametrize(("path", "members"), AT)
def test_at_the_limit_a_call_is_taken(client, path, members):
    assert client.post(path, about(path, **members)).status_code in (201, 202)


@pytest.mark.parametrize(("path", "limit", "pointer", "make"), BEYOND)
def test_beyond_the_limit_it_is_422_and_says_the_limit(client, path, limit, pointer, make):
    answer = client.post(path, about(path, **make(limit + 1)))
    assert answer.status_code == 422
    (fault,) = answer.json["errors"]
    assert str(limit) in fault["message"]
    assert pointer is None or fault["pointer"].startswith(pointer)
    assert client.on_bus() == []


def bodies(description):
    """The calls that take one JSON object."""
    return [
        (method, path)
        for (method, path), operation in description.operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]


def test_beyond_256_kib_every_call_is_413_and_says_the_limit(client, description):
    assert len(bodies(description)) >= 4
    for method, path in bodies(description):
        answer = send(client, method, path, b'"' + b"x" * (BODY - 1) + b'"')
        assert (answer.status_code, answer.json["message"]) == (413, "the body is over the limit of 256 KiB"), path


def test_at_256_kib_a_body_is_read(client, description):
    for method, path in bodies(description):
        answer = send(client, method, path, b'"' + b"x" * (BODY - 2) + b'"')
        assert answer.status_code == 400, path


def send(client, method, path, content):
    return client.open(
        path.replace("{id}", "01a20e51-0035-703f-b269-a57f0c2d62ae"),
        method=method,
        headers={"Authorization": client.authorization},
        input_stream=BytesIO(content),
    )
