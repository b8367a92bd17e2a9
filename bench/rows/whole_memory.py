"""Row 10: the memory of everything that runs during an import: supervisor, API, consumer, projector, splitter."""

from dataclasses import asdict

from bench.imports import plain
from bench.row import Figure, Result, Row, Run


def _measure(run: Run) -> Result:
    every = plain(run)
    peak = max(one.peak_mb for one in every)
    return Result(
        (Figure(peak, "MB", 500, 300, is_less_better=True),),
        f"the most at any moment of {len(every)} imports of {run.sizes.rows:,} rows",
        {"ours": list(map(asdict, every))},
    )


ROW = Row(10, "memory", "sum of PSS of the whole process tree during the import", _measure)
