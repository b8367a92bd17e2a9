"""Row 19: a backup while the ledger runs, over copying the same bytes to the disk."""

import os
import shutil
import time
from pathlib import Path
from statistics import median

from bench.imports import file_of, run_import
from bench.row import Figure, Result, Row, Run, discard
from bench.serving import serving

_CHUNK = 2**20


def _copy(source: Path, target: Path) -> int:
    """Copy a folder's files, each made durable; gives how many bytes these are."""
    target.mkdir()
    count = 0
    for path in sorted(one for one in source.rglob("*") if one.is_file()):
        copied = target / path.relative_to(source)
        copied.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as read, copied.open("wb") as written:
            shutil.copyfileobj(read, written, _CHUNK)
            written.flush()
            os.fsync(written.fileno())
        count += copied.stat().st_size
    return count


def _measure(run: Run) -> Result:
    rows, place = run.sizes.rows, run.place("backup")
    ours, plain, count = [], [], 0
    with serving(place) as served:
        run_import(served, file_of(run, 0, rows), rows)
        for number in range(run.sizes.repeats):
            made = place.folder / f"backup-{number}"
            began = time.perf_counter()
            place.run("backup", str(made), "--json")
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            count = _copy(made, place.folder / f"copy-{number}")
            plain.append(time.perf_counter() - began)
    discard(place)
    return Result(
        (Figure(median(plain) / median(ours), "x", 0.3, 0.5),),
        f"{count / 2**20:,.0f} MiB of {rows:,} contacts in {median(ours):.2f} s; copied and synced in"
        f" {median(plain):.2f} s",
        {"backup_seconds": ours, "copy_seconds": plain},
    )


ROW = Row(19, "backup", "contacts backup while it runs, over copying the same bytes", _measure)
