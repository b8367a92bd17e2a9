"""Which values an attribute has, and how many contacts have each: from its index, or of the newest contacts."""

from collections.abc import Container
from typing import Any

from projections.state.answers import ValueShares
from projections.state.indexes import of_attribute, table_of
from projections.state.sqlite.blocks import Rows
from projections.state.sqlite.predicates import decoded, like, place_of

NEWEST = 5_000
"""Without an index so many contacts are looked at: some 20 ms."""


def values(rows: Rows, there: Container[str], name: str, part: str, limit: int) -> ValueShares:
    """Up to `limit` values that contain `part` in any case of ASCII letters, the most frequent first.

    Of lists, the items of the newest contacts.
    """
    place = place_of(name)
    if place is None:
        return ValueShares((), has_more=False, newest=None)
    kind, value = place
    pattern, containing = like(part), f"AND {value} LIKE ? ESCAPE '\\'" if part else "AND ? NOT NULL"
    index = table_of(of_attribute(name))
    if index in there and not _has_lists(rows, index, kind, value):
        query = (
            f"SELECT {kind} AS kind, {value} AS value, count(*) AS many FROM contacts INDEXED BY {index}"
            f" WHERE {value} NOT NULL {containing} GROUP BY value, kind"
            " ORDER BY many DESC, value LIMIT ?"
        )
        return _shares(list(rows(query, (pattern, limit + 1))), limit, None)
    newest = f"SELECT traits, phone, user_id FROM contacts ORDER BY contact DESC LIMIT {NEWEST}"
    found = f"SELECT {kind} AS kind, {value} AS value FROM ({newest})"
    items = (
        "SELECT iif(found.kind = 'array', item.type, found.kind) AS kind,"
        " iif(found.kind = 'array', item.value, found.value) AS value"
        f" FROM ({found}) AS found LEFT JOIN json_each(iif(found.kind = 'array', found.value, '[]')) AS item"
    )
    query = (
        f"SELECT kind, value, count(*) AS many FROM ({items}) WHERE value NOT NULL AND value LIKE ? ESCAPE '\\'"
        " GROUP BY value, kind ORDER BY many DESC, value LIMIT ?"
    )
    return _shares(list(rows(query, (pattern, limit + 1))), limit, newest_of(rows))


def newest_of(rows: Rows) -> int | None:
    """How many contacts a look at the newest ones is about; None where these are all that there are."""
    ((there,),) = rows(f"SELECT count(*) FROM (SELECT 1 FROM contacts LIMIT {NEWEST + 1})", ())
    return None if there <= NEWEST else NEWEST


def _has_lists(rows: Rows, index: str, kind: str, value: str) -> bool:
    lists = f"SELECT 1 FROM contacts INDEXED BY {index} WHERE {value} >= '[' AND {value} < '\\' AND {kind} = 'array'"
    return any(rows(f"{lists} LIMIT 1", ()))


def _shares(found: list[tuple[Any, ...]], limit: int, newest: int | None) -> ValueShares:
    shares = tuple((decoded(kind, value), many) for kind, value, many in found[:limit])
    return ValueShares(shares, has_more=len(found) > limit, newest=newest)
