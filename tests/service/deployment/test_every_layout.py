"""A data folder of each version of the log's layout goes on, and the messages in it are taken alike by this program.

`folders/layout-N.tar.xz` is what a program of version N made of the story of `tampered.story`, and of orders that were
new then: a dropped message (6), an erasure (7), a merge and a split by hand (8), an erasure that is not gone through
yet (9), people who are kept out, and one who was let in again (10), changed numbers, one taken back, one given up (11).
That of 7 is without its state, which the projector makes anew. Who makes a version adds its folder.
"""

import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from ledger.bus.port import Message
from ledger.log.sqlite.schema import VERSION, version_of
from ledger.sqlite import connect
from projections.state.digest import content_digest
from service.jobs.verifying import Extent
from service.wiring.ledger import verification
from tests.world import World

FOLDERS = Path(__file__).with_name("folders")
SECRET = "the secret of a test folder"
LAYOUTS = range(4, VERSION + 1)


@pytest.fixture(params=LAYOUTS)
def kept(request, tmp_path):
    """A world whose files are as a program of this version left them; versions 2 and 3 are those of `earlier`."""
    with tarfile.open(FOLDERS / f"layout-{request.param}.tar.xz") as archive:
        archive.extractall(tmp_path / "data", filter="data")
    with closing(connect(tmp_path / "data/log.db", read_only=True)) as log:
        assert version_of(log) == request.param
    with closing(World(tmp_path / "data", secret=SECRET)) as world:
        yield world


def test_it_is_brought_up_to_date_and_all_that_it_holds_is_proved(kept):
    kept.settle()
    kept.send("UserTracked", {"phone": "+919967536783", "traits": {"city": "Delhi"}}, id="later")
    kept.settle()
    with closing(connect(kept.deployment.log_path, read_only=True)) as log:
        assert version_of(log) == VERSION
    report = verification(kept.deployment).run(Extent(is_deep=True, all_files=True))
    assert report.faults == ()
    assert kept.contact("+919967536783")["traits"]["city"] == "Delhi"


def test_what_is_folded_anew_is_what_was_kept(kept):
    kept.settle()
    before = kept.contacts()
    kept.rebuild()
    assert kept.contacts() == before


def test_its_messages_are_decided_and_folded_alike_by_this_program(kept, tmp_path):
    """But for orders that name contacts by the ids that were drawn then, and whom they were about."""
    kept.settle()
    entries = kept.entries()
    ends = next((one.position for one in entries if one.type in _BY_ID), len(entries) + 1)
    with closing(World(tmp_path / "anew", secret=SECRET)) as anew:
        publisher = anew.drivers.bus().publisher()
        for one in entries[: ends - 1]:
            if one.value is not None:
                publisher.publish([Message(one.key, one.value, one.headers)])
                anew.consume()
        publisher.close()
        anew.project()
        with closing(anew.state()) as state:
            found = content_digest(state.by_identity())
    assert found == _digest_at(kept, ends - 1)


_BY_ID = ("ContactErased", "ContactsMerged", "ContactsSplit", "NumberChanged")


def _digest_at(world, position):
    """That of the contacts as of a position, without whoever was erased since."""
    with world.drivers.log_reader() as log, world.drivers.past().at(log, position).reading() as state:
        return content_digest(state.by_identity())
