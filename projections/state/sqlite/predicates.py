"""Conditions as SQL over a state file: true for just the contacts for which `Condition.holds_for` is.

SQLite compares strings and numbers itself. What it cannot (a datetime in another form, an item of a list, letters
beyond ASCII in any case) it asks of Python, by the functions that `define` gives it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ledger.events import tags as tag_rules
from ledger.events.traits import is_datetime
from projections.conditions.condition import IDENTITIES, LIKE_A_DATETIME, Condition, trait_of
from projections.conditions.filters import (
    Anniversary,
    Contains,
    Empty,
    Exists,
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
from projections.conditions.searching import SEARCHED_TRAITS, Searched, is_short
from projections.conditions.wanted import Wanted, number_of
from projections.state.indexes import can_be_kept

Define = Callable[[str, int, Callable[..., bool]], None]


class Sql:
    """A WHERE clause in the making: `parameters` are those of `clause`, in order.

    `imports` are the ids of those whose outcomes it looks at; `of_conditions` are the clauses of the conditions, each
    with its parameters.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.parameters: list[object] = []
        self.imports: list[str] = []
        self._asked: list[Condition | Searched | Anniversary] = []
        self.of_conditions = [self._apart(condition) for condition in wanted.conditions]
        parts = [clause for clause, _ in self.of_conditions]
        parts += [self._tag(tag_rules.fold(tag_rules.clean(tag))) for tag in wanted.tags]
        if wanted.text is not None:
            parts.append(self._search(wanted.text))
        if wanted.filters:
            parts.append(self._joined(wanted.filters))
        self.clause = " AND ".join(parts) or "true"

    def _apart(self, condition: Condition) -> tuple[str, list[object]]:
        before = len(self.parameters)
        clause = self._beforehand(condition) + self._condition(condition)
        return clause, self.parameters[before:]

    def define(self, define: Define) -> None:
        """Give a connection the functions that the clause calls."""
        define("meets", 3, self._meets)
        define("holds", 2, self._holds)
        define("has_tag", 2, _has_tag)

    def _meets(self, number: int, kind: str, value: object) -> bool:
        return self._asked[number].holds_for_value(decoded(kind, value))

    def _holds(self, number: int, traits: str) -> bool:
        asked = self._asked[number]
        return asked.holds_for_value(json.loads(traits).get(trait_of(asked.name)))

    def _condition(self, condition: Condition) -> str:
        # `!=` is the contrary of `=`, for lists too
        equal = replace(condition, op="=")
        self._asked.append(equal if condition.op == "!=" else condition)
        number = len(self._asked) - 1
        place = place_of(condition.name)
        if place is None:
            return f"holds({number}, traits) = {int(condition.op != '!=')}"
        kind, value = place
        asked = f"meets({number}, {kind}, {value})"
        match condition.op:
            case "=":
                return self._equal(equal, kind, value, asked)
            case "!=":
                return f"NOT {self._equal(equal, kind, value, asked)}"
            case "~" if condition.name == "phone":
                return f"coalesce({value} LIKE {self._bound(like(condition.value))} ESCAPE '\\', 0)"
            case "~":
                return self._contains(condition.value, kind, value, asked)
        return self._ordered(condition, kind, value, asked)

    def _equal(self, condition: Condition, kind: str, value: str, asked: str) -> str:
        text, strings, booleans = condition.value, "", ""
        if condition.is_for("text") and is_datetime(text):
            strings = f"WHEN 'text' THEN {value} GLOB '{LIKE_A_DATETIME}' AND {asked}"
        elif condition.is_for("text"):
            strings = f"WHEN 'text' THEN {value} = {self._bound(text)}"
        if condition.is_for("boolean") and text.casefold() in ("true", "false"):
            booleans = f"WHEN '{text.casefold()}' THEN 1"
        numbers = self._numbers(condition, value)
        return f"(CASE {kind} {strings} WHEN 'array' THEN {asked} {numbers} {booleans} ELSE 0 END)"

    def _ordered(self, condition: Condition, kind: str, value: str, asked: str) -> str:
        strings = ""
        if condition.is_for("text"):
            is_of_datetimes = condition.type == "datetime"
            plain = "0" if is_of_datetimes else f"{value} {condition.op} {self._bound(condition.value)}"
            strings = f"WHEN 'text' THEN CASE WHEN {value} GLOB '{LIKE_A_DATETIME}' THEN {asked} ELSE {plain} END"
        # a CASE has one WHEN at least
        return f"(CASE {kind} WHEN NULL THEN 0 {strings} {self._numbers(condition, value)} ELSE 0 END)"

    def _numbers(self, condition: Condition, value: str) -> str:
        number = number_of(condition.value) if condition.is_for("number") else None
        if number is None:
            return ""
        kinds = ("integer", "real")
        return "".join(f" WHEN '{kind}' THEN {value} {condition.op} {self._bound(number)}" for kind in kinds)

    def _contains(self, text: str, kind: str, value: str, asked: str) -> str:
        folded = text.casefold()
        strings = f"octet_length({value}) <> length({value}) AND {asked}"
        if folded.isascii():
            strings = f"({value} LIKE {self._bound(like(folded))} ESCAPE '\\' OR ({strings}))"
        return f"(CASE WHEN {kind} = 'text' THEN {strings} WHEN {kind} IS NULL THEN 0 ELSE {asked} END)"

    def _beforehand(self, condition: Condition) -> str:
        is_in_traits = condition.op == "~" and condition.name not in IDENTITIES
        return f"{self._somewhere(condition.value)} AND " if is_in_traits else ""

    def _somewhere(self, text: str) -> str:
        """A look at the traits as a whole, by which most contacts are passed over before any JSON is read."""
        folded = text.casefold()
        if not folded.isascii():
            return "(octet_length(traits) <> length(traits))"
        pattern = self._bound(like(json.dumps(folded)[1:-1]))
        return f"(traits LIKE {pattern} ESCAPE '\\' OR octet_length(traits) <> length(traits))"

    def _search(self, text: str) -> str:
        somewhere = self._somewhere(text)
        traits = " OR ".join([self._within(name, text) for name in SEARCHED_TRAITS])
        can_be_phone = set(text) <= set("+0123456789")
        identities = [self._within(name, text) for name in IDENTITIES if can_be_phone or name != "phone"]
        return f"(({somewhere} AND ({traits})) OR {' OR '.join(identities)})"

    def _within(self, name: str, text: str) -> str:
        contains = self._condition(Condition(name, "~", text))
        place = place_of(name)
        if not is_short(text) or place is None:
            return contains
        self._asked.append(Searched(name, text))
        return f"({contains} AND meets({len(self._asked) - 1}, {place[0]}, {place[1]}))"

    def _joined(self, filters: Sequence[Filter]) -> str:
        joined = ""
        for each in filters:
            either = f"({' OR '.join([self._test(test) for test in each.tests]) or 'false'})"
            joined = f"({joined} {each.join.upper()} {either})" if joined else either
        return joined

    def _test(self, test: Test) -> str:
        match test:
            case Condition():
                return self._condition(test)
            case Recorded():
                return f"{test.column} {test.op} {self._bound(test.moment)}"
            case FromImport():
                self.imports.append(test.id)
                query, bounds = from_import(test)
                self.parameters += bounds
                return f"contact IN ({query})"
            case OneOf():
                return f"contact IN (SELECT value FROM json_each({self._bound(json.dumps(test.contacts))}))"
            case Anniversary():
                return self._anniversary(test)
            case HasTag():
                return self._tag(tag_rules.fold(tag_rules.clean(test.tag)))
            case Exists():
                return f"{'' if test.is_there else 'NOT '}EXISTS ({self._entry('1', test.name)})"
            case Contains():
                is_list = f"coalesce(({self._entry('type', test.name)}), '') = 'array'"
                item = self._condition(Condition(test.name, "=", test.value))
                return f"iif({is_list}, {item}, {self._condition(Condition(test.name, '~', test.value))})"
            case Empty():
                there = f"EXISTS ({self._entry('1', test.name)} AND NOT {_is_blank(test.name)})"
                return f"NOT {there}" if test.is_empty else there
            case Tagged():
                return f"tags {'<>' if test.has_any else '='} '[]'"
            case Not():
                return f"NOT ({self._test(test.test)})"
            case Together():
                joined = f" {test.join.upper()} ".join(map(self._test, test.tests))
                return f"({joined})" if joined else str(test.join == "and").lower()

    def _anniversary(self, test: Anniversary) -> str:
        entry = self._entry("1", test.name)
        days = self._bound(json.dumps(test.near))
        self._asked.append(test)
        return (
            f"EXISTS ({entry} AND type = 'text' AND value GLOB '{LIKE_A_DATETIME}'"
            f" AND substr(value, 6, 5) IN (SELECT value FROM json_each({days}))"
            f" AND meets({len(self._asked) - 1}, 'text', value))"
        )

    def _entry(self, column: str, name: str) -> str:
        if name in IDENTITIES:
            return f"SELECT {column} FROM (SELECT 'text' AS type, {name} AS value) WHERE value IS NOT NULL"
        return f"SELECT {column} FROM json_each(traits) WHERE key = {self._bound(trait_of(name))}"

    def _tag(self, folded: str) -> str:
        plain = f"tags LIKE {self._bound(like(f'[{json.dumps(folded)},'))} ESCAPE '\\' OR " if folded.isascii() else ""
        return f"({plain}octet_length(tags) <> length(tags) AND has_tag(tags, {self._bound(folded)}))"

    def _bound(self, value: object) -> str:
        self.parameters.append(value)
        return "?"


