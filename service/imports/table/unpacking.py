"""Workbooks: known by their first bytes, and made a CSV of by a process of its own (R24)."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

from service.imports.table.refusal import FileRefused
from service.imports.table.workbook import MOST_MEMORY, MOST_SECONDS

_PATIENCE = 4 * MOST_SECONDS
_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def may_be_workbook(start: bytes) -> bool:
    """Whether a file with these first bytes is a zip archive or an old document of Office."""
    return start.startswith(_STARTS)


def sheet_as_csv(path: Path, sheet: str | None, out: Path) -> list[str]:
    """Write a sheet of a workbook, the first visible one unless it is named; gives the names of all sheets.

    Raises FileRefused; for one that would need more memory or time than it may, too.
    """
    os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    command = [sys.executable, "-m", "service.imports.table.workbook", str(path), str(out), json.dumps(sheet)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired as fault:
        raise _too_much() from fault
    if done.returncode != 0:
        if b"No space left" in done.stderr:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(out))
        raise _too_much()
    said = json.loads(done.stdout)
    if "refused" in said:
        raise FileRefused(said["refused"], said["advice"])
    sheets: list[str] = said["sheets"]
    return sheets


def _too_much() -> FileRefused:
    return FileRefused(
        f"The workbook needs over {MOST_MEMORY >> 30} GiB of memory or {MOST_SECONDS} s to be read, or is damaged.",
        "Save the sheet as CSV (UTF-8) and import that; far from the others a cell may hold something.",
    )
