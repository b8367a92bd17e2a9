"""The plain table."""

from collections.abc import Sequence

from bench.row import Figure, Result, Row

_WIDTHS = (2, 78, 10, 9, 7, 7)


def heading() -> str:
    """The table's first two lines."""
    line = _line(("#", "what", "measured", "at least", "aim", "reached"))
    return f"{line}\n{'-' * len(line)}"


def lines(row: Row, result: Result) -> str:
    """A row's figures, a line each, and how they came about below."""
    shown = [
        _line(
            (
                str(row.number) if place == 0 else "",
                " ".join(filter(None, (row.what if place == 0 else "", figure.what))),
                _number(figure, figure.value),
                _number(figure, figure.at_least),
                _number(figure, figure.aim),
                _verdict(figure),
            )
        )
        for place, figure in enumerate(result.figures)
    ]
    return "\n".join([*shown, f"    {result.how}"])


def _number(figure: Figure, value: float) -> str:
    digits = 2 if figure.unit == "x" else 1 if value < 100 and value != int(value) else 0
    return f"{value:.{digits}f}{figure.unit if figure.unit == 'x' else ' ' + figure.unit}"


def _verdict(figure: Figure) -> str:
    if figure.reaches(figure.aim):
        return "aim"
    return "yes" if figure.reaches(figure.at_least) else "NO"


def _line(cells: Sequence[str]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()
