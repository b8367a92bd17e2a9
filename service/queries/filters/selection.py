"""Conditions as people write them, such as `city=Pune`: which attribute is meant, and what a list must test (R34)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from ledger.events import tags as tag_rules
from ledger.events import user_ids
from ledger.events.traits import WHATSAPP_OPTED, TraitType, consent, is_datetime
from projections.conditions.condition import IDENTITIES, BadCondition, Condition, Said, parse, trait_of
from projections.conditions.filters import (
    Anniversary,
    Empty,
    Filter,
    FromImport,
    HasTag,
    Not,
    OneOf,
    Recorded,
    Tagged,
    Test,
    Together,
)
from projections.conditions.wanted import SORTS, Sort, Wanted, number_of, order_of, sort_by
from projections.fold.outcomes import OUTCOMES, Outcome
from projections.lists.refreshed import OpenLog
from projections.state.indexes import can_be_kept
from projections.state.questions import StateReader
from service.queries.business_days import BusinessDays
from service.queries.filters.attribute_names import CONTACT, COUNTRY_CODE, IMPORT, OUTCOME, RECORDED, TAGS, Names
from service.queries.filters.condition_faults import SUCH, faults_of, without_order
from service.queries.filters.condition_words import (
    ANNIVERSARY,
    DAYS,
    WORDS,
    days_meant,
    days_of_the_year,
    ends_of,
    values_between_commas,
)
from service.queries.filters.day_conditions import has_moments, within_days
from service.queries.filters.member_conditions import as_phone, of_country, one_of, recorded, tagged
from service.queries.filters.whole_days import are_days, reaching, refuse_whole_days

Match = Literal["all", "any"]

_ORDER = (">", ">=", "<", "<=")
_LIKE_OPERATORS = ("=", ">", "<", "~")
_OUTCOMES = tuple(one for one in OUTCOMES if one != "erased")  # of erased people there is no contact to be found


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list is asked for, as it is written: conditions and tags, all or any of which must hold, and a text."""

    where: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    text: str | None = None
    match: Match = "all"


def wanted(
    asked: Selection, state: StateReader, log: OpenLog, once: Callable[[str], bool], days: BusinessDays
) -> tuple[Wanted, list[str]]:
    """What the list must test in a state, and notes on what of it holds for fewer than a reader may think.

    `once` says whether an attribute that nobody has now was ever named by an accepted entry; `log` is the one that the
    state was folded from, and is asked who a contact's id means. Raises BadCondition with every fault at once;
    ValueError for what is no tag.
    """
    reading = _ConditionReader(state, log, once, days)
    faults: list[str] = []
    tests: list[Test] = []
    for text in asked.where:
        try:
            test = reading.test(parse(text))
            tests += [] if test is None else [test]
        except BadCondition as fault:
            faults.append(str(fault).replace("\0", ""))  # of a trait that is called like an identity
    try:
        tests += reading.of_imports()
    except BadCondition as fault:
        faults.append(str(fault))
    if faults:
        raise BadCondition("; ".join(faults))
    tags = tuple(map(tag_rules.clean, asked.tags))
    return _joined(tests, tags, asked.text, asked.match), list(dict.fromkeys(reading.notes))


class BadSort(ValueError):
    """Not something that a list can be sorted by; the message says what is."""


