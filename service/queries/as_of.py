"""As of when: a position of the log, or a moment, as people write them (R29)."""

import re
from datetime import date

from ledger.events import moments
from ledger.log.port import LogReader
from service.queries.business_days import BusinessDays

_IS_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch


class BadMoment(ValueError):
    """Neither a position that the log has nor a moment; the message says what is allowed."""


_LONGEST_POSITION = 16
"""Digits: no log has so many entries."""


def position_in(text: str) -> int | None:
    """A position as an address or a form has it; None for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_POSITION else None


def position_of(log: LogReader, text: str | None) -> int | None:
    """The position meant: digits are one, anything else is a date or a time with a zone. None stays None.

    Raises BadMoment.
    """
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        head = log.head().position
        if len(text) > 18 or int(text) > head:
            raise BadMoment(f"the log ends at position {head}")
        return int(text)
    try:
        return log.position_at(moments.parse(text))
    except ValueError as fault:
        raise BadMoment(f"{fault}; or a position in the log") from fault


def end_of_day(days: BusinessDays, text: str) -> str:
    """A date as the last moment of that day of the business, as `position_of` reads it; anything else as it is.

    So whoever asks for a day asks for one position. Raises BadMoment for a day that has not ended.
    """
    try:
        day = date.fromisoformat(text) if _IS_DATE(text) else None
    except ValueError:
        raise BadMoment(f"{text} is no day of a calendar") from None
    if day is None:
        return text
    if day >= days.today():
        raise BadMoment(f"{text} has not ended yet: leave the day out to see the contacts as they are now")
    return moments.text(days.end(day) - 1)
