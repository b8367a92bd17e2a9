"""How far this machine's clock may be past the last moment that was written down."""

from ledger.events import moments

MOST_AHEAD = 366 * 24 * 3600 * 1_000_000
"""Microseconds. What is stamped later than it happened pins every later stamp, for stamps never go back."""


class ClockAhead(Exception):
    """The clock is further past the last stamp than anything but a wrong clock, or a year at rest, explains (R4)."""


def refuse_jump(now: int, last: int, where: str) -> None:
    """Raise ClockAhead when the clock `now` is too far past `last`; both are microseconds since the epoch."""
    if now - last > MOST_AHEAD:
        raise ClockAhead(
            f"this machine's clock says {_shown(now)}, more than 366 days after {where} ({_shown(last)}): set the clock"
            " right, or, where it is, go on with `contacts serve --accept-clock` (or `contacts consume --accept-clock`)"
        )


def _shown(micros: int) -> str:
    try:
        return moments.text(micros)
    except OverflowError:
        return "a time after the year 9999"
