"""Many rows into one SQLite table: several by each statement, which opens the table and all its indexes anew."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ledger.sqlite import Connection

_MANY, _FEW = 64, 8
"""Rows a statement inserts. More gain little: what the rows themselves take is then nearly all there is."""


class ManyRows:
    """An INSERT for any number of rows. A constant: its statements are kept by the connection."""

    def __init__(self, into: str, row: str, otherwise: str = "") -> None:
        """`into` names table and columns, `row` has a row's place-holders in brackets, all of them `?`.

        `otherwise` is what becomes of a row that is there already (`ON CONFLICT ...`).
        """
        self._many, self._few, self._one = (
            f"INSERT INTO {into} VALUES {', '.join([row] * rows)} {otherwise}" for rows in (_MANY, _FEW, 1)
        )

    def insert(self, connection: Connection, rows: Iterable[tuple[object, ...]]) -> None:
        """Insert the rows in their order. Raises StorageFault."""
        left = iter(rows)
        some = list(islice(left, _MANY))

        def full() -> Iterator[tuple[object, ...]]:
            nonlocal some
            while len(some) == _MANY:
                yield tuple(chain.from_iterable(some))
                some = list(islice(left, _MANY))

        if len(some) == _MANY:
            connection.executemany(self._many, full())
        by_few = len(some) - len(some) % _FEW
        if by_few:
            starts = range(0, by_few, _FEW)
            connection.executemany(
                self._few, (tuple(chain.from_iterable(some[start : start + _FEW])) for start in starts)
            )
        if some[by_few:]:
            connection.executemany(self._one, some[by_few:])
