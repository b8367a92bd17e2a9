"""Reading a known number of records from a bus, and asking whether it takes one."""

import time

from ledger.bus.port import BusError


def read(reader, count, *, limit=1_000, seconds=20.0):
    """Exactly `count` records; fails when they do not come within `seconds`."""
    deadline = time.monotonic() + seconds
    records = []
    while len(records) < count:
        assert time.monotonic() < deadline, f"only {len(records)} of {count} records came"
        records += reader.poll(min(limit, count - len(records)), 1.0)
    return records


def values(records):
    """What the records carry."""
    return [record.value for record in records]


def comes_through(publisher, message):
    """Whether the bus takes the message now."""
    try:
        publisher.publish([message])
    except BusError:
        return False
    return True
