"""Filters as a person chooses them, by the type of a field, and as a chip says them in words."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from ledger.events.traits import DEFAULT_TYPES
from projections.conditions.condition import IDENTITIES, BadCondition, Said, parse
from service.hub.frame.words import OPERATORS, title, visible
from service.queries.filters.attribute_names import CONTACT, IMPORT, MEMBERS, OUTCOME, RECORDED, TAGS, written
from service.queries.filters.condition_words import ANNIVERSARY, WORDS

_THERE = {"any": "has a value", "empty": "is empty"}
_ANY_OF = {"is": "is any of", "not": "is none of"}
_OF_TAGS = {**OPERATORS, "=": "has", "!=": "lacks"}
_OUTCOMES = {"created": "made", "updated": "changed", "unchanged": "left as they were", "skipped": "passed over"}
_SAME_AS_A_WORD = ("=", ">", "<", "~")

CHOICES: dict[str, dict[str, str]] = {
    "string": {**_ANY_OF, "contains": "contains", **_THERE},
    "number": {
        ">=": "is at least", "<=": "is at most", ">": "is more than", "<": "is less than", "between": "is between",
        "is": "is exactly", "not": "is not", **_THERE,
    },
    "datetime": {
        "last": "is in the last days", "next": "is in the next days", "days": "is from day to day",
        "today": "is today in any year", "week": "is this week in any year",
        ">=": "is on or after", "<": "is before", **_THERE,
    },
    "boolean": {"yes": "is yes", "no": "is no", "empty": "is empty"},
    "list": {"is": "has any of", "all": "has all of", "not": "has none of", **_THERE},
    "tags": {"is": "has any of", "all": "has all of", "not": "has none of", "any": "has a tag", "empty": "has no tag"},
    "import": {"from": "in the file", "not": "not in the file"},
    "recorded": {"last": "is in the last days", "days": "is from day to day"},
}  # fmt: skip
"""How a field can be asked for, by its type: what the form says, and its words."""

_CONSENT = {"yes": "is opted in", "no": "is opted out", "empty": "is empty"}


class NotChosen(ValueError):
    """A filter's form lacks something; the message says what."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a filter's form was filled in with. `values` without blanks; `days` is a number of days."""

    field: str
    type: str
    how: str
    values: tuple[str, ...] = ()
    to: str = ""
    days: str = ""

    def condition(self) -> str:
        """The condition that this is. Raises NotChosen."""
        name = self.field if self.field in (*IDENTITIES, *RECORDED, TAGS) else written(self.field, MEMBERS)
        match self.how:
            case "yes" | "no":
                return f"{name}={'true' if self.how == 'yes' else 'false'}"
            case "any" | "empty":
                return f"{name}={self.how}:"
            case "from":
                return f"{IMPORT}={self._first()}"
            case "not" if self.type == IMPORT:
                return f"{IMPORT}!={self._first()}"
            case "today" | "week":
                return f"{name}={ANNIVERSARY}:{self.how}"
            case "last" | "next":
                if not self.days:
                    raise NotChosen(f"say how many days: {title_of(self.field)} {CHOICES[self.type][self.how]}")
                return f"{name}={self.how}:{self.days}"
        first = self._first()
        if self.how == "between" and not self.to:
            raise self._lacking()
        match self.how:
            case "days":
                return f"{name}=day:{first}" + (f",{self.to}" if self.to else "")
            case "between":
                return f"{name}=between:{first},{self.to}"
            case "contains":
                return f"{name}~{first}"
            case "all":
                return f"{name}=all:{_joined(self.values)}"
            case "is" | "not":
                sign = "=" if self.how == "is" else "!="
                return f"{name}{sign}{_plain(first) if len(self.values) == 1 else f'in:{_joined(self.values)}'}"
        return f"{name}{self.how}{first}"

    def _first(self) -> str:
        if not self.values:
            raise self._lacking()
        return self.values[0]

    def _lacking(self) -> NotChosen:
        return NotChosen(f"{title_of(self.field)} {CHOICES[self.type][self.how]} …: choose or type what")


def _joined(values: Sequence[str]) -> str:
    """Values between commas, one that holds a comma in double quotes."""
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()


def _plain(value: str) -> str:
    """A value as it stands behind an operator: with `is:` where it could be taken for something else."""
    word, colon, _ = value.partition(":")
    is_like_one = value.startswith(_SAME_AS_A_WORD) or (colon and word in WORDS)
    return f"is:{value}" if is_like_one else value


def ways_of(field: str, type: str) -> dict[str, str]:
    """How a field of a type can be asked for, with the words for it."""
    return _CONSENT if field == "whatsapp_opted" and type == "boolean" else CHOICES[type]


def title_of(name: str) -> str:
    """What a field is called: an attribute, or one of what every contact has."""
    return title(RECORDED.get(name, name))


def in_words(text: str, file_name: Callable[[str], str | None] = lambda _: None) -> str:
    """A condition as a sentence; as it is written where it is none. `file_name` knows the files of imports, by id."""
    try:
        said = parse(text)
    except BadCondition:
        return visible(text)
    if said.name == CONTACT and not said.is_exact:
        many = said.value.count(",") + 1
        return f"{'is' if said.op == '=' else 'is not'} {f'one of {many:,}' if many > 1 else 'the one'} chosen"
    if said.name == IMPORT and not said.is_exact:
        return visible(f"{'from' if said.op == '=' else 'not from'} {file_name(said.value) or said.value}")
    if said.name == OUTCOME and not said.is_exact:
        kinds = [_OUTCOMES.get(one, one) for one in said.value.removeprefix("in:").split(",")]
        return visible(f"{_either(kinds)} by it")
    return visible(f"{title_of(said.name)} {_told(said)}")


def _told(said: Said) -> str:
    word, colon, rest = said.value.partition(":")
    if said.op not in ("=", "!=") or not colon or word not in WORDS:
        words = _OF_TAGS if said.name == TAGS else OPERATORS
        return f"{words[said.op]} {_value(said.name, said.value)}"
    has = "has" if said.name == TAGS else "is"
    values = [_value(said.name, one.strip()) for row in csv.reader([rest]) for one in row]
    told, contrary = {
        "in": (f"{has} {_either(values)}", f"{has} none of {_all(values)}"),
        "all": (f"has {_all(values)}", f"lacks one of {_all(values)}"),
        "between": (f"is between {_all(values)}", f"is not between {_all(values)}"),
        "empty": ("is empty", "has a value"),
        "any": ("has a value", "is empty"),
        "is": (f"is {rest}", f"is not {rest}"),
        "day": (f"is {_from_to(values)}", f"is not {_from_to(values)}"),
        "last": (f"is {_days('last', rest)}", f"is not {_days('last', rest)}"),
        "next": (f"is {_days('next', rest)}", f"is not {_days('next', rest)}"),
        "anniversary": (f"is {_in_any_year(rest)}", f"is not {_in_any_year(rest)}"),
    }[word]
    return told if said.op == "=" else contrary


def _value(name: str, value: str) -> str:
    if DEFAULT_TYPES.get(name) == "boolean":
        return {"true": "opted in", "false": "opted out"}.get(value.casefold(), value)
    return value


def _either(values: Sequence[str]) -> str:
    return " or ".join((", ".join(values[:-1]), values[-1])) if len(values) > 1 else "".join(values)


def _all(values: Sequence[str]) -> str:
    return " and ".join((", ".join(values[:-1]), values[-1])) if len(values) > 1 else "".join(values)


def _from_to(days: Sequence[str]) -> str:
    said = [_day(one) for one in days]
    return f"from {said[0]} to {said[-1]}" if len(said) > 1 and said[0] != said[-1] else f"on {''.join(said[:1])}"


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%b %Y}"


def _days(which: str, number: str) -> str:
    return "today" if number == "1" else f"in the {which} {number} days"


def _in_any_year(rest: str) -> str:
    when = {"today": "today", "week": "this week"}.get(rest) or _days("next", rest)
    return f"{when} in any year"
