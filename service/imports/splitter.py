"""The second pass over a file: its rows in phone order, checked, and published as messages, with progress kept."""

import mmap
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType

import orjson

from ledger.bus.port import Message
from service.imports.attributes import PHONE_NUMBER, USER_ID, WHATSAPP_OPTED
from service.imports.feed import Feed
from service.imports.messages import MOST_TRAITS_BYTES, ImportMessages
from service.imports.progress import Progress
from service.imports.reasons import RowFault, duplicate, opt_in_not_allowed, too_large, user_id_taken
from service.imports.records import cells_of
from service.imports.rejects import Reject, RejectsFile
from service.imports.rows import Row, RowChecks, RowRejected
from service.imports.scan import Scan
from service.imports.settle import settle

_SURELY_SMALL = 32 * 1024
"""Bytes of a record; as JSON it is at most six times as long."""


class SourceRows:
    """Reads rows of the copied file again, in any order."""

    def __init__(self, path: Path, delimiter: str, found: Scan) -> None:
        with path.open("rb") as file:
            # sliced, not read: a system call a row lets go of the interpreter's lock, and the publisher takes it
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._delimiter = delimiter
        self._found = found

    def __enter__(self) -> "SourceRows":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def read(self, indexes: Iterable[int]) -> Iterator[list[str]]:
        """The cells of each row."""
        file, sizes, starts = self._file, self._found.sizes, self._found.starts
        self._file.madvise(mmap.MADV_DONTNEED)
        return cells_of((file[starts[index] : starts[index] + sizes[index]] for index in indexes), self._delimiter)


@dataclass(frozen=True, slots=True)
class Way:
    """Where a split may be stopped: every `stride` rows, at a mark that is kept before it goes beyond the last one.

    Rows before `mark` may be on the bus already, so they are published in any case: only so is it known what a split
    has published that was killed and is then cancelled.
    """

    mark: int
    stride: int
    save_mark: Callable[[int], None]
    is_cancelling: Callable[[], bool]


class Splitter:
    """Splits one file; what it publishes follows from the file, the choices and `opted_out` alone.

    `opted_out` has the phones (digits of E.164) whose WhatsApp Opted is FALSE and may not become TRUE here (R16).
    """

    def __init__(
        self, found: Scan, rows: SourceRows, checks: RowChecks, messages: ImportMessages, opted_out: frozenset[int]
    ) -> None:
        self._found = found
        self._rows = rows
        self._checks = checks
        self._messages = messages
        self._opted_out = opted_out
        self._columns = {name: checks.column(name) for name in (PHONE_NUMBER, USER_ID, WHATSAPP_OPTED)}
        self._losers = self._settled()

    def split(
        self, done: Progress, feed: Feed, rejects: RejectsFile, save: Callable[[Progress], None], batch: int, way: Way
    ) -> Progress:
        """Publish what is left after `done`, `batch` messages at a time; `save` is called as they become durable.

        It stops at a mark where `way` says so. Raises as `Feed.send` does.
        """
        mark, rows = way.mark, len(self._found)
        size = max(1, batch // self._messages.per_row)
        while done.at < rows:
            if done.at >= mark:
                if way.is_cancelling():
                    break
                mark = done.at + way.stride
                way.save_mark(mark)
            group = self._found.order[done.at : min(done.at + size, mark)]
            messages, done = self._batch(group, done, rejects)
            feed.send(messages, partial(save, done))
        feed.finish()
        return done

    def _batch(self, group: "array[int]", done: Progress, rejects: RejectsFile) -> tuple[list[Message], Progress]:
        lines, phones = self._found.lines, self._found.phones
        checked, of_row = self._checked, self._messages.of_row
        rank, last_phone, keeper = done.rank, done.phone, done.keeper
        duplicates, rejected = done.duplicate, done.rejected
        messages: list[Message] = []
        for index, cells in zip(group, self._rows.read(group), strict=True):
            phone = phones[index]
            if phone and phone == last_phone:
                same = duplicate(self._columns[PHONE_NUMBER], keeper + 1, lines[keeper])
                rejects.add(Reject(index + 1, lines[index], (same,)))
                duplicates += 1
                continue
            try:
                row = checked(index, cells)
                if index in self._losers:
                    raise RowRejected((self._lost(index),))
            except RowRejected as why:
                rejects.add(Reject(index + 1, lines[index], why.faults))
                rejected += 1
            else:
                rank, last_phone, keeper = rank + 1, phone, index
                messages += of_row(rank, index + 1, lines[index], f"+{phone}", row)
        size = rejects.flush()
        return messages, Progress(done.at + len(group), rank, last_phone, keeper, duplicates, rejected, size)

    def _checked(self, index: int, cells: list[str]) -> Row:
        """The row, if it is good by itself. Raises RowRejected."""
        phone = self._found.phones[index]
        row = self._checks.check(cells, has_phone=phone != 0)
        if phone in self._opted_out and row.traits.get(WHATSAPP_OPTED) is True:
            raise RowRejected((opt_in_not_allowed(self._columns[WHATSAPP_OPTED]),))
        if self._found.sizes[index] > _SURELY_SMALL and len(orjson.dumps(row.traits)) > MOST_TRAITS_BYTES:
            raise RowRejected((too_large(MOST_TRAITS_BYTES),))
        return row

    def _is_good(self, index: int, cells: list[str]) -> bool:
        try:
            self._checked(index, cells)
        except RowRejected:
            return False
        return True

    def _settled(self) -> dict[int, int]:
        user_id_of = self._checks.user_id_of
        return {} if user_id_of is None else settle(self._found, self._rows.read, user_id_of, self._is_good)

    def _lost(self, index: int) -> RowFault:
        owner = self._losers[index]
        return user_id_taken(self._columns[USER_ID], owner + 1, self._found.lines[owner])
