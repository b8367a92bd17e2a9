"""The API under callers who stop, break off or never read: others are served, and nothing is half-done (R36, R39)."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.http.admission.seats import SEATS
from tests.service.cli.test_serve import Running, free_port, wait_for
from tests.world import World
from tests.worlds import IS_FULL

USERS, EVENTS, BATCH = "/v1/public/track/users/", "/v1/public/track/events/", "/v1/contacts/batch"
WORKERS = 1


class Served(Running):
    """An API with its keys; `on_bus` counts what was published."""

    def __init__(self, process, port, out, world, keys):
        super().__init__(process, port, out)
        self._world = world
        self.keys = keys

    def on_bus(self):
        with closing(self._world.drivers.bus().reader()) as bus:
            return sum(end - begin for begin, end in bus.ranges().values())

    def read(self, key, path="/v1/tags"):
        return httpx.get(self.url + path, headers={"Authorization": f"Bearer {key}"}, timeout=10)

    def answered(self, status):
        """How many answers of this status were given so far."""
        page = httpx.get(self.url + "/metrics", timeout=10).text
        return sum(float(count) for count in re.findall(rf'requests_total{{.*status="{status}"}} (\S+)', page))

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rough")
    world = World(folder / "data")
    world.track(phone="+919967536783")
    world.settle()  # there is something to read
    environ = {
        **os.environ,
        "CONTACTS_DATA": str(folder / "data"),
        "CONTACTS_PORT": str(free_port()),
        "CONTACTS_WORKERS": str(WORKERS),
        "PYTHONPATH": os.getcwd(),
    }
    command = [sys.executable, "-m", "service"]
    keys = []
    for name in ("one", "two"):
        made = [*command, "keys", "create", "--name", name, "--scope", "track", "--scope", "read"]
        printed = subprocess.run(made, env=environ, capture_output=True, text=True, check=True, timeout=60).stdout
        keys.append(re.search(r"API key: (\S+)", printed)[1])
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen([*command, "api"], env=environ, stdout=out, stderr=out)
    running = Served(process, int(environ["CONTACTS_PORT"]), folder / "out", world, keys)
    try:
        wait_for(running.answers)
        yield running
        assert "Traceback" not in running.printed()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        world.close()


def head(key, path, *headers):
    lines = [f"POST {path} HTTP/1.1", "Host: here", f"Authorization: Bearer {key}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def answer_of(connection):
    """The status and the body of the one answer that comes."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        assert piece, received
        received += piece
    before, _, body = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", before)[1])
    while len(body) < length:
        body += connection.recv(65536)
    return int(before.split()[1]), json.loads(body) if body else None


def has_answer(connection):
    connection.settimeout(0)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(30)


@contextmanager
def stalled(served, key, count, path=USERS, length=100):
    """So many calls of a key that stop in the middle of their bodies; gives those that were answered at once."""
    calls = []
    try:
        for _ in range(count):
            calls.append(served.connect())
            calls[-1].sendall(head(key, path, f"Content-Length: {length}") + b'{"userId":')
        yield calls
    finally:
        for call in calls:
            call.close()


def is_free(served, key):
    """Whether a call of this key is taken again."""
    body = {"userId": "u-free"}
    return httpx.post(served.url + USERS, json=body, headers={"Authorization": f"Bearer {key}"}).status_code == 202


