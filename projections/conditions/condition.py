"""Which contacts a list shows: what a condition on a trait or an identity means."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import orjson

from ledger.events.traits import TraitType, canonical, is_datetime
from projections.fold.state import ContactState

_CONDITION = re.compile(
    r'\s*(?:"(?P<exact>(?:[^"\\]|\\.)+)"|(?P<name>[^"=!<>~\s][^=!<>~]*?))'
    r"\s*(?P<op>!=|>=|<=|=|>|<|~)\s*(?P<value>.*?)\s*",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


IDENTITIES = ("user_id", "phone")
"""What is found by a name as attributes are, and is none."""
_TRAIT = "\0"

Family = Literal["text", "number", "boolean"]
_FAMILIES: dict[TraitType, Family] = {
    "string": "text",
    "datetime": "text",
    "number": "number",
    "boolean": "boolean",
}

LIKE_A_DATETIME = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*"
"""SQLite's GLOB for what can be a datetime; all that are one match it."""


class BadCondition(ValueError):
    """A condition that is not NAME OP VALUE; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of an attribute with a value: `= != > >= < <=`, or `~` for contains, whatever the case.

    With a `type`, `~` aside, only values of that type can be equal, more or less: 5 is not "5" (R3). A datetime can be
    equal to a text, but only datetimes are more or less than one.
    """

    name: str
    op: str
    value: str
    type: TraitType | None = None

    def holds_for(self, state: ContactState) -> bool:
        """Whether the contact meets it; a contact without the attribute meets only `!=`. A list meets `= ~` by an item.

        Numbers compare as numbers and datetimes as moments, whatever their digits.
        """
        return self.holds_for_value(_attribute(state, self.name))

    def holds_for_value(self, found: Any) -> bool:
        """Whether a value meets it; None where the contact has none."""
        if found is None:
            return self.op == "!="
        items = found if isinstance(found, list) else [found]
        if self.op == "~":
            return any(self.value.casefold() in text_of(item).casefold() for item in items)
        items = [item for item in items if self.is_for(_family(item))]
        if self.op in ("=", "!="):
            return any(operator.eq(*_comparable(item, self.value)) for item in items) == (self.op == "=")
        if not items or (self.type == "datetime" and not (isinstance(found, str) and is_datetime(found))):
            return False
        ours, theirs = _comparable(found, self.value)
        return theirs is not None and not isinstance(found, list | bool) and _ORDERED[self.op](ours, theirs)

    def is_for(self, family: Family) -> bool:
        """Whether values of these kinds can be equal, more or less."""
        return self.type in (None, "list") or family == _FAMILIES[self.type]


@dataclass(frozen=True, slots=True)
class Said:
    """A condition as it is written. `is_exact`: the name is in double quotes, and means the attribute of just it."""

    name: str
    is_exact: bool
    op: str
    value: str


def parse(text: str) -> Said:
    """Read `city=Pune`, or `"a=b"=Pune` where a name holds what could be an operator. Raises BadCondition."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise BadCondition(
            f"{text!r} is no condition: write NAME=VALUE, or one of != > >= < <= ~ in place of =; a name that holds "
            'one of these is put in double quotes, such as "a=b"=VALUE'
        )
    exact = match["exact"]
    name = match["name"] if exact is None else _ESCAPED.sub(r"\1", exact)
    return Said(name, exact is not None, match["op"], match["value"])


def quoted(name: str) -> str:
    """An attribute's name as a condition has it in double quotes."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _family(item: object) -> Family:
    return "text" if isinstance(item, str) else "boolean" if isinstance(item, bool) else "number"


def as_trait(name: str) -> str:
    """The name by which a condition knows a trait that is called like an identity; a name has no such character."""
    return f"{_TRAIT}{name}" if name in IDENTITIES else name


def trait_of(name: str) -> str:
    """The trait's own name again."""
    return name.removeprefix(_TRAIT)


def _attribute(state: ContactState, name: str) -> Any:
    return getattr(state, name) if name in IDENTITIES else state.traits.get(trait_of(name))


def _comparable(found: Any, text: str) -> tuple[Any, Any]:
    """What the contact has and the condition's text, in a form that compares; None for a text of another type."""
    if isinstance(found, bool):
        return found, {"true": True, "false": False}.get(text.casefold())
    if isinstance(found, int | float):
        try:
            return found, msgspec.json.decode(text, type=float)
        except msgspec.MsgspecError:
            return found, None
    if is_datetime(found):
        return _moment(found), _moment(str(canonical(text))) if is_datetime(text) else None
    return found, text


def _moment(text: str) -> tuple[str, str]:
    """A datetime in UTC, or a date, so that moments compare: to the second, then the digits behind it."""
    return text[:10] + (text[10:19] or "T00:00:00"), text[19:].strip(".Z").ljust(9, "0")


def text_of(item: Any) -> str:
    """An item of a value as a text to search in: as the state is written, so that SQL finds in it what this does."""
    return item if isinstance(item, str) else orjson.dumps(item).decode()
