"""Row 8: from sending one call to seeing it in contact state, when nothing else goes on."""

import time
from contextlib import closing
from http.client import HTTPConnection
from random import Random
from statistics import quantiles

import orjson

from bench.messages import traits_of
from bench.people import person
from bench.row import Figure, Result, Row, Run, Wrong, check, discard, head
from bench.serving import Served, people, serving
from projections.state.sqlite.reader import StateFileReader, reading

_LONGEST_PAUSE = 0.06
_LOOK_SECONDS = 0.0002


def _delays(served: Served, count: int) -> list[float]:
    """Milliseconds from sending to seeing, call after call, at moments unrelated to anyone's clock tick."""
    chance, place, delays = Random(8), served.place, []
    with (
        closing(HTTPConnection("127.0.0.1", place.port, timeout=10)) as connection,
        reading(place.drivers.generations().current_path()) as state,
    ):
        for number in range(count):
            time.sleep(chance.uniform(0.01, _LONGEST_PAUSE))
            delays.append(_delay(connection, state, served.key, number))
    return delays


def _delay(connection: HTTPConnection, state: StateFileReader, key: str, number: int) -> float:
    one = person(number)
    body = orjson.dumps(
        {"countryCode": "91", "phoneNumber": one.number, "userId": one.user_id, "traits": traits_of(one)}
    )
    wanted = number + 1
    began = time.perf_counter()
    connection.request("POST", "/v1/public/track/users/", body, {"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    printed = answer.read()
    if answer.status != 202:
        raise Wrong(f"a call was answered {answer.status}: {printed.decode()}")
    while state.checkpoint().position < wanted:
        if time.perf_counter() - began > 30:
            raise Wrong(f"call {wanted} did not show in 30 s")
        time.sleep(_LOOK_SECONDS)
    return (time.perf_counter() - began) * 1000


def _measure(run: Run) -> Result:
    place, count = run.place("call-to-state"), run.sizes.lone_calls
    with serving(place) as served:
        cuts = quantiles(_delays(served, count), n=100)
    if head(place) != count:
        raise Wrong(f"{head(place)} entries in the log, {count} expected")
    check(place, people(0, count))
    discard(place)
    return Result(
        (
            Figure(cuts[49], "ms", 50, 15, is_less_better=True, what="p50"),
            Figure(cuts[98], "ms", 200, 50, is_less_better=True, what="    p99"),
        ),
        f"{count} calls, one at a time, up to {_LONGEST_PAUSE * 1000:.0f} ms apart",
        {"percentiles_ms": cuts},
    )


ROW = Row(8, "call-to-state", "single track call to visible in state, idle:", _measure)
