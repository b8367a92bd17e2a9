"""Whatever bytes come: the append takes them, and projector, rebuild and every reader go on (R35).

CI tries 10,000 messages; with CONTACTS_TEST_FULL there are a million.
"""

import base64
import json
from contextlib import closing

import msgspec
import orjson
import pytest
from msgspec.structs import replace

from ledger.events.data import data_of
from ledger.log.entry import NewEntry
from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.fold.contact_document import contact_document
from projections.past.explain import explain
from projections.past.history import event_document, steps
from projections.past.verify import verify
from projections.projector.projection import Projection
from projections.projector.ranges import Sizes
from projections.projector.rebuild import fold_into
from projections.state.digest import full_digest
from projections.state.generations import Generations
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from service.queries.ledger.change_feed import changes
from service.queries.ledger.rejected import rejections
from tests.everybody import everybody
from tests.intake import NOON, Intake
from tests.mutants import POISONS, records
from tests.worlds import IS_FULL, folder

MESSAGES = 1_000
LOGS = 1_000 if IS_FULL else 10
BATCH = 250


@pytest.mark.parametrize("seed", range(LOGS))
def test_no_bytes_stop_the_ledger_or_an_answer_about_it(seed):
    with folder() as here:
        append(here / "log.db", list(records(MESSAGES, seed)))
        with closing(SqliteLogReader(here / "log.db")) as log:
            state = projected(log, here)
            fold_into(StateFile(here / "rebuilt.db"), log, sizes=Sizes(contacts=2))
            with reading(state) as live, reading(here / "rebuilt.db") as rebuilt:
                assert full_digest(live) == full_digest(rebuilt)
                assert verify(log, StateFile(state), StateFile(here / "scratch.db")).faults == ()
                found = everybody(live)
            assert len(found) > 3
            for contact in found:
                tell(log, contact)
            tell_the_log(log)


DATA = b'{"phone":"+919967536783","traits":{"city":"Pune"},"tags":["vip"],"event":"x","row":1,"line":2,"rowend":true}'


@pytest.mark.parametrize("name", [b"traits", b"tags", b"event", b"row", b"line", b"rowend", b"x"])
def test_a_log_that_holds_what_is_no_longer_accepted_can_be_read(name):
    """Also what an earlier version took: `data` with any value in the place of a member, or beside it."""
    with folder() as here:
        entries = [of_older_version(number, name, poison) for number, poison in enumerate(POISONS, 1)]
        with (
            closing(Intake(here / "log.db")) as intake,
            intake.log.appending("bus", {}, {0: len(entries)}) as batch,
        ):
            for entry in entries:
                batch.add(entry)
        with closing(SqliteLogReader(here / "log.db")) as log:
            state = projected(log, here)
            assert [fault.fault for fault in verify(log, StateFile(state), StateFile(here / "scratch.db")).faults] == []
            with reading(state) as live:
                found = everybody(live)
            for contact in found:
                tell(log, contact)
            msgspec.json.encode(changes(log, 0, 1_000))


def of_older_version(number, name, poison):
    """Accepted rows, rejected ones and commands in turn."""
    data = DATA[:-1] + b',"' + name + b'":' + poison + b"}"
    source, type = f"/imports/i{number % 2}", ("UserTracked", "TagsAdded", "ImportSplit", "ImportStarted")[number % 4]
    head = f'{{"specversion":"1.0","id":"m{number}","source":"{source}","type":"{type}","data":'.encode()
    made = NewEntry(
        bus_time=NOON, stated=NOON, type=type, source=source, message_id=f"m{number}", value=head + data + b"}"
    )
    if number % 3 == 0:
        return replace(made, reason="invalid", detail="", raw_digest=number.to_bytes(32, "big"))
    if type.startswith("Import"):
        return made
    return replace(made, contact=number, contact_id=number.to_bytes(16, "big"), user_id=f"u{number}")


def append(path, stream):
    """Each batch, and then once more with the one before: as a consumer that was killed reads them again."""
    with closing(Intake(path)) as intake:
        for start in range(0, len(stream), BATCH):
            intake.append(stream[start : start + BATCH])
            head = intake.log.head()
            intake.append(stream[max(0, start - 50) : start + BATCH])
            assert intake.log.head() == head


def projected(log, here):
    generations = Generations(here / "state", StateFile)
    with closing(Projection(log, generations)) as projection:
        while projection.advance(97):
            pass
    return generations.current_path()


def tell(log, contact):
    orjson.dumps(contact_document(contact))
    component = log.component(contact.contact)
    orjson.dumps([event_document(step) for step in steps(log, component)])
    told = explain(log, component)
    orjson.dumps([told.values, told.tags])


def tell_the_log(log):
    after, entries = 0, []
    while page := log.read(after, 400):
        feed = plain(msgspec.json.encode(changes(log, after, 400)))["changes"]
        assert [one["position"] for one in feed] == [one.position for one in page]
        entries, after = entries + page, page[-1].position
    msgspec.json.encode(rejections(log, list(log.rejected(len(entries)))))
    accepted = [entry for entry in entries if entry.is_accepted and entry.contact is not None]
    assert len(accepted) > MESSAGES / 20
    for entry in accepted:
        if entry.type == "UserTracked":
            assert (data_of(entry.headers, entry.value).traits or {}) == (said(entry).get("traits") or {})


def plain(text):
    """JSON by a decoder that is not ours; integers that it would find too long are told by their length."""
    return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 4000 else len(digits))


def said(entry):
    """The data of an accepted entry by another decoder: of members with one name the last counts."""
    if any(name.lower() == "ce_specversion" for name, _ in entry.headers):
        return plain(entry.value)
    message = plain(entry.value.decode(errors="replace"))
    encoded = message.get("data_base64")
    return message["data"] if encoded is None else plain(base64.b64decode(encoded))
