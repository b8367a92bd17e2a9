"""The clock of the demo's server, which is set back, and moved on while the story is told."""

import mmap
import os
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path


class Clock:
    """How far the server's clock is behind that of the machine."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._behind = mmap.mmap(file.fileno(), 8)
        paths = os.pathsep.join((str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")))
        self.environ: Mapping[str, str] = {"DEMO_CLOCK": str(path), "PYTHONPATH": paths.rstrip(os.pathsep)}
        """What makes a process go by this clock."""

    def go_to(self, moment: datetime) -> None:
        """From now on it is this moment, for everybody who goes by this clock, or that of the machine if sooner."""
        behind = max(timedelta(0), datetime.now(UTC) - moment)
        struct.pack_into("q", self._behind, 0, behind // timedelta(microseconds=1))

    def catch_up(self) -> None:
        """From now on it is what the machine says."""
        self.go_to(datetime.max.replace(tzinfo=UTC))


def on_day(days_ago: int, hour: int = 18) -> datetime:
    """An hour of a day, by the machine's own zone."""
    day = (datetime.now().astimezone() - timedelta(days=days_ago)).date()
    return datetime.combine(day, time(hour)).astimezone()
