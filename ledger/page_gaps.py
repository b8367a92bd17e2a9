"""Overwrites what SQLite leaves of rows in the unused middle of its pages.

`PRAGMA secure_delete` overwrites a row where it is deleted. Where rows were moved before, because a page was full or
nearly empty, copies of them stay between the page's list of rows and its first row, and outlive the row (SQLite's file
format, "B-tree Pages"). Nothing ever reads them there, but whoever looks through the file's bytes.

Run as a program, in a process of its own and of nothing but the standard library: to close a file that a process has
open by SQLite would give up the locks of all its connections to it.
"""

import os
import sys

_HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""Bytes of the header of a b-tree's page, by its first byte. No other page begins so: an overflow page and a list of
free pages begin with a page's number, below 2^24 in any file of less than 64 GB, and a free page is all zeros."""

_FILE_HEADER = 100
_PAGES_AT_ONCE = 1_024


def overwrite(path: str) -> None:
    """Overwrite the gaps of all pages of a file. Raises OSError."""
    file = os.open(path, os.O_RDWR)
    size = int.from_bytes(os.pread(file, 2, 16), "big")
    size = 65_536 if size == 1 else size
    number, has_written = 0, False
    while block := os.pread(file, size * _PAGES_AT_ONCE, number * size):
        for start in range(0, len(block) - size + 1, size):
            header = start + (_FILE_HEADER if number == 0 else 0)
            length = _HEADERS.get(block[header])
            if length is not None:
                rows = int.from_bytes(block[header + 3 : header + 5], "big")
                first = int.from_bytes(block[header + 5 : header + 7], "big") or 65_536
                gap, end = header + length + 2 * rows, start + first
                if gap < end <= start + size and block.count(0, gap, end) < end - gap:
                    os.pwrite(file, bytes(end - gap), (number - (number % _PAGES_AT_ONCE)) * size + gap)
                    has_written = True
            number += 1
    if has_written:
        os.fsync(file)
    os.close(file)


if __name__ == "__main__":
    overwrite(sys.argv[1])
