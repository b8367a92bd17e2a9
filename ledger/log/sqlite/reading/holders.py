"""Who is found by what, read from a log's file."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from ledger.events.identity import Known
from ledger.log.entry import phone_number, phone_text
from ledger.log.holders import Holders
from ledger.log.identities import Identities
from ledger.log.sqlite import by_hand, undoing
from ledger.log.sqlite.connected import Connected, listed
from ledger.log.sqlite.head import head
from ledger.log.sqlite.identities import PHONES, USER_IDS, holders, load
from ledger.log.sqlite.merges import components, group, is_gone, merged_in_since, survivors
from ledger.log.sqlite.phone_times import sure_phone_times
from ledger.log.stretches import Stretch


class SqliteHolders(Connected, Holders):
    """Asks one log's file for identities."""

    def holder_of_phone(self, phone: str) -> Known | None:
        """See `Holders.holder_of_phone`."""
        return self._holder(PHONES, int(phone))

    def last_holder_of_phone(self, phone: str) -> Known | None:
        """See `Holders.last_holder_of_phone`."""
        return self._holder(PHONES, int(phone)) or self._last_holder(PHONES, int(phone))

    def holder_of_user_id(self, user_id: str) -> Known | None:
        """See `Holders.holder_of_user_id`."""
        return self._holder(USER_IDS, user_id)

    def last_holder_of_user_id(self, user_id: str) -> Known | None:
        """See `Holders.last_holder_of_user_id`."""
        return self._holder(USER_IDS, user_id) or self._last_holder(USER_IDS, user_id)

    def holders(self, phones: Iterable[str], user_ids: Iterable[str]) -> list[Known]:
        """See `Holders.holders`."""
        return holders(self._connection, phones, user_ids)

    def holders_of_phones(self, phones: Iterable[str]) -> dict[str, int]:
        """See `Holders.holders_of_phones`."""
        rows = self._connection.execute(
            "SELECT phone, contact FROM phones WHERE phone IN (SELECT value FROM json_each(?))",
            (listed([int(phone) for phone in phones]),),
        )
        return {f"+{phone}": contact for phone, contact in rows}

    def released_phones(self, phones: Iterable[str]) -> dict[str, int]:
        """See `Holders.released_phones`."""
        rows = self._connection.execute(
            "SELECT phone, contact, max(until) FROM former_phones WHERE phone IN (SELECT value FROM json_each(?))"
            " AND NOT EXISTS (SELECT 1 FROM phones WHERE phones.phone = former_phones.phone) GROUP BY phone",
            (listed([int(phone) for phone in phones]),),
        )
        return {f"+{phone}": contact for phone, contact, _ in rows}

    def known(self, phones: Iterable[str], user_ids: Iterable[str]) -> Identities:
        """See `Holders.known`."""
        found = Identities()
        load(self._connection, found, phones, user_ids)
        return found

    def contact_of_id(self, public_id: str) -> int | None:
        """See `Holders.contact_of_id`."""
        return self.contacts_of_ids([public_id]).get(public_id)

    def contacts_of_ids(self, public_ids: Iterable[str]) -> dict[str, int]:
        """See `Holders.contacts_of_ids`."""
        wanted = {id: key for id in public_ids if (key := _bytes_of(id)) is not None}
        placeholders = ", ".join("?" * len(wanted))
        rows = self._connection.execute(
            f"SELECT id, contact FROM contacts WHERE id IN ({placeholders})", tuple(wanted.values())
        )
        numbers = dict(rows.fetchall())
        return {id: numbers[key] for id, key in wanted.items() if key in numbers}

    def ids(self, contacts: Iterable[int]) -> dict[int, bytes]:
        """See `Holders.ids`."""
        rows = self._connection.execute(
            "SELECT contact, id FROM contacts WHERE contact IN (SELECT value FROM json_each(?))",
            (listed(list(contacts)),),
        )
        return dict(rows.fetchall())

    def is_gone(self, contact: int) -> bool:
        """See `Holders.is_gone`."""
        return is_gone(self._connection, contact)

    def identities(self, after: int, limit: int) -> list[tuple[int, bytes, int | None, str | None]]:
        """See `Holders.identities`."""
        return self._connection.execute(
            "SELECT contact, id, phone, user_id FROM contacts WHERE contact > ?"
            " AND (phone IS NOT NULL OR user_id IS NOT NULL) ORDER BY contact LIMIT ?",
            (after, limit),
        ).fetchall()

    def held(self, phone: str | None, user_id: str | None, at: int) -> list[int]:
        """See `Holders.held`."""
        found: list[tuple[int]] = []
        for (table, key), value in ((PHONES, phone_number(phone)), (USER_IDS, user_id)):
            found += self._connection.execute(
                f"SELECT contact FROM {table} WHERE {key} = ?1 AND since <= ?2 UNION ALL"
                f" SELECT contact FROM former_{table} WHERE {key} = ?1 AND until > ?2 AND since <= ?2",
                (value, at),
            )
        return sorted({contact for (contact,) in found})

    def phone_times(self, phones: Collection[str], contacts: Collection[int]) -> dict[str, Sequence[Stretch]]:
        """See `Holders.phone_times`."""
        found = sure_phone_times(self._connection, [int(phone) for phone in phones], frozenset(contacts))
        return {f"+{phone}": times for phone, times in found.items() if times}

    def component(self, contact: int) -> tuple[int, ...]:
        """See `Holders.component`."""
        members = set(components(self._connection, [contact]))
        root = self.survivors([contact])[contact]
        return (root, *sorted(members - {root}))

    def components(self, contacts: Iterable[int]) -> dict[int, int]:
        """See `Holders.components`."""
        return components(self._connection, contacts)

    def survivors(self, contacts: Iterable[int]) -> dict[int, int]:
        """See `Holders.survivors`."""
        return survivors(self._connection, sorted(set(contacts)), 2**62)

    def merged_into(self, contact: int) -> list[int]:
        """See `Holders.merged_into`."""
        return sorted(group(self._connection, contact) - {contact})

    def merged_in_since(self, contacts: Iterable[int], position: int) -> dict[int, set[int]]:
        """See `Holders.merged_in_since`."""
        return merged_in_since(self._connection, sorted(set(contacts)), position)

    def aliases(self, contact: int) -> tuple[list[str], list[str]]:
        """See `Holders.aliases`."""
        return by_hand.aliases(self._connection, contact)

    def with_aliases(self) -> set[int]:
        """See `Holders.with_aliases`."""
        return by_hand.with_aliases(self._connection)

    def are_apart(self, one: int, other: int) -> bool:
        """See `Holders.are_apart`."""
        return by_hand.are_apart(self._connection, one, other)

    def would_share(self, contact: int, absorbed: int) -> bool:
        """See `Holders.would_share`."""
        position = head(self._connection).position + 1
        undoings = undoing.undoings(self._connection, position)
        return by_hand.would_share(self._connection, contact, absorbed, position, undoings)

    def merges(self, until: int) -> list[tuple[int, int]]:
        """See `Holders.merges`."""
        query = "SELECT absorbed, contact FROM entries WHERE absorbed IS NOT NULL AND +position <= ?"  # by the index
        return self._connection.execute(query, (until,)).fetchall()

    def contact_count(self, until: int) -> int:
        """See `Holders.contact_count`."""
        return int(self._connection.execute("SELECT count(*) FROM contacts WHERE contact <= ?", (until,)).fetchone()[0])

    def every_nth_contact(self, count: int, until: int) -> list[int]:
        """See `Holders.every_nth_contact`."""
        query = "SELECT contact FROM contacts WHERE contact > ? AND contact <= ? ORDER BY contact LIMIT 1 OFFSET ?"
        found, last = [], 0
        while row := self._connection.execute(query, (last, until, count - 1)).fetchone():
            last = row[0]
            found.append(last)
        return found

    def _holder(self, held: tuple[str, str], value: int | str) -> Known | None:
        table, key = held
        return self._known(f"(SELECT contact FROM {table} WHERE {key} = ?)", value)

    def _last_holder(self, held: tuple[str, str], value: int | str) -> Known | None:
        table, key = held
        return self._known(f"(SELECT contact FROM former_{table} WHERE {key} = ? ORDER BY until DESC LIMIT 1)", value)

    def _known(self, which: str, value: int | str) -> Known | None:
        query = f"SELECT contact, phone, user_id FROM contacts WHERE contact = {which}"
        row = self._connection.execute(query, (value,)).fetchone()
        return Known(row[0], phone_text(row[1]), row[2]) if row else None


def _bytes_of(public_id: str) -> bytes | None:
    try:
        return UUID(public_id).bytes
    except ValueError:
        return None
