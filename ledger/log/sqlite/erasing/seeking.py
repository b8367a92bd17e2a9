"""Whom an erasure looks for: what the person's entries name, and what of it is somebody else's (R31)."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.events.mentions import Mentions
from ledger.log.entry import unpack_headers
from ledger.log.erasure import Sought, Span, naming_values
from ledger.log.sqlite.connected import THESE, listed
from ledger.log.sqlite.merges import IS_BY_HAND, chunks
from ledger.log.sqlite.phone_times import phone_times
from ledger.log.stretches import ALWAYS, Stretch
from ledger.sqlite import Connection

_ANY_POSITION = 2**62


class OrderPlace(NamedTuple):
    """Where an order to erase stands: its position in the log, and `offset` and `at` as `Sought` has them."""

    erasure: int
    offset: int
    at: int


class InLog(NamedTuple):
    """Whom to look for in the log's entries about no contact, after one position and before another."""

    mentions: Mentions
    after: int = 0
    before: int = _ANY_POSITION


def seek(
    connection: Connection, contacts: Sequence[int], about: Sequence[int], kept: Sequence[int], order: OrderPlace
) -> tuple[Sought, list[InLog]]:
    """The phones and user ids that the person's entries `about` name, but for those that another contact has by now, or
    had when the two were one; a phone that was given up is looked for in the person's own time.

    Whom to look for elsewhere, and in the log.
    """
    found, are_phones_shared = _phones(connection, contacts, about, kept)
    phones = [phone for phone, times in found.items() if times == [ALWAYS]]
    partly = [(phone, one) for phone, times in found.items() if times != [ALWAYS] for one in times]
    spans = [Span.of(phone, one) for phone, one in partly]
    user_ids, are_ids_shared = _user_ids(connection, contacts, about, kept)
    is_shared = bool(spans) or are_phones_shared or are_ids_shared or _has_orders(connection, about)
    sought = Sought(phones, user_ids, order.offset, order.at, _values(connection, about), is_shared, spans)
    return sought, [InLog(Mentions(phones, user_ids)), *(_in_log(phone, one) for phone, one in partly)]


def _in_log(phone: str, stretch: Stretch) -> InLog:
    since, until = stretch
    after, before = 0 if since is None else since.position, _ANY_POSITION if until is None else until.position
    return InLog(Mentions([phone], []), after, before)


def _phones(
    connection: Connection, contacts: Sequence[int], about: Sequence[int], kept: Sequence[int]
) -> tuple[dict[str, Sequence[Stretch]], bool]:
    """Each phone (E.164) with when it was the person's; whether one was left out because it is wholly another's."""
    rows = connection.execute(
        f"SELECT DISTINCT phone, phone IN (SELECT phone FROM entries WHERE position {THESE})"
        f" FROM entries WHERE position {THESE} AND phone IS NOT NULL",
        (listed(kept), listed(about)),
    ).fetchall()
    times = phone_times(connection, [phone for phone, _ in rows], frozenset(contacts))
    found = {f"+{phone}": () if is_kept else times[phone] for phone, is_kept in rows}
    return {phone: theirs for phone, theirs in found.items() if theirs}, not all(found.values())


def _user_ids(
    connection: Connection, contacts: Sequence[int], about: Sequence[int], kept: Sequence[int]
) -> tuple[list[str], bool]:
    """Those of the user ids that are nobody else's, and whether one was left out."""
    rows = connection.execute(
        "SELECT DISTINCT user_id, EXISTS (SELECT 1 FROM user_ids WHERE user_ids.user_id = entries.user_id"
        f" AND user_ids.contact NOT {THESE}) OR user_id IN (SELECT user_id FROM entries WHERE position {THESE})"
        f" FROM entries WHERE position {THESE} AND user_id IS NOT NULL",
        (listed(contacts), listed(kept), listed(about)),
    ).fetchall()
    return [user_id for user_id, is_another_s in rows if not is_another_s], any(
        is_another_s for _, is_another_s in rows
    )


def _has_orders(connection: Connection, about: Sequence[int]) -> bool:
    """Whether one of these entries merges or splits: its message may have no name of the person, but says why."""
    query = f"SELECT 1 FROM entries WHERE position {THESE} AND {IS_BY_HAND} LIMIT 1"
    return any(connection.execute(query, (listed(some),)).fetchone() for some in chunks(about))


def _values(connection: Connection, about: Sequence[int]) -> list[str]:
    """The names and email addresses that the entries at these positions say."""
    found = set[str]()
    for some in chunks(about):
        query = f"SELECT headers, value FROM entries WHERE position {THESE}"
        for headers, value in connection.execute(query, (listed(some),)).fetchall():
            found.update(naming_values(unpack_headers(headers), value))
    return sorted(found)