def test_however_many_bodies_of_a_key_stall_all_others_are_served_and_it_can_read(served):
    one, two = served.keys
    with stalled(served, one, SEATS + 40) as calls:
        refused = wait_for(lambda: (found := [call for call in calls if has_answer(call)])[SEATS // 2 + 39 :] and found)
        assert len(refused) == SEATS // 2 + 40
        status, problem = answer_of(refused[0])
        assert (status, problem["message"]) == (429, "Rate limit exceeded for this resource")
        assert problem["reason"] == "too_many_at_once"
        for _ in range(5):
            assert httpx.get(served.url + "/healthz", timeout=10).status_code == 200
            assert [served.read(key).status_code for key in (one, two)] == [200, 200]
            assert is_free(served, two)
    wait_for(lambda: is_free(served, one))


def test_callers_without_a_key_hold_no_thread(served):
    with stalled(served, "nobodys", SEATS + 40) as calls:
        assert {answer_of(call)[0] for call in calls} <= {401, 429}
        assert is_free(served, served.keys[0])


def test_large_bodies_that_stall_hold_as_much_memory_as_small_ones(served):
    one, two = served.keys
    with stalled(served, one, 40, BATCH, length=5 * 1024 * 1024) as calls:
        wait_for(lambda: sum(map(has_answer, calls)) >= 34)
        assert [call for call in calls if not has_answer(call)]
        assert is_free(served, two)
    wait_for(lambda: is_free(served, one))


def test_who_never_reads_an_answer_keeps_nobody_waiting(served):
    connections = []
    try:
        for _ in range(SEATS + 40):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", served.port))
            connection.sendall(b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: here\r\n\r\n")
            connections.append(connection)
        assert httpx.get(served.url + "/healthz", timeout=10).status_code == 200
        assert is_free(served, served.keys[0])
    finally:
        for connection in connections:
            connection.close()


WHOLE = {
    USERS: b'{"userId":"u-1","traits":{"note":"whole"}}',
    EVENTS: b'{"userId":"u-1","event":"Order placed"}',
    BATCH: b"".join(b'{"userId":"u-%d","traits":{"a":1}}\n' % number for number in range(10)),
}


@settings(max_examples=400 if IS_FULL else 20, deadline=None)
@given(
    path=st.sampled_from(sorted(WHOLE)),
    where=st.floats(0, 1, exclude_max=True),
    how=st.sampled_from(["half-closed", "closed", "reset"]),
)
def test_a_call_that_breaks_off_publishes_nothing_and_its_key_stays_free(served, path, where, how):
    body, key = WHOLE[path], served.keys[0]
    idempotency = f"Idempotency-Key: {time.monotonic_ns()}"
    before, refused = served.on_bus(), served.answered(400)
    with served.connect() as caller:
        caller.sendall(head(key, path, idempotency, f"Content-Length: {len(body)}") + body[: int(where * len(body))])
        if how == "half-closed":
            caller.shutdown(socket.SHUT_WR)
            status, problem = answer_of(caller)
            assert (status, "broke off" in problem["message"]) == (400, True)
        if how == "reset":
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_for(lambda: served.answered(400) == refused + 1, every=0.005)
    assert served.on_bus() == before
    with served.connect() as caller:
        caller.sendall(head(key, path, idempotency, f"Content-Length: {len(body)}") + body)
        assert answer_of(caller)[0] in (201, 202)
    assert served.on_bus() > before


@pytest.mark.parametrize("path", sorted(WHOLE))
def test_a_call_in_chunks_is_411_at_once_and_the_same_with_a_length_is_taken(served, path):
    body, key = WHOLE[path], served.keys[0]
    before = served.on_bus()
    with served.connect() as caller:
        caller.sendall(head(key, path, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(body), body))
        assert answer_of(caller)[0] == 411
    with served.connect() as caller:  # of two lengths that contradict each other neither is believed
        headers = ("Transfer-Encoding: chunked", f"Content-Length: {len(body)}")
        caller.sendall(head(key, path, *headers) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        assert answer_of(caller)[0] in (400, 411)
    assert served.on_bus() == before


def test_http_2_is_not_spoken_as_its_bodies_have_no_end_that_can_be_seen(served):
    with served.connect() as caller:
        caller.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert caller.recv(1000)[:5] in (b"HTTP/", b"")


def test_calls_that_are_sent_before_the_answers_are_each_answered_in_their_order(served):
    body = WHOLE[USERS]
    call = head(served.keys[0], USERS, f"Content-Length: {len(body)}") + body
    with served.connect() as caller:
        caller.sendall(call * 3 + b"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        received = b""
        while piece := caller.recv(65536):
            received += piece
    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"202", b"202", b"202", b"200"]
