"""Row 13: the same import while several people watch its counts."""

from dataclasses import asdict
from statistics import quantiles

from bench.imports import Imported, check_files, file_of, into_none, run_import
from bench.polling import Polls, polling
from bench.rate import median_rate
from bench.row import Figure, Result, Row, Run, discard
from bench.serving import serving

_CLIENTS = 8
_EVERY = 0.5


def _polled(run: Run) -> tuple[Imported, Polls]:
    file, place = file_of(run, 0, run.sizes.rows), run.place("polled")
    with serving(place) as served, polling(served, _CLIENTS, _EVERY) as polls:
        imported = run_import(served, file, run.sizes.rows)
    check_files(run, place, [file])
    discard(place)
    return imported, polls


def _measure(run: Run) -> Result:
    lone, every = [], []
    for _ in range(run.sizes.repeats):  # in turns: the difference is small, and a machine has its moods
        lone.append(into_none(run))
        every.append(_polled(run))
    polled, alone = median_rate([one.rows for one, _ in every]), median_rate([one.rows for one in lone])
    milliseconds = [one for _, polls in every for one in polls.milliseconds]
    cuts = quantiles(milliseconds, n=100)
    unchanged = sum(polls.statuses[304] for _, polls in every)
    return Result(
        (Figure(polled.events / alone.events, "x", 0.9, 0.97),),
        f"{polled}; alone {alone}; {_CLIENTS} clients, each every {_EVERY} s: {len(milliseconds)} polls, "
        f"{unchanged} of them 304, p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms",
        {"polled": [asdict(one) for one, _ in every], "alone": [asdict(one) for one in lone], "poll_ms": milliseconds},
    )


ROW = Row(13, "polled", "an import while 8 clients poll its counts: rows/s over alone", _measure)
