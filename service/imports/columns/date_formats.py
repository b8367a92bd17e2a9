"""How dates are written in a column: a format such as DD/MM/YYYY, named by whoever maps it, and never guessed (R19).

A format is made of YYYY, MM or M, MMM (Jan) or MMMM (January), DD or D; HH or H, or hh or h with A (AM, PM); mm, ss and
SSS; Z for a zone in the cell (`Z`, `+05:30`, `+0530`), and whatever stands between them. A format with a time and
without Z ends with the zone of all cells: `Z`, an offset or a name such as Asia/Kolkata.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import islice
from zoneinfo import ZoneInfo

from ledger.events.traits import is_datetime

_TOKENS = re.compile(r"YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|ss|SSS|A|Z|[^A-Za-z]+|T|[A-Za-z]+")
_ZONE = re.compile(r"(?P<format>.*\S)\s+(?P<zone>[+-]\d\d:?\d\d|UTC|[A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)")
_ONLY_A_DAY = re.compile(r"(?:[dmyDMY]|[^A-Za-z])+")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORT = {month[:3]: number for number, month in enumerate(_MONTHS, 1)} | {"sept": 9}
_LONG = {month: number for number, month in enumerate(_MONTHS, 1)}

_FORMS = {
    "YYYY": r"(?P<year>\d{4})",
    "MMMM": rf"(?P<long>{'|'.join(_LONG)})",
    "MMM": rf"(?P<short>{'|'.join(sorted(_SHORT, key=len, reverse=True))})\.?",
    "MM": r"(?P<month>\d\d)",
    "M": r"(?P<month>\d\d?)",
    "DD": r"(?P<day>\d\d)",
    "D": r"(?P<day>\d\d?)",
    "HH": r"(?P<hour>\d\d)",
    "H": r"(?P<hour>\d\d?)",
    "hh": r"(?P<hour12>\d\d)",
    "h": r"(?P<hour12>\d\d?)",
    "mm": r"(?P<minute>\d\d)",
    "ss": r"(?P<second>\d\d)",
    "SSS": r"(?P<fraction>\d{1,6})",
    "A": r"(?P<half>[AP])\.?M\.?",
    "Z": r"(?P<zone>Z|[+-]\d\d:?\d\d)",
    "T": "T",
}
_LOOSE = {"MM": "M", "DD": "D", "HH": "H", "hh": "h"}
"""Where a separator follows, a leading zero may be missing: 3/4/1990 is by DD/MM/YYYY what 03/04/1990 is."""

_DATES = (
    *("DD/MM/YYYY", "MM/DD/YYYY", "YYYY/MM/DD", "DD-MM-YYYY", "MM-DD-YYYY", "DD.MM.YYYY", "YYYY.MM.DD", "YYYYMMDD"),
    *("DD MMM YYYY", "DD-MMM-YYYY", "MMM DD, YYYY", "DD MMMM YYYY", "MMMM DD, YYYY", "YYYY-MM-DD"),
)
_TIMES = ("", " HH:mm", " HH:mm:ss", " hh:mm A", " hh:mm:ss A", ", HH:mm", ", HH:mm:ss", ", hh:mm A", ", hh:mm:ss A")
USUAL = (
    *(f"{day}{time}" for time in _TIMES for day in _DATES if day + time != "YYYY-MM-DD"),
    *(
        "YYYY-MM-DD HH:mm:ss.SSS",
        "YYYY-MM-DD HH:mm:ss Z",
        "YYYY-MM-DDTHH:mm",
        "YYYY-MM-DDTHH:mm:ss",
        "YYYY-MM-DDTHH:mm:ss.SSS",
    ),
)
"""Those that are looked for among a column's values."""

DAYS = _DATES
"""Those of a day alone, the most usual first: what a person is offered who writes a format."""

_ONE_IN = 5
"""Of so many values one may be no date, and the others still tell how the dates of a column are written."""


