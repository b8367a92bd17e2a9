"""Row 20: erasing everybody whom one file brought, over importing that file."""

import time
from dataclasses import asdict

from bench.imports import cpu_of, file_of, run_import
from bench.oracle import from_lines
from bench.rate import Rate
from bench.row import Figure, Result, Row, Run, Wrong, check, discard
from bench.serving import Served, serving

_EVERYBODY = ("--where", "city!=nowhere")


def _erased(served: Served, count: int) -> Rate:
    """People a second of `contacts erase --where`, from its start to its end, when nothing of them is anywhere."""
    began, began_cpu = time.perf_counter(), cpu_of(served.process.pid)
    document = served.place.run("erase", *_EVERYBODY, "--yes", "--reason", "bench", "--json")
    seconds, cpu = time.perf_counter() - began, cpu_of(served.process.pid) - began_cpu
    if (document["state"], document["erased"]) != ("done", count):
        raise Wrong(f"the erasure is {document['state']}, and {document['erased']:,} of {count:,} are erased")
    return Rate(count / seconds, cpu / count * 1e6)


def _measure(run: Run) -> Result:
    count, place = run.sizes.erased_together, run.place("erase-many")
    with serving(place) as served:
        imported = run_import(served, file_of(run, 0, count), count).rows
        erased = _erased(served, count)
        check(place, from_lines([]))
    discard(place)
    return Result(
        (Figure(erased.events / imported.events, "x", 0.25, 0.5),),
        f"{count:,} people, an event each, beside contacts serve: erased {erased}; imported {imported}",
        {"imported": asdict(imported), "erased": asdict(erased)},
    )


ROW = Row(20, "erase-many", "contacts erase --where, everybody: people/s over importing them", _measure)
