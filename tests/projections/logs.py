"""Logs that hold a random stream of messages."""

from contextlib import closing

from ledger.log.sqlite.reading.reader import SqliteLogReader
from tests.intake import Intake
from tests.worlds import records


def log_of(here, stream, **options):
    """A log with the stream in it."""
    with closing(Intake(here / "log.db", **options)) as intake:
        intake.append(records(stream))
    return closing(SqliteLogReader(here / "log.db"))