class FormatWrong(ValueError):
    """What is given is no format; the message says what to give."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A compiled format. `zone` is that of all cells, None where each has its own or there is no time."""

    text: str
    match: Callable[[str], "re.Match[str] | None"]
    zone: tzinfo | None

    def read(self, cell: str) -> str | None:
        """The cell as R3 writes it: a bare date, or a date and time with its offset; None where it does not fit."""
        found = self.match(cell)
        if found is None:
            return None
        try:
            written = self._written(found.groupdict())
        except (ValueError, OverflowError):
            return None
        return written if written is not None and is_datetime(written) else None

    def _written(self, said: dict[str, str | None]) -> str | None:
        day = date(int(said["year"] or 0), _month(said), int(said["day"] or 0))
        if "minute" not in said:
            return day.isoformat()
        hour, minute = _hour(said), int(said["minute"] or 0)
        fraction = said.get("fraction") or ""
        moment = datetime(day.year, day.month, day.day, hour, minute, int(said.get("second") or 0))
        zone = said.get("zone")
        offset = _offset_text(zone) if zone else _offset_at(moment, self.zone or UTC)
        if offset is None:
            return None
        return f"{moment.isoformat()}{'.' + fraction if fraction else ''}{offset}"


def date_format(text: str) -> DateFormat:
    """Compile a format. Raises FormatWrong."""
    given = text.strip()
    if _ONLY_A_DAY.fullmatch(given):
        given = given.upper()  # dd/mm/yyyy: without hours, mm are no minutes
    form, zone = given, None
    if (parted := _ZONE.fullmatch(given)) is not None:
        form, zone = parted["format"], _zone(given, parted["zone"])
    tokens = _TOKENS.findall(form)
    _check(given, tokens, zone)
    parts = [_form(token, tokens[place + 1 : place + 2]) for place, token in enumerate(tokens)]
    match = re.compile("".join(parts), re.IGNORECASE | re.ASCII).fullmatch
    return DateFormat(given, match, zone)


def fitting(values: Sequence[str]) -> list[str]:
    """The usual formats that every one of some values fits; what R3 reads anyway needs none."""
    if not values or all(map(is_datetime, values)):
        return []
    return [form for form in USUAL if all(_fits(form, value) for value in values)]


