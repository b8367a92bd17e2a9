"""Lists of contacts for command line and HTTP: a page as a document, with a cursor that leads to the next."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from ledger.events import tags as tag_rules
from projections import listing
from projections.attribute_types import AttributeTypes
from projections.listing import Place, Sort
from projections.predicates import Wanted
from projections.reading import StateReader, reading
from projections.search import parse_condition
from projections.settled import OpenLog, settled
from projections.view import contact_document
from service.strict import hold_to_types

Total = Callable[[StateReader, Wanted], int | None]


class BadCursor(ValueError):
    """Not the cursor of a page of this very list; the message says what to do."""


def wanted_of(where: Iterable[str], tags: Iterable[str], text: str | None = None) -> Wanted:
    """What a list is to show. Raises search.BadCondition, or ValueError for what is no tag."""
    return Wanted(tuple(map(parse_condition, where)), tuple(map(tag_rules.clean, tags)), text)


def list_page(
    path: Path,
    log: OpenLog,
    wanted: Wanted,
    sort: Sort,
    limit: int,
    cursor: str | None,
    total: Total = listing.total,
) -> dict[str, Any]:
    """A page of the list in the state file `path`: `contacts`, `total` of the whole list, `next_cursor` or None.

    While an undo or a redo has not reached all contacts, `refolding` says how many: until then some may be missing, or
    be in the total and not in the list. `log` is the one that the state was folded from.

    Raises BadCursor; search.BadCondition for a condition that does not fit its attribute's type; sqlite.Error where the
    file cannot be read.
    """
    mark = _mark(wanted, sort)
    place = None if cursor is None else _place(cursor, mark)
    with reading(path) as state:
        state.freeze()
        hold_to_types(wanted, AttributeTypes(state))
        page = listing.page(state, wanted, sort, place, limit)
        document = {
            "contacts": [contact_document(contact) for contact in settled(state, log, page.contacts, wanted)],
            "total": total(state, wanted),
            "next_cursor": None if page.following is None else _cursor(page.following, mark),
        }
        dirty = state.dirty_count()
    return document | {"refolding": dirty} if dirty else document


def _mark(wanted: Wanted, sort: Sort) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode((wanted, sort))).digest()[:8]


def _cursor(place: Place, mark: bytes) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode((mark, place))).decode().rstrip("=")


def _place(cursor: str, mark: bytes) -> Place:
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        theirs, place = msgspec.msgpack.decode(packed, type=tuple[bytes, Place])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        theirs, place = b"", None
    if theirs != mark or place is None:
        raise BadCursor("is not the next_cursor of a page of this list: keep all else as it was, or leave it out")
    return place
