"""Conditions as people write them, such as `city=Pune`: which attribute is meant, and what a list must test (R34)."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from ledger.events import moments, user_ids
from ledger.events import tags as tag_rules
from ledger.events.phone import PhoneFault, normalise, normalise_full
from ledger.events.traits import DEFAULT_TYPES, WHATSAPP_OPTED, TraitType, consent, is_datetime
from projections.conditions.condition import IDENTITIES, BadCondition, Condition, Said, parse
from projections.conditions.filters import Empty, Filter, HasTag, Not, Recorded, Tagged, Test, Together
from projections.conditions.wanted import Wanted, number_of
from projections.state.questions import AttributeTypes
from service.queries.attribute_names import COUNTRY_CODE, RECORDED, TAGS, Names
from service.queries.business_days import BusinessDays

Match = Literal["all", "any"]

_DAYS = ("day", "last", "next")
WORDS = ("in", "all", "between", "empty", "any", "is", *_DAYS)
"""What can stand before a colon behind `=` and `!=`, in place of a value."""
_MOST_DAYS = 36_500
_ORDER = (">", ">=", "<", "<=")
_LIKE_OPERATORS = ("=", ">", "<", "~")
_OPERATORS: dict[TraitType, tuple[str, ...]] = {"boolean": ("=", "!="), "list": ("=", "!=", "~")}
"""By types that do not have all."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list is asked for, as it is written: conditions and tags, all or any of which must hold, and a text."""

    where: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    text: str | None = None
    match: Match = "all"


def wanted(
    asked: Selection, types: AttributeTypes, once: Callable[[str], bool], days: BusinessDays
) -> tuple[Wanted, list[str]]:
    """What the list must test, and notes on what of it holds for fewer than a reader may think.

    `once` says whether an attribute that nobody has now was ever named by an accepted entry. Raises BadCondition with
    every fault at once; ValueError for what is no tag.
    """
    reading = _ConditionReader(types, once, days)
    faults: list[str] = []
    tests: list[Test] = []
    for text in asked.where:
        try:
            tests.append(reading.test(parse(text)))
        except BadCondition as fault:
            faults.append(str(fault).replace("\0", ""))  # of a trait that is called like an identity
    if faults:
        raise BadCondition("; ".join(faults))
    tags = tuple(map(tag_rules.clean, asked.tags))
    return _joined(tests, tags, asked.text, asked.match), list(dict.fromkeys(reading.notes))


def _joined(tests: Sequence[Test], tags: tuple[str, ...], text: str | None, match: Match) -> Wanted:
    """Where all must hold, those that an index can serve are told apart."""
    if match == "any" and len(tests) + len(tags) > 1:
        return Wanted(text=text, filters=(Filter("and", (*tests, *map(HasTag, tags))),))
    tests = [part for one in tests for part in _parts(one)]
    conditions = tuple(one for one in tests if isinstance(one, Condition))
    tags += tuple(one.tag for one in tests if isinstance(one, HasTag))
    rest = tuple(Filter("and", (one,)) for one in tests if not isinstance(one, Condition | HasTag))
    return Wanted(conditions, tags, text, rest)


def _parts(test: Test) -> Sequence[Test]:
    """The tests that must all hold for one to hold."""
    return test.tests if isinstance(test, Together) and test.join == "and" else (test,)


