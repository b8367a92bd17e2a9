"""The few contacts among which all that a list wants must be, found by an index."""

import json
from collections.abc import Container, Iterable, Iterator, Sequence

from ledger.events import tags as tag_rules
from ledger.events.traits import is_datetime
from projections.conditions.condition import Condition
from projections.conditions.filters import Anniversary, FromImport, OneOf, Recorded
from projections.conditions.searching import folded
from projections.conditions.wanted import Wanted, day_of, number_of
from projections.state.indexes import CREATED, SEARCH, TAGS, attribute_of, of_attribute, of_text, table_of
from projections.state.sqlite.blocks import Rows, containing, line, numbers_of
from projections.state.sqlite.full_text import can_search, count, found
from projections.state.sqlite.predicates import Sql, from_import, place_of

Query = tuple[str, list[object]]

_MOST_JOINED = 20_000
"""What is found in several indexes is joined in memory up to so many of each: some 5 ms."""

_MOST_COUNTED = 500_000
"""What several indexes find is counted in memory up to so many of each: some 50 MB."""


def worthwhile(rows: Rows, indexes: Iterable[str]) -> set[str]:
    """Those of the indexes that would have something in them: not those on attributes that nobody has."""
    return {index for index in indexes if (name := attribute_of(index)) is None or _is_had(rows, name)}


def _is_had(rows: Rows, name: str) -> bool:
    place = place_of(name)
    query = f"SELECT 1 FROM contacts WHERE {place[0]} IS NOT NULL LIMIT 1" if place else "SELECT 1 WHERE false"
    return any(rows(query, ()))


def candidates(rows: Rows, there: Container[str], wanted: Wanted, most: int) -> list[int] | None:
    """The contacts that one of the conditions or tags leaves, by number; None where none leaves `most` or fewer.

    They are no fewer than those that meet it, and may be more. `there` are the names of the file's tables and indexes.
    """
    queries = list(_queries(wanted, there))
    for query, parameters in queries:
        some = [contact for (contact,) in rows(f"SELECT DISTINCT contact FROM ({query}) LIMIT {most + 1}", parameters)]
        if len(some) <= most:
            return some
    both = _in_all(rows, queries, most) if len(queries) > 1 else None
    if both is not None:
        return both
    for index, text in _searches(wanted):
        if table_of(index) in there:
            is_quick = index == SEARCH and can_search(text, there)
            part = (folded if index == SEARCH else line)(text).encode()
            few = found(rows, there, text, most) if is_quick else containing(rows, index, part, most)
            if few is not None:
                return few
    return None


def _in_all(rows: Rows, queries: Iterable[Query], most: int) -> list[int] | None:
    """The contacts that all of these find, of those that find no more than _MOST_JOINED; None where over `most` do."""
    common: set[int] | None = None
    for query, parameters in queries:
        found_here = _all_of(rows, query, parameters, _MOST_JOINED)
        if found_here is not None:
            common = found_here if common is None else common & found_here
    return sorted(common) if common is not None and len(common) <= most else None


def counted(rows: Rows, there: Container[str], wanted: Wanted, sql: Sql) -> int | None:
    """How many contacts a list of tags and conditions has, or of one search, by their indexes; None where none says.

    `sql` is the list's.
    """
    match wanted:
        case Wanted((), (), str() as text, ()) if can_search(text, there):
            return count(rows, there, text, sql.clause, sql.parameters)
        case Wanted(conditions, tags, None, ()) if conditions or tags:
            if tags and table_of(TAGS) not in there:
                return None
            if not all(_is_indexed(condition, there) for condition in conditions):
                return None
        case _:
            return None
    runs = [_in_one_run(rows, condition) for condition in wanted.conditions]
    if all(runs) and len(runs) + len(wanted.tags) > 1:
        return _in_every_run(rows, [*map(_tagged, wanted.tags), *filter(None, runs)])
    parts = [_tagged(tag) for tag in wanted.tags]
    parts += [_in_ranges(one, *beside) for one, beside in zip(wanted.conditions, sql.of_conditions, strict=True)]
    if len(parts) == 1:
        ((query, bounds),) = parts
        ((total,),) = rows(f"SELECT count({'' if wanted.tags else 'DISTINCT'} contact) FROM ({query})", bounds)
        return int(total)
    common: set[int] | None = None
    for query, bounds in parts:
        found_here = _all_of(rows, query, bounds, _MOST_COUNTED)
        if found_here is None:
            return None
        common = found_here if common is None else common & found_here
    return len(common or ())


