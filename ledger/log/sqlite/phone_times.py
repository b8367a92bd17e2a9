"""When phones were whose, as a log's file has it: by who has them now, and by the orders that gave them up."""

from collections.abc import Mapping, Sequence

from ledger.log.sqlite.connected import THESE, listed
from ledger.log.stretches import GivingUp, Stretch, stretches
from ledger.sqlite import Connection


def phone_times(
    connection: Connection, phones: Sequence[int], contacts: frozenset[int]
) -> dict[int, Sequence[Stretch]]:
    """Of each of these phones when it was that of a person, who has all these contacts; empty: wholly another's.

    What came since the last order that gave it up, and is nobody's, is taken as of whoever gave it up.
    """
    holders, given_up = holders_of(connection, phones), _given_up(connection, phones, contacts)
    return {
        phone: stretches(given_up.get(phone, ()), is_theirs=holders[phone] in contacts if phone in holders else None)
        for phone in phones
    }


def sure_phone_times(
    connection: Connection, phones: Sequence[int], contacts: frozenset[int]
) -> dict[int, Sequence[Stretch]]:
    """As `phone_times`, but nothing that came since a phone was given up is of whoever did, though it is nobody's."""
    holders, given_up = holders_of(connection, phones), _given_up(connection, phones, contacts)
    found = dict[int, Sequence[Stretch]]()
    for phone in phones:
        orders = given_up.get(phone, ())
        holder = holders.get(phone) or _last_holder(connection, phone, orders[-1].position if orders else 0)
        is_unknown = holder is None and not orders
        found[phone] = stretches(orders, is_theirs=None if is_unknown else holder in contacts)
    return found


def given_up_among(connection: Connection, phones: Sequence[int]) -> set[int]:
    """Those of these phones that an order ever gave up: each was somebody's for a time only."""
    return set(_given_up(connection, phones, frozenset()))


def holders_of(connection: Connection, phones: Sequence[int]) -> dict[int, int]:
    """Who has which of these phones now."""
    rows = connection.execute(f"SELECT phone, contact FROM phones WHERE phone {THESE}", (listed(phones),))
    return dict(rows.fetchall())


def _last_holder(connection: Connection, phone: int, after: int) -> int | None:
    """Who had a phone last, of those who came by it after a position; None: nobody did."""
    row = connection.execute(
        "SELECT contact FROM former_phones WHERE phone = ? AND since > ? ORDER BY until DESC LIMIT 1", (phone, after)
    ).fetchone()
    return None if row is None else int(row[0])


def _given_up(
    connection: Connection, phones: Sequence[int], contacts: frozenset[int]
) -> Mapping[int, Sequence[GivingUp]]:
    """The orders that gave up one of these phones, by phone, in log order.

    A changed number that ended somebody's time with a phone gave it up, unless another contact had it from there on.
    """
    rows = connection.execute(
        "SELECT ended.phone, position, bus_time, ended.contact FROM former_phones AS ended"
        f" JOIN entries ON position = until WHERE ended.phone {THESE} AND type = 'NumberChanged'"
        " AND NOT EXISTS (SELECT 1 FROM phones WHERE phone = ended.phone AND since = position)"
        " AND NOT EXISTS (SELECT 1 FROM former_phones WHERE phone = ended.phone AND since = position)"
        " ORDER BY position",
        (listed(phones),),
    ).fetchall()
    found: dict[int, list[GivingUp]] = {}
    for phone, position, at, contact in rows:
        found.setdefault(phone, []).append(GivingUp(position, at, contact in contacts))
    return found
