"""A log folded by ranges of contacts: the same state as page by page (R28)."""

from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from projections.projector.projector import Projector
from projections.projector.ranges import Sizes
from projections.projector.rebuild import fold_into
from projections.state.digest import full_digest
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from projections.state.sqlite.writer import StateStore
from tests.projections.logs import log_of
from tests.worlds import bounded, folder, mixed_streams


@bounded(40)
@given(mixed_streams(), st.integers(1, 4), st.integers(1, 6), st.data())
def test_ranges_of_any_size_come_to_the_state_that_pages_do(stream, contacts, entries, data):
    """R28, for every position: also with rows of an import open there, and contacts that were merged later."""
    with folder() as here, log_of(here, stream) as log:
        sizes = Sizes(contacts, entries, section=data.draw(st.integers(1, 6)))
        until = data.draw(st.integers(0, log.head().position))
        fold_into(StateFile(here / "ranges.db"), log, until=until, sizes=sizes)
        with closing(StateStore(here / "pages.db")) as store:
            projector, page = Projector(log, store), data.draw(st.integers(1, 8))
            while projector.advance(until=until, limit=page) or projector.refold(1):
                pass
            open_rows = store.open_rows()
        with reading(here / "pages.db") as pages, reading(here / "ranges.db") as ranged:
            assert full_digest(pages) == full_digest(ranged)
            assert pages.checkpoint() == ranged.checkpoint()
        with closing(StateStore(here / "ranges.db")) as store:
            assert store.open_rows() == open_rows
