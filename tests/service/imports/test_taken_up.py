"""An import that another version of the program, or of the numbering plan, goes on with (R23).

Another version is the same one with other choices behind the import's back: what is a good row is then another, and so
is, with another country code, the order of the rows.
"""

import io
import json
from collections import Counter
from contextlib import closing, suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.bus.port import BusError, NotConfirmed, Publisher, Record
from service.deployment.tables.database import open_store
from service.imports.columns.choices import Choices
from service.imports.record.folder import ImportFolder
from service.imports.table.refusal import FileRefused
from service.wiring.drivers import now
from tests.consumers.test_replays import in_binary_mode
from tests.service.imports.broken import IMPATIENT, Breaking, importer_with
from tests.service.imports.imported import WorldImports, silent
from tests.service.imports.test_counts import adds_up
from tests.world import World
from tests.worlds import bounded, folder

STEPS = {"batch": 4, "stride": 6}
PLAIN = "Phone,City\n" + "".join(f"+9199675{number:05d},Pune\n" for number in range(30))


def break_off(imports, content, after, *, is_late=True, **choices):
    """An import whose process is gone after so many batches; its id."""
    broken = importer_with(
        imports, publisher=Breaking(imports.ports.publisher, after, is_late=is_late), pace=IMPATIENT, **STEPS
    )
    with suppress(BusError):
        broken.bring(io.BytesIO(content.encode()), "many.csv", Choices(**choices), silent)
    (listed,) = imports.importer.results.all()
    return listed["id"]


def judge_otherwise(world, **options):
    with closing(open_store(world.deployment.service_path)) as store:
        ((id, kept),) = store.execute("SELECT id, choices FROM imports").fetchall()
        store.execute("UPDATE imports SET choices = ? WHERE id = ?", (json.dumps(json.loads(kept) | options), id))
        store.commit()


def as_from_an_earlier_version(world, id):
    ImportFolder(world.folder / "imports" / id).order.unlink(missing_ok=True)


def rows_in_log(world):
    """Of each row of the import, how often its first message is in the log, and for which reasons."""
    found = Counter()
    for entry in world.entries():
        if entry.type == "UserTracked" and entry.source.startswith("/imports/"):
            found[json.loads(entry.value)["data"]["row"], entry.reason] += 1
    return found


def whole(imports, world, id):
    """The import at its end: every row of the file is once in the log, or once among the rejects."""
    world.settle()
    document = imports.importer.results.show(id)
    assert adds_up(document)
    assert document["pending"] == 0
    logged = rows_in_log(world)
    assert set(logged.values()) <= {1}
    assert not any(reason == "id_reused" for _, reason in logged)
    left_out = {one["line"] - 1 for one in document["rejects"]}
    accepted = {row for row, reason in logged if reason is None}
    assert not left_out & accepted
    assert document["cancelled"] == document["rows"] - len(left_out | accepted)
    return document


@pytest.mark.parametrize("is_early", [False, True])
@pytest.mark.parametrize("is_settled", [False, True])
@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 9])
def test_a_numbering_plan_that_changed_meanwhile_loses_no_row(imports, world, after, is_settled, is_early):
    national = PLAIN.replace("+91", "")
    id = break_off(imports, national, after, country_code="91")
    if is_settled:
        world.settle()
    if is_early:
        as_from_an_earlier_version(world, id)
    judge_otherwise(world, country_code="1")
    importer_with(imports, **STEPS).resume(id, silent)
    document = whole(imports, world, id)
    assert document["state"] == "done"


FILES = st.lists(
    st.tuples(
        st.sampled_from(["Asha", "O'Neil", "R2"]),
        st.integers(0, 7).map(lambda number: f"99675{number:05d}"),
        st.sampled_from(["", "u1", "u2", "u3", "u4"]),
    ),
    min_size=4,
    max_size=24,
)
VERDICTS = st.fixed_dictionaries(
    {}, optional={"relaxed_names": st.booleans(), "country_code": st.sampled_from(["91", "1", "44"])}
)


