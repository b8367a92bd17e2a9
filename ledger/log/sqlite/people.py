"""Who is found by what, read from a log's file."""

from collections.abc import Iterable
from uuid import UUID

from ledger.events.identity import Known
from ledger.log.entry import phone_number, phone_text
from ledger.log.identities import Identities
from ledger.log.questions import People
from ledger.log.sqlite import undoing
from ledger.log.sqlite.connected import Connected, listed
from ledger.log.sqlite.identities import holders, load


class SqlitePeople(Connected, People):
    """Asks one log's file for identities."""

    def holder_of_phone(self, phone: str) -> Known | None:
        """See `People.holder_of_phone`."""
        known = self.last_holder_of_phone(phone)
        return known if known is not None and known.phone == phone else None

    def last_holder_of_phone(self, phone: str) -> Known | None:
        """See `People.last_holder_of_phone`."""
        return self._holder("phones", "phone", int(phone))

    def holder_of_user_id(self, user_id: str) -> Known | None:
        """See `People.holder_of_user_id`."""
        known = self.last_holder_of_user_id(user_id)
        return known if known is not None and known.user_id == user_id else None

    def last_holder_of_user_id(self, user_id: str) -> Known | None:
        """See `People.last_holder_of_user_id`."""
        return self._holder("user_ids", "user_id", user_id)

    def holders(self, phones: Iterable[str], user_ids: Iterable[str]) -> list[Known]:
        """See `People.holders`."""
        return holders(self._connection, phones, user_ids)

    def holders_of_phones(self, phones: Iterable[str]) -> dict[str, int]:
        """See `People.holders_of_phones`."""
        rows = self._connection.execute(
            "SELECT phones.phone, contact FROM phones JOIN contacts USING (contact)"
            " WHERE phones.phone IN (SELECT value FROM json_each(?)) AND contacts.phone = phones.phone",
            (listed([int(phone) for phone in phones]),),
        )
        return {f"+{phone}": contact for phone, contact in rows}

    def known(self, phones: Iterable[str], user_ids: Iterable[str]) -> Identities:
        """See `People.known`."""
        found = Identities()
        load(self._connection, found, phones, user_ids)
        return found

    def contact_of_id(self, public_id: str) -> int | None:
        """See `People.contact_of_id`."""
        try:
            wanted = UUID(public_id).bytes
        except ValueError:
            return None
        row = self._connection.execute("SELECT contact FROM contacts WHERE id = ?", (wanted,)).fetchone()
        return row[0] if row else None

    def ids(self, contacts: Iterable[int]) -> dict[int, bytes]:
        """See `People.ids`."""
        rows = self._connection.execute(
            "SELECT contact, id FROM contacts WHERE contact IN (SELECT value FROM json_each(?))",
            (listed(list(contacts)),),
        )
        return dict(rows.fetchall())

    def is_gone(self, contact: int) -> bool:
        """See `People.is_gone`."""
        query = "SELECT phone IS NULL AND user_id IS NULL AND absorbed_by IS NULL FROM contacts WHERE contact = ?"
        row = self._connection.execute(query, (contact,)).fetchone()
        return row is not None and bool(row[0])

    def identities(self, after: int, limit: int) -> list[tuple[int, bytes, int | None, str | None]]:
        """See `People.identities`."""
        return self._connection.execute(
            "SELECT contact, id, phone, user_id FROM contacts WHERE contact > ?"
            " AND (phone IS NOT NULL OR user_id IS NOT NULL) ORDER BY contact LIMIT ?",
            (after, limit),
        ).fetchall()

    def named_by_undone(self, phone: str | None, user_id: str | None, until: int) -> list[int]:
        """See `People.named_by_undone`."""
        return undoing.named(self._connection, phone_number(phone), user_id, until)

    def component(self, contact: int) -> tuple[int, ...]:
        """See `People.component`."""
        root = contact
        query = "SELECT absorbed_by FROM contacts WHERE contact = ?"
        while (row := self._connection.execute(query, (root,)).fetchone()) and row[0] is not None:
            root = row[0]
        members = self._connection.execute(
            "WITH RECURSIVE member (contact) AS (VALUES (?) UNION SELECT contacts.contact FROM contacts"
            " JOIN member ON contacts.absorbed_by = member.contact) SELECT contact FROM member",
            (root,),
        ).fetchall()
        return tuple(member for (member,) in members)

    def components(self, contacts: Iterable[int]) -> dict[int, int]:
        """See `People.components`."""
        return undoing.components(self._connection, contacts)

    def merges(self, until: int) -> list[tuple[int, int]]:
        """See `People.merges`."""
        query = "SELECT absorbed, contact FROM entries WHERE absorbed IS NOT NULL AND +position <= ?"  # by the index
        return self._connection.execute(query, (until,)).fetchall()

    def contact_count(self, until: int) -> int:
        """See `People.contact_count`."""
        return int(self._connection.execute("SELECT count(*) FROM contacts WHERE contact <= ?", (until,)).fetchone()[0])

    def every_nth_contact(self, count: int, until: int) -> list[int]:
        """See `People.every_nth_contact`."""
        query = "SELECT contact FROM contacts WHERE contact > ? AND contact <= ? ORDER BY contact LIMIT 1 OFFSET ?"
        found, last = [], 0
        while row := self._connection.execute(query, (last, until, count - 1)).fetchone():
            last = row[0]
            found.append(last)
        return found

    def _holder(self, table: str, column: str, value: object) -> Known | None:
        row = self._connection.execute(
            f"SELECT contacts.contact, contacts.phone, contacts.user_id FROM {table} JOIN contacts USING (contact)"
            f" WHERE {table}.{column} = ?",
            (value,),
        ).fetchone()
        return Known(row[0], phone_text(row[1]), row[2]) if row else None
