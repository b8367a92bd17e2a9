"""Everything that works on an undo or a redo is killed in turns: it goes on by itself, and nothing stays half (R32)."""

import csv
import json
import os
import signal
from contextlib import suppress

from tests.crash.conftest import FULL
from tests.crash.evidence import comparable, query
from tests.shipped import eventually

ROWS = 50_000 if FULL else 12_000
CALLED = 50
"""Contacts that calls had told of before the import, and as many that they told of after it."""

PARTS = ("project", "consume", "project", "serve")
"""What is killed at each quarter of the contacts that an order has to reach."""

PHONES = [f"+9199{number:08d}" for number in range(0, ROWS * 7, 7)]


def written(path):
    with path.open("w", newline="") as file:
        rows = ([phone, f"u{number}", "Asha Rao", f"{number}"] for number, phone in enumerate(PHONES))
        csv.writer(file).writerows([("Phone", "User ID", "Name", "Plan"), *rows])


def called(served, phones, **traits):
    for phone in phones:
        assert served.track({"fullPhoneNumber": phone, "traits": traits}).status_code == 202
    return [{"phone": phone, "user_id": None, "traits": traits, "tags": []} for phone in phones]


def kill(served, part):
    if part == "serve":
        served.process.kill()
        served.start_again()
        return
    killed = eventually(lambda: served.child(part), f"{part} runs")
    with suppress(ProcessLookupError):
        os.kill(killed, signal.SIGKILL)


def reached(data, type):
    """How many contacts show the last order, and how many it is about; None while that is another one."""
    with suppress(FileNotFoundError):
        current = (data / "state" / "current").read_text()
        rows = query(data / "state" / f"contacts-{current}.db", "SELECT refolded, touched, undoing FROM imports")
        for refolded, touched, undoing in rows:
            if undoing is not None and json.loads(undoing)["type"] == type:
                return refolded, touched
    return None


def ordered_amid_kills(served, name, type, id):
    """The order is given once; each kill comes as soon as its share of the contacts shows it."""
    served.shipped.start("imports", name, id, "--reason", "the wrong file")
    for number, part in enumerate(PARTS):

        def is_due(number=number):
            now = reached(served.shipped.data, type)
            return now is not None and now[0] >= now[1] * number // len(PARTS)

        eventually(is_due, f"the {name} reaches {number} quarters of the contacts")
        kill(served, part)


def state_of(shipped, id):
    return shipped.run("imports", "show", id, "--json")["state"]


def assert_proven(shipped):
    proof = shipped.run("verify", "--json")
    assert proof["ok"], proof["faults"]
    assert shipped.run("rebuild", "--json")["full_digest"] == proof["full_digest"]
    return proof["content_digest"]


def orders_taken(data):
    statement = "SELECT type FROM entries WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL"
    return [type for (type,) in query(data / "log.db", f"{statement} ORDER BY position")]


def test_an_undo_and_a_redo_outlive_the_end_of_whatever_works_on_them(served, tmp_path):
    shipped = served.shipped
    written(tmp_path / "people.csv")
    people = called(served, PHONES[:CALLED], city="Pune", Plan="before")
    shipped.settle()
    id = shipped.run("import", "people.csv", "--tag", "vip", "--json")["id"]
    people += called(served, PHONES[CALLED : 2 * CALLED], area="Baner")
    shipped.settle()
    imported = shipped.run("verify", "--json")["content_digest"]

    ordered_amid_kills(served, "undo", "ImportUndone", id)
    eventually(lambda: state_of(shipped, id) == "undone", "the import is undone")
    assert comparable(shipped.run("list", "--limit", "1000000", "--json")["contacts"]) == comparable(people)
    assert_proven(shipped)

    ordered_amid_kills(served, "redo", "ImportRedone", id)
    eventually(lambda: state_of(shipped, id) == "done", "the import is redone")
    assert assert_proven(shipped) == imported
    assert orders_taken(shipped.data) == ["ImportUndone", "ImportRedone"]
