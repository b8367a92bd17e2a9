"""The kinds of storage that the contract of contact state is tried on, and contacts to put into it."""

from contextlib import closing, contextmanager
from pathlib import Path

from ledger.events import tags as tag_rules
from projections.fold.evolve import VERSION
from projections.fold.growth import Growth
from projections.fold.page import ImportIds
from projections.fold.state import ContactState
from projections.state.answers import Checkpoint
from projections.state.sqlite.file import StateFile


class SqliteStorage:
    """A state file of its own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "state.db"

    def writer(self):
        return self.stored().writer()

    def stored(self):
        return StateFile(self._path)


class Kept:
    """A state by hand: `save` is a page of the log that left contacts so, or took them away."""

    def __init__(self, storage) -> None:
        self.storage = storage
        self.writer = storage.writer()
        self.import_ids = ImportIds(None)
        self.import_ids[1] = "i1"

    def save(self, *states, gone=(), rows=(), open_rows=None, imports=None, at=None, settled=(), new=(), counts=None):
        position = max([one.position for one in states], default=self.writer.checkpoint().position)
        growth = Growth()
        contacts = self.writer.new_contacts(self.import_ids, growth)
        for row in new:
            assert contacts.take(row)
        checkpoint = Checkpoint(at or position, bytes(32), VERSION)
        counts = growth.counts | (counts or {})
        self.writer.save(states, contacts, gone, rows, open_rows or {}, imports or {}, checkpoint, counts, settled)

    @contextmanager
    def reading(self):
        with self.storage.stored().reading() as state:
            yield state

    def ask(self, question):
        with self.reading() as state:
            return question(state)

    def close(self):
        with closing(self.writer):
            pass


def contact(number, *, position=None, phone=None, tags=(), modified=None, **traits):
    """The contact with this number, last told of at `position` (its number unless given), when it changed too."""
    at = position or number
    return ContactState(
        contact=number,
        id=number.to_bytes(16, "big"),
        phone=phone,
        user_id=None if phone else f"u-{number}",
        created=number,
        modified=modified or at,
        position=at,
        traits=traits,
        stamp=(at, at),
        stamps={},
        tags={tag_rules.fold(tag): (tag, at) for tag in tags},
    )
