"""`contacts serve` and `contacts api` as real processes."""

import base64
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.examples import GAVIN_CALL

USERS = "/v1/public/track/users/"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds=60.0, every=0.1):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(every)
    return result


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def descendants(pid):
    return [one for child in children(pid) for one in (child, *descendants(child))]


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Running:
    """A started command, its address, and what it printed."""

    def __init__(self, process, port, out):
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._out = out

    def printed(self):
        return self._out.read_text()

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@pytest.fixture
def start(tmp_path):
    """Starts `contacts <arguments>` on a port and a data folder of its own."""
    started = []

    def run(*arguments, port=None, **settings):
        port = port or free_port()
        environ = {
            **os.environ,
            "CONTACTS_DATA": str(tmp_path / "data"),
            "CONTACTS_PORT": str(port),
            "PYTHONPATH": os.getcwd(),
            **settings,
        }
        out = tmp_path / f"out-{len(started)}"
        with out.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "service", *arguments], env=environ, cwd=tmp_path, stdout=file, stderr=file
            )
        started.append(process)
        return Running(process, port, out)

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(60)


@pytest.fixture
def first_key(start):
    """A key, made by the command line."""

    def make():
        made = start("keys", "create", "--name", "tests", "--scope", "track")
        assert made.process.wait(60) == 0
        return re.search(r"API key: (\S+)", made.printed())[1]

    return make


@contextmanager
def serving(running):
    wait_for(running.answers)
    yield running
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0, running.printed()


def test_a_later_start_says_how_to_sign_in_for_whoever_did_not_use_the_first_link(start, first_key):
    first_key()
    with serving(start("serve")):
        pass
    with serving(start("serve")) as running:
        wait_for(lambda: "`contacts people link ID` makes a new sign-in link" in running.printed())


def test_serve_prints_what_a_first_call_needs(start):
    with serving(start("serve")) as running:
        key = wait_for(lambda: re.search(r"^API key: (\S+)$", running.printed(), re.MULTILINE))[1]
        wait_for(lambda: "curl -u" in running.printed())
        assert f"Hub: {running.url}/\n" in running.printed()
        authorization = re.search(r"^Authorization: (Basic \S+)$", running.printed(), re.MULTILINE)[1]
        for headers in ({"Authorization": authorization}, {"Authorization": f"Bearer {key}"}):
            assert httpx.post(running.url + USERS, json=GAVIN_CALL, headers=headers).status_code == 202
        curl = re.search(r"^.*?(curl .*)$", running.printed(), re.MULTILINE)[1]
        shown = subprocess.run(["sh", "-c", curl], capture_output=True, text=True, timeout=30, check=True).stdout
        assert '"result":true' in shown


def test_serve_makes_a_first_key_only_once(start):
    with serving(start("serve")) as running:
        wait_for(lambda: "API key:" in running.printed())
    with serving(start("serve")) as again:
        wait_for(lambda: "Hub:" in again.printed())
    assert "API key:" not in again.printed()


def test_a_taken_port_is_one_sentence_and_exit_code_1(start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        running = start("serve", port=other.getsockname()[1])
        assert running.process.wait(60) == 1
    assert "cannot listen at 127.0.0.1" in running.printed()
    assert "Traceback" not in running.printed()


def test_a_killed_part_comes_back(start):
    with serving(start("serve")) as running:
        wait_for(lambda: "Hub:" in running.printed())
        before = set(children(running.process.pid))
        api = next(pid for pid in before if b"api" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"))
        os.kill(api, signal.SIGKILL)
        wait_for(lambda: len(set(children(running.process.pid)) - before) == 1)
        wait_for(running.answers)


def test_nothing_is_left_when_serve_is_killed(start):
    running = start("serve")
    wait_for(lambda: "Hub:" in running.printed())
    family = descendants(running.process.pid)
    assert len(family) == 6  # api with two workers, importer, consumer, projector
    running.process.kill()
    wait_for(lambda: not any(map(is_alive, family)))


def test_the_api_starts_without_a_broker_and_says_503(start, first_key):
    key = first_key()
    bus = f"kafka://127.0.0.1:{free_port()}/contacts"
    with serving(start("api", CONTACTS_BUS=bus)) as running:
        begun = time.monotonic()
        answer = httpx.post(running.url + USERS, json=GAVIN_CALL, auth=(key, ""), timeout=10)
        assert answer.status_code == 503
        assert time.monotonic() - begun < 12
        assert answer.headers["Retry-After"]
        assert answer.json()["result"] is False


def test_the_page_that_describes_the_api_comes_whole(start):
    with serving(start("api")) as running:
        page = httpx.get(running.url + "/docs").text
        for address in re.findall(r'(?:src|href)="([^"]+)"', page):
            answer = httpx.get(running.url + address)
            assert answer.status_code == 200
            assert len(answer.content) == int(answer.headers["Content-Length"])
        assert httpx.get(running.url + "/openapi.json").json()["openapi"].startswith("3.1.")


def test_metrics_add_up_over_both_workers(start, first_key):
    key = first_key()
    with serving(start("api")) as running:
        # a connection each, so that both workers get some
        clients = [httpx.Client(base_url=running.url, auth=(key, ""), verify=False, timeout=30) for _ in range(20)]
        answers = [client.post(USERS, json={"userId": "u-1"}) for client in clients for _ in range(2)]
        assert {answer.status_code for answer in answers} == {202}
        page = clients[0].get("/metrics").text
        for client in clients:
            client.close()
    line = f'contacts_http_requests_total{{method="POST",route="{USERS.rstrip("/")}",status="202"}} {len(answers)}.0'
    assert line in page


def test_a_call_under_way_is_answered_before_the_api_ends(start, first_key):
    key = first_key()
    running = start("api")
    wait_for(running.answers)
    body = b'{"userId": "u-1"}'
    head = (
        f"POST {USERS} HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
        f"Authorization: Basic {base64.b64encode(f'{key}:'.encode()).decode()}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as caller:
        caller.sendall(head)
        assert caller.recv(1000).startswith(b"HTTP/1.1 100")  # it asks for the body: the call is under way
        running.process.send_signal(signal.SIGTERM)
        wait_for(lambda: not running.answers())
        caller.sendall(body)
        assert caller.recv(1000).startswith(b"HTTP/1.1 202")
    assert running.process.wait(60) == 0
