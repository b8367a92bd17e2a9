"""How long this disk takes to make a small write durable: what every durable answer waits for at least."""

import os
import time
from pathlib import Path
from statistics import median, quantiles

_WRITES = 100


def fsync_milliseconds(folder: Path) -> tuple[float, float]:
    """Median and 99th percentile of writing 4 KiB to a file and syncing it."""
    path = folder / "fsync.probe"
    taken = []
    with path.open("wb", buffering=0) as file:
        for _ in range(_WRITES):
            began = time.perf_counter()
            file.write(os.urandom(4096))
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - began) * 1000)
    path.unlink()
    return median(taken), quantiles(taken, n=100)[98]
