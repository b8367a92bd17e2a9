"""Who did what to the deployment, when and why: the audit table, and the orders that are entries of the log (R33)."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from ledger.events import moments, types
from ledger.events.data import Settling, command_of, merge_order_of, settling_of
from ledger.log.entry import public_id
from ledger.log.erasure import Erasure
from ledger.log.port import LogReader
from ledger.storage import NotMadeYet
from projections.lists.refreshed import OpenLog
from service.deployment.audit_trail import AuditTable
from service.deployment.keys import Keys

MERGED, SPLIT = "contacts merged", "contacts split"
ERASED = "contact erased"
UNDONE, REDONE = "import undone", "import redone"
RETRIED, DROPPED = "message retried", "message dropped"
"""What the trail calls the orders that the log has."""

_AT_ONCE = 1_000


class BadTrailCursor(ValueError):
    """Not the cursor of a page of the trail; the message says what to do."""


class _Place(NamedTuple):
    """Where an act stands in the trail: acts of the table come before an order of the same moment."""

    at: int
    is_order: int
    number: int


class Trail:
    """Reads the trail. Safe for threads."""

    def __init__(self, table: AuditTable, keys: Keys, log: OpenLog) -> None:
        self._table = table
        self._keys = keys
        self._log = log

    def page(
        self, limit: int, *, cursor: str | None = None, who: str | None = None, what: str | None = None
    ) -> dict[str, Any]:
        """Acts, newest first, of an actor (as `who` or as `name` tells them) and of a kind, where these are given.

        Each has `who` as it was written down, `name` (a key's, where a key did it), `what`, `why` (None where no reason
        is asked for) and `detail`. `kinds` counts all acts by kind; `next_cursor` leads on, None at the end.

        Raises BadTrailCursor.
        """
        names = self._names()
        before = None if cursor is None else _place(cursor)
        actors = None if who is None else {who, *(one for one, name in names.items() if name == who)}
        found = self._acts(limit + 1, before, actors, what)
        kinds = self._table.kinds()
        try:
            with self._log() as log:
                orders = sorted(log.undoings(log.head().position).after(0), key=lambda one: one.position, reverse=True)
                for name, is_redo in ((UNDONE, False), (REDONE, True)):
                    count = sum(one.is_redo is is_redo for one in orders)
                    kinds |= {name: count} if count else {}
                places = (
                    _Place(one.recorded, 1, one.position)
                    for one in orders
                    if what in (None, REDONE if one.is_redo else UNDONE)
                )
                found += _orders(log, (one for one in places if before is None or one < before), actors, limit + 1)
                for name, count in zip((RETRIED, DROPPED), log.count_settling(), strict=True):
                    kinds |= {name: count} if count else {}
                found += islice(_settlements(log, before, actors, what), limit + 1)
                for name, count in zip((MERGED, SPLIT), log.count_merge_orders(), strict=True):
                    kinds |= {name: count} if count else {}
                found += islice(_merge_orders(log, before, actors, what), limit + 1)
                erasures = log.erasures(log.head().position)
                kinds |= {ERASED: len(erasures)} if erasures else {}
                found += islice(_erasures(log, erasures, before, actors, what), limit + 1)
        except NotMadeYet:
            pass  # then nobody has ordered anything
        found.sort(key=lambda one: one[0], reverse=True)
        acts = [act | {"name": names.get(act["who"], act["name"])} for _, act in found[:limit]]
        following = ".".join(map(str, found[limit - 1][0])) if len(found) > limit else None
        counted = [{"what": one, "count": kinds[one]} for one in sorted(kinds)]
        return {"acts": acts, "kinds": counted, "next_cursor": following}

    def all(self, *, who: str | None = None, what: str | None = None) -> Iterator[dict[str, Any]]:
        """Every act of an actor and of a kind, newest first, read by the page."""
        page = self.page(_AT_ONCE, who=who, what=what)
        while page["acts"]:
            yield from page["acts"]
            if page["next_cursor"] is None:
                return
            page = self.page(_AT_ONCE, cursor=page["next_cursor"], who=who, what=what)

    def _acts(
        self, limit: int, before: _Place | None, actors: Collection[str] | None, what: str | None
    ) -> list[tuple[_Place, dict[str, Any]]]:
        last = None if before is None else (before.at, 2**62 if before.is_order else before.number)
        return [
            (_Place(one.act.at, 0, one.number), _told(one.act.at, one.act.who, one.act.what, None, one.act.detail))
            for one in self._table.newest(limit, before=last, who=actors, what=what)
        ]

    def _names(self) -> dict[str, str]:
        """The names of keys, by what is written down where one did something."""
        return {f"key {key.id}": key.name for key in self._keys.all()}


def _orders(
    log: LogReader, places: Iterator[_Place], actors: Collection[str] | None, limit: int
) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """Orders about imports by these actors; `places` are those of orders, newest first."""
    for place in places:
        entry = log.entry(place.number)
        assert entry is not None
        order = command_of(entry.headers, entry.value)
        who = order.by or "not known any more"
        if actors is None or who in actors:
            what = REDONE if entry.type == types.IMPORT_REDONE else UNDONE
            detail = {"import": (entry.source or "").removeprefix(types.IMPORTS), "position": entry.position}
            yield place, _told(entry.recorded, who, what, order.reason, detail)
            limit -= 1
        if limit == 0:
            return


def _settlements(
    log: LogReader, before: _Place | None, actors: Collection[str] | None, what: str | None
) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """Rejected messages that these actors had taken again or dropped, newest first."""
    if what not in (None, RETRIED, DROPPED):
        return
    end = _end(log, before)
    while entries := log.settling(_AT_ONCE, before=end):
        for entry in entries:
            order = settling_of(entry.headers, entry.value) or Settling()
            who = order.by or "not known any more"
            is_dropped = entry.type == types.MESSAGE_DROPPED
            name = DROPPED if is_dropped else RETRIED
            if what in (None, name) and (actors is None or who in actors):
                detail = {"message": order.position, "position": entry.position}
                place = _Place(entry.recorded, 1, entry.position)
                yield place, _told(entry.recorded, who, name, order.reason, detail)
        end = entries[-1].position


def _merge_orders(
    log: LogReader, before: _Place | None, actors: Collection[str] | None, what: str | None
) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """Contacts that these actors had merged or split, newest first."""
    if what not in (None, MERGED, SPLIT):
        return
    end = _end(log, before)
    while entries := log.merge_orders(_AT_ONCE, before=end):
        for entry in entries:
            order = merge_order_of(entry.headers, entry.value)
            who = order.by or "not known any more"
            name = MERGED if entry.type == types.CONTACTS_MERGED else SPLIT
            if what in (None, name) and (actors is None or who in actors):
                ids = {"contact": order.absorbed, "survivor": order.survivor}
                detail = {name: id for name, id in ids.items() if id} | {"position": entry.position}
                place = _Place(entry.recorded, 1, entry.position)
                yield place, _told(entry.recorded, who, name, order.reason, detail)
        end = entries[-1].position


def _erasures(
    log: LogReader,
    erasures: Sequence[Erasure],
    before: _Place | None,
    actors: Collection[str] | None,
    what: str | None,
) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """Contacts that these actors had erased, newest first."""
    end = _end(log, before)
    for position, _ in reversed(erasures if what in (None, ERASED) else ()):
        entry = log.entry(position) if end is None or position < end else None
        if entry is None or entry.contact is None:
            continue
        order = command_of(entry.headers, entry.value)
        who = order.by or "not known any more"
        if actors is None or who in actors:
            (id,) = log.ids([entry.contact]).values()
            detail = {"contact": public_id(id), "position": position}
            yield _Place(entry.recorded, 1, position), _told(entry.recorded, who, ERASED, order.reason, detail)


def _end(log: LogReader, before: _Place | None) -> int | None:
    """The position before which the orders stand that come after a place in the trail; None: the log's end."""
    if before is None:
        return None
    return before.number if before.is_order else log.position_at(before.at - 1) + 1


def _told(at: int, who: str, what: str, why: str | None, detail: Any) -> dict[str, Any]:
    return {"at": moments.text(at), "who": who, "name": who, "what": what, "why": why, "detail": dict(detail)}


def _place(cursor: str) -> _Place:
    parts = cursor.split(".")
    if len(parts) != len(_Place._fields) or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadTrailCursor("is not the next_cursor of a page of this list: leave it out to begin at the newest")
    return _Place(*(min(int(part[:19]), 2**62) for part in parts))
