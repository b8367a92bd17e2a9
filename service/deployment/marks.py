"""What a part leaves in the data folder so that others see how it does: its beat, its trouble, and its ends."""

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.deployment.locks import is_held
from service.deployment.parts import Part

BEAT_SECONDS = 1.0
_MOST_ENDS = 10


class Beat:
    """Touches a file at most once a second: a sign that its process is at work, not only there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._due = 0.0

    def __call__(self) -> None:
        """A step was done. A beat that cannot be written is left out; threads may call it."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + BEAT_SECONDS
            with suppress(OSError):
                os.utime(self._path)


@dataclass(frozen=True, slots=True)
class Marks:
    """How a part does, as seen from outside; seconds since each moment.

    `beat` is None for a part that never worked in this folder. `ends` are those that nobody asked for, newest last.
    """

    is_alive: bool
    beat: float | None
    trouble: str | None
    ends: tuple[float, ...]
    last_end: str


def seen(part: Part, data: Path) -> Marks:
    """Look at what a part has left."""
    now = time.time()
    try:
        beat = max(0.0, now - part.lock(data).stat().st_mtime)
    except OSError:
        beat = None
    ends, why = _ends(part.ends(data))
    alive = beat is not None and is_held(part.lock(data))
    return Marks(alive, beat, _text(part.trouble(data)), tuple(now - at for at in ends), why)


def note_end(path: Path, why: str) -> None:
    """Note that a part ended now without being asked to, and by what; where the disk has no room it is left out."""
    before, _ = _ends(path)
    document = {"at": [*before, time.time()][-_MOST_ENDS:], "why": why}
    with suppress(OSError):
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(json.dumps(document), encoding="utf-8")
        os.replace(draft, path)


def _ends(path: Path) -> tuple[list[float], str]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return [float(at) for at in document["at"]], str(document["why"])
    except (OSError, ValueError, KeyError, TypeError):
        return [], ""


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace") or None
    except OSError:
        return None
