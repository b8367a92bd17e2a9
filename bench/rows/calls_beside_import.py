"""Row 9: how much longer track calls wait while a whole file is imported."""

from dataclasses import asdict

from bench import load
from bench.imports import file_of
from bench.load import Answers, Load
from bench.oracle import from_lines, lines_of
from bench.row import Figure, Result, Row, Run, Wrong, check, discard
from bench.serving import Served, people_lines, serving

_PER_SECOND = 50.0
_CONNECTIONS = 8
_CALLED = 50_000_000
"""Number of the first person that calls are about: none of the file's."""


def _idle(run: Run, served: Served) -> Answers:
    calls = Load(
        served.place.port, served.key, _CALLED, 1_000_000, _CONNECTIONS, run.sizes.seconds, per_second=_PER_SECOND
    )
    return load.finish(load.start(calls))


def _beside_import(run: Run, served: Served, first: int) -> Answers:
    calls = Load(served.place.port, served.key, first, 1_000_000, _CONNECTIONS, 3600, per_second=_PER_SECOND)
    sending = load.start(calls)
    try:
        served.place.run("import", str(file_of(run, 0, run.sizes.rows)), "--json")
    finally:
        answers = load.finish(sending, now=True)
    return answers


def _measure(run: Run) -> Result:
    file, place = file_of(run, 0, run.sizes.rows), run.place("calls-beside-import")
    with serving(place) as served:
        idle = _idle(run, served)
        busy = _beside_import(run, served, _CALLED + idle.sent)
        calls = idle.sent + busy.sent
        served.wait_until_settled(run.sizes.rows + calls + 2)
    if idle.faults or busy.faults:
        raise Wrong(f"answers other than 202: {idle.faults} idle, {busy.faults} beside the import")
    check(place, from_lines(sorted([*lines_of(file), *people_lines(_CALLED, calls)])))
    discard(place)
    return Result(
        (Figure(busy.p99 / idle.p99, "x", 10, 3, is_less_better=True),),
        f"{_PER_SECOND:.0f} calls/s; idle p50 {idle.p50:.1f} ms, p99 {idle.p99:.1f} ms ({idle.sent} calls); "
        f"beside the import p50 {busy.p50:.1f} ms, p99 {busy.p99:.1f} ms ({busy.sent} calls)",
        {"idle": asdict(idle), "beside_import": asdict(busy)},
    )


ROW = Row(9, "calls-beside-import", "p99 of track calls during an import, over idle", _measure)
