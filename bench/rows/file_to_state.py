"""Row 1: a whole file, from the command to queryable state, beside the plainest way to get a CSV into SQLite."""

from dataclasses import asdict

from bench.imports import file_of, plain
from bench.peers.sqlite_utils import upsert_rate
from bench.rate import median_rate
from bench.row import Figure, Result, Row, Run


def _measure(run: Run) -> Result:
    file, rows = file_of(run, 0, run.sizes.rows), run.sizes.rows
    peers = [upsert_rate(file, rows) for _ in range(run.sizes.repeats)]
    every = plain(run)
    ours, peer = median_rate([one.rows for one in every]), median_rate(peers)
    return Result(
        (Figure(ours.events / peer.events, "x", 2.3, 4),),
        f"{rows:,} rows, {file.stat().st_size / 1e6:.1f} MB: {ours}; sqlite-utils upsert {peer}",
        {"ours": list(map(asdict, every)), "sqlite_utils": list(map(asdict, peers))},
    )


ROW = Row(1, "file-to-state", "CSV file to queryable state, embedded: rows/s over sqlite-utils upsert", _measure)
