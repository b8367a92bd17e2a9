"""Row 12: an exact check of a whole file, beside the import of the same file right after it."""

from dataclasses import asdict

from bench.imports import Imported, check_files, file_of, half_known_file, run_check, run_import
from bench.rate import Rate, median_rate
from bench.row import Figure, Result, Row, Run, discard
from bench.serving import serving

Pair = tuple[Rate, Imported]
"""A check, and the import right after it."""


def _both(run: Run) -> tuple[Pair, Pair]:
    """Into no contacts; then a file of which every second row is about a known contact."""
    rows, half = run.sizes.rows, run.sizes.rows // 2
    file, mixed, place = file_of(run, 0, rows), half_known_file(run, 0, rows), run.place("check")
    with serving(place) as served:
        into_none = run_check(served, file, rows), run_import(served, file, rows)
        half_known = run_check(served, mixed, half * 2, known=half), run_import(served, mixed, half * 2, known=half)
    check_files(run, place, [file, mixed])
    discard(place)
    return into_none, half_known


def _figure(pairs: list[Pair], what: str) -> tuple[Figure, str]:
    check, imported = median_rate([one for one, _ in pairs]), median_rate([one.rows for _, one in pairs])
    return Figure(check.events / imported.events, "x", 1, 2, what=what), f"{what} {check}, imported {imported}"


def _measure(run: Run) -> Result:
    every = [_both(run) for _ in range(run.sizes.repeats)]
    into_none, told = _figure([one for one, _ in every], "into none")
    half_known, told_half = _figure([one for _, one in every], "half known")
    return Result(
        (into_none, half_known),
        f"{run.sizes.rows:,} rows checked {told}; {told_half}",
        {"checks": [[asdict(check) for check, _ in pairs] for pairs in every]},
    )


ROW = Row(12, "checks", "an exact check of a file: rows/s over importing it", _measure)
