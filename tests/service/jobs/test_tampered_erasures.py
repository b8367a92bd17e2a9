"""What the log keeps of erased messages is what its erasures say (R31)."""

import re

import pytest

from tests.examples import GAVIN
from tests.service.jobs.test_tampering import edit, said


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM erased_names WHERE position = 1",
        "DELETE FROM erased_names",
        "INSERT INTO erased_names VALUES (x'00', 1)",
    ],
)
def test_a_name_of_an_erased_message_that_is_gone_or_was_added_is_found(world, statement):
    """The message would be taken again, and with it the person; or another one of that name would be left out."""
    world.track(phone=GAVIN)
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    world.send_signed("/cli", "ContactErased", "e1", {"contact": world.contact(GAVIN)["id"], "by": "x", "reason": "x"})
    world.settle()
    assert said(world) == []
    edit(world.deployment.log_path, statement)
    (fault,) = said(world)
    assert re.fullmatch(r"erased_names: \d names are never taken again, and the erasures say 2", fault)
