"""Row 15: undoing and redoing an import, over importing it."""

import time
from dataclasses import asdict

from bench.imports import check_files, cpu_of, file_of, half_known_file, run_import
from bench.oracle import from_lines
from bench.rate import Rate
from bench.row import Figure, Result, Row, Run, Wrong, check, discard
from bench.serving import Served, serving


def _order(served: Served, name: str, id: str, rows: int) -> Rate:
    """Rows a second of `contacts imports undo` or `redo`, from its start to its end, when every contact shows it."""
    began, began_cpu = time.perf_counter(), cpu_of(served.process.pid)
    document = served.place.run("imports", name, id, "--json")
    seconds, cpu = time.perf_counter() - began, cpu_of(served.process.pid) - began_cpu
    expected = "undone" if name == "undo" else "done"
    if document["state"] != expected:
        raise Wrong(f"the import is {document['state']} after {name}, {expected} expected")
    return Rate(rows / seconds, cpu / rows * 1e6)


def _newest(served: Served) -> str:
    return str(served.place.run("imports", "--json")["imports"][0]["id"])


def _measure(run: Run) -> Result:
    rows, place = run.sizes.rows, run.place("undo")
    new, half_known = file_of(run, 0, rows), half_known_file(run, 0, rows)
    with serving(place) as served:
        imported = run_import(served, new, rows).rows
        only = _newest(served)
        undone = _order(served, "undo", only, rows)
        check(place, from_lines([]))
        redone = _order(served, "redo", only, rows)
        check_files(run, place, [new])
        run_import(served, half_known, rows // 2 * 2, known=rows // 2)
        over = _newest(served)
        back = _order(served, "undo", over, rows)
        check_files(run, place, [new])
        forth = _order(served, "redo", over, rows)
        check_files(run, place, [new, half_known])
    discard(place)
    rates = {"undone": undone, "redone": redone, "half_known_undone": back, "half_known_redone": forth}
    slowest = min(rate.events for rate in rates.values())
    return Result(
        (Figure(slowest / imported.events, "x", 0.5, 1),),
        f"the slowest of: {rows:,} new contacts undone {undone}, redone {redone}; with every second one known before"
        f" undone {back}, redone {forth}; imported {imported}",
        {"imported": asdict(imported)} | {name: asdict(rate) for name, rate in rates.items()},
    )


ROW = Row(15, "undo", "undo and redo of an import: rows/s over importing it", _measure)
