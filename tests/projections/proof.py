"""What a log and its state prove of themselves, and what a state that is folded from the log alone says (R28)."""

from contextlib import closing

from ledger.events.signing import Signer
from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.past.verify import verify
from projections.projector.rebuild import fold_into
from projections.state.digest import digests
from projections.state.sqlite.file import StateFile
from tests.intake import SECRET


def faults(room):
    with closing(SqliteLogReader(room.folder / "log.db")) as log:
        report = verify(log, room.generations.in_use(), StateFile(room.folder / "scratch.db"), signer=Signer(SECRET))
        return [(one.position, one.fault) for one in report.faults]


def anew(room):
    """The digests of the state folded from the log alone, and its outcomes."""
    scratch = StateFile(room.folder / "anew.db")
    with closing(SqliteLogReader(room.folder / "log.db")) as log:
        fold_into(scratch, log)
    with scratch.reading() as state:
        return digests(state), list(state.outcome_lines())


def live(room):
    with closing(room.state()) as state:
        return digests(state), list(state.outcome_lines())
