"""The filters of the hub's public API: read from JSON, with every fault named, to what a list asks."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from ledger.events import moments
from ledger.events import tags as tag_rules
from ledger.events.kinds.kind import kind_of
from ledger.events.schema import FieldFault, Invalid
from ledger.events.traits import WHATSAPP_OPTED, TraitType, check_scalar, consent, is_datetime, type_of
from projections.conditions.condition import BadCondition, Condition
from projections.conditions.filters import Contains, Exists, Filter, HasTag, Recorded, Test
from projections.conditions.wanted import Wanted
from projections.state.questions import AttributeTypes
from service.queries.filters.attribute_names import MEMBERS, Names
from service.queries.filters.whole_days import is_whole_day, reaching

MOST = 20
MOST_VALUES = 100
OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "contains", "in", "exists")
_OPERATORS_OF: dict[TraitType, tuple[str, ...]] = {
    "string": ("eq", "neq", "contains", "in", "exists"),
    "number": ("eq", "neq", "gt", "gte", "lt", "lte", "in", "exists"),
    "datetime": ("eq", "neq", "gt", "gte", "lt", "lte", "in", "exists"),
    "boolean": ("eq", "neq", "exists"),
    "list": ("contains", "exists"),
}
_SIGNS = {"eq": "=", "neq": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_ORDERED = ("gt", "gte", "lt", "lte")
_RECORDED = {"created_at_utc": "created", "modified_at_utc": "modified"}
_MEMBERS = ("tags", "user_id", "phone_number", "country_code", *_RECORDED)
_NAIVE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)


def read_filters(
    body: dict[str, Any], types: AttributeTypes, once: Callable[[str], bool]
) -> tuple[Wanted, Sequence[str]]:
    """What a body asks for, as `types` allow, and notes on what it may not say. `once` as `Names` wants it.

    Raises Invalid with every fault at once.
    """
    given = body.get("filters")
    if given is None:
        return Wanted(), ()
    if not isinstance(given, list):
        raise Invalid((FieldFault("/filters", f"filters is {kind_of(given)}: give a list of filters", "invalid"),))
    if len(given) > MOST:
        raise Invalid((FieldFault("/filters", f"filters has {len(given)} filters: {MOST} are allowed", "invalid"),))
    names = Names(types, once)
    read = [_Read(place, one, types, names) for place, one in enumerate(given)]
    faults = tuple(fault for one in read for fault in one.faults)
    if faults:
        raise Invalid(faults)
    return _wanted([one.filter for one in read if one.filter is not None]), names.notes


def _wanted(filters: list[Filter]) -> Wanted:
    """Where all must hold, those that an index can serve are told apart."""
    if any(one.join == "or" for one in filters[1:]):
        return Wanted(filters=tuple(filters))
    alone = [one.tests[0] for one in filters if len(one.tests) == 1]
    conditions = tuple(test for test in alone if isinstance(test, Condition))
    tags = tuple(test.tag for test in alone if isinstance(test, HasTag))
    rest = [one for one in filters if not (len(one.tests) == 1 and isinstance(one.tests[0], Condition | HasTag))]
    return Wanted(conditions, tags, filters=tuple(rest))


class _Read:
    """One filter as it is read: `filter`, or what is wrong with it."""

    def __init__(self, place: int, given: Any, types: AttributeTypes, names: Names) -> None:
        self._types = types
        self._names = names
        self.filter: Filter | None = None
        self.faults: list[FieldFault] = []
        self._path = f"filters[{place}]"
        self._pointer = f"/filters/{place}"
        if not isinstance(given, dict):
            self._fault("", f'is {kind_of(given)}: give an object with "trait", "op" and "val"')
            return
        trait, op, join = given.get("trait"), given.get("op", ""), given.get("supr_op") or "and"
        name = self._meant(trait.strip()) if isinstance(trait, str) and trait.strip() else ""
        if not name:
            self._fault("trait", "must name an attribute, or be created_at_utc, modified_at_utc, user_id or tags")
        if op not in OPERATORS:
            self._fault("op", f"must be one of {', '.join(OPERATORS)}")
        if join not in ("and", "or"):
            self._fault("supr_op", "must be and or or")
        tests = () if self.faults else tuple(self._tests(name, op, given.get("val")))
        if not self.faults:
            self.filter = Filter("or" if join == "or" else "and", tests)

    def _meant(self, trait: str) -> str:
        """The attribute that a trait's name means (R34); an attribute is meant where we have a member of that name."""
        if trait in _MEMBERS:
            return trait
        try:
            return self._names.meant(trait, is_exact=trait in MEMBERS)[0]
        except BadCondition as fault:
            self._fault("trait", f"is wrong: {fault}")
            return trait

    def _fault(self, member: str, text: str) -> None:
        pointer = f"{self._pointer}/{member}" if member else self._pointer
        self.faults.append(FieldFault(pointer, f"{self._path}{'.' * bool(member)}{member} {text}", "invalid"))

    def _tests(self, trait: str, op: str, val: Any) -> Iterator[Test]:
        if trait in ("phone_number", "country_code"):
            self._fault("trait", "is not for filters: ask for a phone by GET /v1/public/apis/users/phone_number/")
        elif trait == "tags":
            yield from self._tagged(op, val)
        elif op == "exists":
            yield from self._existing(trait, val)
        elif trait in _RECORDED:
            yield from self._recorded(trait, op, val)
        else:
            yield from self._compared(trait, op, val)

    def _compared(self, trait: str, op: str, val: Any) -> Iterator[Test]:
        type = self._types.of(trait)
        if type is not None and op not in _OPERATORS_OF[type] and not self._types.is_mixed(trait):
            self._fault("op", f"must be one of {', '.join(_OPERATORS_OF[type])} for {trait}, which is a {type}")
        elif op == "in":
            for one in self._several(val):
                yield self._condition(trait, "=", one, type)
        elif op == "contains":
            yield Contains(trait, self._value(val))
        elif op in _ORDERED and not _has_order(val):
            self._fault("val", f"must be a number or a datetime with its zone for {op}, such as 2026-11-22T10:00:00Z")
        elif op in _ORDERED:
            sign = _SIGNS[op]
            yield self._ordered(trait, sign, reaching(sign, val) if isinstance(val, str) else val, type)
        else:
            yield self._condition(trait, _SIGNS[op], val, type)

    def _condition(self, trait: str, sign: str, val: Any, type: TraitType | None) -> Condition:
        if trait == WHATSAPP_OPTED:
            val = consent(val)
        text = self._value(val)
        if not self.faults and type is not None and not _is_of(val, type) and not self._types.is_mixed(trait):
            self._fault("val", f"must be a {type}, as {trait} is one: it is {kind_of(val)}")
        return Condition(trait, sign, text, None if self.faults else type_of(val))

    def _ordered(self, trait: str, sign: str, val: Any, type: TraitType | None) -> Condition:
        """Of values of several types, those of the filter's own are compared, and the others counted."""
        condition = self._condition(trait, sign, val, type)
        if condition.type is not None and trait not in _MEMBERS:
            self._names.note_others(trait, condition.type)
        return condition

    def _tagged(self, op: str, val: Any) -> Iterator[Test]:
        if op != "contains":
            self._fault("op", "must be contains for tags")
            return
        try:
            yield HasTag(tag_rules.clean(val))
        except (AttributeError, ValueError):
            self._fault("val", "must be a tag of 1-100 characters")

    def _existing(self, trait: str, val: Any) -> Iterator[Test]:
        if val is not None and not isinstance(val, bool):
            self._fault("val", "must be true or false for exists")
        elif trait in _RECORDED:
            yield Recorded("created", ">=" if val is not False else "<", 0)
        else:
            yield Exists(trait, val is not False)

    def _recorded(self, trait: str, op: str, val: Any) -> Iterator[Test]:
        if op == "contains":
            self._fault("op", f"must be one of eq, neq, gt, gte, lt, lte, in or exists for {trait}")
            return
        for one in self._several(val) if op == "in" else [val]:
            try:
                moment = moments.parse(reaching(_SIGNS.get(op, "="), one))
            except (TypeError, ValueError):
                self._fault("val", "must be a date, or a time with its zone, such as 2026-11-22T10:00:00Z")
                continue
            if op not in _ORDERED and is_whole_day(one):
                self._fault("val", _no_moment(op, one))
            yield Recorded("created" if trait == "created_at_utc" else "modified", _SIGNS.get(op, "="), moment)

    def _several(self, val: Any) -> list[Any]:
        if isinstance(val, list) and len(val) <= MOST_VALUES:
            return val
        self._fault("val", f"must be a list of at most {MOST_VALUES} values for in")
        return []

    def _value(self, val: Any) -> str:
        fault = "is missing: give a string, a number, true or false" if val is None else check_scalar(val)
        if fault is None and isinstance(val, str) and _NAIVE.fullmatch(val):
            fault = "has no zone: end it with Z or an offset such as +05:30"
        if fault is not None:
            self._fault("val", fault)
            return ""
        return val if isinstance(val, str) else orjson.dumps(val).decode()


def _no_moment(op: str, day: str) -> str:
    """Why nobody is looked for who was recorded at a moment that is a whole day, and what was meant (R34)."""
    first, last = f"{day}T00:00:00Z", f"{day}T23:59:59.999999Z"
    meant = f"lt {first} or gt {last}" if op == "neq" else f"gte {first} and lte {last}"
    return f"{'holds' if op == 'in' else 'is'} {day}, a whole day, which no moment equals: ask by {meant}"


def _is_of(val: Any, type: TraitType) -> bool:
    """Whether a value can be compared with those of a type."""
    own = type_of(val)
    return own == type or (own == "datetime" and type == "string")


def _has_order(val: Any) -> bool:
    return (isinstance(val, int | float) and not isinstance(val, bool)) or (isinstance(val, str) and is_datetime(val))
