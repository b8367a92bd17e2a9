"""Messages of an import that come again, with other bytes around their signatures: nothing of it changes (R22, R33)."""

import pytest

from tests.examples import ASHA, GAVIN

FILE = f"Phone,User ID,City\n{GAVIN},other,Pune\n{ASHA},,Goa\n"


def counts(document):
    return {name: document[name] for name in ("state", "rows", "created", "rejected", "pending")}


@pytest.mark.parametrize("reason", [None, "identity_conflict"])
def test_the_counts_of_an_import_stand_when_its_rows_come_again(imports, world, reason):
    world.track(phone=GAVIN, user_id="u1")
    world.settle()
    before = imports.bring(FILE)
    assert counts(before) == {"state": "done", "rows": 2, "created": 1, "rejected": 1, "pending": 0}
    values = [one.value for one in world.entries() if one.reason == reason and one.type == "UserTracked"]
    world.publish([value + b" " * count for value in values for count in range(3)])
    world.settle()
    assert counts(imports.importer.results.show(before["id"])) == counts(before)


def test_an_order_that_was_refused_is_never_carried_out(imports, world):
    id = imports.bring(FILE)["id"]
    for number, type in enumerate(("ImportUndone", "ImportUndone", "ImportRedone")):
        world.send_signed(f"/imports/{id}", type, f"{id}.{number}", {"import": id, "by": "asha", "reason": "r"})
        world.settle()
    (refused,) = [one for one in world.entries() if one.reason == "wrong_state"]
    world.publish([refused.value + b"\n"])
    world.settle()
    assert imports.importer.results.show(id)["undoing"]["what"] == "redo"