class _ConditionReader:
    """Turns conditions into tests, by the attributes that there are."""

    def __init__(self, types: AttributeTypes, once: Callable[[str], bool], days: BusinessDays) -> None:
        self._types = types
        self._days = days
        self._names = Names(types, once)
        self.notes = self._names.notes

    def test(self, said: Said) -> Test:
        """What a condition means. Raises BadCondition."""
        name, is_member = self._names.meant(said.name, is_exact=said.is_exact)
        if said.op != "~" and said.value.startswith(_LIKE_OPERATORS):
            raise BadCondition(_no_operator(said))
        word, colon, rest = said.value.partition(":")
        if said.op not in ("=", "!=") or not colon or word not in WORDS:
            return self._compared(name, is_member, said.op, said.value)
        positive = self._by_word(name, is_member, word, rest.strip())
        return positive if said.op == "=" else Not(positive)

    def _by_word(self, name: str, is_member: bool, word: str, rest: str) -> Test:
        def equal(value: str) -> Test:
            return self._compared(name, is_member, "=", value)

        match word:
            case "is":
                return equal(rest)
            case "empty" | "any":
                if rest:
                    raise BadCondition(f"{name}={word}: has nothing behind it; {name}=is:{word}:… is that very text")
                return self._empty(name, is_member, is_empty=word == "empty")
            case "between":
                ends = _values(rest)
                if len(ends) != 2:
                    raise BadCondition(f"{name}=between: needs two values, such as {name}=between:5,10")
                least, most = ends
                return Together(
                    "and", (self._compared(name, is_member, ">=", least), self._compared(name, is_member, "<=", most))
                )
        if word in _DAYS:
            return self._on_days(name, is_member, word, rest)
        values = _values(rest)
        if not values:
            raise BadCondition(f"{name}={word}: needs values, such as {name}={word}:a,b")
        if word == "in":
            return Together("or", tuple(map(equal, values)))
        if not (is_member and name == TAGS) and self._types.of(name) != "list" and not self._types.is_mixed(name):
            raise BadCondition(f"{name} is no list: {name}=all: cannot be met; {name}=in: is met by any of some values")
        return Together("and", tuple(map(equal, values)))

    def _on_days(self, name: str, is_member: bool, word: str, rest: str) -> Test:
        """Of when a contact was made or changed, whole days of the business; of an attribute, days as it has them."""
        is_recorded = is_member and name in RECORDED
        if is_member and not is_recorded:
            raise BadCondition(f"{name} is no datetime, so {name}={word}: cannot be met")
        first, last = _days_meant(f"{name}={word}:", word, rest, self._days.today())
        if is_recorded:
            column = RECORDED[name]
            begun = Recorded(column, ">=", self._days.start(first))
            return Together("and", (begun, Recorded(column, "<", self._days.end(last))))
        after = (last + timedelta(days=1)).isoformat()
        return Together(
            "and",
            (self._compared(name, False, ">=", first.isoformat()), self._compared(name, False, "<", after)),
        )

    def _empty(self, name: str, is_member: bool, *, is_empty: bool) -> Test:
        if is_member and name == TAGS:
            return Tagged(not is_empty)
        if is_member and name == COUNTRY_CODE:
            return Empty("phone", is_empty)
        if is_member and name in RECORDED:
            return Recorded(RECORDED[name], "<" if is_empty else ">=", 0)
        return Empty(name, is_empty)

    def _compared(self, name: str, is_member: bool, op: str, value: str) -> Test:
        if is_member and name == TAGS:
            return _tagged(op, value)
        if is_member and name in RECORDED:
            return _recorded(name, op, value)
        if is_member and name == COUNTRY_CODE:
            return _of_country(op, value)
        if is_member and op in ("=", "!="):
            value = _as_phone(value) if name == "phone" else user_ids.clean(value)
        condition = Condition(name, op, _as_consent(value) if name == WHATSAPP_OPTED else value)
        return self._ordered(condition) if op in _ORDER else self._fitting(condition)

    def _fitting(self, condition: Condition) -> Condition:
        """The condition, if a value of its attribute's type can meet it, or there are values of several types."""
        faults = list(_faults(condition, self._types.of(condition.name)))
        if faults and not self._types.is_mixed(condition.name):
            raise BadCondition(faults[0])
        return condition

    def _ordered(self, condition: Condition) -> Condition:
        """Held to values of the same type: a text is neither more nor less than a number."""
        name, value = condition.name, condition.value
        type: TraitType = "datetime" if is_datetime(value) else "number"
        own = self._types.of(name)
        shares = {} if name in IDENTITIES else self._types.shares(name)
        if not shares and own is not None:
            shares = {own: 0}
        if shares and shares.keys().isdisjoint(("number", "datetime")):
            raise BadCondition(_without_order(condition, own if len(shares) == 1 else None))
        if len(shares) == 1 and (faults := list(_faults(condition, own))):
            raise BadCondition(faults[0])
        if (type == "number" and number_of(value) is None) or (shares and type not in shares):
            fitting = " or ".join(_SUCH[kind] for kind in _SUCH if kind in shares or shares.keys().isdisjoint(_SUCH))
            raise BadCondition(f"{name} can be compared by {condition.op} only with {fitting}")
        self._names.note_others(name, type)
        return replace(condition, type=type)


