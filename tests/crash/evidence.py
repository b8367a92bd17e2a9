"""What the log and the state say after a crash run, read with plain SQLite and JSON, and what they ought to say."""

import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from tests.crash.story import message
from tests.oracle import Message, fold

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:
    import sqlite3 as sqlite


@dataclass(frozen=True)
class Taken:
    """An entry of the log, as far as an outsider can judge it. `bus_time` in microseconds since the epoch."""

    position: int
    bus_time: int
    reason: str | None
    value: bytes


def query(path, statement):
    """One short read of a file that others are writing; no rows while it, or the table, is not there."""
    try:
        with closing(sqlite.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(statement).fetchall()
    except sqlite.OperationalError:
        return []


def log_position(data):
    """How far the log is; 0 without one."""
    rows = query(data / "log.db", "SELECT max(position) FROM entries")
    return rows[0][0] or 0 if rows else 0


def state_position(data):
    """How far the state in use is; 0 without one."""
    try:
        current = (data / "state" / "current").read_text()
    except FileNotFoundError:
        return 0
    rows = query(data / "state" / f"contacts-{current}.db", "SELECT position FROM checkpoint")
    return rows[0][0] if rows else 0


def taken(data):
    """The whole log."""
    rows = query(data / "log.db", "SELECT position, bus_time, reason, value FROM entries ORDER BY position")
    return [Taken(*row) for row in rows]


def assert_each_once(entries, seed, notes):
    """Every acknowledged message is in the log, once, however often it was told; and none that nobody told."""
    times = Counter(entry.value for entry in entries)
    told = {message(seed, number) for call in notes.tried for number in call}
    for value in {message(seed, number) for number in range(notes.acknowledged)}:
        assert times[value] == 1, f"in the log {times[value]} times: {value!r}"
    assert max(times.values()) == 1
    assert set(times) <= told, "the log has a message that nobody published"
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))


def message_ids(entries):
    """The ids of all entries, which are CloudEvents in structured mode."""
    return [json.loads(entry.value)["id"] for entry in entries]


def assert_state_is_right(shipped, entries):
    """The log proves itself, the state is what the oracle makes of the log, and a rebuild comes to the same."""
    proof = shipped.run("verify", "--json")
    assert proof["ok"], proof["faults"]
    listed = shipped.run("list", "--limit", "1000000", "--json")["contacts"]
    assert comparable(listed) == expected_contacts(entries)
    rebuilt = shipped.run("rebuild", "--json")
    assert rebuilt["full_digest"] == proof["full_digest"]


def expected_contacts(entries):
    """What the oracle makes of the log, in the shape of `comparable`."""
    decided = [entry for entry in entries if entry.reason in (None, "identity_conflict")]
    people, accepted = fold([_message(entry) for entry in decided])
    assert accepted == [entry.reason is None for entry in decided]
    return comparable(people)


def _message(entry):
    event = json.loads(entry.value)
    stated = entry.bus_time
    if "time" in event:
        stated = min(stated, round(datetime.fromisoformat(event["time"]).timestamp() * 1_000_000))
    return Message(event["type"], event["data"], stated)


def comparable(contacts):
    """Contacts as sorted JSON texts of what they say: types count, order does not."""
    names = ("phone", "user_id", "traits")
    return sorted(
        json.dumps({name: one[name] for name in names} | {"tags": sorted(one["tags"])}, sort_keys=True)
        for one in contacts
    )
