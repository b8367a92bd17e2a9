"""One state in a file: what the rest is handed, whoever reads, writes or proves it."""

from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import sqlite
from ledger.storage import StorageFault
from projections.state.port import StateProof, StateWriter, StoredState
from projections.state.sqlite.tables import ledger_of

if TYPE_CHECKING:
    from projections.state.sqlite.reader import StateFileReader


@dataclass(frozen=True, slots=True)
class StateFile(StoredState):
    """Contact state in a file. What readers, writers and `verify` need is loaded when it is asked for."""

    path: Path

    def ledger(self) -> str | None:
        """See `StoredState.ledger`."""
        try:
            with closing(sqlite.connect(self.path, read_only=True)) as connection:
                return ledger_of(connection)
        except StorageFault:
            return None

    def reading(self) -> AbstractContextManager["StateFileReader"]:
        """See `StoredState.reading`."""
        from projections.state.sqlite.reader import reading

        return reading(self.path)

    def proving(self) -> AbstractContextManager[StateProof]:
        """See `StoredState.proving`."""
        from projections.state.sqlite.proving.proving import StateFileProof

        return closing(StateFileProof(self.path))

    def writer(self, *, is_scratch: bool = False) -> StateWriter:
        """See `StoredState.writer`."""
        from projections.state.sqlite.writer import StateStore

        return StateStore(self.path, is_scratch=is_scratch)
