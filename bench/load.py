"""Track calls from a process of its own, over plain sockets, so that the sender is never what is measured.

`python -m bench.load JSON`, where JSON is a `Load`; prints what came of it as JSON.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles

import orjson

from bench.messages import traits_of
from bench.people import person


@dataclass(frozen=True, slots=True)
class Load:
    """What to send: `most` calls at most, each about another person, from number `first`.

    `lines`: each call is a batch of so many lines, each about another person.

    `per_second` 0: every connection sends as soon as it has its answer. Else calls start at fixed moments, and a late
    start counts as waiting.
    """

    port: int
    key: str
    first: int
    most: int
    connections: int
    seconds: float
    per_second: float = 0.0
    lines: int = 0


@dataclass(slots=True)
class Answers:
    """What came back. Latencies in milliseconds; `faults` counts answers other than 202 by status."""

    sent: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Calls answered a second."""
        return self.sent / self.seconds


def start(load: Load) -> "subprocess.Popen[bytes]":
    """Send in another process; `finish` waits for it."""
    root = str(Path(__file__).parent.parent)
    command = [sys.executable, "-m", "bench.load", json.dumps(asdict(load))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root})


def finish(process: "subprocess.Popen[bytes]", *, now: bool = False) -> Answers:
    """What came of a started load; `now`: it starts no more calls."""
    if now:
        process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate()
    return Answers(**json.loads(printed))


def requests(load: Load) -> Iterator[bytes]:
    """The calls of a load, in their order."""
    if not load.lines:
        return (_request(load.key, "public/track/users/", _body(load.first + call)) for call in range(load.most))
    batches = (range(load.first + call * load.lines, load.first + (call + 1) * load.lines) for call in range(load.most))
    return (_request(load.key, "contacts/batch", b"\n".join(map(_body, numbers))) for numbers in batches)


def _body(number: int) -> bytes:
    """The track call about a person."""
    one = person(number)
    return orjson.dumps(
        {"countryCode": "+91", "phoneNumber": one.number, "userId": one.user_id, "traits": traits_of(one)}
    )


def _request(key: str, path: str, body: bytes) -> bytes:
    head = (
        f"POST /v1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection:
    """One connection, one call at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self._received = b""

    def send(self, call: bytes, begun: float) -> None:
        """Start a call; `begun` is when it should have started."""
        self.begun = begun
        self.socket.sendall(call)

    def status(self) -> str | None:
        """The status once the whole answer is here; call it when there is something to read."""
        found = self.socket.recv(65536)
        if not found:
            raise ConnectionError("the server closed the connection")
        self._received += found
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return None
        self._received = b""
        return head[9:12].decode()


class _End:
    """When to start no more calls: at a moment, when there are none left, or at SIGTERM."""

    def __init__(self, moment: float) -> None:
        self._moment = moment
        signal.signal(signal.SIGTERM, lambda *_: self.come())

    def come(self) -> None:
        """From now on."""
        self._moment = 0.0

    def has_come(self, now: float) -> bool:
        """Whether it is over."""
        return now >= self._moment


def _send_all(load: Load) -> Answers:
    made = requests(load)
    calls = made if load.per_second else iter(list(made))
    connections = {one.socket.fileno(): one for one in (_Connection(load.port) for _ in range(load.connections))}
    answers, latencies = Answers(), []
    began, began_cpu = time.perf_counter(), time.process_time()
    for connection, status in _conversations(load, calls, connections, began):
        latencies.append((time.perf_counter() - connection.begun) * 1000)
        if status != "202":
            answers.faults[status] = answers.faults.get(status, 0) + 1
    answers.seconds, answers.cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    answers.sent = len(latencies)
    cuts = quantiles(latencies, n=100)
    answers.p50, answers.p99 = cuts[49], cuts[98]
    return answers


def _conversations(
    load: Load, calls: Iterator[bytes], connections: dict[int, _Connection], began: float
) -> Iterator[tuple[_Connection, str]]:
    """Each answer as it comes; nothing is under way any more at the end."""
    poll = select.epoll()
    for number in connections:
        poll.register(number, select.EPOLLIN)
    idle, due, end = list(connections.values()), began, _End(began + load.seconds)
    while True:
        now = time.perf_counter()
        while idle and due <= now and not end.has_come(now):
            call = next(calls, None)
            if call is None:
                end.come()
                break
            idle.pop().send(call, due if load.per_second else now)
            due += 1 / load.per_second if load.per_second else 0.0
            now = time.perf_counter()
        if len(idle) == len(connections) and end.has_come(now):
            return
        for number, _ in poll.poll(max(0.0, due - now) if idle and load.per_second else 0.5):
            connection = connections[number]
            status = connection.status()
            if status is not None:
                idle.append(connection)
                yield connection, status


if __name__ == "__main__":
    print(json.dumps(asdict(_send_all(Load(**json.loads(sys.argv[1]))))))
