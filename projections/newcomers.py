"""The bulk of an import, straight from row of the log to row of the state: contacts of one message, nothing to fold.

A message that makes a contact, and of which nothing has to be brought into another form, is its contact's state as it
stands. Whatever is in any way unusual is left to `projections.page`, which comes to the same rows by the fold; a
property test holds the one to the other.
"""

import re
from collections.abc import Container

import msgspec
import orjson

from ledger.events import types
from ledger.log.reader import FoldRow
from ledger.sqlite import blob, or_null
from projections.decode import are_clean, message_of
from projections.outcomes import RowMessage
from projections.page import ImportIds
from projections.store import ContactRow

_SETTLED = frozenset({str, bool, int})
"""Types of values that are kept as they were sent, but for strings that are datetimes."""

_may_have_datetime = re.compile(r'":"\d{4}-').search


class Newcomers:
    """Rows of the state's `contacts`, and messages of import rows, made so far; both in log order."""

    __slots__ = ("_import_ids", "contacts", "messages")

    def __init__(self, import_ids: ImportIds) -> None:
        self._import_ids = import_ids
        self.contacts: list[ContactRow] = []
        self.messages: list[RowMessage] = []

    def take(self, rows: list[FoldRow], touched: Container[int]) -> list[FoldRow]:
        """Those of a page's rows that are not about such a contact; `touched` are contacts other rows are about too."""
        import_ids, contacts, messages = self._import_ids, self.contacts, self.messages
        others = []
        for row in rows:
            (position, recorded, stated, type, _, contact, contact_id, absorbed, skipped, source, headers, value,
             phone, user_id) = row  # fmt: skip
            if (
                contact is None
                or contact_id is None
                or contact in touched
                or type != types.USER_TRACKED
                or value is None
                or headers is not None
                or absorbed is not None
                or skipped
            ):
                others.append(row)
                continue
            try:
                data = message_of(value).data
            except msgspec.ValidationError:
                data = None
            text = _settled(data.traits) if data is not None and data.traits else None
            if data is None or text is None:
                others.append(row)
                continue
            contacts.append(
                (
                    contact, blob(contact_id), or_null(phone), or_null(user_id), recorded, recorded, position, text,
                    f"[[{recorded if stated is None else stated},{position}],{{}}]", "[]",
                )
            )  # fmt: skip
            import_id = import_ids[source]
            if import_id is not None and data.row is not None:
                messages.append(RowMessage(position, import_id, data.row, data.rowend, "created", False))
        return others


def _settled(traits: dict[str, object]) -> str | None:
    """Traits as their row has them; None where a name or a value may have to be brought into another form."""
    if not (are_clean(traits) and _SETTLED.issuperset(map(type, traits.values()))):
        return None
    text = orjson.dumps(traits).decode()
    return None if "-" in text and _may_have_datetime(text) else text
