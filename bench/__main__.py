"""`python -m bench [--profile] [ROW…]`: measure the rows named, or all of them; table on stdout, JSON in a file."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import disk, profiles, sizes, table
from bench.row import Result, Row, Run, Wrong
from bench.rows import (
    append,
    backup,
    batches,
    call_to_state,
    calls_beside_import,
    checks,
    erase,
    erase_many,
    file_to_state,
    into_many,
    lists,
    over_http,
    pages,
    polled,
    rebuild,
    through_kafka,
    track_calls,
    undo,
    whole_memory,
    with_tags,
)
from bench.running import Failed

ROWS = (
    file_to_state.ROW,
    through_kafka.ROW,
    with_tags.ROW,
    into_many.ROW,
    append.ROW,
    rebuild.ROW,
    track_calls.ROW,
    call_to_state.ROW,
    calls_beside_import.ROW,
    whole_memory.ROW,
    lists.ROW,
    checks.ROW,
    polled.ROW,
    over_http.ROW,
    undo.ROW,
    batches.ROW,
    pages.ROW,
    erase.ROW,
    erase_many.ROW,
    backup.ROW,
)
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Run the bench; 0 when every row could be measured, however it came out."""
    arguments = _arguments()
    RESULTS.mkdir(exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    folder = Path(tempfile.mkdtemp(prefix="work-", dir=RESULTS))
    run = Run(sizes.chosen(os.environ), folder, RESULTS / stamp if arguments.profile else None)
    if run.profiles is not None:
        run.profiles.mkdir()
    try:
        document = _measure(run, [row for row in ROWS if not arguments.rows or row.name in arguments.rows])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    saved = RESULTS / f"{stamp}.json"
    saved.write_text(json.dumps(document, indent=2), encoding="utf-8")
    print(f"\nAll numbers: {saved}")
    if run.profiles is not None:
        profiles.show(run.profiles)
    return 1 if any("fault" in row for row in document["rows"]) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [row.name for row in ROWS]
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(names))
    parser.add_argument("--profile", action="store_true", help="also say where consumer, projector and rebuild spend")
    arguments = parser.parse_args()
    unknown = set(arguments.rows) - set(names)
    if unknown:
        parser.error(f"no row is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return arguments


def _measure(run: Run, rows: list[Row]) -> dict[str, Any]:
    typical, worst = disk.fsync_milliseconds(run.folder)
    machine = f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; fsync p50 {typical:.2f} ms, p99 {worst:.2f} ms"
    print(f"{machine}\n\n{table.heading()}", flush=True)
    measured = []
    for row in rows:
        began = time.monotonic()
        try:
            result = row.measure(run)
        except (Wrong, Failed) as fault:
            print(f"{row.number}  {row.what}: NOT MEASURED: {fault}", flush=True)
            measured.append({"row": row.number, "name": row.name, "fault": str(fault)})
            continue
        print(table.lines(row, result), flush=True)
        measured.append(_document(row, result) | {"took_seconds": round(time.monotonic() - began, 1)})
    return {
        "machine": machine,
        "fsync_ms": {"p50": typical, "p99": worst},
        "sizes": asdict(run.sizes),
        "rows": measured,
    }


def _document(row: Row, result: Result) -> dict[str, Any]:
    return {
        "row": row.number,
        "name": row.name,
        "what": row.what,
        "figures": [asdict(figure) for figure in result.figures],
        "how": result.how,
        "measured": dict(result.measured),
    }


if __name__ == "__main__":
    sys.exit(main())
