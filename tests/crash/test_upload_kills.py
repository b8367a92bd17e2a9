"""An import over HTTP outlives the end of everything, in each of its states (R21-R23)."""

from collections import Counter
from contextlib import suppress

import httpx

from tests.crash.evidence import taken
from tests.shipped import eventually

PARTS = ("api", "run", "consume", "project")
ROWS = 15_000
FILE = "Phone,Name\n" + "".join(f"+9198{number:08d},{'R2' if number % 50 == 0 else 'Asha'}\n" for number in range(ROWS))


def killed(served):
    """Everything ends at once, and is started again."""
    served.kill_all()
    served.start_again()
    eventually(lambda: all(map(served.child, PARTS)), "its parts are started")
    eventually(lambda: answers(served), "it answers")


def answers(served):
    with suppress(httpx.TransportError):
        return served.http.get("/readyz").status_code == 200
    return False


def test_every_state_of_an_import_outlives_a_kill_of_every_process(served):
    uploaded = served.http.post("/v1/imports", files={"file": ("people.csv", FILE)})
    path = uploaded.headers["Location"]

    def told():
        return served.http.get(path).json()

    def when(state):
        return eventually(lambda: told() if told()["state"] == state else None, f"it is {state}")

    killed(served)
    assert told() == uploaded.json()
    mapped = served.http.put(f"{path}/mapping", json={}).json()
    served.http.put(f"{path}/tags", json={"tags": ["vip"]})
    killed(served)
    assert (told()["state"], told()["mapping"], told()["tags"]) == ("mapped", mapped["mapping"], ["vip"])
    served.http.post(f"{path}/check")
    killed(served)
    checked = when("checked")
    assert (checked["created"], checked["rejected"]) == (ROWS * 49 // 50, ROWS // 50)
    killed(served)
    assert told() == checked
    served.http.post(f"{path}/confirm")
    eventually(lambda: taken(served.shipped.data), "it has begun")
    killed(served)
    done = when("done")
    assert {name: done[name] for name in ("rows", "created", "rejected", "pending")} == {
        name: checked[name] for name in ("rows", "created", "rejected", "pending")
    }
    entries = taken(served.shipped.data)
    assert len(entries) == 2 * done["created"] + 2
    assert max(Counter(entry.value for entry in entries).values()) == 1
