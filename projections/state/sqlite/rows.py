"""The row that keeps a contact, and the state it gives back."""

from collections.abc import Iterable
from typing import Any

import msgspec
import orjson

from ledger import sqlite
from ledger.events import tags as tag_rules
from ledger.log.entry import phone_text
from ledger.many_rows import ManyRows
from ledger.sqlite import blob
from projections.fold.state import ContactState

_listed = msgspec.json.Encoder().encode


def text_of(document: object) -> str:
    """A document as the JSON that a column keeps."""
    return orjson.dumps(document).decode()


ContactRow = tuple[int, bytearray, int, int | str, int, int, int, str, str, str]
"""The parameters of `insert`: a row of `contacts`, with 0 for a phone or a user id that is not there."""


def row_of(state: ContactState) -> ContactRow:
    """The row that keeps a contact; `state_of` gives it back."""
    phone, user_id = state.phone, state.user_id
    return (
        state.contact,
        blob(state.id),
        0 if phone is None else int(phone),
        0 if user_id is None else user_id,
        state.created,
        state.modified,
        state.position,
        text_of(state.traits),
        text_of((state.stamp, state.stamps)),
        text_of(list(state.tags.values())) if state.tags else "[]",
    )


def state_of(row: Any) -> ContactState:
    """The contact of a row selected by `CONTACT_COLUMNS`."""
    contact, id, phone, user_id, created, modified, position, traits, stamps, tags = row
    stamp, others = orjson.loads(stamps)
    return ContactState(
        contact,
        id,
        phone_text(phone),
        user_id,
        created,
        modified,
        position,
        orjson.loads(traits),
        tuple(stamp),
        {name: tuple(at) for name, at in others.items()},
        {tag_rules.fold(spelling): (spelling, at) for spelling, at in orjson.loads(tags)},
    )


CONTACT_COLUMNS = "contact, id, phone, user_id, created, modified, position, traits, stamps, tags"


_ROW = "(?, ?, nullif(?, 0), nullif(?, 0), ?, ?, ?, ?, ?, ?)"
_INSERTED = ManyRows(f"contacts ({CONTACT_COLUMNS})", _ROW)
_PUT = ManyRows(
    f"contacts ({CONTACT_COLUMNS})",
    _ROW,
    "ON CONFLICT (contact) DO UPDATE SET phone = excluded.phone, user_id = excluded.user_id,"
    " created = excluded.created, modified = excluded.modified, position = excluded.position,"
    " traits = excluded.traits, stamps = excluded.stamps, tags = excluded.tags",
)


def insert(connection: sqlite.Connection, rows: Iterable[ContactRow]) -> None:
    """Put contacts into a table `contacts` that has none of them."""
    _INSERTED.insert(connection, rows)


def put(connection: sqlite.Connection, rows: Iterable[ContactRow]) -> None:
    """Put contacts into a table `contacts`, in the place of what it has of them."""
    _PUT.insert(connection, rows)


def load(connection: sqlite.Connection, contacts: Iterable[int]) -> dict[int, ContactState]:
    """These contacts by number, as far as they exist."""
    rows = connection.execute(
        f"SELECT {CONTACT_COLUMNS} FROM contacts WHERE contact IN (SELECT value FROM json_each(?))",
        (_listed(sorted(contacts)).decode(),),
    )
    return {row[0]: state_of(row) for row in rows}
