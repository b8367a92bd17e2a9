"""Bulk erasures of a world, moved by hand."""

from dataclasses import replace

from service.queries.filters.selection import Selection
from service.wiring.bulk_erasing import bulk_eraser, bulk_erasures
from service.wiring.drivers import now

GOA = Selection(where=("city=Goa",))
WHY = "contract has ended"


class Bulk:
    """Bulk erasures of a world, worked on two contacts at a time by `eraser`.

    `before` comes before each step's orders are published, `after` when they are taken.
    """

    def __init__(self, world, work, store, before=lambda: None, after=lambda: None, clock=now):
        self.world, self.acts = world, []
        self.asked = replace(bulk_erasures(world.drivers, store, self.acts.append), clock=clock)

        def publish(messages):
            before()
            work.publish(messages)
            world.settle()
            after()

        self.eraser = bulk_eraser(world.drivers, replace(work, publish=publish), store)
        self.eraser.at_once, self.eraser.clock = 2, clock

    def counted(self, asked=GOA, why=WHY, *, keep_out=False):
        """What an erasure of a selection is like when its contacts are counted."""
        id = self.asked.ask(asked, "asha", why, keep_out=keep_out, source="/cli")["id"]
        self.eraser.turn()
        return self.asked.find(id)

    def erase(self, asked=GOA):
        """What it is like when it has ended."""
        one = self.counted(asked)
        self.asked.confirm(one["id"], one["contacts"], "asha")
        return self.ended(one["id"])

    def ended(self, id):
        """The same of one that is confirmed."""
        for _ in range(20):
            if self.asked.find(id)["state"] in ("done", "failed"):
                break
            self.eraser.turn(5.0)
        return self.asked.find(id)


def phone(number):
    return f"+9198330{number:05}"


def people(world, city, numbers):
    for number in numbers:
        world.track(phone=phone(number), user_id=f"{city}-user-{number}", name=f"Somebody {number}", city=city)
    world.settle()


def traces(world, *needles):
    """The files of the data folder that hold one of these."""
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    return {path.name for path in files for needle in needles if needle.encode() in path.read_bytes()}