def nearly_fitting(values: Sequence[str]) -> tuple[list[str], list[str]]:
    """The usual formats that most of some values fit, at least four in five, and the values that the first does not.

    So one misspelt date does not hide how all the others are written.
    """
    spare = len(values) // _ONE_IN
    if sum(map(_may_be_date, values)) < len(values) - spare or all(map(is_datetime, values)):
        return [], []
    some = values[:: max(1, len(values) // _LOOKED_AT)]
    likely = [form for form in USUAL if any(_fits(form, value) for value in some)]
    misfits = {form: left for form in likely if len(left := _misfits(form, values, spare)) <= spare}
    fewest = min(map(len, misfits.values()), default=0)
    best = [form for form, left in misfits.items() if len(left) == fewest]
    return best, misfits[best[0]] if best else []


_LOOKED_AT = 4
"""Values spread over a column, of which a format fits one at least before it is tried on all."""


def has_time(text: str) -> bool:
    """Whether a format says a time, and so needs a zone."""
    return "mm" in text


_compiled: dict[str, DateFormat] = {}


def _may_be_date(value: str) -> bool:
    return sum(map(str.isdigit, value)) >= _FEWEST_DIGITS


_FEWEST_DIGITS = 5
"""A year has four, a day one."""


def _misfits(form: str, values: Sequence[str], spare: int) -> list[str]:
    """The values that a format does not fit; once they are more than `spare`, no more are looked for."""
    return list(islice((value for value in values if not _fits(form, value)), spare + 1))


def _fits(form: str, value: str) -> bool:
    if form not in _compiled:
        _compiled[form] = date_format(form if not has_time(form) or form.endswith("Z") else f"{form} UTC")
    return _compiled[form].read(value) is not None


def _check(given: str, tokens: Sequence[str], zone: tzinfo | None) -> None:
    def have(*names: str) -> bool:
        return any(token in names for token in tokens)

    if "YY" in tokens:
        raise FormatWrong(f"{given!r} has a year of two digits, whose century would be guessed: it needs YYYY")
    unknown = [token for token in tokens if token[0].isalpha() and token not in _FORMS]
    if unknown:
        raise FormatWrong(f"{given!r} has {unknown[0]!r}, which no format has: {_EXAMPLES}")
    if not (have("YYYY") and have("MM", "M", "MMM", "MMMM") and have("DD", "D")):
        raise FormatWrong(f"{given!r} needs a year, a month and a day: {_EXAMPLES}")
    named = [token for token in tokens if token in _FORMS and token != "T"]
    if len({_MEANING.get(token, token) for token in named}) < len(named):
        raise FormatWrong(f"{given!r} says a part of the date twice: {_EXAMPLES}")
    if have("HH", "H", "hh", "h", "ss", "SSS", "A", "Z") != have("mm") or (
        have("mm") and (not have("HH", "H", "hh", "h") or have("hh", "h") != have("A"))
    ):
        raise FormatWrong(f"{given!r} needs hours and minutes, such as HH:mm or hh:mm A")
    if have("mm") and (zone is None) == (not have("Z")):
        raise FormatWrong(
            f"{given!r} has a time without its zone: end it with the zone of all cells, such as +05:30 or Asia/Kolkata"
            if zone is None
            else f"{given!r} says the zone twice: either Z, for that of each cell, or one for all"
        )
    if zone is not None and not have("mm"):
        raise FormatWrong(f"{given!r} has a zone and no time: a date alone has none")


_EXAMPLES = "such as DD/MM/YYYY, YYYY-MM-DD HH:mm:ss +05:30 or DD MMM YYYY hh:mm A Asia/Kolkata"
_ZONES = "such as +05:30 or Asia/Kolkata"
_MEANING = {"MMMM": "M", "MMM": "M", "MM": "M", "DD": "D", "HH": "H", "hh": "H", "h": "H"}


def _form(token: str, following: Sequence[str]) -> str:
    if token in _FORMS:
        is_parted = not following or following[0] not in _FORMS or following[0] == "T"
        return _FORMS[_LOOSE.get(token, token) if is_parted else token]
    return re.sub(r"(?:\\ )+|\s+", r"\\s+", re.escape(token))


def _month(said: dict[str, str | None]) -> int:
    if (name := said.get("long")) is not None:
        return _LONG[name.lower()]
    if (name := said.get("short")) is not None:
        return _SHORT[name.lower()]
    return int(said["month"] or 0)


def _hour(said: dict[str, str | None]) -> int:
    if (half := said.get("half")) is None:
        return int(said["hour"] or 0)
    hour = int(said["hour12"] or 0)
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half.upper() == "P" else 0)


def _zone(given: str, text: str) -> tzinfo:
    if text == "UTC":
        return UTC
    if (offset := _OFFSET.fullmatch(text)) is not None:
        sign, hours, minutes = offset.groups()
        if int(hours) > 23 or int(minutes) > 59:
            raise FormatWrong(f"{given!r} ends with {text!r}, which is no zone: {_ZONES}")
        shift = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-shift if sign == "-" else shift)
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, KeyError) as fault:  # ZoneInfoNotFoundError is a KeyError
        raise FormatWrong(f"{given!r} ends with {text!r}, which is no zone: {_ZONES}") from fault


def _offset_text(zone: str) -> str:
    return "Z" if zone.upper() == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"


def _offset_at(moment: datetime, zone: tzinfo) -> str | None:
    """The zone's offset at a local time; None for one that comes twice there, or never."""
    first, second = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if first is None or first != second:
        return None
    seconds = int(first.total_seconds())
    if seconds % 60:
        return None
    if not seconds:
        return "Z"
    return f"{'-' if seconds < 0 else '+'}{abs(seconds) // 3600:02}:{abs(seconds) // 60 % 60:02}"
