"""The `eventsourcing` library on SQLite, as its documentation shows: an aggregate a contact, notifications read.

`python -m bench.peers.pyeventsourcing FILE CONTACTS EVENTS` makes that many contacts of that many events each, 100
aggregates a save, then reads every notification and decodes its event, in sections of ten, which is the library's
default, and again in sections of a thousand; prints the seconds of each as JSON.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application, LocalNotificationLog
from eventsourcing.domain import Aggregate, event
from eventsourcing.system import NotificationLogReader

from bench.messages import traits_of
from bench.people import person
from bench.rate import Rate

_A_SAVE = 100
_LARGE_SECTION = 1000


class Contact(Aggregate):
    """A contact; each event brings traits."""

    @event("Tracked")
    def __init__(self, phone: str, user_id: str, traits: dict[str, Any]) -> None:
        self.phone = phone
        self.user_id = user_id
        self.traits = traits

    @event("TraitsChanged")
    def change(self, traits: dict[str, Any]) -> None:
        """Set some traits."""
        self.traits = {**self.traits, **traits}


class Contacts(Application[UUID]):
    """The application."""

    def track(self, numbers: range, events: int) -> None:
        """Make contacts with some events each, and save them together."""
        contacts = []
        for number in numbers:
            one = person(number)
            contact = Contact(one.phone, one.user_id, traits_of(one))
            for turn in range(1, events):
                contact.change({"Points": f"{one.points}-{turn}"})
            contacts.append(contact)
        self.save(*contacts)


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast events are appended, and read in sections of ten and of a thousand."""

    append: Rate
    read: Rate
    read_large: Rate


@cache
def measured(folder: Path, contacts: int, events: int) -> Rates:
    """Measure in a process of its own."""
    file = folder / f"pyeventsourcing-{contacts}-{events}.db"
    command = [sys.executable, "-m", "bench.peers.pyeventsourcing", str(file), str(contacts), str(events)]
    root = str(Path(__file__).parent.parent.parent)
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": root})
    seconds = json.loads(done.stdout)
    for path in folder.glob(f"{file.name}*"):
        path.unlink()
    count = contacts * events
    return Rates(**{what: Rate(count / wall, cpu / count * 1e6) for what, (wall, cpu) in seconds.items()})


def main(file: str, contacts: int, events: int) -> None:
    """Append, then read, and print how long each took."""
    os.environ["PERSISTENCE_MODULE"] = "eventsourcing.sqlite"
    os.environ["SQLITE_DBNAME"] = file
    application = Contacts()

    def append() -> None:
        for first in range(0, contacts, _A_SAVE):
            application.track(range(first, min(first + _A_SAVE, contacts)), events)

    def read() -> None:
        reader = NotificationLogReader(application.notification_log)
        notifications = reader.read(start=1)
        assert sum(application.mapper.to_domain_event(one) is not None for one in notifications) == contacts * events

    def read_large() -> None:
        log = LocalNotificationLog(application.recorder, section_size=_LARGE_SECTION)
        notifications = NotificationLogReader(log, section_size=_LARGE_SECTION).read(start=1)
        assert sum(application.mapper.to_domain_event(one) is not None for one in notifications) == contacts * events

    print(json.dumps({each.__name__: _taken(each) for each in (append, read, read_large)}))


def _taken(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time."""
    began, began_cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - began_cpu


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