def from_import(test: FromImport) -> tuple[str, list[object]]:
    """The contacts for which rows of an import had one of some outcomes, and the query's parameters."""
    return (
        "SELECT value AS contact FROM outcomes, json_each(contacts)"
        " WHERE import = (SELECT number FROM imports WHERE id = ?)"
        " AND outcome IN (SELECT value FROM json_each(?)) AND value > 0",
        [test.id, json.dumps(test.outcomes)],
    )


def place_of(name: str) -> tuple[str, str] | None:
    """SQL for the JSON type and the value of an attribute; None for a name that no JSON path can say."""
    if name == "phone":
        return "iif(phone IS NULL, NULL, 'text')", "('+' || phone)"
    if name == "user_id":
        return "iif(user_id IS NULL, NULL, 'text')", "user_id"
    name = trait_of(name)
    if not can_be_kept(name):
        return None
    path = f"""'$."{name.replace("'", "''")}"'"""
    return f"json_type(traits, {path})", f"json_extract(traits, {path})"


SORTED_BY = 64
"""Texts are in order by so many of their first characters."""


def order_key(name: str) -> str | None:
    """SQL for what an attribute's values are sorted by; None for a name that no JSON path can say."""
    place = place_of(name)
    return None if place is None else f"iif({place[0]} = 'text', substr({place[1]}, 1, {SORTED_BY}), {place[1]})"


def _is_blank(name: str) -> str:
    return "false" if name in IDENTITIES else "(type = 'text' AND trim(value) = '' OR type = 'array' AND value = '[]')"


def like(text: str) -> str:
    """The pattern of LIKE for whatever contains the text."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def decoded(kind: str, value: Any) -> Any:
    """The value of an attribute from its JSON type and what `json_extract` gives."""
    if kind == "array":
        return json.loads(value)
    return bool(value) if kind in ("true", "false") else value


def _has_tag(tags: str, folded: str) -> bool:
    return any(tag_rules.fold(spelling) == folded for spelling, _ in json.loads(tags))
