"""Copies a SQLite file while others write to it: page by page, of one moment, at the speed of the disk."""

import os
from pathlib import Path

from ledger import sqlite
from ledger.storage import CopyProgress, unseen

_PAGES = 4096
"""Copied between two calls of the progress: 32 MiB of our pages."""


def copy_to(source: sqlite.Connection, path: Path, progress: CopyProgress = unseen) -> None:
    """Write the database into the new file `path`, for its owner alone; it is on the disk when this returns.

    A `source` inside a transaction is copied as it sees it, and one that is in none as it is now; then each commit of
    others begins the copy anew. Its WAL grows meanwhile. Raises StorageFault, OSError.
    """
    (page_bytes,) = source.execute("PRAGMA page_size").fetchone()
    target = sqlite.unsafe(path)
    try:
        source.backup(
            target,
            pages=_PAGES,
            progress=lambda _status, left, pages: progress((pages - left) * page_bytes, pages * page_bytes),
        )
    finally:
        target.close()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
