"""Overwrites what SQLite leaves of rows in the unused middle of its pages.

`PRAGMA secure_delete` overwrites a row where it is deleted. Where rows were moved before, because a page was full or
nearly empty, copies of them stay between the page's list of rows and its first row, and outlive the row (SQLite's file
format, "B-tree Pages"). Nothing ever reads them there, but whoever looks through the file's bytes.

Run as a program, in a process of its own and of nothing but the standard library: to close a file that a process has
open by SQLite would give up the locks of all its connections to it.
"""

import mmap
import os
import sys
from collections.abc import Iterator

_HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""Bytes of the header of a b-tree's page, by its first byte. No other page begins so: an overflow page and a list of
free pages begin with a page's number, below 2^24 in any file of less than 64 GB, and a free page is all zeros."""

_IN_HEADER = (0, 3, 4, 5, 6)
"""Where a header has its kind, how many rows the page has, and where the first of them begins, of two bytes each."""

_FILE_HEADER = 100
_PAGES_AT_ONCE = 1_024
_MOST_PROCESSES = 4
_LEAST_PAGES = 128
"""For a process: fewer take less time than it takes to make one."""

_CLEAN, _WRITTEN, _FAILED = range(3)
"""What became of a process's part, as its exit code."""


def overwrite(path: str) -> None:
    """Overwrite the gaps of all pages of a file, which nobody writes meanwhile. Raises OSError.

    Each processor goes through a part of it: from memory, that takes some 0.15 s of CPU a gigabyte.
    """
    file = os.open(path, os.O_RDWR)
    size = int.from_bytes(os.pread(file, 2, 16), "big")
    size = 65_536 if size == 1 else size
    pages = os.fstat(file).st_size // size
    many = max(1, min(_MOST_PROCESSES, os.cpu_count() or 1, pages // _LEAST_PAGES))
    parts = [range(pages * one // many, pages * (one + 1) // many) for one in range(many)]
    others = [_forked(file, size, part) for part in parts[1:]]
    try:
        has_written = _overwrite_part(file, size, parts[0])
    finally:
        codes = [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in others]
    if not set(codes) <= {_CLEAN, _WRITTEN}:
        raise OSError(f"a process that overwrote a part ended with {max(map(abs, codes))}")
    if has_written or _WRITTEN in codes:
        os.fsync(file)
    os.close(file)


def _forked(file: int, size: int, part: range) -> int:
    """The id of a process that overwrites a part, and says by its exit code what became of it."""
    process = os.fork()
    if process:
        return process
    code = _FAILED
    try:
        code = _WRITTEN if _overwrite_part(file, size, part) else _CLEAN
    finally:
        os._exit(code)


def _overwrite_part(file: int, size: int, part: range) -> bool:
    """Overwrite the gaps of some pages; whether there was anything in them."""
    has_written, is_all_zero = False, bytes(size).startswith
    if not part:
        return has_written
    with mmap.mmap(file, part.stop * size, access=mmap.ACCESS_READ) as content:
        for begin in range(part.start, part.stop, _PAGES_AT_ONCE):
            for gap, end in _gaps(content, size, range(begin, min(begin + _PAGES_AT_ONCE, part.stop))):
                if not is_all_zero(content[gap:end]):
                    os.pwrite(file, bytes(end - gap), gap)
                    has_written = True
    return has_written


def _gaps(content: mmap.mmap, size: int, pages: range) -> Iterator[tuple[int, int]]:
    """Where the gaps of these pages begin and end in the file."""
    with memoryview(content)[pages.start * size : pages.stop * size] as some:
        # byte by byte of all headers, which takes half as long as header by header
        headers = [bytearray(some[at::size]) for at in _IN_HEADER]
    if pages.start == 0:
        for column, at in zip(headers, _IN_HEADER, strict=True):
            column[0] = content[_FILE_HEADER + at]
    start = pages.start * size
    for kind, rows_high, rows_low, at_high, at_low in zip(*headers, strict=True):
        length = _HEADERS.get(kind)
        if length is not None:
            gap = start + length + 2 * (rows_high << 8 | rows_low) + (0 if start else _FILE_HEADER)
            end = start + ((at_high << 8 | at_low) or 65_536)
            if gap < end <= start + size:
                yield gap, end
        start += size


if __name__ == "__main__":
    overwrite(sys.argv[1])
