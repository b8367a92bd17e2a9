"""Row 14: the same file by every step that a person takes over HTTP: uploaded, mapped, checked, confirmed, done."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.imports import check_files, file_of, into_none
from bench.rate import median_rate
from bench.row import Figure, Result, Row, Run, Wrong, discard
from bench.serving import Served, serving

_LOOK_AGAIN = 0.05
_BOUNDARY = "a-file-of-people"
_BEFORE = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'.encode()
_AFTER = f"\r\n--{_BOUNDARY}--\r\n".encode()


class _Client:
    """Calls of one person."""

    def __init__(self, served: Served, connection: HTTPConnection) -> None:
        self._connection = connection
        self._key = {"Authorization": f"Bearer {served.key}"}

    def upload(self, file: Path) -> str:
        """Upload a file; the path of its import."""
        length = len(_BEFORE) + file.stat().st_size + len(_AFTER)
        headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}", "Content-Length": str(length)}
        self._connection.putrequest("POST", "/v1/imports")
        for name, value in (self._key | headers).items():
            self._connection.putheader(name, value)
        self._connection.endheaders(_BEFORE)
        with file.open("rb") as content:
            self._connection.send(content)
        self._connection.send(_AFTER)
        return f"/v1/imports/{self._answer()['id']}"

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One call; its answer."""
        self._connection.request(method, path, None if body is None else json.dumps(body), self._key)
        return self._answer()

    def wait(self, path: str, is_so: Callable[[Any], bool]) -> Any:
        """Poll an import until it is so."""
        while not is_so(found := self.call("GET", path)):
            time.sleep(_LOOK_AGAIN)
        return found

    def _answer(self) -> Any:
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise Wrong(f"{answer.status} {content[:300]!r}")
        return json.loads(content)


def _imported(run: Run) -> dict[str, float]:
    """Seconds that each step took."""
    file, place = file_of(run, 0, run.sizes.rows), run.place("over-http")
    seconds, moment = {}, time.perf_counter()

    def done(step: str) -> None:
        nonlocal moment
        seconds[step], moment = time.perf_counter() - moment, time.perf_counter()

    with serving(place) as served, closing(HTTPConnection("127.0.0.1", place.port, timeout=60)) as connection:
        client, moment = _Client(served, connection), time.perf_counter()
        path = client.upload(file)
        done("upload")
        client.call("PUT", f"{path}/mapping", {"columns": []})
        client.call("POST", f"{path}/check")
        checked = client.wait(path, lambda found: found["progress"] is None)
        done("check")
        client.call("POST", f"{path}/confirm", {})
        told = client.wait(path, lambda found: found["state"] == "done")
        done("run")
    if not checked["created"] == told["created"] == run.sizes.rows:
        raise Wrong(f"{checked['created']} rows would be created, {told['created']} were, of {run.sizes.rows}")
    check_files(run, place, [file])
    discard(place)
    return seconds


def _measure(run: Run) -> Result:
    lone, every = [], []
    for _ in range(run.sizes.repeats):
        lone.append(into_none(run).rows)
        every.append(_imported(run))
    whole = sorted(every, key=lambda steps: sum(steps.values()))[len(every) // 2]
    rows, alone = run.sizes.rows, median_rate(lone)
    told = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in whole.items())
    return Result(
        (Figure(rows / sum(whole.values()) / alone.events, "x", 0.4, 0.6),),
        f"{rows:,} rows: {told}; `contacts import`, which checks nothing beforehand, {alone}",
        {"steps": every, "command": [asdict(one) for one in lone]},
    )


ROW = Row(14, "over-http", "the same uploaded, checked and confirmed over HTTP: rows/s over the command", _measure)
