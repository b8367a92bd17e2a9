"""Commands about imports need no server, also where the contacts have to be folded anew first."""

from contextlib import closing

import orjson
import pytest

from ledger.sqlite import connect
from tests.examples import GAVIN
from tests.service.cli.test_edits import run


def of_an_earlier_version(path):
    with closing(connect(path)) as state:
        state.execute("PRAGMA user_version = 3")
        state.execute("UPDATE checkpoint SET fold_version = 3")


def half_made(path):
    """As a full disk, or a kill in the very first moment, leaves it."""
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()
    path.touch()


@pytest.mark.parametrize("leave", [of_an_earlier_version, half_made])
def test_a_state_that_has_to_be_folded_anew_is_waited_for(world, tmp_path, leave):
    """It was refused, with the projector named that nobody ran."""
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    leave(world.drivers.generations().current_path())
    file = tmp_path / "people.csv"
    file.write_text(f"Phone,City\n{GAVIN},Goa\n")
    done = orjson.loads(run(world, "import", str(file), "--json"))
    assert (done["state"], done["updated"]) == ("done", 1)
    leave(world.drivers.generations().current_path())
    run(world, "imports", "undo", done["id"], "--json")
    assert world.contact(GAVIN)["traits"] == {"city": "Pune"}
