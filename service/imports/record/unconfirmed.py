"""Uploads that nobody confirms do not stay for ever: they are kept by count, by bytes and by days (R39)."""

from contextlib import suppress
from pathlib import Path

from service.imports.record.cancelling import cancel
from service.imports.record.orphans import made_at
from service.imports.registry.lifecycle import StepNotAllowed
from service.imports.registry.registry import ImportUnknown, Registry

MOST_KEPT = 20
MOST_FILES = 8
"""Times the limit of bytes of one file that all their folders may take: each has the upload and its text."""

DAYS = 7
_DAY_MILLISECONDS = 86_400_000


def forget_unconfirmed(registry: Registry, imports: Path, now: int, most_bytes: int) -> None:
    """Cancel those beyond the limits, the oldest first, and remove their files; the newest one always stays.

    `now` is microseconds since the epoch, `most_bytes` the limit of one file. They go on being listed, as cancelled.
    """
    left = MOST_FILES * most_bytes
    for place, id in enumerate(registry.unconfirmed()):
        left -= _bytes_of(imports / id)
        age = now // 1000 - (made_at(id) or 0)
        if age > DAYS * _DAY_MILLISECONDS or (place and (place >= MOST_KEPT or left < 0)):
            with suppress(ImportUnknown, StepNotAllowed):  # somebody has confirmed it in this moment
                cancel(registry, imports, id, by=None)


def _bytes_of(folder: Path) -> int:
    with suppress(OSError):
        return sum(file.stat().st_size for file in folder.iterdir())
    return 0
