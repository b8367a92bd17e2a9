"""After an erasure no byte of a person is left in any file of the data folder (R31)."""

import random
import re
from contextlib import closing
from shutil import copytree

import orjson
import pytest

from ledger.bus.sqlite import renew
from ledger.sqlite import connect
from projections.projector.projection import Projection
from service.deployment.tables.views import View, Views
from service.jobs.erasing.places import PlaceReceipt, is_done
from service.jobs.exports.wanted_export import WantedExport
from service.queries.contact.find import find
from service.queries.filters.selection import Selection
from service.wiring.backups import erasures_in
from service.wiring.erasing import erasing
from service.wiring.exports import export_maker, exports
from service.wiring.ledger import verification
from tests.examples import ASHA, GAVIN
from tests.service.imports.imported import WorldImports, silent
from tests.service.imports.orders import UNDO, order
from tests.world import SHOP, UntilCaughtUp, World

PHONE, NATIONAL = GAVIN, GAVIN[3:]
WORDS = ("Zyxwvutsr", "Qponmlkji", "gavin-user-7731", "zq@hidden.example", "Quaintville")
"""Values of the person that nobody else has."""


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        yield made


def traces(world):
    """(file, what of the person is in it) of every file in the data folder."""
    phone = int(PHONE)
    needles = [
        NATIONAL.encode(),
        *(word.encode() for word in WORDS),
        phone.to_bytes(5, "big"),
        phone.to_bytes(8, "little"),
    ]
    found = []
    for path in world.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [(path.relative_to(world.folder).as_posix(), needle) for needle in needles if needle in content]
    return found


def gavin(world):
    world.track(phone=PHONE, user_id="gavin-user-7731", name="Zyxwvutsr Qponmlkji", email="zq@hidden.example")
    world.track(user_id="gavin-user-7731", city="Quaintville")
    world.tag("Zyxwvutsr", phone=PHONE)


def others(world, count, seed=1):
    chance = random.Random(seed)
    for number in range(count):
        phone = f"+9198{chance.randrange(10**8):08}"
        world.track(phone=phone, user_id=f"user-{chance.random()}", name=f"Somebody {number}", city="Pune")


def user(id):
    about = {"specversion": "1.0", "source": SHOP, "type": "UserTracked", "id": f"u{id}", "data": {"userId": f"u{id}"}}
    return orjson.dumps(about)


def erase(world, who=PHONE):
    """Order it, and finish it as far as it goes."""
    with erasing(world.deployment, "/cli") as work:
        pending = work.order(lambda log: find(log, who), "asha", "asked to be forgotten")
        world.settle()
        work.go_on()
        return work.table.receipt(pending.contact)


def test_no_byte_of_the_person_is_left_in_any_file(world):
    others(world, 50)
    gavin(world)
    others(world, 50, 2)
    world.settle()
    assert traces(world)
    receipt = erase(world)
    assert [one["place"] for one in receipt if one["state"] == "waiting"] == []
    assert traces(world) == []
    assert len(world.contacts()) == 100


def test_nor_where_pages_have_been_split_and_blocks_were_made(world):
    others(world, 1500)
    gavin(world)
    world.settle()
    others(world, 2500, 2)
    world.settle()
    world.rebuild()
    with world.drivers.log_reader() as log:
        projection = Projection(log, world.drivers.generations())
        while projection.use_idle_turn():
            pass
        projection.close()
    erase(world)
    assert traces(world) == []


@pytest.mark.parametrize("is_on_two_buses", [False, True])
def test_nor_on_a_large_bus_where_the_same_messages_came_again(world, is_on_two_buses):
    gavin(world)
    with closing(world.drivers.bus().reader()) as bus:
        bus.seek({})
        sent = [one.value for one in bus.poll(100, 0)]
    for number in range(40):
        ids = range(500 * number, 500 * (number + 1))
        world.publish([user(id) for id in ids] + (sent if number in (19, 39) else []))
    world.settle()
    if is_on_two_buses:
        renew(world.deployment.data / "bus.db")
        with world.drivers.consumer(bus_accepted_by="cli:asha") as consumer:
            consumer.run(UntilCaughtUp(world, consumer.log))
    erase(world)
    assert traces(world) == []


def test_nor_in_what_was_only_kept_to_be_quicker(world):
    """Past states, exports, a draft that a killed verify left, and the outcomes of audit runs."""
    gavin(world)
    others(world, 5)
    world.settle()
    with world.drivers.log_reader() as log:
        world.drivers.past().at(log, 3)
    exports(world.deployment, Nowhere()).ask(WantedExport(columns=("name", "phone")), "office")
    with export_maker(world.deployment) as maker:
        maker.run()
    for name in ("verify/state.building", "audits/0.json"):
        path = world.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{PHONE} Zyxwvutsr")
    world.rebuild()
    held = {re.split("[/.]", name)[0] for name, _ in traces(world)}
    assert {"past", "exports", "verify", "audits", "state", "log", "bus"} <= held
    erase(world)
    assert traces(world) == []


