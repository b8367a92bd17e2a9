"""`contacts import` as people run it: real processes, no server, killed in the middle."""

import json
import os
import pty
import random
import signal
import subprocess
import sys
import time

import pytest

from service.wiring.deployment import deployment
from service.wiring.imports import importing
from tests.examples import ASHA, GAVIN
from tests.service.imports.test_counts import adds_up

ROWS = 200_000
"""Of a file that takes some seconds to publish, so that it can be broken off meanwhile."""

FAULTY = f"Name,Phone\nGavin,{GAVIN}\nR2,{ASHA}\n"


@pytest.fixture
def contacts(tmp_path):
    environ = {**os.environ, "CONTACTS_DATA": str(tmp_path / "data")}

    def start(*arguments):
        command = [sys.executable, "-m", "service", *map(str, arguments)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environ, text=True, stdout=pipe, stderr=pipe, preexec_fn=heed_ctrl_c)

    def run(*arguments):
        process = start(*arguments)
        out, told = process.communicate(timeout=120)
        assert "Traceback" not in told
        return process.returncode, out, told

    run.start = start
    return run


def written(tmp_path, content, name="people.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_an_import_needs_no_server_and_says_what_became_of_each_row(contacts, tmp_path):
    file, rejects = written(tmp_path, FAULTY), tmp_path / "rejects.csv"
    code, out, _ = contacts("import", file, "--tag", "diwali", "--rejects", rejects, "--json")
    document = json.loads(out)
    assert (code, document["state"], document["created"], document["rejected"]) == (3, "done", 1, 1)
    assert rejects.read_text().splitlines()[1].startswith(f"R2,{ASHA},3,Name,name_not_letters,")
    code, out, _ = contacts("import", file, "--tag", "diwali", "--json")
    assert (code, json.loads(out)) == (0, document | {"already_imported": True})
    code, out, _ = contacts("imports", "--json")
    assert (code, [one["id"] for one in json.loads(out)["imports"]]) == (0, [document["id"]])
    code, out, _ = contacts("imports", "show", document["id"], "--json")
    assert (code, json.loads(out)) == (0, document)


def test_a_dry_run_counts_what_the_import_then_comes_to_and_takes_nothing_in(contacts, tmp_path):
    contacts("track", "--phone", GAVIN, "--trait", "name=Gavin")
    file, rejects = written(tmp_path, FAULTY), tmp_path / "rejects.csv"
    code, out, _ = contacts("import", file, "--dry-run", "--rejects", rejects, "--json")
    rehearsed = json.loads(out)
    assert (code, rehearsed["unchanged"], rehearsed["rejected"]) == (3, 1, 1)
    assert len(rejects.read_text().splitlines()) == 2
    assert json.loads(contacts("imports", "--json")[1]) == {"imports": []}
    _, out, _ = contacts("import", file, "--json")
    document = json.loads(out)
    own = ("id", "state", "by", "made_at", "confirmed_at", "ended_at")
    assert {name: rehearsed[name] for name in document if name not in own} == {
        name: value for name, value in document.items() if name not in own
    }


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (b"Name,Phone\nJos\xe9,1\n", (), "José,1"),
        (b"PK\x03\x04", (), "Excel workbook"),
        (FAULTY.encode(), ("--map", "Nope=x"), "no such column"),
        (FAULTY.encode(), ("--tag", " "), "tag is blank"),
        (FAULTY.encode(), ("--mode", "replace"), "replace"),
    ],
)
def test_a_refused_file_is_one_sentence_and_exit_code_2(contacts, tmp_path, content, options, told):
    code, out, error = contacts("import", written(tmp_path, content), *options)
    assert (code, out) == (2, "")
    assert told in error


def test_a_folder_is_no_file(contacts, tmp_path):
    code, _, told = contacts("import", tmp_path)
    assert code == 2
    assert told.endswith("is a folder: name a file, a CSV or a workbook; each is an import by itself\n")


def test_an_unknown_import_is_one_sentence_and_exit_code_1(contacts):
    code, out, error = contacts("imports", "show", "nope")
    assert (code, out) == (1, "")
    assert "No import has the id" in error