def _in_one_run(rows: Rows, condition: Condition) -> Query | None:
    """The contacts that meet a condition, where they stand in one run of its index, so in order of their numbers;
    None where what meets it may stand in several.
    """
    text, index, place = condition.value, table_of(of_attribute(condition.name)), place_of(condition.name)
    assert place is not None
    is_text_alone = not is_datetime(text) and number_of(text) is None and text.casefold() not in ("true", "false")
    if condition.op != "=" or not is_text_alone or any(rows(f"{_lists_in(index, place[1])} LIMIT 1", ())):
        return None
    return f"SELECT contact FROM contacts INDEXED BY {index} WHERE {place[1]} = ? AND {place[0]} = 'text'", [text]


def _lists_in(index: str, value: str) -> str:
    """Where the lists of an attribute are, and texts that begin as their JSON does."""
    return f"SELECT contact FROM contacts INDEXED BY {index} WHERE {value} >= '[' AND {value} < '\\'"


def _in_every_run(rows: Rows, runs: Iterable[Query]) -> int:
    """How many contacts all of these find. SQLite walks along them side by side, as they are in one order."""
    queries = list(runs)
    common = " INTERSECT ".join(query for query, _ in queries)
    ((total,),) = rows(
        f"SELECT count(*) FROM ({common} ORDER BY contact)", [each for _, bounds in queries for each in bounds]
    )
    return int(total)


def _all_of(rows: Rows, query: str, parameters: Sequence[object], most: int) -> set[int] | None:
    """All contacts that a query finds; None where it finds more than `most`, one that it finds twice counted twice."""
    some = f"SELECT contact FROM ({query}) LIMIT {most + 1}"
    ((found_here,),) = rows(f"SELECT json_group_array(contact) FROM ({some})", parameters)
    numbers = numbers_of(found_here)
    return set(numbers) if len(numbers) <= most else None


def _queries(wanted: Wanted, there: Container[str]) -> Iterator[Query]:
    if table_of(TAGS) in there:
        yield from map(_tagged, wanted.tags)
    yield from _of_filters(wanted, there)
    # those that look at a small part of their index come first
    for condition in sorted(wanted.conditions, key=lambda one: one.op != "="):
        if _is_indexed(condition, there):
            yield _in_ranges(condition)


def _of_filters(wanted: Wanted, there: Container[str]) -> Iterator[Query]:
    """Of filters all of which must hold."""
    if any(one.join == "or" for one in wanted.filters[1:]):
        return
    tests = [one.tests[0] for one in wanted.filters if len(one.tests) == 1]
    for test in tests:
        if isinstance(test, FromImport):
            yield from_import(test)
        if isinstance(test, Anniversary) and table_of(of_attribute(test.name)) in there:
            yield _on_days(test)
        if isinstance(test, OneOf):
            yield "SELECT value AS contact FROM json_each(?)", [json.dumps(test.contacts)]
    made = [test for test in tests if isinstance(test, Recorded) and test.column == "created" and test.op != "!="]
    if made and table_of(CREATED) in there:
        within = " AND ".join(f"created {test.op} ?" for test in made)
        index = table_of(CREATED)
        yield f"SELECT contact FROM contacts INDEXED BY {index} WHERE {within}", [test.moment for test in made]


def _on_days(test: Anniversary) -> Query:
    """The contacts whose date is on one of the days, by the index on the attribute."""
    index, place = table_of(of_attribute(test.name)), place_of(test.name)
    assert place is not None
    dates = f"{place[1]} >= '0' AND {place[1]} < ':' AND substr({place[1]}, 6, 5) IN (SELECT value FROM json_each(?))"
    return f"SELECT contact FROM contacts INDEXED BY {index} WHERE {dates}", [json.dumps(test.near)]


def _searches(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Texts, and the index one of whose lines must contain each."""
    for condition in wanted.conditions:
        if condition.op == "~" and place_of(condition.name):
            yield of_text(condition.name), condition.value
    if wanted.text is not None:
        yield SEARCH, wanted.text


def _tagged(tag: str) -> Query:
    return "SELECT contact FROM contact_tags WHERE tag = ?", [tag_rules.fold(tag_rules.clean(tag))]


def _is_indexed(condition: Condition, there: Container[str]) -> bool:
    """Whether there is an index in which what meets the condition stands together."""
    return condition.op not in ("!=", "~") and table_of(of_attribute(condition.name)) in there


def _in_ranges(condition: Condition, beside: str = "true", parameters: Sequence[object] = ()) -> Query:
    """The contacts in the parts of the index that can meet the condition, of which `beside` is true too."""
    index, place = table_of(of_attribute(condition.name)), place_of(condition.name)
    assert place is not None
    ranges = list(_ranges(condition, place[1]))
    selects = [f"SELECT contact FROM contacts INDEXED BY {index} WHERE {test} AND {beside}" for test, _ in ranges]
    return " UNION ALL ".join(selects), [each for _, bounds in ranges for each in (*bounds, *parameters)]


def _ranges(condition: Condition, value: str) -> Iterator[Query]:
    """The parts of the index in which values that meet the condition are, lists among them by their JSON's `[`."""
    op, text = condition.op, condition.value
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
