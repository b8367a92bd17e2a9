"""What tests of backups start from: a world with a story, a place for its backup, and the world that comes of it."""

from contextlib import closing

import pytest

from service.deployment.settings import load
from service.wiring.backups import backup_parts, restore_place
from tests.examples import ASHA, GAVIN
from tests.service.imports.imported import WorldImports
from tests.world import World


def silent(what, done, total):
    pass


class Carrier:
    """Takes backups of a world, and restores them into worlds of their own."""

    def __init__(self, world, tmp_path):
        self.world = world
        self.folder = tmp_path / "backup"
        self.data = tmp_path / "restored"
        self._made = []

    def take(self, progress=silent, by="asha"):
        with backup_parts(self.world.deployment) as parts:
            return parts.take(self.folder, by, progress)

    def restore(self, progress=silent, **settings):
        environ = {"CONTACTS_DATA": str(self.data)} | {f"CONTACTS_{name.upper()}": v for name, v in settings.items()}
        return restore_place(load(environ)).restore(self.folder, progress)

    def restored(self, **settings):
        """The restored deployment, with what its bus has taken and folded."""
        self.restore(**settings)
        self._made.append(World(self.data, **settings))
        self._made[-1].settle()
        return self._made[-1]

    def close(self):
        for world in self._made:
            world.close()


@pytest.fixture
def story(world):
    """Contacts by calls and by a file, and something rejected."""
    world.track(phone=GAVIN, user_id="0123abc45d", city="Pune", whatsapp_opted=True)
    world.tag("vip", phone=GAVIN)
    world.track(phone=GAVIN, user_id="other")
    with closing(WorldImports(world)) as desk:
        desk.bring(f"Name,Phone\nAsha Rao,{ASHA}\nR2D2,+919833098330\n")
    world.settle()
    return world


@pytest.fixture
def carrier(story, tmp_path):
    with closing(Carrier(story, tmp_path)) as made:
        yield made
