"""Being told to end by a signal: whatever the main thread does, and however many come."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

READY = "print('ready', flush=True)\n"
HEAR = """
import os, signal, sys, threading, time
from service.processes.signals import call_at_end
ended = threading.Event()
call_at_end(ended.set)
"""


@contextmanager
def program(text):
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, cwd=os.getcwd()) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_both_signals_end_a_process_that_waits(number):
    with program(f"{HEAR}{READY}ended.wait(); sys.exit(7)") as process:
        process.send_signal(number)
        assert process.wait(30) == 7


def test_a_signal_is_heard_while_the_main_thread_is_held_up_outside_the_interpreter():
    """Where Python would run its handler: only after `sem_wait`, which a signal just before it does not interrupt."""
    held_up = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n"
    other = "threading.Thread(target=lambda: time.sleep(60), daemon=True).start()\n"
    with program(f"{HEAR}{other}{held_up}{READY}ended.wait(); sys.exit(7)") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 7


def test_a_burst_of_signals_is_heard_as_well_as_one():
    """Linux sends a child one SIGTERM for each thread of its dying parent."""
    burst = "for _ in range(1000): os.kill(os.getpid(), signal.SIGTERM)\n"
    with program(f"{HEAR}{READY}{burst}ended.wait(); sys.exit(7)") as process:
        assert process.wait(30) == 7


def test_a_signal_to_a_forks_child_ends_the_child_and_not_its_parent():
    text = f"""{HEAR}
child = os.fork()
if not child:
    time.sleep(60)
os.kill(child, signal.SIGTERM)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
assert not ended.is_set()
{READY}ended.wait(); sys.exit(7)"""
    with program(text) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 7
