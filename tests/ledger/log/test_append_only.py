"""The file itself refuses to change or remove an entry; only what an erasure empties may go (R28, R31)."""

import pytest

from ledger import sqlite
from ledger.storage import StorageFault

PERSONAL = {
    "salt": "x'00'",
    "value": "x'00'",
    "headers": "x'00'",
    "key": "x'00'",
    "source": 2,
    "message_id": "'x'",
    "phone": 2,
    "user_id": "'x'",
    "detail": "'x'",
}
KEPT = {
    "position": 9,
    "recorded": 1,
    "stated": 1,
    "bus_time": 1,
    "type": "'X'",
    "reason": "'x'",
    "contact": 5,
    "contact_id": "x'00'",
    "absorbed": 5,
    "skipped": 1,
    "raw_digest": "x'00'",
    "kind": "'hub'",
    "import": 7,
    "row": 7,
    "row_end": 1,
    "commitment": "x'00'",
    "hash": "x'00'",
}
EMPTY = ", ".join(f"{column} = NULL" for column in PERSONAL)


@pytest.fixture
def connection(by_hand, new_entry):
    by_hand.append(new_entry(message_id="m1", phone=919967536783, user_id="u1", key=b"k", headers=b"h", detail="d"))
    opened = sqlite.connect(by_hand.place.path)
    yield opened
    opened.close()


@pytest.mark.parametrize(("column", "value"), PERSONAL.items())
def test_a_personal_column_cannot_be_changed(connection, column, value):
    with pytest.raises(StorageFault, match="append-only"):
        connection.execute(f"UPDATE entries SET {column} = {value}")


@pytest.mark.parametrize("column", PERSONAL)
def test_a_personal_column_cannot_be_emptied_alone(connection, column):
    with pytest.raises(StorageFault, match="append-only"):
        connection.execute(f"UPDATE entries SET {column} = NULL")


@pytest.mark.parametrize(("column", "value"), KEPT.items())
def test_a_kept_column_cannot_be_changed_even_by_an_erasure(connection, column, value):
    with pytest.raises(StorageFault, match="append-only"):
        connection.execute(f"UPDATE entries SET {EMPTY}, {column} = {value}")


def test_every_column_is_either_personal_or_kept(connection):
    columns = {row[1] for row in connection.execute("PRAGMA table_info(entries)")}
    assert columns == set(PERSONAL) | set(KEPT)


def test_all_that_is_personal_can_be_emptied_at_once(connection):
    connection.execute(f"UPDATE entries SET {EMPTY}")
    assert connection.execute("SELECT value, salt, message_id FROM entries").fetchone() == (None, None, None)


def test_an_entry_cannot_be_removed(connection):
    with pytest.raises(StorageFault, match="append-only"):
        connection.execute("DELETE FROM entries")
