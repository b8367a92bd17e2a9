"""From when to when a file was taken in: what stands in it was said by then."""

from service.imports.record.orphans import made_at
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import

ENDED = (ImportState.PUBLISHED, ImportState.CANCELLED, ImportState.FAILED)
"""The states in which an import publishes nothing any more."""

_NOT_YET = 2**62


def taken_in(id: str, known: Import | None) -> tuple[int, int]:
    """When an import was confirmed and when its last row was out, in microseconds since the epoch.

    Of one that was never confirmed both are when it was uploaded. What ended under an earlier version, of which nobody
    knows when, ended before a number could be given up.
    """
    if known is None or known.confirmed_at is None:
        uploaded = (made_at(id) or 0) * 1000
        return uploaded, uploaded
    began = known.confirmed_at
    return began, (known.ended_at or began) if known.state in ENDED else _NOT_YET
