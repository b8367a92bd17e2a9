"""Where the time goes: what cProfile saw in the consumer, the projector and the rebuild."""

import pstats
from pathlib import Path

_LINES = 30


def show(folder: Path) -> None:
    """Print the functions in which each profiled process spent most time itself."""
    for file in sorted(folder.glob("*.prof")):
        print(f"\n{file.name}")
        pstats.Stats(str(file)).sort_stats("tottime").print_stats(_LINES)
