"""Row 7: durable track calls a second, beside the same server answering a constant."""

import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from http.client import HTTPConnection

from bench import load
from bench.load import Answers, Load
from bench.row import Figure, Result, Row, Run, Wrong, check, discard
from bench.running import Place
from bench.serving import people, serving

CONNECTIONS = 32
_MOST_A_SECOND = 8000


def _durable(run: Run) -> Answers:
    place = run.place("track-calls")
    with serving(place) as served:
        load.finish(load.start(_load(run, place.port, served.key, seconds=1.0)))
        answers = load.finish(load.start(_load(run, place.port, served.key, seconds=run.sizes.seconds)))
        if answers.faults:
            raise Wrong(f"answers other than 202: {answers.faults}")
        served.wait_until_settled(answers.sent)
    check(place, people(0, answers.sent))
    discard(place)
    return answers


def _constant(run: Run) -> Answers:
    place = run.place("constant")
    command = [sys.executable, "-m", "bench.constant"]
    with subprocess.Popen(command, env=place.environ, cwd=place.folder) as server:
        try:
            place.wait_until(server, lambda: _answers(place), every=0.05, seconds=30)
            load.finish(load.start(_load(run, place.port, "none", seconds=1.0)))
            return load.finish(load.start(_load(run, place.port, "none", seconds=run.sizes.seconds)))
        finally:
            server.terminate()


def _answers(place: Place) -> bool:
    with closing(HTTPConnection("127.0.0.1", place.port, timeout=1)) as connection:
        try:
            connection.request("GET", "/")
        except OSError:
            return False
        return connection.getresponse().status == 202


def _load(run: Run, port: int, key: str, *, seconds: float) -> Load:
    return Load(port, key, 0, int(_MOST_A_SECOND * run.sizes.seconds), CONNECTIONS, seconds)


def _measure(run: Run) -> Result:
    constant, ours = _constant(run), _durable(run)
    return Result(
        (Figure(ours.per_second / constant.per_second, "x", 0.5, 0.8),),
        f"{ours.per_second:,.0f} calls/s, p50 {ours.p50:.1f} ms, p99 {ours.p99:.1f} ms; "
        f"a constant: {constant.per_second:,.0f} calls/s, p50 {constant.p50:.1f} ms, p99 {constant.p99:.1f} ms",
        {"ours": asdict(ours), "constant": asdict(constant)},
    )


ROW = Row(
    7,
    "track-calls",
    "track calls/s, durable 202, 32 connections, over the same server answering a constant",
    _measure,
)
