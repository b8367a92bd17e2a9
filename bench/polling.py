"""Clients that watch an import over HTTP while it runs, as a page in a browser would."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Event, Thread

from bench.row import Wrong
from bench.serving import Served

_COUNTS = ("created", "updated", "unchanged", "skipped", "duplicate", "rejected", "pending", "cancelled", "erased")


@dataclass(slots=True)
class Polls:
    """What the clients got: answers by status, and how long each took, in milliseconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@contextmanager
def polling(served: Served, clients: int, every: float) -> Iterator[Polls]:
    """Poll the newest import until the block ends, each client every so many seconds. Raises Wrong for an error."""
    polls, is_over = Polls(), Event()
    threads = [Thread(target=_poll, args=(served, polls, is_over, every)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield polls
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    if polls.faults:
        raise Wrong(f"a poll got: {polls.faults[0]}")


def _poll(served: Served, polls: Polls, is_over: Event, every: float) -> None:
    path, seen = "", ""
    with closing(HTTPConnection("127.0.0.1", served.place.port, timeout=30)) as connection:
        while not is_over.wait(every):
            headers = {"Authorization": f"Bearer {served.key}", "If-None-Match": seen}
            began = time.perf_counter()
            connection.request("GET", path or "/v1/imports?limit=1", headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status not in (200, 304):
                polls.faults.append(f"{answer.status} {content[:200]!r}")
                return
            if path:
                polls.statuses[answer.status] += 1
                polls.milliseconds.append((time.perf_counter() - began) * 1000)
                seen = answer.headers["ETag"]
                if answer.status == 200 and not _adds_up(told := json.loads(content)):
                    polls.faults.append(f"counts that do not add up: {told}")
            elif found := json.loads(content)["imports"]:
                path = f"/v1/imports/{found[0]['id']}"


def _adds_up(told: Mapping[str, int]) -> bool:
    """Whether every row of an import is counted once (R22)."""
    counts = [told[name] for name in _COUNTS]
    return min(counts) >= 0 and sum(counts) == told["rows"]
