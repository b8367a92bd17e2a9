"""Moments: RFC 3339 text to and from microseconds since the epoch (UTC)."""

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def parse(text: str) -> int:
    """Microseconds for a date-time with a zone, or for a bare date's 00:00:00Z (R29). Finer digits are cut off.

    Raises ValueError for anything else, a time without a zone and one outside UTC's years 1-9999 included.
    """
    if _DATE.fullmatch(text):
        return (datetime.fromisoformat(text).replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"not a date-time with a zone, such as 2026-11-22T10:00:00Z: {text!r}")
    year, month, day, hour, minute, second, fraction, _zulu, sign, zone_hours, zone_minutes = match.groups()
    local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    micros = (local - _EPOCH) // _MICROSECOND + int((fraction or "0").ljust(6, "0")[:6])
    if sign:
        if int(zone_hours) > 23 or int(zone_minutes) > 59:
            raise ValueError(f"no such zone: {text!r}")
        shift = (int(zone_hours) * 3600 + int(zone_minutes) * 60) * 1_000_000
        micros += -shift if sign == "+" else shift
        if not _FIRST <= micros <= _LAST:
            raise ValueError(f"not in the years 1-9999 of UTC: {text!r}")
    return micros


def text(micros: int) -> str:
    """RFC 3339 in UTC with `Z`, with the fraction only where there is one (3 digits if they suffice, else 6)."""
    moment = (_NAIVE_EPOCH + timedelta(microseconds=micros)).isoformat()
    return (moment[:-3] if micros % 1000 == 0 and micros % 1_000_000 else moment) + "Z"
