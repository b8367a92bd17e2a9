"""Where an event came from, in words: a key, a person, a file and its line, a service upstream (R27)."""

import pytest

from service.queries.contact import contact as documents
from service.queries.contact.find import find
from service.queries.contact.origins import Origins
from tests.examples import GAVIN
from tests.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "data")
    yield made
    made.close()


def _row(world, id, data):
    told = {"phone": GAVIN, "match": "phone", "row": 1, "line": 42, "rowend": True, "traits": {"city": "Pune"}}
    world.send_signed(f"/imports/{id}", "ImportStarted", f"{id}.started", {"import": id, **data})
    world.send_signed(f"/imports/{id}", "UserTracked", f"{id}.000001.u", told)
    world.settle()


def _told(world, **files):
    with world.drivers.log_reader() as log:
        found, origins = find(log, GAVIN), Origins(log, files.get)
        event = documents.history(log, found, origins)["events"][-1]
        return event["origin"], documents.explain(log, found, origins)["values"]["city"]["origin"]


def test_a_row_of_a_file_is_told_with_the_file_the_line_and_who_brought_it(world):
    _row(world, "i1", {"file_name": "october.csv", "by": "Meera Shah"})
    expected = {
        "kind": "file",
        "name": "october.csv",
        "by": "Meera Shah",
        "import": {"id": "i1", "file": "october.csv", "line": 42, "rows": None},
    }
    assert _told(world) == (expected, expected)


def test_a_file_of_an_import_that_did_not_say_its_name_is_asked_for_elsewhere(world):
    _row(world, "i1", {})
    assert _told(world)[0]["name"] == "a file"
    assert _told(world, i1="october.csv")[0]["name"] == "october.csv"


def test_an_edit_is_a_persons_in_the_hub(world):
    world.send_signed("/hub", "UserTracked", "h1", {"phone": GAVIN, "traits": {"city": "Pune"}, "by": "Meera Shah"})
    world.settle()
    assert _told(world)[0] == {"kind": "hub", "name": "Hub", "by": "Meera Shah"}


def test_a_service_upstream_is_named_by_its_source_whatever_it_says_of_itself(world):
    world.send("UserTracked", {"phone": GAVIN, "traits": {"city": "Pune"}, "by": "Meera Shah"})
    world.settle()
    assert _told(world)[0] == {"kind": "upstream", "name": "shop.example/orders", "by": None}
