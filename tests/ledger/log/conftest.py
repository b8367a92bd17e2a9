"""A log on a real file, with a clock that the test turns and salts that repeat."""

from contextlib import closing

import pytest

from ledger.log.entry import NewEntry
from ledger.log.sqlite.reader import LogReader
from ledger.log.sqlite.writer import EventLog


class LogByHand:
    """A log and its reader, the clock and the offsets in the test's hands."""

    def __init__(self, path):
        self.path = path
        self.now = 1_000
        self.log = EventLog(path, clock=lambda: self.now)
        self.reader = LogReader(path)

    def append(self, *entries, bus="b"):
        """Append in one transaction, taking the next offset."""
        expected = self.log.offsets(bus)
        with self.log.appending(bus, expected, {0: expected.get(0, 0) + len(entries)}) as batch:
            return [batch.add(entry) for entry in entries]

    def create(self, phone=None, user_id=None):
        """Append the entry that makes a contact; gives its number."""
        expected = self.log.offsets("b")
        with self.log.appending("b", expected, {0: expected.get(0, 0) + 1}) as batch:
            identities = batch.load_identities([phone] if phone else [], [user_id] if user_id else [])
            position = batch.position + 1
            contact_id = position.to_bytes(16, "big")
            identities.create(position, phone, user_id)
            number = None if phone is None else int(phone)
            batch.add(entry(contact=position, contact_id=contact_id, phone=number, user_id=user_id))
        return position

    def merge(self, phone, user_id):
        """Append an entry that makes the holders of both one; gives its position."""
        expected = self.log.offsets("b")
        with self.log.appending("b", expected, {0: expected.get(0, 0) + 1}) as batch:
            identities = batch.load_identities([phone], [user_id])
            known = (identities.by_phone(phone), identities.by_user_id(user_id))
            survivor, absorbed = sorted(known, key=lambda one: one.contact)
            identities.merge(survivor, absorbed, batch.position + 1)
            made = entry(contact=survivor.contact, absorbed=absorbed.contact, phone=int(phone), user_id=user_id)
            return batch.add(made)

    def close(self):
        self.reader.close()
        self.log.close()


def entry(**members):
    return NewEntry(
        **({"bus_time": 900, "stated": 800, "source": "s", "type": "UserTracked", "value": b"{}"} | members)
    )


@pytest.fixture
def by_hand(tmp_path):
    with closing(LogByHand(tmp_path / "log.db")) as made:
        yield made


@pytest.fixture
def new_entry():
    return entry