@bounded(25)
@given(
    records=FILES,
    before=st.booleans(),
    after=VERDICTS,
    batches=st.integers(0, 5),
    is_late=st.booleans(),
    tags=st.sampled_from([(), ("vip",)]),
    is_settled=st.booleans(),
    is_early=st.booleans(),
    is_cancelled=st.booleans(),
    times=st.integers(1, 2),
)
def test_whatever_is_judged_otherwise_meanwhile_each_row_counts_once(
    records, before, after, batches, is_late, tags, is_settled, is_early, is_cancelled, times
):
    content = "Name,Phone,User ID\n" + "".join(f"{','.join(record)}\n" for record in records)
    with folder() as path:
        world = World(path / "data")
        imports = WorldImports(world)
        chosen = {"country_code": "91", "relaxed_names": before, "tags": tags}
        id = break_off(imports, content, batches, is_late=is_late, **chosen)
        if is_early:
            as_from_an_earlier_version(world, id)
        judge_otherwise(world, **after)
        for time in range(times):
            if is_settled:
                world.settle()
            publisher = Breaking(imports.ports.publisher, 1 + (time == times - 1) * 100, is_late=is_late)
            if is_cancelled and time == times - 1:
                with suppress(Exception):
                    importer_with(imports, publisher=publisher, **STEPS).cancel(id, silent, by="asha")
            else:
                with suppress(BusError):
                    importer_with(imports, publisher=publisher, pace=IMPATIENT, **STEPS).resume(id, silent)
        document = whole(imports, world, id)
        imports.close()
        world.close()
    assert document["state"] in ("done", "cancelled")


class HalfTaking(Publisher):
    """Takes the first message of each row alone, and is away then, as a broker that dies over a batch."""

    def __init__(self, publisher):
        self.publisher = publisher

    def publish(self, messages, timeout=4.0):
        self.publisher.publish([one for one in messages if b'"TagsAdded"' not in one.value], timeout)
        if len(messages) > 1:
            raise NotConfirmed("nothing came back")

    def close(self):
        pass


@pytest.mark.parametrize("end", ["resume", "cancel", "lost copy"])
def test_rows_whose_first_message_alone_is_out_get_their_tags(imports, world, end):
    halving = importer_with(imports, publisher=HalfTaking(imports.ports.publisher), pace=IMPATIENT, **STEPS)
    with pytest.raises(NotConfirmed):
        halving.bring(io.BytesIO(PLAIN.encode()), "many.csv", Choices(tags=("vip",)), silent)
    (listed,) = imports.importer.results.all()
    if end == "lost copy":
        ImportFolder(world.folder / "imports" / listed["id"]).source.unlink()
        with pytest.raises(FileRefused):
            imports.importer.resume(listed["id"], silent)
    else:
        importer = importer_with(imports, **STEPS)
        ways = {"resume": importer.resume, "cancel": partial(importer.cancel, by="asha")}
        ways[end](listed["id"], silent)
    document = whole(imports, world, listed["id"])
    assert document["created"] == len(world.contacts()) > 0
    assert all(one["tags"] == ["vip"] for one in world.contacts())


def test_rows_whose_messages_a_stranger_has_put_into_other_bytes_are_known_all_the_same(imports, world):
    """R35: the signature covers neither the mode nor what an extension says."""
    id = break_off(imports, PLAIN, 3)
    with closing(world.drivers.bus().reader()) as bus:
        bus.seek({partition: begin for partition, (begin, _) in bus.ranges().items()})
        copies = [Record(0, 0, now(), None, *in_binary_mode(record.value)) for record in bus.poll(100, 1.0)]
        bus_id = bus.bus_id
    with world.drivers.consumer() as consumer:
        consumer.appender.append(bus_id, consumer.appender.read(copies), {}, {}, lambda: None)
    assert all(entry.headers and entry.is_accepted for entry in world.entries())
    imports.importer.resume(id, silent)
    world.settle()
    document = imports.importer.results.show(id)
    assert (document["created"], document["pending"], len(world.contacts())) == (30, 0, 30)


def test_a_file_that_is_read_otherwise_fails_and_says_that_it_can_be_undone(imports, world):
    id = break_off(imports, PLAIN, 3, tags=("vip",))
    source = ImportFolder(world.folder / "imports" / id).source
    source.write_text(source.read_text().replace("Phone,City\n", "Phone,City\n\n"))
    with pytest.raises(FileRefused, match="Undo this import"):
        imports.importer.resume(id, silent)
    document = whole(imports, world, id)
    assert document["state"] == "failed"
    assert document["created"] + document["cancelled"] == 30
    assert "undo" in imports.status(id)["allowed"]