def sorted_by(sort: Sort, state: StateReader, once: Callable[[str], bool]) -> Sort:
    """The same sort with the attribute's own name. Raises BadSort."""
    order = order_of(sort)
    if order.by != "value":
        return sort
    is_exact = sort.removeprefix("-").startswith('"')
    try:
        name, is_member = Names(state.attribute_types(), once).meant(order.name, is_exact=is_exact)
    except BadCondition as fault:
        raise BadSort(f"{fault}; or {', '.join(SORTS)}") from None
    if is_member and name in RECORDED:
        return f"{'-' if order.is_down else ''}{RECORDED[name]}"
    if (is_member and name not in IDENTITIES) or not can_be_kept(trait_of(name)):
        raise BadSort(f"a list cannot be sorted by {order.name}")
    return sort_by(name, is_down=order.is_down)


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

    def __init__(self, state: StateReader, log: OpenLog, once: Callable[[str], bool], days: BusinessDays) -> None:
        self._state = state
        self._log = log
        self._types = state.attribute_types()
        self._days = days
        self._names = Names(self._types, once)
        self._imports: list[tuple[str, bool]] = []
        self._outcomes: set[Outcome] = set()
        self.notes = self._names.notes

    def of_imports(self) -> list[Test]:
        """What the conditions on imports and outcomes read so far mean together. Raises BadCondition."""
        if self._outcomes and not self._imports:
            raise BadCondition(f"{OUTCOME}= goes with {IMPORT}=, which says of which import")
        outcomes = tuple(one for one in _OUTCOMES if one in (self._outcomes or _OUTCOMES))
        tests = [(FromImport(id, outcomes), is_from) for id, is_from in self._imports]
        return [test if is_from else Not(test) for test, is_from in tests]

    def test(self, said: Said) -> Test | None:
        """What a condition means; None for one that `of_imports` tells of. Raises BadCondition."""
        name, is_member = self._names.meant(said.name, is_exact=said.is_exact)
        if is_member and name in (IMPORT, OUTCOME):
            self._note_import(name, said)
            return None
        if is_member and name == CONTACT:
            return one_of(said, self._log)
        if said.op != "~" and said.value.startswith(_LIKE_OPERATORS):
            raise BadCondition(_no_operator(said))
        if is_member and name in RECORDED:
            refuse_whole_days(name, said)
        word, colon, rest = said.value.partition(":")
        if said.op not in ("=", "!=") or not colon or word not in WORDS:
            return self._compared(name, is_member, said.op, said.value)
        positive = self._by_word(name, is_member, word, rest.strip())
        return positive if said.op == "=" else Not(positive)

    def _note_import(self, name: str, said: Said) -> None:
        if said.op not in ("=", "!=") or (name == OUTCOME and said.op == "!="):
            raise BadCondition(f"{name} can be compared by {'=' if name == OUTCOME else '=, !='} and not by {said.op}")
        if name == IMPORT:
            if self._state.tally(said.value) is None:
                raise BadCondition(f"no import has the id {said.value[:40]!r}: the list of imports has them")
            self._imports.append((said.value, said.op == "="))
            return
        meant = values_between_commas(said.value.removeprefix("in:"))
        known = {str(one): one for one in _OUTCOMES}
        if not meant or not known.keys() >= set(meant):
            raise BadCondition(f"{OUTCOME} is one of {', '.join(_OUTCOMES)}; {OUTCOME}=in: takes several")
        self._outcomes.update(known[one] for one in meant)

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
                least, most = ends_of(f"{name}=between:", rest)
                if are_days(least, most) and has_moments(name, is_member, self._types):
                    return self._on_days(name, is_member, "day", rest)
                return Together(
                    "and", (self._compared(name, is_member, ">=", least), self._compared(name, is_member, "<=", most))
                )
        if word == ANNIVERSARY:
            return self._anniversary(name, is_member, rest)
        if word in DAYS:
            return self._on_days(name, is_member, word, rest)
        values = values_between_commas(rest)
        if not values:
            raise BadCondition(f"{name}={word}: needs values, such as {name}={word}:a,b")
        if word == "in":
            return Together("or", tuple(map(equal, values)))
        if not (name == TAGS if is_member else self._types.of(name) == "list" or self._types.is_mixed(name)):
            raise BadCondition(f"{name} is no list: {name}=all: cannot be met; {name}=in: is met by any of some values")
        return Together("and", tuple(map(equal, values)))

    def _anniversary(self, name: str, is_member: bool, rest: str) -> Test:
        kinds: set[TraitType | None] = {*self._types.shares(name)} or {self._types.of(name)}
        if is_member or kinds.isdisjoint(("datetime", None)):
            raise BadCondition(f"{name} is no datetime, so {name}={ANNIVERSARY}: cannot be met")
        self._names.note_others(name, "datetime")
        days = days_of_the_year(f"{name}={ANNIVERSARY}:", rest, self._days.today())
        return Anniversary(name, days, self._days.zone)

    def _on_days(self, name: str, is_member: bool, word: str, rest: str) -> Test:
        """Whole days of the business; a value of an attribute without a time is of the day that it says."""
        is_recorded = is_member and name in RECORDED
        if is_member and not is_recorded:
            raise BadCondition(f"{name} is no datetime, so {name}={word}: cannot be met")
        first, last = days_meant(f"{name}={word}:", word, rest, self._days.today())
        start, end = self._days.start(first), self._days.end(last)
        if is_recorded:
            column = RECORDED[name]
            return Together("and", (Recorded(column, ">=", start), Recorded(column, "<", end)))

        def compared(op: str, moment: str) -> Test:
            return self._compared(name, False, op, moment)

        return within_days(Condition(name, "~", "T"), compared, (first, last + timedelta(days=1)), (start, end))

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
            return tagged(op, value)
        if is_member and name in RECORDED:
            return recorded(name, op, value)
        if is_member and name == COUNTRY_CODE:
            return of_country(op, value)
        if is_member and op in ("=", "!="):
            value = as_phone(value) if name == "phone" else user_ids.clean(value)
            if op == "=" and (alias := self._by_alias(name, value)) is not None:
                return Together("or", (Condition(name, op, value), alias))
        condition = Condition(name, op, _as_consent(value) if name == WHATSAPP_OPTED else value)
        return self._ordered(condition) if op in _ORDER else self._fitting(condition)

    def _by_alias(self, name: str, value: str) -> Test | None:
        """The contact that a phone or user id finds beside its own, since another was merged into it."""
        with self._log() as log:
            holder = log.holder_of_phone(value) if name == "phone" else log.holder_of_user_id(value)
        own = None if holder is None else holder.phone if name == "phone" else holder.user_id
        return None if holder is None or own == value else OneOf((holder.contact,))

    def _fitting(self, condition: Condition) -> Condition:
        """The condition, if a value of its attribute's type can meet it, or there are values of several types."""
        faults = list(faults_of(condition, self._types.of(condition.name)))
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
            raise BadCondition(without_order(condition, own if len(shares) == 1 else None))
        if len(shares) == 1 and (faults := list(faults_of(condition, own))):
            raise BadCondition(faults[0])
        if (type == "number" and number_of(value) is None) or (shares and type not in shares):
            fitting = " or ".join(SUCH[kind] for kind in SUCH if kind in shares or shares.keys().isdisjoint(SUCH))
            raise BadCondition(f"{name} can be compared by {condition.op} only with {fitting}")
        self._names.note_others(name, type)
        return replace(condition, value=reaching(condition.op, value), type=type)


def _no_operator(said: Said) -> str:
    """Of a value that begins with what was meant as a part of the operator: nobody has such a one by chance."""
    advice = f"; {said.name}{said.op}is:{said.value} is that very text" if said.op in ("=", "!=") else ""
    return f"{said.op}{said.value[0]} is no operator: use one of = != > >= < <= ~{advice}"


def _as_consent(value: str) -> str:
    said = consent(value)
    return str(said).lower() if isinstance(said, bool) else value
