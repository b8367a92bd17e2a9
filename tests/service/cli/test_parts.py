"""`contacts consume` and `contacts project` alone: what no waiting mends ends them with code 1 and one sentence."""

import os
import subprocess
import sys
from contextlib import closing

from ledger import sqlite
from ledger.bus.sqlite.file import cut, open_file
from tests.examples import ASHA, GAVIN, RAVI


def run(world, *arguments):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CONTACTS_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        env=environ | {"CONTACTS_DATA": str(world.folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def sentence(ended):
    """The last line on stderr, which must be the only one that is an error."""
    assert "Traceback" not in ended.stderr
    return ended.stderr.strip().splitlines()[-1]


def test_a_consumer_that_misses_messages_ends_with_their_count_and_what_to_do(world):
    """Decision 3."""
    for phone in (GAVIN, ASHA, RAVI):
        world.track(phone=phone)
    world.consume(batch=1)
    world.track(phone=GAVIN)
    world.track(phone=GAVIN)
    with closing(open_file(world.folder / "bus.db")) as bus:
        cut(bus, 2**62, 5)
    ended = run(world, "consume")
    assert ended.returncode == 1
    assert sentence(ended).startswith("Error: partition 0: 1 messages from offset 4 are gone")
    assert "contacts consume --accept-gap" in sentence(ended)


def test_a_projector_whose_state_is_of_another_log_ends_with_what_to_do(world):
    """Decision 12."""
    world.track(phone=GAVIN)
    world.settle()
    with closing(sqlite.connect(world.drivers.generations().current_path())) as connection:
        connection.execute("UPDATE checkpoint SET position = 7")
    ended = run(world, "project")
    assert ended.returncode == 1
    assert "the log ends at 1" in sentence(ended)
    assert run(world, "rebuild").returncode == 0
    assert world.contact(GAVIN)["phone"] == GAVIN


def test_a_consumer_warns_once_of_a_kafka_that_it_reaches_without_tls(world):
    environ = os.environ | {"CONTACTS_DATA": str(world.folder), "CONTACTS_BUS": "kafka://192.0.2.7:9092/contacts"}
    command = [sys.executable, "-m", "service", "consume"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as running:
        told = []
        for line in running.stderr:
            told.append(line)
            if "will be tried again" in line:
                running.terminate()
    warned = [line for line in told if "unencrypted" in line]
    assert len(warned) == 1
    assert "192.0.2.7:9092" in warned[0]
    assert "security_protocol=SASL_SSL" in warned[0]
