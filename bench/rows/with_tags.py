"""Row 3: two tags double the messages of an import; they must not cost more than others do."""

from dataclasses import asdict

from bench.imports import plain, tagged
from bench.rate import median_rate
from bench.row import Figure, Result, Row, Run

_TAGS = ("new customer", "diwali")


def _measure(run: Run) -> Result:
    without, every = plain(run), tagged(run, _TAGS)
    ours, base = median_rate([one.messages for one in every]), median_rate([one.messages for one in without])
    return Result(
        (Figure(ours.events / base.events, "x", 1.0, 1.3),),
        f"{2 * run.sizes.rows:,} events: {ours}; without tags {base}",
        {"ours": list(map(asdict, every)), "without": list(map(asdict, without))},
    )


ROW = Row(3, "with-tags", "the same with two tags: events/s over without", _measure)
