"""The second pass over a file: its rows in phone order, judged, and published as messages, with progress kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from ledger.bus.port import Message
from service.imports.record.rejects import RejectsFile
from service.imports.rows.judged_until import Progress
from service.imports.rows.row import e164
from service.imports.rows.scan import Scan
from service.imports.rows.verdicts import JudgedRows, Verdicts
from service.imports.run.feed import Feed
from service.imports.run.import_messages import ImportMessages

_JUDGED_AT_ONCE = 500
"""Rows: what is made of them then stays in the processor's cache until they are messages."""


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
    """Splits one file; what it publishes follows from the verdicts and the messages' choices alone."""

    def __init__(self, found: Scan, verdicts: Verdicts, messages: ImportMessages, first: int = 1) -> None:
        """`first` is the number of the first row in the order of publishing: message ids have these numbers."""
        self._found = found
        self._first = first
        self._verdicts = verdicts
        self._messages = messages

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
            messages: list[Message] = []
            until = min(done.at + size, mark, rows)
            while done.at < until:
                part = self._verdicts.part(done, min(until - done.at, _JUDGED_AT_ONCE))
                for reject in part.rejects:
                    rejects.add(reject)
                messages += self._messages_of(part)
                done = part.progress
            done = replace(done, rejects_size=rejects.flush())
            feed.send(messages, partial(save, done))
        feed.finish()
        return done

    def _messages_of(self, part: JudgedRows) -> list[Message]:
        lines, phones, of_row = self._found.lines, self._found.phones, self._messages.of_row
        messages: list[Message] = []
        for place, (index, row) in zip(part.places, part.taken, strict=True):
            messages += of_row(self._first + place, index + 1, lines[index], e164(phones[index]), row)
        return messages
