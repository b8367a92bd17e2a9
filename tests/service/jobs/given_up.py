"""Two people who had the same number, one after the other."""

from contextlib import closing

from tests.examples import ASHA, GAVIN
from tests.service.imports.imported import WorldImports
from tests.world import World

HEADER = "Country Code,Phone Number,Name\n"
NEW = ASHA


def say(world: World, imports: WorldImports, name: str) -> None:
    """By GAVIN's number: a row, a row that is a duplicate of it, an event and a message that is rejected."""
    imports.bring(f"{HEADER}91,{GAVIN[3:]},{name}row\n91,{GAVIN[3:]},{name}duplicate\n")
    world.track(phone=GAVIN, note=f"{name}event")
    world.send("UserTracked", {"phone": GAVIN, "traits": [f"{name}rejected"]})
    world.settle()


def two_holders(world: World) -> tuple[str, str]:
    """The ids of Quuxannabel, who gave the number up, and of Zedekiah, who has it since; both `say` things by it."""
    with closing(WorldImports(world)) as imports:
        say(world, imports, "Quuxannabel")
        old = world.contact(GAVIN)["id"]
        order = {"contact": old, "phone": NEW, "by": "asha", "reason": "a new SIM", "oldBeginsAnew": True}
        world.send_signed("/cli", "NumberChanged", "o1", order)
        world.settle()
        say(world, imports, "Zedekiah")
    return old, world.contact(GAVIN)["id"]