def heed_ctrl_c():
    """In the process that becomes the command: tests that run in the background were told to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def broken_off(contacts, file, number):
    """`contacts import`, ended by this signal once it publishes; its exit code and what it said."""
    process = contacts.start("import", file)
    said = ""
    while "publishing" not in said:
        said += process.stderr.readline()
    process.send_signal(number)
    _, told = process.communicate(timeout=120)
    return process.returncode, told


def many(tmp_path):
    return written(tmp_path, "Phone\n" + "".join(f"+9199{number:08d}\n" for number in range(ROWS)))


def test_ctrl_c_says_how_to_go_on_and_going_on_ends_the_import(contacts, tmp_path):
    code, told = broken_off(contacts, many(tmp_path), signal.SIGINT)
    assert code == 130
    assert "nothing is lost" in told
    assert "Traceback" not in told
    (listed,) = json.loads(contacts("imports", "--json")[1])["imports"]
    assert (listed["state"], listed["pending"] > 0) == ("running", True)
    code, out, _ = contacts("imports", "resume", listed["id"], "--json")
    document = json.loads(out)
    assert (code, document["state"], document["created"]) == (0, "done", ROWS)


def test_ctrl_c_on_a_terminal_ends_the_bar_and_everything_that_the_command_started(contacts, tmp_path):
    """A terminal interrupts the command's consumer and projector as well, which must not turn it into their fault."""
    command = [sys.executable, "-m", "service", "import", str(many(tmp_path))]
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            heed_ctrl_c()
            os.execve(sys.executable, command, {**os.environ, "CONTACTS_DATA": str(tmp_path / "data")})
        finally:
            os._exit(1)
    shown, is_interrupted = b"", False
    while piece := read_from(terminal):
        shown += piece
        if not is_interrupted and b"publishing" in shown:
            os.write(terminal, b"\x03")
            is_interrupted = True
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    assert b"nothing is lost" in shown
    assert b"Traceback" not in shown
    (listed,) = json.loads(contacts("imports", "--json")[1])["imports"]
    code, out, _ = contacts("imports", "resume", listed["id"], "--json")
    assert (code, json.loads(out)["created"]) == (0, ROWS)


def read_from(terminal):
    """What comes next; nothing when the last process that had the terminal is gone."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def test_whoever_looks_while_an_import_runs_finds_every_row_counted_once(contacts, tmp_path):
    """Rows that are taken, duplicates, and rows that the file's checks or the append reject, in the middle of it."""
    contacts("track", "--phone", GAVIN, "--user-id", "u1")
    # a machine that stalls whoever looks until all is over gets a longer file
    assert any(looked_at(contacts, tmp_path, rows) for rows in (20_000, 60_000, 180_000))


def looked_at(contacts, tmp_path, count):
    """Import so many rows and look meanwhile; gives whether anything was seen while some of them were decided."""
    draw = random.Random(count)
    rows = ((draw.randrange(15_000), draw.choice(["Asha"] * 9 + ["R2"]), draw.randrange(18_000)) for _ in range(count))
    content = "Phone,Name,User ID\n" + "".join(f"+9199{phone:08d},{name},u{user}\n" for phone, name, user in rows)
    process = contacts.start("import", written(tmp_path, content), "--tag", "vip", "--json")
    seen = []
    with importing(deployment({"CONTACTS_DATA": str(tmp_path / "data")}, None)) as found:
        while process.poll() is None:
            seen += found.results.all()
    document = json.loads(process.communicate()[0])
    assert adds_up(document)
    assert (document["state"], document["pending"]) == ("done", 0)
    assert all(adds_up(one) and one["pending"] >= 0 for one in seen)
    return any(0 < one["pending"] < count for one in seen)


def test_a_cancelled_import_keeps_what_was_taken_and_counts_the_rest(contacts, tmp_path):
    broken_off(contacts, many(tmp_path), signal.SIGKILL)
    (listed,) = json.loads(contacts("imports", "--json")[1])["imports"]
    code, out, _ = contacts("imports", "cancel", listed["id"], "--json")
    document = json.loads(out)
    assert (code, document["state"], document["pending"]) == (0, "cancelled", 0)
    assert document["cancelled"] > 0
    assert document["created"] + document["cancelled"] == ROWS
    assert json.loads(contacts("verify", "--json")[1])["contacts"] == document["created"]
    code, out, error = contacts("imports", "cancel", listed["id"])
    assert (code, out) == (1, "")
    assert "has already been cancelled" in error


def test_an_import_killed_again_and_again_loses_no_row_and_applies_none_twice(contacts, tmp_path):
    draw = random.Random(3)
    rows = [(f"+9199{number:08d}", f"u{number}") for number in draw.sample(range(10**8), 12_000)]
    content = "Phone,User ID,Name\n" + "".join(f"{phone},{user_id},Asha\n" for phone, user_id in rows)
    file = written(tmp_path, content)
    for _ in range(3):
        process = contacts.start("import", file, "--tag", "vip")
        while process.poll() is None and "publishing" not in process.stderr.readline():
            pass
        time.sleep(draw.random())  # the moment of the kill, not a wait for something
        process.send_signal(signal.SIGKILL)
        process.communicate()
    _, out, _ = contacts("import", file, "--tag", "vip", "--json")
    document = json.loads(out)
    assert (document["state"], document["rows"], document["pending"]) == ("done", 12_000, 0)
    assert document["created"] + document["rejected"] == 12_000
    _, out, _ = contacts("verify", "--json")
    verified = json.loads(out)
    assert verified["ok"]
    # two messages a row, the start and the end of the import
    assert (verified["contacts"], verified["events"]) == (document["created"], 2 * document["created"] + 2)
