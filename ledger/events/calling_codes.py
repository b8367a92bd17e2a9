"""Which digits are a calling code: E.164's zones, small enough to know by heart and needed to read any full number."""

_TWO_DIGITS = "20 27 30-34 36 39 40 41 43-49 51-58 60-66 81 82 84 86 90-95 98"
_THREE_DIGITS = (
    "211-213 216 218 220-258 260-269 290 291 297-299 350-359 370-378 380-383 385-387 389 420 421 423 500-509 "
    "590-599 670 672-683 685-692 800 808 850 852 853 855 856 870 878 880-883 886 888 960-968 970-977 979 992-996 998"
)


def _spread(ranges: str) -> frozenset[str]:
    codes: set[str] = set()
    for piece in ranges.split():
        first, _, last = piece.partition("-")
        codes.update(map(str, range(int(first), int(last or first) + 1)))
    return frozenset(codes)


CALLING_CODES = frozenset("17") | _spread(_TWO_DIGITS) | _spread(_THREE_DIGITS)
"""Every assigned calling code, without `+`. No code is the beginning of another."""


def calling_code(digits: str) -> str | None:
    """The calling code that a full number, without its `+`, begins with; None if it begins with none."""
    for length in (2, 3, 1):
        if digits[:length] in CALLING_CODES:
            return digits[:length]
    return None
