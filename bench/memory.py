"""Memory of a process and all it started: proportional set size, so that shared pages count once."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_EVERY_SECONDS = 0.2


class Peak:
    """The most that was seen at one moment, in MB (10^6 bytes)."""

    def __init__(self) -> None:
        self.megabytes = 0.0

    def see(self, megabytes: float) -> None:
        """One more look."""
        self.megabytes = max(self.megabytes, megabytes)


@contextmanager
def watching(roots: Callable[[], Iterable[int]]) -> Iterator[Peak]:
    """Look at the process trees under these pids five times a second, for the length of the block."""
    peak, done = Peak(), threading.Event()

    def look() -> None:
        while not done.wait(_EVERY_SECONDS):
            peak.see(sum(_pss(pid) for root in roots() for pid in tree(root)) / 1e6)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def tree(root: int) -> Iterator[int]:
    """A process and all its descendants."""
    yield root
    try:
        for task in Path(f"/proc/{root}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from tree(int(child))
    except OSError:
        return


def _pss(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    except OSError:
        return 0
