"""The kinds of log the contract is tried on, and a log moved by hand: its clock and its offsets are the test's."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from ledger.events.signing import Signer
from ledger.log.entry import NewEntry
from ledger.log.erasure import emptied_text
from ledger.log.merge_orders import NewNumber, given_up_text
from ledger.log.port import EventLog, LogReader, StoredLog
from ledger.log.sqlite.reading.reader import LogFile
from ledger.log.sqlite.writer import SqliteEventLog

SIGNER = Signer(b"secret of the contract")


class SqliteLogPlace:
    """A log file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "log.db"

    def log(self, clock: Callable[[], int]) -> EventLog:
        return SqliteEventLog(self.path, clock=clock, signer=SIGNER)

    def stored(self) -> StoredLog:
        return LogFile(self.path)

    def reader(self) -> LogReader:
        return self.stored().open()


def entry(**members: Any) -> NewEntry:
    return NewEntry(
        **({"bus_time": 900, "stated": 800, "source": "s", "type": "UserTracked", "value": b"{}"} | members)
    )


class LogByHand:
    """A log and its reader; each append takes the next offsets of a bus."""

    def __init__(self, place: SqliteLogPlace) -> None:
        self.place = place
        self.now = 1_000
        self.log = place.log(lambda: self.now)
        self.reader = place.reader()
        self._orders = 0

    def append(self, *entries: NewEntry, bus: str = "b") -> list[int]:
        """Append in one transaction; gives the positions."""
        expected = self.log.offsets(bus)
        with self.log.appending(bus, expected, {0: expected.get(0, 0) + len(entries)}) as batch:
            return [batch.add(entry) for entry in entries]

    def create(self, phone: str | None = None, user_id: str | None = None, **members: Any) -> int:
        """Append the entry that makes a contact; gives its number."""
        expected = self.log.offsets("b")
        with self.log.appending("b", expected, {0: expected.get(0, 0) + 1}) as batch:
            identities = batch.load_identities([phone] if phone else [], [user_id] if user_id else [])
            position = batch.position + 1
            identities.create(position, phone, user_id)
            number = None if phone is None else int(phone)
            made = {
                "contact": position,
                "contact_id": position.to_bytes(16, "big"),
                "phone": number,
                "user_id": user_id,
            }
            return batch.add(entry(**made | members))

    def about(self, contact: int, phone: str) -> int:
        """Append an entry about the contact that has this phone; gives its position."""
        return self.append(entry(contact=contact, phone=int(phone)))[0]

    def merge(self, phone: str, user_id: str) -> int:
        """Append an entry that makes the holders of both one; gives its position."""
        expected = self.log.offsets("b")
        with self.log.appending("b", expected, {0: expected.get(0, 0) + 1}) as batch:
            identities = batch.load_identities([phone], [user_id])
            known = [one for one in (identities.by_phone(phone), identities.by_user_id(user_id)) if one is not None]
            survivor, absorbed = sorted(known, key=lambda one: one.contact)
            identities.merge(survivor, absorbed, batch.position + 1)
            made = entry(contact=survivor.contact, absorbed=absorbed.contact, phone=int(phone), user_id=user_id)
            return batch.add(made)

    def order(self, type: str, source: str) -> int:
        """Append the entry that undoes or redoes an import; gives its position."""
        self._orders += 1
        expected = self.log.offsets("b")
        with self.log.appending("b", expected, {0: expected.get(0, 0) + 1}) as batch:
            detail = None
            if type == "ImportUndone":
                batch.undo(source)
            else:
                detail = msgspec.json.encode(batch.redo(source)).decode()
            return batch.add(entry(type=type, source=source, message_id=f"order.{self._orders}", detail=detail))

    def erase(self, contact: int) -> int:
        """Append the entry that erases a contact; gives its position."""
        self._orders += 1
        expected = self.log.offsets("b")
        with self.log.appending("b", expected, {0: expected.get(0, 0) + 1}) as batch:
            detail, id = emptied_text(batch.erase(contact, expected.get(0, 0), 1_000)), f"erasure.{self._orders}"
            return batch.add(entry(type="ContactErased", source="/cli", message_id=id, contact=contact, detail=detail))

    def erase_together(self, contacts: Sequence[int], *, keeps_out: bool = False) -> None:
        """As `erase` one contact after the other, but in one append that looks them up together."""
        expected = self.log.offsets("b")
        first = expected.get(0, 0)
        with self.log.appending("b", expected, {0: first + len(contacts)}) as batch:
            batch.prepare_erasures([UUID(int=contact) for contact in contacts])
            for offset, contact in enumerate(contacts, first):
                if batch.erased_at(contact) is not None:
                    continue
                self._orders += 1
                detail = emptied_text(batch.erase(contact, offset, 1_000, keeps_out=keeps_out))
                id = f"erasure.{self._orders}"
                batch.add(entry(type="ContactErased", source="/cli", message_id=id, contact=contact, detail=detail))

    def by_hand(self, type: str, contact: int, absorbed: int) -> int:
        """Append the entry that merges two contacts by hand or splits them; gives its position."""
        self._orders += 1
        expected = self.log.offsets("b")
        with self.log.appending("b", expected, {0: expected.get(0, 0) + 1}) as batch:
            (batch.merge if type == "ContactsMerged" else batch.split)(contact, absorbed)
            made = {"type": type, "message_id": f"order.{self._orders}", "contact": contact, "absorbed": absorbed}
            return batch.add(entry(**made))

    def change_number(
        self, contact: int, phone: str, absorbed: int | None = None, *, makes: bool = False, gives_up: int | None = None
    ) -> int:
        """Append the entry that gives a contact another phone; with `makes` it was nobody's. Gives its position."""
        self._orders += 1
        expected = self.log.offsets("b")
        with self.log.appending("b", expected, {0: expected.get(0, 0) + 1}) as batch:
            position = batch.position + 1
            id = position.to_bytes(16, "big") if makes else None
            absorbed = position if makes else absorbed
            batch.change_number(NewNumber(contact, phone, absorbed, id, gives_up))
            made = {"type": "NumberChanged", "message_id": f"order.{self._orders}", "contact_id": id}
            made["detail"] = given_up_text(gives_up)
            return batch.add(entry(**made, contact=contact, absorbed=absorbed, phone=int(phone)))

    def close(self) -> None:
        self.reader.close()
        self.log.close()
