"""A state file held against one that was folded anew, for `verify`."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing

from ledger.log.fault import Fault
from projections.state.indexes import TAGS
from projections.state.port import StateProof, StoredState
from projections.state.sqlite.proving.comparing import (
    contact_faults,
    count_faults,
    dirty_faults,
    import_faults,
    outcome_faults,
)
from projections.state.sqlite.proving.comparing_lookups import block_faults, full_text_faults, part_faults, tag_faults
from projections.state.sqlite.proving.raw import RawStateFile


class StateFileProof(RawStateFile, StateProof):
    """What `verify` reads of a state file."""

    def faults_beside(
        self,
        anew: StoredState,
        touched: Callable[[str], Mapping[int, Collection[int]]],
        ordered: Mapping[str, int],
        has_erasures: bool,
    ) -> Iterator[Iterator[Fault]]:
        """See `StateProof.faults_beside`."""
        has_tags = self.keeps(TAGS)
        if has_tags:
            with closing(anew.writer()) as store:
                store.index([TAGS])
        with closing(RawStateFile(anew.path)) as other:
            yield part_faults(self, other)
            yield contact_faults(self, other)
            yield import_faults(self, other, ordered)
            yield dirty_faults(self, touched)
            yield outcome_faults(self, other)
            yield count_faults(self, other, has_erasures)
            yield block_faults(self, other)
            yield full_text_faults(self, other)
            if has_tags:
                yield tag_faults(self, other)
