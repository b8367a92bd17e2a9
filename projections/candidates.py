"""The few contacts among which all that a list wants must be, found by an index."""

from collections.abc import Iterator, Sequence

from ledger.events import tags as tag_rules
from ledger.events.traits import is_datetime
from projections.indexes import TAGS, of_attribute, table_of
from projections.predicates import Wanted, day_of, like, number_of, place_of
from projections.reading import StateReader
from projections.search import Condition

Query = tuple[str, list[object]]


def needed(wanted: Wanted) -> set[str]:
    """The indexes that could narrow this list down."""
    found = {of_attribute(one.name) for one in wanted.conditions if one.op != "!=" and place_of(one.name)}
    return found | ({TAGS} if wanted.tags else set())


def candidates(state: StateReader, wanted: Wanted, most: int) -> list[int] | None:
    """The contacts that one of the conditions or tags leaves, by number; None where none leaves `most` or fewer.

    They are no fewer than those that meet it, and may be more.
    """
    there = state.names()
    for query, parameters in _queries(wanted, there):
        found = state.numbers_of(f"SELECT DISTINCT contact FROM ({query}) LIMIT {most + 1}", parameters)
        if len(found) <= most:
            return found
    return None


def _queries(wanted: Wanted, there: set[str]) -> Iterator[Query]:
    if table_of(TAGS) in there:
        for tag in wanted.tags:
            yield "SELECT contact FROM contact_tags WHERE tag = ?", [tag_rules.fold(tag_rules.clean(tag))]
    # those that look at a small part of their index come first
    for condition in sorted(wanted.conditions, key=lambda one: "=~".find(one.op)):
        index = table_of(of_attribute(condition.name))
        place = place_of(condition.name)
        if index in there and place and condition.op != "!=":
            yield _union(index, list(_ranges(condition, place[1])))


def _union(index: str, ranges: Sequence[Query]) -> Query:
    selects = [f"SELECT contact FROM contacts INDEXED BY {index} WHERE {test}" for test, _ in ranges]
    return " UNION ALL ".join(selects), [parameter for _, parameters in ranges for parameter in parameters]


def _ranges(condition: Condition, value: str) -> Iterator[Query]:
    """The parts of the index in which values that meet the condition are, lists among them by their JSON's `[`."""
    op, text = condition.op, condition.value
    if op == "~":
        # SQLite puts numbers before all texts
        is_in = f"({value} LIKE ? ESCAPE '\\' OR octet_length({value}) <> length({value}))"
        yield f"{value} >= '' AND {is_in}", [like(text.casefold())]
        yield f"{value} < ''", []
        yield f"{value} >= '[' AND {value} < '\\'", []
        return
    if op == "=":
        yield f"{value} = ?", [text]
        yield f"{value} >= '[' AND {value} < '\\'", []
        if is_datetime(text):
            yield f"{value} >= ? AND {value} < ?", [day_of(text), day_of(text) + "~"]
        if text.casefold() in ("true", "false"):
            yield f"{value} = ?", [int(text.casefold() == "true")]
    else:
        yield f"{value} {op} ? AND typeof({value}) = 'text'", [text]
        if is_datetime(text):
            yield f"{value} >= '0' AND {value} < ':'", []
    number = number_of(text)
    if number is not None:
        yield f"{value} {op} ? AND typeof({value}) <> 'text'", [number]
