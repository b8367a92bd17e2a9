"""Imports that the log has and `service.db` has not, as where a backup from before them was restored (R28).

Their rows came over the bus, and count: they are listed again as they said of themselves, and can be undone. What is
gone with the other machine is the file, and which of its rows were not taken for which reason.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace

from ledger.log.entry import Entry
from ledger.log.port import LogReader
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import ColumnMap
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import, Registry
from service.imports.registry.said import SPLIT, STARTED, data_said, imports_said, said_at, time_said

_CHOICES = frozenset(field.name for field in fields(Choices))


def imports_of_log(log: LogReader, is_known: Callable[[str], bool]) -> Iterator[Import]:
    """The imports that began and whose ids are not known, as far as the log can tell; oldest first.

    One that had not ended is RUNNING. One whose start was erased, or cannot be read, is left out.
    """
    for id in imports_said(log):
        if is_known(id) or (started := said_at(log, id, STARTED)) is None or started.value is None:
            continue
        one = _import(id, started, said_at(log, id, SPLIT))
        if one is not None:
            yield one


def list_again(registry: Registry, of_log: Callable[[Callable[[str], bool]], Iterable[Import]]) -> list[str]:
    """Enter those imports into the table; gives their ids. `of_log` is `imports_of_log` over a log.

    One that had not ended is gone on with, and fails, as its file is not here.
    """
    return [registry.add(one, again=True).id for one in of_log(registry.has)]


def _import(id: str, started: Entry, split: Entry | None) -> Import | None:
    said, ended = data_said(started), {} if split is None else data_said(split)
    try:
        choices = said["choices"]
        one = Import(
            id,
            said["hash"],
            said["file_sha256"],
            said["file_name"],
            Choices.from_json({name: value for name, value in choices.items() if name in _CHOICES}),
            ColumnMap.from_json(choices),
            time_said(started),
            said["rows"],
            by=said.get("by"),
            corrects=said.get("corrects"),
        )
        if split is None or not ended:
            return one
        published, duplicate, rejected = (int(ended[name]) for name in ("published", "duplicate", "rejected"))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    is_whole = one.rows <= published + duplicate + rejected
    return replace(
        one,
        state=ImportState.PUBLISHED if is_whole else ImportState.CANCELLED,
        is_cancelling=not is_whole,
        published=published,
        duplicate=duplicate,
        rejected=rejected,
        ended_at=split.bus_time,
    )
