"""What tests of the projections start from: a log fed by hand, and its state projected in pages of any size."""

from contextlib import closing

import pytest

from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.fold.contact_document import contact_document
from projections.projector.projection import Projection
from projections.state.generations import Generations
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import StateFileReader
from tests.everybody import everybody
from tests.intake import Intake, erasure_message


class Room:
    """An intake with its state beside it."""

    def __init__(self, folder):
        self.folder = folder
        self.intake = Intake(folder / "log.db")
        self.generations = Generations(folder / "state", StateFile)
        self.reader = SqliteLogReader(folder / "log.db")

    def take(self, *messages, **options):
        return self.intake.take(*messages, **options)

    def erase(self, entry):
        """Erase the contact that an entry made; gives the entry of the order."""
        (erased,) = self.take(erasure_message(entry))
        assert erased.reason is None, erased.detail
        return erased

    def project(self, page=10_000):
        """Fold everything there is, as a projector that was started anew."""
        projection = Projection(self.reader, self.generations)
        projection.take_up_rebuilt()
        while projection.advance(page):
            pass
        projection.close()

    def state(self):
        return StateFileReader(self.generations.current_path())

    def contacts(self):
        with closing(self.state()) as state:
            return [contact_document(one) for one in everybody(state)]

    def outcomes(self):
        """(row, outcome, is older) of every row of every import, in log order."""
        with closing(self.state()) as state:
            return [(row, outcome, bool(older)) for _, _, row, outcome, older, _ in state.outcome_lines()]

    def close(self):
        self.reader.close()
        self.intake.close()


@pytest.fixture
def room(tmp_path):
    with closing(Room(tmp_path)) as made:
        yield made
