"""Who did what to the deployment, when and why: the audit table, and the orders that are entries of the log (R33)."""

from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any, NamedTuple, Protocol

from ledger.events import moments, types
from ledger.events.data import command_of, erasure_order_of, merge_order_of, number_change_of, settling_of
from ledger.log.entry import Entry, public_id
from ledger.log.keeping_out import read_readmitted
from ledger.log.port import LogReader
from ledger.storage import NotMadeYet
from projections.lists.refreshed import OpenLog
from service.deployment.tables.audit_trail import AuditTable
from service.deployment.tables.keys import Keys

RETRIED, DROPPED = "message retried", "message dropped"
ORDERS = types.complete(
    {
        types.IMPORT_UNDONE: "import undone",
        types.IMPORT_REDONE: "import redone",
        types.CONTACTS_MERGED: "contacts merged",
        types.CONTACTS_SPLIT: "contacts split",
        types.NUMBER_CHANGED: "number changed",
        types.CONTACT_ERASED: "contact erased",
        types.PERSON_READMITTED: "person readmitted",
    },
    types.IN_TRAIL,
    "service/queries/ledger/trail",
)
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
                kinds |= {ORDERS[type]: count for type, count in log.count_orders().items()}
                settled = zip((RETRIED, DROPPED), log.count_settling(), strict=True)
                kinds |= {name: count for name, count in settled if count}
                asked = _Asked(before, actors, what)
                for kinds_of_log, read, tell in _IN_LOG:
                    if what is None or what in kinds_of_log:
                        found += islice(asked.acts(log, read(log), tell), limit + 1)
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


class _InLog(NamedTuple):
    """What an entry of the log tells of who did what, and why."""

    what: str
    who: str
    why: str | None
    detail: dict[str, Any]


class _Read(Protocol):
    """Reads entries, newest first, before a position."""

    def __call__(self, limit: int, *, before: int | None = None) -> list[Entry]: ...


class _Asked(NamedTuple):
    """Which acts are asked for: before a place, of these actors, of a kind; None: of any."""

    before: _Place | None
    actors: Collection[str] | None
    what: str | None

    def acts(
        self, log: LogReader, read: _Read, tell: Callable[[LogReader, Entry], _InLog]
    ) -> Iterator[tuple[_Place, dict[str, Any]]]:
        """Those that the log tells, newest first."""
        end = None
        if self.before is not None:
            end = self.before.number if self.before.is_order else log.position_at(self.before.at - 1) + 1
        while entries := read(_AT_ONCE, before=end):
            for entry in entries:
                told = tell(log, entry)
                is_theirs = self.actors is None or told.who in self.actors
                if is_theirs and self.what in (None, told.what):
                    detail = told.detail | {"position": entry.position}
                    place = _Place(entry.recorded, 1, entry.position)
                    yield place, _told(entry.recorded, told.who, told.what, told.why, detail)
            end = entries[-1].position


def _order(log: LogReader, entry: Entry) -> _InLog:
    """An order about an import, or about one contact or two."""
    order = command_of(entry.headers, entry.value)
    assert entry.type is not None
    detail: dict[str, Any] = {}
    if entry.type in (types.IMPORT_UNDONE, types.IMPORT_REDONE):
        detail["import"] = (entry.source or "").removeprefix(types.IMPORTS)
    elif entry.type == types.CONTACT_ERASED:
        assert entry.contact is not None
        detail["contact"] = public_id(log.ids([entry.contact])[entry.contact])
        order_said = erasure_order_of(entry.headers, entry.value)
        detail |= {"keep_out": True} if order_said.keeps_out else {}
    elif entry.type == types.PERSON_READMITTED:
        readmitted = read_readmitted(entry.detail)
        detail["erasures"] = [] if readmitted is None else readmitted.erasures
    elif entry.type == types.NUMBER_CHANGED:
        change = number_change_of(entry.headers, entry.value)
        named = {"contact": change.contact, "merged": change.absorbed}
        detail |= {name: id for name, id in named.items() if id}
    else:
        order_about_two = merge_order_of(entry.headers, entry.value)
        named = {"contact": order_about_two.absorbed, "survivor": order_about_two.survivor}
        detail |= {name: id for name, id in named.items() if id}
    return _InLog(ORDERS[entry.type], order.by or _NOBODY, order.reason, detail)


def _settlement(_log: LogReader, entry: Entry) -> _InLog:
    """A rejected message that somebody had taken again or dropped."""
    order = settling_of(entry.headers, entry.value)
    what = DROPPED if entry.type == types.MESSAGE_DROPPED else RETRIED
    if order is None:  # it was erased, with whoever the message was about
        return _InLog(what, _NOBODY, None, {})
    return _InLog(what, order.by or _NOBODY, order.reason, {"message": order.position})


_NOBODY = "not known any more"

_IN_LOG: tuple[tuple[Collection[str], Callable[[LogReader], _Read], Callable[[LogReader, Entry], _InLog]], ...] = (
    (ORDERS.values(), lambda log: log.orders, _order),
    ((RETRIED, DROPPED), lambda log: log.settling, _settlement),
)
"""The kinds of acts that the log tells, with what reads their entries and what each tells."""


def _told(at: int, who: str, what: str, why: str | None, detail: Any) -> dict[str, Any]:
    return {"at": moments.text(at), "who": who, "name": who, "what": what, "why": why, "detail": dict(detail)}


def _place(cursor: str) -> _Place:
    parts = cursor.split(".")
    if len(parts) != len(_Place._fields) or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadTrailCursor("is not the next_cursor of a page of this list: leave it out to begin at the newest")
    return _Place(*(min(int(part[:19]), 2**62) for part in parts))