def _days_meant(written: str, word: str, rest: str, today: date) -> tuple[date, date]:
    """The first and the last day of `day:2026-10-12`, `day:2026-10-01,2026-10-12`, `last:30` and `next:7`."""
    if word == "day":
        try:
            ends = [date.fromisoformat(one) for one in _values(rest)]
        except ValueError:
            ends = []
        if not 1 <= len(ends) <= 2 or date.max in ends:
            raise BadCondition(f"{written} needs a day, or the first and the last one, such as {written}2026-10-01")
        return ends[0], ends[-1]
    many = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 6 else 0
    if not 1 <= many <= _MOST_DAYS:
        raise BadCondition(f"{written} needs a number of days, such as {written}30; today is the first of them")
    reach = timedelta(days=many - 1)
    return (today - reach, today) if word == "last" else (today, today + reach)


_SUCH = {"number": "a number", "datetime": "a date, or a time with its zone, such as 2026-11-22T10:00:00Z"}


def _no_operator(said: Said) -> str:
    """Of a value that begins with what was meant as a part of the operator: nobody has such a one by chance."""
    advice = f"; {said.name}{said.op}is:{said.value} is that very text" if said.op in ("=", "!=") else ""
    return f"{said.op}{said.value[0]} is no operator: use one of = != > >= < <= ~{advice}"


def _of_country(op: str, value: str) -> Test:
    """Country codes are told apart by how a phone begins: none begins with another."""
    if op not in ("=", "!="):
        raise BadCondition(f"{COUNTRY_CODE} can be compared by =, != and not by {op}")
    code = value.removeprefix("+")
    try:
        normalise(code, "")
    except PhoneFault as fault:
        if fault.field == COUNTRY_CODE:
            raise BadCondition(f"{COUNTRY_CODE} is a country's calling code, such as 91") from None
    begins = Condition("phone", "~", f"+{code}")
    return begins if op == "=" else Not(begins)


def _values(text: str) -> list[str]:
    """Values between commas; one that holds a comma is in double quotes."""
    try:
        rows = list(csv.reader([text], skipinitialspace=True))
    except csv.Error:
        raise BadCondition(f"{text[:40]!r} cannot be parted at its commas: take line breaks and quotes out") from None
    return [value for row in rows for one in row if (value := one.strip())]


def _as_phone(value: str) -> str:
    """In E.164; a number that no plan has (any more) is looked for as it is written."""
    try:
        return normalise_full(value)
    except PhoneFault:
        if value.startswith("+") and value[1:].isdigit():
            return value
    raise BadCondition("phone is compared as a full number, such as phone=+919967536783; phone~9967536783 finds a part")


def _as_consent(value: str) -> str:
    said = consent(value)
    return str(said).lower() if isinstance(said, bool) else value


def _tagged(op: str, value: str) -> Test:
    if op not in ("=", "!="):
        raise BadCondition(f"tags can be compared by =, != and not by {op}")
    try:
        has = HasTag(tag_rules.clean(value))
    except ValueError as fault:
        raise BadCondition(str(fault)) from None
    return has if op == "=" else Not(has)


def _recorded(name: str, op: str, value: str) -> Test:
    if op == "~":
        raise BadCondition(f"{name} can be compared by = != > >= < <= and not by ~")
    try:
        return Recorded(RECORDED[name], op, moments.parse(value))
    except ValueError:
        raise BadCondition(f"{name} is a datetime: compare it with a date, or a time with its zone") from None


def _without_order(condition: Condition, type: TraitType | None) -> str:
    name, op = condition.name, condition.op
    if type in _OPERATORS:
        return next(_faults(condition, type))
    if name in DEFAULT_TYPES or name in IDENTITIES:
        return f"{name} is a text, which can be compared by =, != and ~ and not by {op}"
    return (
        f"the values of {name} are texts, which can be compared by =, != and ~ and not by {op}: "
        "import the column again with the type number or datetime, or send such values"
    )


def _faults(condition: Condition, type: TraitType | None) -> Iterator[str]:
    """Why no value of an attribute's type can meet a condition: visits are not many (R3)."""
    name, text = condition.name, condition.value
    allowed = _OPERATORS.get(type) if type is not None else None
    if allowed is not None and condition.op not in allowed:
        yield f"{name} is a {type}, which can be compared by {', '.join(allowed)} and not by {condition.op}"
    elif condition.op == "~":
        return
    elif type == "number" and number_of(text) is None:
        yield f"{name} is a number: compare it with one, such as {name}>=5"
    elif type == "boolean" and text.casefold() not in ("true", "false"):
        yield f"{name} is a boolean: compare it with true or false"
    elif type == "datetime" and not is_datetime(text):
        yield f"{name} is a datetime: compare it with a date, or a time with its zone, such as 2026-11-22T10:00:00Z"
