"""Everything that works on an import is killed in turns: it goes on by itself, and each row counts once (R22, R23)."""

import csv
import os
import signal
from collections import Counter
from contextlib import suppress
from random import Random

from tests.crash.conftest import FULL
from tests.crash.evidence import comparable, log_position, taken
from tests.shipped import eventually

ROWS = 20_000
KILLS = 100 if FULL else 6
PARTS = ("run", "consume", "project", "serve")


def written(path, rng):
    """A file with duplicates and faults in it; what each row must come to, and the contacts it must make."""
    phones = [f"+9199{number:08d}" for number in rng.sample(range(10**8), ROWS)]
    rows = [[phone, f"u{number}", "Asha Rao", f"{number}"] for number, phone in enumerate(phones)]
    for number in range(0, ROWS, 50):
        rows[number][0] = rows[rng.randrange(number + 1)][0]
    for number in range(0, ROWS, 97):
        rows[number][2] = "R2 D2"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("Phone", "User ID", "Name", "Plan"), *rows])
    counts, people = Counter(), {}
    for phone, user_id, name, plan in rows:
        if phone in people:
            counts["duplicate"] += 1
        elif name == "R2 D2":
            counts["rejected"] += 1
        else:
            counts["created"] += 1
            people[phone] = {
                "phone": phone,
                "user_id": user_id,
                "traits": {"name": name, "Plan": plan},
                "tags": ["vip"],
            }
    return counts, list(people.values())


def kill(served, part):
    if part == "serve":
        served.process.kill()
        served.start_again()
        eventually(lambda: all(map(served.child, PARTS[:3])), "its parts are started")
        return
    killed = eventually(lambda: served.child(part), f"{part} runs")
    with suppress(ProcessLookupError):
        os.kill(killed, signal.SIGKILL)
    eventually(lambda: served.child(part) not in (None, killed), f"{part} is started again")


def test_an_import_outlives_the_end_of_whatever_works_on_it(served, tmp_path, seed):
    rng, shipped = Random(seed), served.shipped
    counts, people = written(tmp_path / "people.csv", rng)
    command = shipped.start("import", "people.csv", "--tag", "vip")
    eventually(lambda: "publishing" in command.text(), "the import has begun")
    command.kill()
    messages = 2 * counts["created"]
    for number in range(KILLS):
        goal = messages * number // KILLS
        eventually(lambda: log_position(shipped.data) >= goal, f"the log has {goal} entries")  # noqa: B023
        kill(served, PARTS[number % len(PARTS)])

    (document,) = eventually(lambda: done(shipped), "the import is done")
    assert {name: document[name] for name in counts} == counts
    assert (document["rows"], document["pending"], document["unchanged"]) == (ROWS, 0, 0)
    shipped.settle()  # every row is decided, but the mark behind the last one may be on the bus
    entries = taken(shipped.data)
    assert len(entries) == messages + 2
    assert max(Counter(entry.value for entry in entries).values()) == 1
    assert comparable(shipped.run("list", "--limit", "1000000", "--json")["contacts"]) == comparable(people)
    assert shipped.run("verify", "--json")["ok"]


def done(shipped):
    listed = shipped.run("imports", "--json")["imports"]
    return listed if [one["state"] for one in listed] == ["done"] else None
