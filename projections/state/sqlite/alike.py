"""Values of an attribute that several contacts have, whatever their case: along its sorted index, value after value."""

from collections.abc import Container

from projections.state.answers import SharedValues
from projections.state.indexes import of_sort, table_of
from projections.state.sqlite.blocks import Rows
from projections.state.sqlite.predicates import order_key
from projections.state.sqlite.values import NEWEST, newest_of

_NOTHING = SharedValues((), newest=None)


def shared_values(
    rows: Rows, there: Container[str], name: str, after: str, limit: int, *, inclusive: bool
) -> SharedValues:
    """Up to `limit` texts that more than one contact has, in their order, behind `after` or from it on.

    Without the index, of the newest contacts only. Letters of ASCII are the same in either case.
    """
    key = order_key(name)
    if key is None:
        return _NOTHING
    index = table_of(of_sort(name))
    is_whole = index in there
    few = f"(SELECT traits, phone, user_id FROM contacts ORDER BY contact DESC LIMIT {NEWEST})"
    source = f"contacts INDEXED BY {index}" if is_whole else few
    behind = ">=" if inclusive and after else ">"
    query = (
        f"SELECT min({key}) FROM {source} WHERE ({key}) COLLATE NOCASE {behind} ? GROUP BY ({key}) COLLATE NOCASE"
        f" HAVING count(*) > 1 ORDER BY ({key}) COLLATE NOCASE LIMIT ?"
    )
    return SharedValues(tuple(value for (value,) in rows(query, (after, limit))), None if is_whole else newest_of(rows))


def contacts_with(rows: Rows, there: Container[str], name: str, value: str, limit: int) -> list[int]:
    """The numbers of up to `limit` contacts that have this text, in either case; without the index, of the newest."""
    key = order_key(name)
    if key is None:
        return []
    index = table_of(of_sort(name))
    few = f"(SELECT contact, traits, phone, user_id FROM contacts ORDER BY contact DESC LIMIT {NEWEST})"
    source = f"contacts INDEXED BY {index}" if index in there else few
    query = f"SELECT contact FROM {source} WHERE ({key}) COLLATE NOCASE = ? LIMIT ?"
    return sorted(contact for (contact,) in rows(query, (value, limit)))
