"""Which of several rows with one user id and different phones keeps it: the first in the file that is taken (R17)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from service.imports.rows.scan import Scan

ReadRows = Callable[[Iterable[int]], Iterator[list[str]]]
"""The cells of rows, by their indexes."""

UserIdOf = Callable[[Sequence[str]], str]


def settle(
    found: Scan, read: ReadRows, user_id_of: UserIdOf, is_good: Callable[[int, list[str]], bool]
) -> dict[int, int]:
    """Indexes of rows that lose their user id, each with the index of the row that keeps it.

    `is_good` is every other check of a row. Only rows that share an id, and those with a phone of such a row, are
    read again: what becomes of a row depends on no others.
    """
    sharing = _sharing(found, read, user_id_of)
    if not sharing:
        return {}
    affected = sorted({mate for index in sharing for mate in _with_phone(found, found.phones[index])})
    phones: set[int] = set()
    owners: dict[str, int] = {}
    losers: dict[int, int] = {}
    for index, cells in zip(affected, read(affected), strict=True):
        phone = found.phones[index]
        if phone in phones or not is_good(index, cells):
            continue
        owner = owners.setdefault(user_id_of(cells), index) if user_id_of(cells) else index
        if owner == index:
            phones.add(phone)
        else:
            losers[index] = owner
    return losers


def _sharing(found: Scan, read: ReadRows, user_id_of: UserIdOf) -> list[int]:
    """The rows with a good phone whose user id truly comes with several phones."""
    candidates = [index for index in found.shared_ids if found.phones[index]]
    first: dict[str, int] = {}
    shared: set[str] = set()
    for index, cells in zip(candidates, read(candidates), strict=True):
        given = user_id_of(cells)
        if first.setdefault(given, found.phones[index]) != found.phones[index]:
            shared.add(given)
    if not shared:
        return []
    return [index for index, cells in zip(candidates, read(candidates), strict=True) if user_id_of(cells) in shared]


def _with_phone(found: Scan, phone: int) -> Iterator[int]:
    key = found.phones.__getitem__
    return iter(found.order[bisect_left(found.order, phone, key=key) : bisect_right(found.order, phone, key=key)])
