"""Whoever has the files can edit them; `verify` finds every edit of log, state and imports, and says where (R28)."""

import random
import re
from contextlib import closing
from itertools import count
from threading import Event, Thread

import pytest

from ledger.log.entry import NewEntry
from ledger.log.sqlite.writer import SqliteEventLog
from ledger.sqlite import connect
from service.imports.registry.import_order import Order
from service.jobs.verifying import Extent
from service.wiring.ledger import verification
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import WorldImports
from tests.service.tampered import Tampering
from tests.worlds import IS_FULL, folder

FREE = {
    ("service.db", "imports", "revision"): "counts changes of choices, which nothing else knows of",
    ("service.db", "imports", "is_cancelling"): "somebody may have asked too late for an import to stop",
    ("service.db", "imports", "bytes"): "the log is not told how large the file was",
    ("state", "full_text_reached", "contact"): "what comes behind it is looked at by itself",
    **{
        ("state", "full_text_0_idx", one): "where FTS5 begins to look: held to what is there, not whether it is all"
        for one in ("segid", "term", "pgno", None)
    },
    ("service.db", "imports", "ended_at"): "the log tells it only as the moments of its entries",
}
"""Columns that are not held against anything, and why."""

MAY_GO = {
    "blocks": "a block that is missing is made again",
}
"""Tables, by the beginning of their names, whose rows may be removed."""

PARTS = {
    "the entries": ("log.db", lambda table: table == "entries"),
    "what the log keeps beside them": ("log.db", lambda table: table != "entries"),
    "the contacts": ("state", lambda table: table == "contacts"),
    "the rest of the state": ("state", lambda table: table != "contacts"),
    "the imports": ("service.db", lambda _: True),
}


@pytest.fixture(scope="module")
def tampering():
    with folder() as here:
        yield Tampering(here)


def test_nothing_is_wrong_with_the_ledger_as_it_is(tampering):
    assert tampering.faults(None) == []


@pytest.mark.parametrize("part", PARTS)
def test_every_edit_is_found_and_located(tampering, part):
    file, is_meant = PARTS[part]
    chance, missed, tried = random.Random(1), [], set()
    for table in filter(is_meant, tampering.tables(file)):
        for edit in (edit for _ in range(5 if IS_FULL else 1) for edit in tampering.edits(file, table, chance)):
            if (file, table, edit.column) in FREE or _may_happen(edit):
                continue
            found = tampering.faults(edit)
            if found is not None:
                tried.add((table, edit.column))
                if not any(position > 0 or _names(table, fault) for position, fault in found):
                    missed.append(f"{edit}: {found}")
    assert missed == []
    known = {(table, column) for table in filter(is_meant, tampering.tables(file))
             for column in tampering.columns(file, table) if (file, table, column) not in FREE}  # fmt: skip
    assert known <= tried | UNTRIED, "a column is neither checked nor free"


UNTRIED = {("seal", "number"), ("ledger", "only"), ("dirty", "contact"), ("dirty", "import"), ("dirty", "since"),
           ("erased_names", "name"), ("erased_names", "position"), ("full_text_stale", "contact"),
           ("full_text_erased", "first"),
           ("erased_contacts", "contact"), ("erased_contacts", "erasure"),
           ("unfinished_erasures", "erasure"), ("unfinished_erasures", "sought"),
           ("kept_out", "name"), ("kept_out", "erasure")}  # fmt: skip
"""Columns of which the story has no row that SQLite lets be edited; tests of their own are below."""


def _may_happen(edit):
    is_of_no_use = edit.table == "full_text_0_data" and "copied" in edit.what  # FTS5 reads none it does not know
    return is_of_no_use or (edit.what.endswith("removed") and edit.table.startswith(tuple(MAY_GO)))


def _names(table, fault):
    is_of_full_text = table.startswith("full_text") and re.search("full_text|fts5", fault) is not None
    return table in fault or is_of_full_text or re.search(r"contact \d", fault) is not None


def said(world, extent=None):
    report = verification(world.deployment).run(extent or Extent())
    return [fault.fault for fault in report.faults]


def edit(path, *statements):
    with closing(connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def undoing(world):
    """An import of three rows is undone, and the state has not reached its contacts yet."""
    world.track(phone=RAVI, city="Goa")
    world.settle()
    with closing(WorldImports(world)) as imports:
        brought = imports.bring(f"Name,Phone\nGavin,{GAVIN}\nAsha,{ASHA}\nRavi,{RAVI}\n")
        imports.importer.order(brought["id"], Order(is_redo=False, by="asha", reason="a test"))
    world.consume()
    world.project_orders()
    return world


def test_an_undo_that_has_not_reached_all_its_contacts_is_no_fault(undoing):
    assert said(undoing) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM dirty WHERE contact = (SELECT max(contact) FROM dirty)",
        "INSERT INTO dirty SELECT contact + 1000, import, since FROM dirty LIMIT 1",
        "UPDATE dirty SET contact = contact + 1000 WHERE contact = (SELECT max(contact) FROM dirty)",
        "UPDATE dirty SET import = 99",
        "UPDATE dirty SET since = since - 1",
        "UPDATE imports SET refolded = 1",
        "UPDATE imports SET touched = 2",
    ],
)
def test_an_edit_of_which_contacts_an_undo_has_not_reached_is_found(undoing, statement):
    edit(undoing.drivers.generations().current_path(), statement)
    assert any("dirty" in fault for fault in said(undoing))


def test_a_contact_that_was_edited_and_marked_as_waiting_for_an_undo_is_found(world):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    path = world.drivers.generations().current_path()
    edit(path, "UPDATE contacts SET traits = '{}'", "INSERT INTO dirty VALUES (1, 1, 1)")
    assert any("dirty" in fault for fault in said(world))


