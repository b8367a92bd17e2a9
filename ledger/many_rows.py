"""Many rows into one SQLite table: several by each statement, which opens the table and all its indexes anew."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ledger.sqlite import Connection

_AT_ONCE = 16
"""Rows a statement inserts. Twice as many gain nothing: what the rows themselves take is then all there is."""


class ManyRows:
    """An INSERT for any number of rows. A constant: its statements are kept by the connection."""

    def __init__(self, into: str, row: str, otherwise: str = "") -> None:
        """`into` names table and columns, `row` has a row's place-holders in brackets, all of them `?`.

        `otherwise` is what becomes of a row that is there already (`ON CONFLICT ...`).
        """
        self._one, self._several = (
            f"INSERT INTO {into} VALUES {', '.join([row] * rows)} {otherwise}" for rows in (1, _AT_ONCE)
        )

    def insert(self, connection: Connection, rows: Iterable[tuple[object, ...]]) -> None:
        """Insert the rows in their order. Raises StorageFault."""
        left = iter(rows)
        some = tuple(islice(left, _AT_ONCE))

        def full() -> Iterator[tuple[object, ...]]:
            nonlocal some
            while len(some) == _AT_ONCE:
                yield tuple(chain.from_iterable(some))
                some = tuple(islice(left, _AT_ONCE))

        if len(some) == _AT_ONCE:
            connection.executemany(self._several, full())
        if some:
            connection.executemany(self._one, some)
