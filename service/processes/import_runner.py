"""Goes on with imports that nobody works on: confirmed ones, broken-off ones, and those that are to stop."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import monotonic

import structlog

from ledger.bus.port import BusError
from ledger.storage import StorageFault
from service.imports.record.folder import Busy
from service.imports.run.feed import Stalled
from service.imports.run.importer import Importer
from service.imports.table.refusal import FileRefused

MOST_AT_ONCE = 4
"""Imports that run beside each other; each takes its turn on the bus, so none waits for another to end."""

FEW_ROWS = 1_000
"""Imports of so many rows at most have workers of their own: a tag given to one contact waits for no large file."""

_LOOK_SECONDS = 0.5
_REST_SECONDS = 2.0
"""Before another attempt at an import that somebody else works on, or that could not go on."""

_LIST_SECONDS = 10.0
"""Between two looks for imports that only the log knows: after a restore it takes them from the bus, one by one."""

_FORGET_SECONDS = 3600.0
"""Between two looks for what is to be removed after some days."""

_log = structlog.get_logger(part="importer")


class _Ending(Exception):
    """The process is to end; an import goes on when it runs again."""


@dataclass(slots=True)
class _Turn:
    """An import's present or last attempt, and when the next may begin."""

    work: "Future[None]"
    due: float


class ImportRunner:
    """Runs every import that is not out yet, a few at a time, until told to stop.

    `importing(check)` opens an importer of its own; `check` is called again and again while it waits, and may raise.
    `wait(seconds)` waits, and says whether to end. `forget_exports()` removes files whose day is over.
    """

    def __init__(
        self,
        importing: Callable[[Callable[[], None]], AbstractContextManager[Importer]],
        wait: Callable[[float], bool],
        forget_exports: Callable[[], None] = lambda: None,
    ) -> None:
        self._importing = importing
        self._wait = wait
        self._forget_exports = forget_exports
        self._turns: dict[str, _Turn] = {}

    def run(self) -> None:
        """Look for work until told to stop; an import at hand stops behind the batch that it publishes.

        Raises StorageFault when the imports cannot be opened, and for what no waiting mends.
        """
        large = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="import")
        small = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="small-import")
        with self._importing(self._check) as own, large, small:
            due = due_to_list = monotonic()
            while not self._wait(_LOOK_SECONDS):
                try:
                    if monotonic() >= due:
                        own.forget_unconfirmed()
                        self._forget_exports()
                        due += _FORGET_SECONDS
                    if monotonic() >= due_to_list:
                        for id in own.list_again():
                            _log.info("listed again, as the log has it", **{"import": id})
                        due_to_list = monotonic() + _LIST_SECONDS
                    self._begin(own.unfinished(), large, small)
                except StorageFault as fault:
                    if not fault.is_passing:
                        raise
                    _log.warning("will be tried again", fault=str(fault))

    def _begin(self, unfinished: Mapping[str, int], large: ThreadPoolExecutor, small: ThreadPoolExecutor) -> None:
        self._turns = {id: turn for id, turn in self._turns.items() if id in unfinished or not turn.work.done()}
        for id, rows in unfinished.items():
            turn = self._turns.get(id)
            if turn is None or (turn.work.done() and monotonic() >= turn.due):
                workers = small if 0 < rows <= FEW_ROWS else large
                self._turns[id] = _Turn(workers.submit(self._go_on, id), monotonic() + _REST_SECONDS)

    def _go_on(self, id: str) -> None:
        def report(_stage: str, _done: int, _rows: int) -> None:
            self._check()

        log = _log.bind(**{"import": id})
        try:
            with self._importing(self._check) as importer:
                importer.go_on(id, report)
                log.info("nothing is left to do for the import")
        except (_Ending, Busy):
            pass
        except FileRefused as fault:
            log.warning("import failed", fault=str(fault))
        except (Stalled, BusError, StorageFault, OSError) as fault:
            log.warning("import will be tried again", fault=str(fault))
        except Exception:
            log.exception("unforeseen fault; the import will be tried again")

    def _check(self) -> None:
        if self._wait(0.0):
            raise _Ending
