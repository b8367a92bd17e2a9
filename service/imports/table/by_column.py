"""Records that follow one another as columns, so that what is true of a whole column is found out at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Columns:
    """As many columns as the header has, each with a cell of every record.

    `others`: by their place, the records with more or fewer cells, as they are; in the columns, what is missing is
    blank, and what is too much is left out.
    """

    cells: Sequence[Sequence[str]]
    others: Mapping[int, list[str]]

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.cells[0])

    def record(self, place: int) -> list[str]:
        """The cells of one record."""
        return self.others.get(place) or [column[place] for column in self.cells]


def by_column(records: list[list[str]], width: int) -> Columns:
    """The columns of one record at least."""
    if set(map(len, records)) == {width}:
        return Columns(list(zip(*records, strict=True)), {})
    others = {place: cells for place, cells in enumerate(records) if len(cells) != width}
    missing = [""] * width
    fitted = [(cells + missing)[:width] for cells in records]
    return Columns(list(zip(*fitted, strict=True)), others)
