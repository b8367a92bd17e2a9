"""Contacts that an undo has left without a name, and that had a name of a person who is erased (R31).

A wrong file is undone, and its correction makes new contacts with the same phones. What the first file said of a person
is in the log still, under a contact that nothing finds, and a redo would bring it back.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Literal

from ledger.log.sqlite.connected import THESE, listed
from ledger.log.sqlite.merges import components
from ledger.log.sqlite.phone_times import given_up_among
from ledger.sqlite import Connection

Column = Literal["phone", "user_id"]

_NAMES: Mapping[Column, tuple[str, str]] = {
    "phone": ("phones", "former_phones"),
    "user_id": ("user_ids", "former_user_ids"),
}


def undone_with(connection: Connection, contacts: Collection[int]) -> set[int]:
    """The contacts without a name that had one which these contacts' entries name, and no other one that somebody has.

    Whoever was ever merged with another contact is left out, and so is a phone that was given up: whose it was then is
    told by the times.
    """
    these, found = listed(contacts), set[int]()
    for column, (held, former) in _NAMES.items():
        rows = connection.execute(  # first what few have: hardly a name was ever somebody's who has it no more
            f"SELECT DISTINCT {column} FROM entries WHERE contact {THESE} AND {column} IS NOT NULL"
            f" AND EXISTS (SELECT 1 FROM {former} AS ended WHERE ended.{column} = entries.{column}) AND NOT EXISTS"
            f" (SELECT 1 FROM {held} AS now WHERE now.{column} = entries.{column} AND now.contact NOT {THESE})",
            (these, these),
        ).fetchall()
        names = set[Any](name for (name,) in rows)
        if column == "phone":
            names -= given_up_among(connection, sorted(names))
        found.update(contact for _, contact in names_of_undone(connection, column, names))
    found.difference_update(contacts)
    return _of_nobody_else(connection, found, these) if found else found


def names_of_undone(connection: Connection, column: Column, names: Collection[Any]) -> list[tuple[Any, int]]:
    """Those of these phones or user ids that a contact had which has no name now, with the contact; none is erased."""
    return connection.execute(
        f"SELECT DISTINCT ended.{column}, ended.contact FROM {_NAMES[column][1]} AS ended JOIN contacts USING (contact)"
        f" WHERE ended.{column} {THESE} AND contacts.phone IS NULL AND contacts.user_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM erased_contacts WHERE erased_contacts.contact = ended.contact)",
        (listed(sorted(names)),),
    ).fetchall()


def _of_nobody_else(connection: Connection, found: Collection[int], these: str) -> set[int]:
    """Those of the contacts that were never merged, and none of whose names somebody has who is not one of `these`."""
    joined = components(connection, found)
    sizes = Counter(joined.values())
    alone = [contact for contact in found if sizes[joined[contact]] == 1]
    rows = connection.execute(
        f"SELECT DISTINCT contact FROM entries WHERE contact {THESE} AND (EXISTS"
        f" (SELECT 1 FROM phones AS now WHERE now.phone = entries.phone AND now.contact NOT {THESE}) OR EXISTS"
        f" (SELECT 1 FROM user_ids AS now WHERE now.user_id = entries.user_id AND now.contact NOT {THESE}))",
        (listed(alone), these, these),
    )
    return set(alone).difference(contact for (contact,) in rows.fetchall())
