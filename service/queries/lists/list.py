"""Lists of contacts for command line and HTTP: a page as a document, with a cursor that leads to the next."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from projections.conditions.wanted import Sort, Wanted
from projections.fold.contact_document import contact_document
from projections.lists import pages
from projections.lists.pages import ListPlace
from projections.lists.refreshed import OpenLog, settled
from projections.state.indexes import needed
from projections.state.port import StateReader, StoredState
from service.queries.business_days import BusinessDays
from service.queries.filters.selection import Selection, sorted_by, wanted
from service.queries.lists.indexing import Indexing
from service.queries.lists.totals import Totals
from service.queries.readers import Readers

Total = Callable[[StateReader, Wanted], int | None]


class BadCursor(ValueError):
    """Not the cursor of a page of this very list; the message says what to do."""


def list_page(
    stored: StoredState,
    log: OpenLog,
    asked: Selection,
    sort: Sort,
    limit: int,
    cursor: str | None,
    once: Callable[[str], bool],
    days: BusinessDays,
    total: Total = pages.total,
) -> dict[str, Any]:
    """A page of the list in a state: `contacts`, `total` of the whole list, and cursors or None.

    `notes` tell of conditions that hold for fewer than a reader may think. `once` says whether an attribute that nobody
    has in the file was ever named by an accepted entry (R34).

    While an undo or a redo has not reached all contacts, `refolding` says how many: until then some may be missing, or
    be in the total and not in the list. `log` is the one that the state was folded from.

    Raises BadCursor; BadSort for an order that there is not; BadCondition for a condition that cannot be met, or is
    about an attribute that nobody ever had; ValueError for what is no tag; StorageFault where the file cannot be read.
    """
    mark = _mark(asked, sort)
    place = None if cursor is None else _place(cursor, mark)
    with stored.reading() as state:
        state.freeze()
        chosen, notes = wanted(asked, state, log, once, days)
        sort = sorted_by(sort, state, once)
        page = pages.page(state, chosen, sort, place, limit)
        document: dict[str, Any] = {
            "contacts": [contact_document(contact) for contact in settled(state, log, page.contacts, chosen)],
            "total": total(state, chosen),
            "next_cursor": None if page.following is None else _cursor(page.following, mark),
            "previous_cursor": None if page.previous is None else _cursor(page.previous, mark),
        }
        dirty = state.dirty_count()
    document |= {"notes": notes} if notes else {}
    return document | {"refolding": dirty} if dirty else document


class Lists:
    """Pages of lists for callers. Safe for threads.

    A total is counted once for a state of the contacts; a list that took long has the index made that it needs. `once`
    as `list_page` takes it.
    """

    def __init__(
        self,
        readers: Readers,
        once: Callable[[str], bool],
        days: BusinessDays,
        indexing: Indexing,
        count_seconds: float = 0.04,
    ) -> None:
        """`count_seconds` is how long who `is_hurried` waits for a total."""
        self._readers = readers
        self._once = once
        self._days = days
        self._totals = Totals()
        self._indexing = indexing
        self._count_seconds = count_seconds

    def page(
        self,
        asked: Selection,
        sort: Sort,
        limit: int,
        cursor: str | None,
        *,
        past: StoredState | None = None,
        with_total: bool = True,
        is_hurried: bool = False,
    ) -> dict[str, Any]:
        """A page of the list as it is now, or in `past`, the state of then. Raises as `list_page` does.

        Its `total` is None without one, and for who `is_hurried` where it is not known and takes long to count.
        """
        seconds = self._count_seconds if is_hurried else None
        stored, chosen, in_order = past or self._readers.states.in_use(), Wanted(), "-modified"

        def total(state: StateReader, wanted: Wanted) -> int | None:
            nonlocal chosen, in_order
            chosen, in_order = wanted, sort
            return self._totals.soon(stored, state, wanted, seconds) if with_total else None

        # a past state has no indexes
        with self._indexing.watching(lambda: needed(chosen, in_order) if past is None else set()):
            return list_page(stored, self._readers.log, asked, sort, limit, cursor, self._once, self._days, total)


def _mark(asked: Selection, sort: Sort) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode((asked, sort))).digest()[:8]


def _cursor(place: ListPlace, mark: bytes) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode((mark, place))).decode().rstrip("=")


def _place(cursor: str, mark: bytes) -> ListPlace:
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        theirs, place = msgspec.msgpack.decode(packed, type=tuple[bytes, ListPlace])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        theirs, place = b"", None
    if theirs != mark or place is None:
        raise BadCursor("is no cursor of a page of this list: keep all else as it was, or leave it out")
    return place
