"""Callers that stop in the middle of a request keep nobody else from being answered."""

import base64
import json
import socket
import time
from contextlib import ExitStack, closing, suppress

import httpx
import pytest

from ledger import sqlite
from service.commands.track import DEADLINE
from service.http.admission.seats import SEATS, THREADS
from tests.shipped import serving

STALLED = 24
USERS = "/v1/public/track/users/"
BODY = b'{"userId": "u-1"}'


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def served(request, tmp_path):
    with serving(tmp_path / "stalled", workers=request.param) as made:
        yield made


@pytest.fixture
def stall(served):
    """Sends so many requests up to somewhere, each on a connection of its own, and leaves them open."""
    with ExitStack() as stack:

        def begin(content, count):
            made = [
                stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=60))
                for _ in range(count)
            ]
            for connection in made:
                connection.sendall(content)
            return made

        yield begin


def request_of(key, *more):
    authorization = base64.b64encode(f"{key}:".encode()).decode()
    lines = [f"POST {USERS} HTTP/1.1", "Host: here", f"Authorization: Basic {authorization}", *more, "", ""]
    return "\r\n".join(lines).encode()


def is_answered(connection):
    """Whether an answer has come."""
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(60)


def answer_on(connection):
    """The status that came, or is still to come."""
    with connection.makefile("rb") as answer:
        return int(answer.readline().split()[1])


def test_half_sent_heads_and_half_sent_bodies_stop_nobody(served, stall):
    whole = request_of(served.key, f"Content-Length: {len(BODY)}") + BODY
    in_head, in_body = stall(whole[:40], STALLED), stall(whole[:-5], STALLED)
    assert served.http.get("/healthz").status_code == 200
    assert served.track({"userId": "u-2"}).status_code == 202
    for connection in in_head:
        connection.sendall(whole[40:])
    for connection in in_body:
        connection.sendall(whole[-5:])
    assert {answer_on(connection) for connection in (*in_head, *in_body)} == {202}


def test_without_a_valid_key_a_half_sent_body_does_not_even_hold_a_thread(served, stall):
    head = request_of("nobody", "Content-Length: 200000")
    stalled = stall(head + BODY, THREADS * 2)
    assert served.http.get("/healthz").status_code == 200
    assert {answer_on(connection) for connection in stalled} <= {401, 429}


def test_calls_that_wait_for_the_bus_keep_nobody_from_reading(served, stall):
    bus = sqlite.connect(served.shipped.data / "bus.db")
    with closing(bus):
        bus.execute("BEGIN IMMEDIATE")
        waiting = stall(request_of(served.key, f"Content-Length: {len(BODY)}") + BODY, SEATS * 2)
        begun = time.monotonic()
        assert served.http.get("/healthz").status_code == 200
        assert time.monotonic() - begun < DEADLINE / 2  # not just when the calls have run out of time
        assert not all(map(is_answered, waiting))
        bus.execute("ROLLBACK")
    answers = [answer_on(connection) for connection in waiting]
    assert set(answers) <= {202, 429}
    assert answers.count(202) >= SEATS // 2


def in_chunks(served, path):
    """The answer; the server closes the connection behind it, which can overtake it while the body is still sent."""
    for _ in range(5):
        with suppress(httpx.RemoteProtocolError, httpx.WriteError, httpx.ReadError):
            return served.http.post(path, content=iter([b'{"userId": ', b'"u-3"}']))
    raise AssertionError("no answer to a body in chunks, five times over")


def test_a_body_in_chunks_is_refused_with_what_to_do(served):
    for path in (USERS, "/v1/contacts"):
        answer = in_chunks(served, path)
        assert (answer.status_code, json.loads(answer.text)["result"]) == (411, False)
        assert "Content-Length" in json.loads(answer.text)["message"]
