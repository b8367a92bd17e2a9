"""An erasure finds what became of a row by where its message stands, and looks through all of an import for others."""

from contextlib import closing

import pytest

from ledger import sqlite
from tests.examples import ASHA, GAVIN, RAVI
from tests.intake import row
from tests.projections.proof import anew, faults, live


def spoil(room, until):
    """Whoever reads what became of the rows up to this position fails."""
    with closing(sqlite.connect(room.generations.current_path())) as state:
        assert state.execute("UPDATE outcomes SET rows = 'spoilt' WHERE until = ?", (until,)).rowcount == 1


def test_of_an_import_only_what_is_near_its_message_is_read(room):
    room.take(row(1, ASHA))
    room.project()
    second, _ = room.take(row(2, GAVIN), row(3, ASHA, traits={"city": "Goa"}))
    room.project()
    room.take(row(4, RAVI))
    room.project()
    for until in (1, 4):
        spoil(room, until)
    room.erase(second)
    room.project()
    with closing(sqlite.connect(room.generations.current_path(), read_only=True)) as state:
        kept = state.execute("SELECT outcome, rows FROM outcomes WHERE rows != 'spoilt' ORDER BY outcome").fetchall()
        counts = state.execute("SELECT created, updated, erased FROM imports").fetchone()
    assert kept == [("erased", "[2]"), ("updated", "[3]")]
    assert counts == (2, 1, 1)


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_rows_are_counted_as_erased_however_many_messages_were_saved_together(room, pages):
    everybody = [f"+9198201{number:05}" for number in range(30)]
    made = []
    for number, phone in enumerate(everybody):
        made += room.take(row(number + 1, phone))
        if number % pages == 0:
            room.project()
    room.take(*(row(100 + number, phone, traits={"city": "Goa"}) for number, phone in enumerate(everybody[::2])))
    room.project()
    for one in made[::3]:
        room.erase(one)
    room.project()
    outcomes = {number: outcome for number, outcome, _ in room.outcomes()}
    for number, phone in enumerate(everybody):
        is_erased = number % 3 == 0
        assert outcomes[number + 1] == ("erased" if is_erased else "created")
        if phone in everybody[::2]:
            assert outcomes[100 + number // 2] == ("erased" if is_erased else "updated")
    assert faults(room) == []
    assert live(room) == anew(room)