def test_a_contact_that_no_entry_has_erased_is_found_among_the_erased(world):
    world.track(phone=GAVIN)
    world.settle()
    edit(world.deployment.log_path, "INSERT INTO erased_contacts VALUES (1, 1)")
    assert "erased_contacts: a contact is there that no entry has erased" in said(world)


def test_an_entry_that_was_emptied_by_other_hands_is_found(world):
    world.track(phone=GAVIN)
    world.settle()
    columns = ("source", "message_id", "key", "headers", "value", "phone", "user_id", "detail", "salt")
    emptied = ", ".join(f"{column} = NULL" for column in columns)
    edit(world.deployment.log_path, f"UPDATE entries SET {emptied} WHERE position = 1")
    assert "emptied without an erasure in the log" in said(world)


def test_a_name_that_is_taken_for_erased_and_never_was_is_found(world):
    """A message of that name would be left out without a word."""
    world.track(phone=GAVIN)
    world.settle()
    edit(world.deployment.log_path, "INSERT INTO erased_names VALUES (x'00', 1)")
    assert said(world)[0] == "erased_names: a name is taken for erased, and the entry it leads to is not"


def test_identities_are_checked_while_the_state_is_behind_the_log(world):
    world.track(phone=GAVIN)
    world.track(phone=ASHA)
    world.settle()
    edit(world.deployment.log_path, "UPDATE phones SET contact = 1 WHERE contact = 2")
    world.track(phone=RAVI)
    world.consume()
    assert said(world) == ["phones: the phone of contact 2 has another contact than the entries say"]


def forge(world, **columns):
    """An entry behind the others with a right chain, which needs no secret; the projector folds it."""
    with closing(SqliteEventLog(world.deployment.log_path)) as log, log.appending("x", {}, {}) as batch:
        made = {"bus_time": 1, "type": "UserTracked", "contact": 1, "source": "/hub", "message_id": "f1"}
        batch.add(NewEntry(**made | columns))
    world.project()


VALUE = b'{"specversion":"1.0","id":"f1","source":"/hub","type":"UserTracked","ledgersig":"00","data":{"userId":"x"}}'


def test_an_entry_of_our_own_that_nobody_of_ours_signed_is_found(world):
    """R33: the chain needs no secret, the signature does."""
    world.track(phone=GAVIN)
    world.settle()
    forge(world, value=VALUE)
    world.track(phone=ASHA)
    world.settle()  # which seals the log again
    assert said(world) == ["accepted from a source of this ledger's own without the signature of its secret"]


def test_an_entry_of_our_own_under_another_name_than_it_was_signed_for_is_found(world):
    signed = world.drivers.signer().message(
        source="/hub", id="s1", type="UserTracked", time="2026-11-22T10:00:00Z", data=b'{"phone":"+919967536783"}'
    )
    world.publish([signed])
    world.settle()
    forge(world, value=signed, phone=int(GAVIN))
    world.track(phone=ASHA)
    world.settle()
    assert said(world) == ["recorded under another source, id or type than its message has"]


def test_a_log_whose_last_append_was_not_ours_is_found(world):
    world.track(phone=GAVIN)
    world.settle()
    forge(world, source="https://shop.example/orders", value=VALUE)
    assert said(world) == ["seal: it is not signed with this deployment's secret: other hands wrote it"]


@pytest.mark.parametrize(("file", "told"), [("log.db", "restore"), ("state", "rebuild"), ("service.db", "restore")])
def test_a_damaged_file_is_told_with_what_mends_it(tampering, file, told, tmp_path):
    """Pages overwritten, cut off, or no database at all: never an exception."""
    for number, ruin in enumerate(RUINS):
        copy = tampering.copied(tmp_path / str(number))
        path = copy.data / tampering.files[file]
        path.write_bytes(ruin(path.read_bytes()))
        faults = [fault.fault for fault in verification(copy).run().faults]
        assert any(told in fault for fault in faults), faults


RUINS = (
    lambda content: content[: len(content) // 2],
    lambda _: b"no database" * 1000,
    lambda content: content[:8192] + bytes(16384) + content[24576:],
    lambda content: content[:100] + random.Random(1).randbytes(len(content) - 100),
)


def test_past_states_and_kept_generations_are_checked_when_asked_for(world):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    world.rebuild()
    with world.drivers.log_reader() as log:
        past = world.drivers.past().at(log, 1).path
    assert said(world, Extent(all_files=True)) == []
    before = world.drivers.generations().path(1)
    for path in (before, past):
        edit(path, "UPDATE contacts SET traits = '{}'")
    assert said(world) == []
    assert said(world, Extent(all_files=True)) == [
        "state/contacts-1.db: contact 1 is not what the log folds to",
        "past/at-1.db: contact 1 is not what the log folds to",
    ]


def test_on_a_ledger_that_never_rests_nothing_is_found_but_what_is_wrong(world):
    """Entries are appended and folded all the while."""
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    done = Event()
    moving = Thread(target=keep_moving, args=(world, done))
    moving.start()
    try:
        for _ in range(5):
            assert said(world) == []
        edit(world.deployment.log_path, "UPDATE phones SET since = 77 WHERE contact = 1")
        for _ in range(3):
            assert said(world) == ["phones: the phone of contact 1 has another since than the entries say"]
    finally:
        done.set()
        moving.join()


def keep_moving(world, done):
    numbers = count()
    while not done.is_set():
        for _ in range(5):
            number = next(numbers)
            world.track(user_id=f"u{number % 40}", city=f"c{number}")
            world.tag(f"t{number}", user_id=f"u{number % 7}")
        world.settle()
