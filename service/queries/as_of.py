"""As of when: a position of the log, or a moment, as people write them (R29)."""

from ledger.events import moments
from ledger.log.port import LogReader


class BadMoment(ValueError):
    """Neither a position that the log has nor a moment; the message says what is allowed."""


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
