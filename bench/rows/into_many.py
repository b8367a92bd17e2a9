"""Row 4: the same file into a deployment that already holds many contacts, none of them in the file.

Below the row: a second file into the same deployment, half of whose rows are about known contacts.
"""

from dataclasses import asdict
from pathlib import Path

from bench.imports import check_files, file_of, half_known_file, plain, run_import
from bench.rate import median_rate
from bench.row import Figure, Result, Row, Run, discard
from bench.serving import Served, serving


def _fill(run: Run, served: Served) -> list[Path]:
    """Import other people until the deployment has as many contacts as the row asks for."""
    files, rows = [], run.sizes.rows
    for first in range(rows, rows + run.sizes.contacts_before, rows):
        count = min(rows, rows + run.sizes.contacts_before - first)
        files.append(file_of(run, first, count))
        run_import(served, files[-1], count)
    return files


def _measure(run: Run) -> Result:
    rows, before = run.sizes.rows, run.sizes.contacts_before
    place, file = run.place("into-many"), file_of(run, 0, rows)
    half_known = half_known_file(run, rows, rows + before)
    with serving(place) as served:
        files = _fill(run, served)
        into_many = run_import(served, file, rows)
        mixed = run_import(served, half_known, rows // 2 * 2, known=rows // 2)
    check_files(run, place, [*files, file, half_known])
    discard(place)
    into_none = median_rate([one.rows for one in plain(run)])
    return Result(
        (Figure(into_many.rows.events / into_none.events, "x", 0.5, 0.8),),
        f"{rows:,} rows into {before:,} contacts: {into_many.rows}; into none: {into_none}; "
        f"a file with every second row of a known contact: {mixed.rows}",
        {"ours": asdict(into_many), "half_known": asdict(mixed), "into_none": asdict(into_none)},
    )


ROW = Row(4, "into-many", "the same into many contacts: rows/s over into none", _measure)
