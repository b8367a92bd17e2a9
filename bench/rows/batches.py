"""Row 16: contacts a second by batches, beside single calls to the same server."""

from dataclasses import asdict

from bench import load
from bench.load import Answers, Load
from bench.row import Figure, Result, Row, Run, Wrong, check, discard
from bench.serving import Served, people, serving

LINES = 5_000
_MANY = 32
_MOST_A_SECOND = 8000


class _Sending:
    """Loads one after the other, about people of their own; each begins when the state has all before it."""

    def __init__(self, run: Run, served: Served) -> None:
        self._run = run
        self._served = served
        self.contacts = 0

    def single_calls(self, connections: int, seconds: float) -> Answers:
        """Track calls for so many seconds."""
        return self._send(int(_MOST_A_SECOND * seconds), connections, seconds, 0)

    def batches(self, connections: int) -> Answers:
        """As many contacts as the bench's files have rows."""
        return self._send(max(connections * 2, self._run.sizes.rows // LINES), connections, 3600, LINES)

    def _send(self, most: int, connections: int, seconds: float, lines: int) -> Answers:
        self._served.wait_until_settled(self.contacts)
        calls = Load(self._served.place.port, self._served.key, self.contacts, most, connections, seconds, lines=lines)
        answers = load.finish(load.start(calls))
        if answers.faults:
            raise Wrong(f"answers other than 202: {answers.faults}")
        self.contacts += answers.sent * (lines or 1)
        return answers


def _measure(run: Run) -> Result:
    place = run.place("batches")
    with serving(place) as served:
        sending = _Sending(run, served)
        sending.single_calls(_MANY, 1.0)
        lone, lone_batches = sending.single_calls(1, run.sizes.seconds), sending.batches(1)
        many, many_batches = sending.single_calls(_MANY, run.sizes.seconds), sending.batches(8)
        served.wait_until_settled(sending.contacts)
    check(place, people(0, sending.contacts))
    discard(place)
    by_lone, by_many = lone_batches.per_second * LINES, many_batches.per_second * LINES
    return Result(
        (
            Figure(by_lone / lone.per_second, "x", 10, 20, what="by one caller"),
            Figure(by_many / many.per_second, "x", 10, 15, what=f"    by 8 callers at once, {_MANY} of single calls"),
        ),
        f"one caller: {by_lone:,.0f} lines/s, a batch p50 {lone_batches.p50:,.0f} ms, single {lone.per_second:,.0f}/s; "
        f"many: {by_many:,.0f} lines/s, a batch p50 {many_batches.p50:,.0f} ms, single {many.per_second:,.0f}/s",
        {name: asdict(one) for name, one in (
            ("lone", lone), ("lone_batches", lone_batches), ("many", many), ("many_batches", many_batches),
        )},
    )  # fmt: skip


ROW = Row(16, "batches", "contacts/s by batches of 5,000, durable 202, over single calls", _measure)