def test_nor_in_filters_that_named_the_person(world):
    """Of a change of many contacts, of an export and of views: by phone, user id, name and email address."""
    gavin(world)
    others(world, 3)
    world.settle()
    with closing(WorldImports(world)) as imports:
        for where in (f"phone={PHONE}", "user_id=gavin-user-7731", "email=zq@hidden.example"):
            selection = {"where": [where], "tag": [], "q": None, "match": "all"}
            id = imports.uploads.edit({**selection, "traits": {"area": "Aundh"}, "reason": "moved"}, (), "area set")
            imports.importer.go_on(id, silent)
            imports.run(id)
    with closing(world.drivers.store()) as store:
        views = Views(store, world.next_id)
        for where in (f"phone={PHONE}", "user_id=gavin-user-7731", "name=zyxwvutsr QPONMLKJI", "city=Pune"):
            query = {"where": [where], "tag": [], "q": None, "match": "all"}
            views.save(View("", where[:5], query, None, "-modified", is_shared=False, owner="asha"))
    asked = WantedExport(Selection(where=("email=zq@hidden.example",)), columns=("name", "phone"))
    exports(world.deployment, Nowhere()).ask(asked, "office")
    with export_maker(world.deployment) as maker:
        maker.run()
    erase(world)
    assert traces(world) == []
    with closing(world.drivers.store()) as store:
        assert [view.query["where"] for view in Views(store, world.next_id).seen_by("asha")] == [["city=Pune"]]
    assert verification(world.deployment).run().faults == ()


def test_it_waits_until_the_projector_has_written_the_full_text_index_anew(world):
    gavin(world)
    others(world, 3)
    world.settle()
    with closing(world.log()) as log, closing(Projection(log, world.drivers.generations())) as projection:
        while projection.use_idle_turn():
            pass
    with erasing(world.deployment, "/cli") as work:
        pending = work.order(lambda log: find(log, PHONE), "asha", "asked to be forgotten")
        world.consume()
        world.project_orders()
        work.go_on()
        (state,) = [one for one in work.table.receipt(pending.contact) if one["place"] == "state"]
        assert (state["state"], state["note"]) == ("waiting", "the projector writes the full-text index anew")
        world.project()
        work.go_on()
        assert all(one["state"] != "waiting" for one in work.table.receipt(pending.contact))
    assert traces(world) == []


def test_what_came_between_the_order_and_its_append_is_looked_for_too(world):
    """The order is given while the consumer lags: the person has another identity by the time it is taken."""
    world.track(phone=PHONE, name="Zyxwvutsr")
    world.settle()
    world.track(phone=PHONE, user_id="gavin-user-7731")
    world.track(user_id="gavin-user-7731", city="Quaintville")
    erase(world)
    assert traces(world) == []


def test_what_is_somebody_else_s_by_then_stays_whole(world):
    """Undo frees a phone, and a later file gives it to somebody new: the first contact's erasure is not theirs."""
    with closing(WorldImports(world)) as imports:
        header = "Country Code,Phone Number,Name\n"
        first = imports.bring(f"{header}91,{NATIONAL},Zyxwvutsr\n")
        old = world.contact(PHONE)["id"]
        order(imports, first, UNDO)
        text = f"{header}91,{NATIONAL},Asha\n91,{NATIONAL}x,Bad\n"
        second = imports.bring(text)["id"]
        new = world.contact(PHONE)["id"]
    assert new != old
    erase(world, old)
    assert (world.folder / "imports" / second / "source.csv").read_text() == text
    assert world.contact(PHONE)["traits"] == {"name": "Asha"}
    assert b"Asha" in b"".join(path.read_bytes() for path in world.folder.glob("bus.db*"))
    assert {name for name, needle in traces(world) if needle == b"Zyxwvutsr"} == set()


def test_why_two_were_merged_and_split_is_nowhere_once_one_of_them_is_erased(world):
    for phone in (GAVIN, ASHA):
        world.track(phone=phone)
    world.settle()
    ids = [world.contact(phone)["id"] for phone in (GAVIN, ASHA)]
    why = "Asha writes from her husband's telephone"
    world.send_signed("/cli", "ContactsMerged", "o1", {"survivor": ids[0], "absorbed": ids[1], "reason": why})
    world.send_signed("/cli", "ContactsSplit", "o2", {"absorbed": ids[1], "reason": why})
    world.settle()
    assert why.encode() in b"".join(path.read_bytes() for path in world.folder.glob("bus.db*"))
    erase(world, ASHA)
    assert why.encode() not in b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())


def test_nothing_is_left_of_somebody_whose_number_was_changed_by_either_number(world):
    new = "+919811098110"
    gavin(world)
    world.settle()
    said = {"contact": world.contact(PHONE)["id"], "phone": new, "by": "asha", "reason": "moved to Quaintville"}
    world.send_signed("/cli", "NumberChanged", "o1", said)
    world.track(phone=new, area="Quaintville")
    world.track(phone=PHONE, name="Zyxwvutsr")
    world.settle()
    receipt = erase(world, new)
    assert [one["place"] for one in receipt if one["state"] == "waiting"] == []
    assert traces(world) == []
    left = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    assert new[3:].encode() not in left
    assert int(new).to_bytes(5, "big") not in left


def test_a_restored_backup_that_takes_the_order_from_the_bus_erases_everywhere(world, tmp_path):
    """Nobody gave the order there: its log alone knows that something is to be gone through."""
    with closing(WorldImports(world)) as imports:
        imports.bring(f"Country Code,Phone Number,Name\n91,{NATIONAL},Zyxwvutsr\n")
    others(world, 5)
    world.settle()
    copytree(world.folder, tmp_path / "restored")
    erase(world)
    with closing(World(tmp_path / "restored")) as restored:
        with closing(connect(world.folder / "bus.db")) as bus, closing(connect(restored.folder / "bus.db")) as copy:
            bus.backup(copy)
        restored.settle()
        with erasing(restored.deployment, "/cli") as work:
            work.go_on()
            assert work.table.pending() == []
            (ordered,) = erasures_in(restored.deployment.service_path, restored.deployment.ledger.id)
            assert is_done([PlaceReceipt(**one) for one in work.table.receipt(ordered.contact)])
        assert traces(restored) == []
        assert len(restored.contacts()) == 5


class Nowhere:
    """Begins no command: the test makes the export itself."""

    def begin(self, *_):
        return True
