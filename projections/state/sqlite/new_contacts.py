"""The bulk of an import, straight from row of the log to row of the state: contacts of one message, nothing to fold.

A message that makes a contact, and of which nothing has to be brought into another form, is its contact's state as it
stands. Whatever is in any way unusual is left to `projections.fold.page`, which comes to the same rows by the fold; a
property test holds the one to the other.
"""

import re

import orjson

from ledger.events import types
from ledger.events.data import data_of
from ledger.events.traits import WHATSAPP_OPTED
from ledger.log.port import FoldRow
from ledger.sqlite import blob
from projections.fold.event import below_all, cleanly_named
from projections.fold.growth import Growth
from projections.fold.outcomes import RowMessage
from projections.fold.page import ImportIds
from projections.state.port import NewContacts
from projections.state.sqlite.rows import ContactRow

_SETTLED = frozenset({str, bool, int})
"""Types of values that are kept as they were sent, but for strings that are datetimes."""

_may_have_datetime = re.compile(r'":"\d{4}-').search


class NewContactRows(NewContacts):
    """Rows of the table `contacts`, and messages of import rows, made so far; both in the order they were taken."""

    __slots__ = ("_growth", "_import_ids", "contacts", "messages")

    def __init__(self, import_ids: ImportIds, growth: Growth) -> None:
        self._import_ids = import_ids
        self._growth = growth
        self.contacts: list[ContactRow] = []
        self.messages: list[RowMessage] = []

    def take(self, row: FoldRow) -> bool:
        """Take a row of the log that made a contact about which no other is; False: the fold has to."""
        (position, recorded, stated, type, _, contact, contact_id, absorbed, skipped, source, headers, value, phone,
         user_id, import_row, row_end, number) = row  # fmt: skip
        if type != types.USER_TRACKED or headers is not None or absorbed is not None or skipped:
            return False
        data = data_of((), value)
        named = cleanly_named(data.traits) if data.traits else {}
        traits = _settled(named) if data.traits else None
        if traits is None or contact is None or contact_id is None:
            return False
        import_id = self._import_ids[source]
        is_filling = data.fill and import_id is not None
        weight = below_all(position) if is_filling else recorded if stated is None else stated
        stamps = f"[[{weight},{position}],{{}}]"
        self.contacts.append(
            (
                contact, blob(contact_id), 0 if phone is None else phone, 0 if user_id is None else user_id,
                recorded, recorded, position, traits, stamps, "[]",
            )
        )  # fmt: skip
        by = None if data.by is None else self._import_ids.sender(data.by, number)
        counts = self._growth.of(recorded, number, by)
        counts.made += 1
        counts.events += 1
        if named.get(WHATSAPP_OPTED) is True:
            counts.opted_in += 1
        if import_id is not None and import_row is not None:
            self.messages.append(RowMessage(position, import_id, import_row, row_end == 1, "created", False, contact))
        return True


def _settled(traits: dict[str, object]) -> str | None:
    """Traits as their row has them; None where a value may have to be brought into another form."""
    if not _SETTLED.issuperset(map(type, traits.values())) or type(traits.get(WHATSAPP_OPTED, True)) is not bool:
        return None
    text = orjson.dumps(traits).decode()
    return None if "-" in text and _may_have_datetime(text) else text
