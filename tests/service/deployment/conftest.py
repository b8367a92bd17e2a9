"""What tests of a data folder start from."""

import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.examples import GAVIN
from tests.world import World

FOLDERS = Path(__file__).with_name("folders")


@pytest.fixture(params=["1888533", "355a4b1"])
def earlier(request, tmp_path):
    """A world whose files are as that commit left them."""
    with tarfile.open(FOLDERS / f"{request.param}.tar.xz") as archive:
        archive.extractall(tmp_path / "data", filter="data")
    with closing(World(tmp_path / "data")) as world:
        yield world


@pytest.fixture
def used(world):
    """A ledger with an entry, projected, with keys; all of its files are closed."""
    world.track(phone=GAVIN)
    world.settle()
    world.drivers.store().close()
    world.close()
    return world
