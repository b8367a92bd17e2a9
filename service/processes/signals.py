"""Being told to end: SIGTERM and SIGINT, heard by a thread that does nothing else.

A Python signal handler runs in the main thread between two steps of the interpreter. It comes late, or never, when the
signal falls just before that thread begins to wait, and it deadlocks when it interrupts the very lock it takes.
"""

import os
import signal
from collections.abc import Callable
from threading import Thread

ENDING = (signal.SIGTERM, signal.SIGINT)


def call_at_end(callback: Callable[[], None]) -> None:
    """From now on every SIGTERM and SIGINT calls `callback`, in a thread; for the main thread, once in a process.

    A fork's child starts without it: there both signals end the process, until it calls this itself.
    """
    heard, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    for number in ENDING:
        signal.signal(number, silent)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    Thread(target=_listen, args=(heard, callback), name="signals", daemon=True).start()


def silent(_number: int, _frame: object) -> None:
    """The handler of a signal that `call_at_end` hears: what it wants is done in the thread."""


def _listen(heard: int, callback: Callable[[], None]) -> None:
    while numbers := os.read(heard, 4096):
        for _ in set(ENDING).intersection(numbers):
            callback()


def _hold() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


def _release() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def _forget() -> None:
    if signal.set_wakeup_fd(-1) >= 0:
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
    _release()


os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_forget)
