"""What the full-text index of a state file keeps, read as FTS5 writes it, so that what it only marks as gone shows."""

from collections import defaultdict
from contextlib import closing

from projections.projector.projection import Projection
from projections.state.sqlite.full_text_partitions import partitions, table_of_partition

FIRST_PAGE = 11
"""Before it, FTS5 has how many lines there are, and which of the pages belong together."""


def index(room):
    """Fold what there is, and put it all into the index."""
    with closing(Projection(room.reader, room.generations)) as projection:
        while projection.advance() or projection.use_idle_turn():
            pass


def lines(rows, first):
    """The contacts in a partition, each with its line."""
    return list(rows(f"SELECT id, c0 FROM {table_of_partition(first)}_content ORDER BY id", ()))


def pages(rows, first):
    """The pages in which FTS5 keeps which contacts have which three characters."""
    query = f"SELECT block FROM {table_of_partition(first)}_data WHERE id >= {FIRST_PAGE} ORDER BY id"
    return [page for (page,) in rows(query, ())]


def remains(rows):
    """The partitions in which more or less is kept than of the lines that they have; these are few and short."""
    found = []
    for first in partitions(rows):
        expected = defaultdict(set)
        for contact, line in lines(rows, first):
            for at in range(len(line) - 2):
                expected[line[at : at + 3].encode()].add(contact)
        if [_windows(page) for page in pages(rows, first)] != ([expected] if expected else []):
            found.append(first)
    return found


def _windows(page):
    """The contacts of each window in a page that is the only one of its segment, marks that they are gone included."""
    found, window, end = {}, b"", int.from_bytes(page[2:4])
    starts = [sum(steps) for steps in _prefixes(list(_numbers(page[end:])))]
    for start, until in zip(starts, [*starts[1:], end], strict=True):
        kept, length, at = (page[start], page[start + 1], start + 2) if window else (0, page[start], start + 1)
        window = window[:kept] + page[at : at + length]
        contact, found[window.removeprefix(b"0")] = 0, set()
        for step in _numbers(page[at + length : until]):  # 0 is a mark
            contact += step
            found[window.removeprefix(b"0")].add(contact)
    return found


def _prefixes(steps):
    return (steps[:many] for many in range(1, len(steps) + 1))


def _numbers(content):
    """SQLite's varints, of fewer than nine bytes."""
    number = 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            yield number
            number = 0
