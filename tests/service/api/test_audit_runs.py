"""Verify and rebuild over HTTP: begun, looked at, and out with what the commands say."""

from contextlib import closing

import pytest

from ledger.sqlite import connect as open_sqlite
from service.deployment.locks import holding, is_held
from service.deployment.tables.database import open_store
from service.jobs.audit_runs import KEPT
from tests.acts import acts
from tests.brokers import eventually
from tests.examples import GAVIN

KINDS = ["verify", "rebuild"]
ID = "01a20d6c-6b39-7a51-93fa-0c27d1f4b3a1"


@pytest.fixture
def some(world):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    return world


def outcome(client, address):
    """The run as soon as it is over."""
    found = {}

    def is_over():
        found.update(client.read(address).json)
        return found["state"] != "running"

    eventually(is_over, 120, "the run is over")
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_begun_by_one_call_and_its_result_read_by_others(client, some, description, kind):
    before = some.drivers.generations().current()
    begun = client.post(f"/v1/audit/{kind}", raw=b"")
    assert (begun.status_code, begun.json["state"], begun.json["kind"]) == (202, "running", kind)
    description.assert_fits("POST", f"/v1/audit/{kind}", begun)
    run = outcome(client, begun.headers["Location"])
    assert (run["state"], run["id"], run["result"]["contacts"]) == ("done", begun.json["id"], 1)
    description.assert_fits("GET", "/v1/audit/runs/{id}", client.read(begun.headers["Location"]))
    assert some.drivers.generations().current() == before
    folder = some.deployment.data / "audits"
    eventually(lambda: not is_held(folder / f"{kind}.lock") and not list(folder.glob("rebuilt*")), 60, "all is tidy")


def test_verify_says_what_is_wrong(client, some):
    path = some.drivers.generations().current_path()
    with closing(open_sqlite(path)) as state:
        state.execute("UPDATE contacts SET traits = '{}'")
    run = outcome(client, client.post("/v1/audit/verify", raw=b"").headers["Location"])
    assert (run["state"], run["result"]["ok"]) == ("done", False)
    assert run["result"]["faults"]


@pytest.mark.usefixtures("some")
def test_verify_and_rebuild_agree(client):
    begun = [client.post(f"/v1/audit/{kind}", raw=b"").headers["Location"] for kind in KINDS]
    runs = [outcome(client, address) for address in begun]
    assert [run["state"] for run in runs] == ["done", "done"], runs
    first, second = (run["result"]["full_digest"] for run in runs)
    assert first == second


@pytest.mark.usefixtures("some")
def test_while_one_is_under_way_it_is_the_answer(client):
    first = client.post("/v1/audit/verify", raw=b"").json
    second = client.post("/v1/audit/verify", raw=b"").json
    is_same = second["id"] == first["id"]
    # a quick first one can be over before the second is asked for
    assert is_same or client.read(f"/v1/audit/runs/{first['id']}").json["state"] == "done"


def test_a_run_that_could_not_be_done_says_why(client):
    run = outcome(client, client.post("/v1/audit/verify", raw=b"").headers["Location"])
    assert (run["state"], run["result"]) == ("failed", None)
    assert "event log" in run["message"]


def test_a_run_that_nobody_finished_is_failed(client, some):
    id = client.post("/v1/audit/verify", raw=b"").json["id"]
    outcome(client, f"/v1/audit/runs/{id}")
    folder = some.deployment.data / "audits"
    eventually(lambda: not is_held(folder / "verify.lock"), 60, "its process has ended")
    for left in folder.glob(f"{id}.[oe]*"):
        left.write_bytes(b"")
    run = client.read(f"/v1/audit/runs/{id}").json
    assert (run["state"], "ask for another" in run["message"]) == ("failed", True)


@pytest.mark.parametrize("id", ["01a20d6c-6b39-7a51-93fa-0c27d1f4b3a1", "verify", "..%2flog", "x" * 5000, "%00"])
@pytest.mark.usefixtures("some")
def test_a_run_that_is_not_there_is_404(client, id):
    assert client.read(f"/v1/audit/runs/{id}").status_code == 404


@pytest.mark.usefixtures("some")
def test_the_runs_are_listed_newest_first(client, description):
    begun = [client.post(f"/v1/audit/{kind}", raw=b"").json["id"] for kind in KINDS]
    for id in begun:
        outcome(client, f"/v1/audit/runs/{id}")
    answer = client.read("/v1/audit/runs")
    assert [run["id"] for run in answer.json["runs"]] == begun[::-1]
    assert all(run["ended_at"] >= run["begun_at"] for run in answer.json["runs"])
    description.assert_fits("GET", "/v1/audit/runs", answer)


def test_how_far_a_run_is_is_told_while_it_runs(client, some):
    folder = some.deployment.data / "audits"
    with holding(folder / "verify.lock"):
        (folder / "verify.current").write_text(ID)
        (folder / f"{ID}.json").write_text(f'{{"id": "{ID}", "kind": "verify", "begun_at": "2026-11-24T10:00:00Z"}}')
        (folder / f"{ID}.err").write_text("progress 4 9\n")
        run = client.read(f"/v1/audit/runs/{ID}").json
    assert (run["state"], run["progress"]) == ("running", {"done": 4, "of": 9})


def test_who_asked_is_on_record(client, some):
    run = client.post("/v1/audit/verify", raw=b"").json
    assert run["by"] == "Website"
    with closing(open_store(some.deployment.service_path)) as store:
        (act,) = [act for act in acts(store) if act.what == "verify asked for"]
    assert act.who.startswith("key ")
    assert act.detail["run"] == run["id"]


def test_only_the_last_runs_are_kept(client, some):
    folder = some.deployment.data / "audits"
    folder.mkdir()
    for number in range(KEPT + 5):
        (folder / f"0{number:02d}.json").write_text('{"id": "x", "kind": "verify"}')
    client.post("/v1/audit/verify", raw=b"")
    assert len(list(folder.glob("*.json"))) == KEPT


def test_a_verify_can_decide_every_entry_anew_and_check_all_files(client, some):
    """R28."""
    with closing(open_sqlite(some.deployment.log_path)) as log:
        log.execute("UPDATE seal SET offsets = '[]'")
    begun = client.post("/v1/audit/verify", {"deep": True, "all": True})
    assert (begun.json["deep"], begun.json["all"]) == (True, True)
    run = outcome(client, begun.headers["Location"])
    assert (run["state"], run["result"]["read_by_other_rules"]) == ("done", 0)
    assert all(fault["fault"].startswith(("seal: ", "offsets: ")) for fault in run["result"]["faults"])


@pytest.mark.usefixtures("some")
def test_what_a_verify_is_to_check_is_true_or_false(client):
    assert client.post("/v1/audit/verify", {"deep": "very"}).status_code == 422
