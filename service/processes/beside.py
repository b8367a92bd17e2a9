"""Work that goes on in a thread of its own beside a process's main work, and whose end is the process's."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread

import structlog

from ledger.storage import StorageFault
from service.deployment.parts import is_passing

_log = structlog.get_logger()
_LOOK_SECONDS = 0.5
_JOIN_SECONDS = 5.0
"""What the work is given to end; it is killed with the process then, as it may be at any moment."""


@contextmanager
def beside(opened: Callable[[], AbstractContextManager[Callable[[], None]]]) -> Iterator[Callable[[], None]]:
    """For the length of a block, do again and again in a thread what `opened` gives there.

    A fault of storage or the system that may pass, as of a full disk, is for the next time. The block is given what
    raises anything else that has ended the work.
    """
    is_over, ended = Event(), list[Exception]()

    def work() -> None:
        try:
            with opened() as turn:
                while not is_over.wait(_LOOK_SECONDS):
                    _take(turn)
        except Exception as fault:  # it is raised where somebody can act on it
            ended.append(fault)

    def check() -> None:
        if ended:
            raise ended[0]

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield check
    finally:
        is_over.set()
        thread.join(_JOIN_SECONDS)


def _take(turn: Callable[[], None]) -> None:
    try:
        turn()
    except (StorageFault, OSError) as fault:
        if not (fault.is_passing if isinstance(fault, StorageFault) else is_passing(fault)):
            raise
        _log.warning("will be tried again", fault=str(fault))
