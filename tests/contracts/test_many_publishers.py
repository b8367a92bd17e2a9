"""Several publishers at once, in threads and in processes, some of which die."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.bus.port import Message
from tests.contracts.reading import read, values

pytestmark = pytest.mark.timeout(120)

CHILD = """
import sys
from ledger.bus.open import open_bus
from ledger.bus.port import Message
url, name, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
publisher = open_bus(url).publisher()
for number in range(calls):
    publisher.publish([Message(None, f"{name} {number}".encode()), Message(None, f"{name} {number}+".encode())], 30)
    print(number, flush=True)
sys.stdin.read()
"""


def start(place, name, calls):
    command = [sys.executable, "-c", CHILD, place.url, name, str(calls)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def reader(place, opened):
    made = opened(place.bus().reader())
    made.seek({})
    return made


def test_threads_share_a_publisher_and_each_keeps_its_order(place, reader, opened):
    publisher = opened(place.bus().publisher())

    def publish(name):
        for number in range(25):
            publisher.publish([Message(None, b"%d %d" % (name, number))], 30)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(publish, range(16)))
    got = values(read(reader, 400))
    for name in range(16):
        assert [v for v in got if v.startswith(b"%d " % name)] == [b"%d %d" % (name, n) for n in range(25)]


def test_processes_publish_at_once_and_nothing_is_lost_or_doubled(place, reader):
    children = [start(place, f"p{number}", 40) for number in range(3)]
    for child in children:
        child.communicate("", timeout=60)
        assert child.returncode == 0
    got = [value.decode() for value in values(read(reader, 240))]
    for number in range(3):
        own = [value for value in got if value.startswith(f"p{number} ")]
        assert own == [f"p{number} {call}{part}" for call in range(40) for part in ("", "+")]
    assert reader.poll(10, 0.2) == []


def test_what_a_publish_confirmed_outlives_a_killed_process(place, reader):
    child = start(place, "p", 1000)
    confirmed = [int(child.stdout.readline()) for _ in range(20)][-1]
    child.kill()
    child.communicate()
    (first, following) = reader.ranges()[0]
    got = [value.decode() for value in values(read(reader, following - first))]
    assert got[: 2 * confirmed + 2] == [f"p {call}{part}" for call in range(confirmed + 1) for part in ("", "+")]
