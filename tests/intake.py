"""A log fed by hand with the records of one partition: clocks, ids and batches are the test's."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import orjson

from consumers.appender import Appender
from ledger.bus.port import Record
from ledger.events import moments
from ledger.events.signing import Signer
from ledger.log.entry import Entry, StoredEntry, public_id
from ledger.log.port import LogReader
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.log.sqlite.writer import SqliteEventLog

SECRET = b"secret of the tests"
SHOP = "https://shop.example/orders"
NOON = 1_700_000_000_000_000
"""Microseconds: when the bus takes the first record; each next one comes a second later."""
SECOND = 1_000_000


def identity_faults(log: LogReader) -> list[str]:
    """What the identities that the log keeps are not as its entries make them."""
    with tempfile.TemporaryDirectory() as folder, log.identities_anew(Path(folder) / "scratch.db") as anew:
        return [fault.fault for fault in anew.faults(None)]


class SequenceIds:
    """Ids that are the same again after a restart: the n-th contact's is n."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = self._last = 0

    def __call__(self) -> str:
        return "command"

    def raw(self, count: int) -> list[bytes]:
        with closing(SqliteLogReader(self._path)) as log:
            made = sum(entry.contact_id is not None for entry in log.read(0, 1_000_000))
        if made != self._made:
            self._made = self._last = made
        first, self._last = self._last + 1, self._last + count
        return [number.to_bytes(16, "big") for number in range(first, self._last + 1)]


class Intake:
    """Records, made by `record`, are appended in the batches that the test chooses."""

    def __init__(self, path: Path, *, may_merge: bool = True) -> None:
        self.path = path
        self.may_merge = may_merge
        self.now = 2 * NOON
        self.restart()

    def restart(self) -> None:
        """What is left of the consumer when its process dies: the file."""
        self.log = SqliteEventLog(self.path, clock=lambda: self.now, signer=Signer(SECRET))
        self.appender = Appender(
            self.log,
            secret=SECRET,
            may_merge=self.may_merge,
            clock=lambda: self.now,
            ids=SequenceIds(self.path),  # type: ignore[arg-type]
        )

    def append(self, records: Sequence[Record]) -> None:
        """One batch, whatever the offsets of its records."""
        expected = self.log.offsets("bus")
        messages = self.appender.read(records)
        self.appender.append("bus", messages, expected, {0: expected.get(0, 0) + len(records)}, lambda: None)

    def take(self, *messages: bytes, time: int = NOON) -> list[Entry]:
        """Append messages as one batch; gives the entries they made."""
        with closing(SqliteLogReader(self.path)) as log:
            before = log.head().position
            self.append([Record(0, number, time, None, value) for number, value in enumerate(messages)])
            return log.read(before, 1_000)

    def stored(self, position: int) -> StoredEntry:
        """An entry with every column."""
        with closing(SqliteLogReader(self.path)) as log:
            return log.proof_page(position - 1, 1, position)[0]

    def close(self) -> None:
        self.log.close()


_numbers = iter(range(10**9))


def message(type: str, data: dict[str, Any], *, id: str | None = None, source: str = SHOP, **attributes: Any) -> bytes:
    """An unsigned CloudEvent; its id is new unless given."""
    made = {"specversion": "1.0", "id": id or f"m{next(_numbers)}", "source": source, "type": type}
    return orjson.dumps(made | attributes | {"data": data})


def reasons(entries: Sequence[Entry]) -> list[str | None]:
    """Of each entry why it was rejected, None where it was accepted."""
    return [entry.reason for entry in entries]


def tracked(**data: Any) -> bytes:
    """A UserTracked."""
    return message("UserTracked", data)


def row_message(row: int, part: str, data: dict[str, Any], *, source: str = "/imports/i1", is_last: bool) -> bytes:
    """A message of an import's row, signed: `part` is u or t."""
    whole = {"match": "phone", "row": row, "line": row + 1, **data} | ({"rowend": True} if is_last else {})
    kind = {"u": "UserTracked", "t": "TagsAdded"}[part]
    return Signer(SECRET).message(
        source=source, id=f"i1.{row:06}.{part}", type=kind, time="2023-11-14T22:13:20Z", data=orjson.dumps(whole)
    )


def row(number: int, phone: str, part: str = "u", **data: Any) -> bytes:
    """The one message of an import's row about this phone, signed."""
    return row_message(number, part, {"phone": phone, **data}, is_last=True)


def started_message(*, source: str = "/imports/i1") -> bytes:
    """An ImportStarted, signed."""
    return _of_import("ImportStarted", "i1.started", source, {})


def split_message(published: int, *, source: str = "/imports/i1") -> bytes:
    """An ImportSplit, signed."""
    return _of_import("ImportSplit", "i1.split", source, {"published": published})


def order_message(type: str, id: str, *, source: str = "/imports/i1", published: int | None = None) -> bytes:
    """An ImportUndone or an ImportRedone, signed; without an ImportSplit in the log `published` rows are awaited."""
    said = {"by": "asha", "reason": "the wrong file"} | ({} if published is None else {"published": published})
    return _of_import(type, id, source, said)


def retry_message(
    refused: Entry,
    *,
    data: dict[str, Any] | None = None,
    by: str = "asha",
    digest: str | None = None,
    **changed: Any,
) -> bytes:
    """A MessageRetried of a rejected message in structured mode, as it stands or with other data, signed.

    `changed` has other members of the rejected message, and the `position` that is retried.
    """
    said = (orjson.loads(refused.value or b"{}") if refused.source else {}) | changed
    retry = {"position": changed.get("position", refused.position), "type": said["type"], "by": by, "reason": "mended"}
    retry |= {} if digest is None else {"digest": digest}
    whole = orjson.dumps((said["data"] if data is None else data) | {"retry": retry})
    time = said.get("time") or moments.text(refused.bus_time)
    return Signer(SECRET).message(source=said["source"], id=said["id"], type="MessageRetried", time=time, data=whole)


def drop_message(position: int, *, by: str = "asha", digest: str | None = None) -> bytes:
    """A MessageDropped, signed; as orders of earlier versions were where it names no digest."""
    named = {} if digest is None else {"digest": digest}
    data = orjson.dumps({"position": position, **named, "by": by, "reason": "not ours"})
    return Signer(SECRET).message(
        source="/cli", id=f"drop{next(_numbers)}", type="MessageDropped", time="2023-11-14T22:13:20Z", data=data
    )


def merge_message(
    survivor: UUID | str, absorbed: UUID | str, *, by: str = "asha", id: str | None = None, **more: Any
) -> bytes:
    """A ContactsMerged, signed; `more` members of its data may be given."""
    return _about_two("ContactsMerged", {"survivor": str(survivor), "absorbed": str(absorbed), "by": by} | more, id)


def apart_message(absorbed: UUID | str, *, by: str = "asha", id: str | None = None, **more: Any) -> bytes:
    """A ContactsSplit, signed; `more` members of its data may be given."""
    return _about_two("ContactsSplit", {"absorbed": str(absorbed), "by": by} | more, id)


def number_message(contact: UUID | str, phone: str, *, by: str = "asha", id: str | None = None, **more: Any) -> bytes:
    """A NumberChanged, signed; `more` members of its data may be given."""
    return _about_two("NumberChanged", {"contact": str(contact), "phone": phone, "by": by} | more, id)


def _about_two(type: str, said: dict[str, Any], id: str | None) -> bytes:
    data = orjson.dumps({**said, "reason": "as they told us"})
    return Signer(SECRET).message(
        source="/cli", id=id or f"two{next(_numbers)}", type=type, time="2023-11-14T22:13:20Z", data=data
    )


def _of_import(type: str, id: str, source: str, said: dict[str, Any]) -> bytes:
    data = orjson.dumps({"import": source.removeprefix("/imports/"), **said})
    return Signer(SECRET).message(source=source, id=id, type=type, time="2023-11-14T22:13:20Z", data=data)


def erasure_message(
    contact: Entry | str,
    id: str | None = None,
    *,
    by: str = "asha",
    keep_out: bool = False,
    based_on: int | None = None,
    no_merge_after: int | None = None,
) -> bytes:
    """A ContactErased of the contact that this entry made, or that has this id, signed."""
    named = contact if isinstance(contact, str) else public_id(contact.contact_id or b"")
    said = {"contact": named, "by": by, "reason": "asked to be forgotten", "keepOut": keep_out}
    said |= {} if based_on is None else {"basedOn": based_on}
    said |= {} if no_merge_after is None else {"noMergeAfter": no_merge_after}
    return Signer(SECRET).message(
        source="/cli", id=id or f"erase{next(_numbers)}", type="ContactErased", time="2023-11-14T22:13:20Z",
        data=orjson.dumps(said),
    )  # fmt: skip


def readmission_message(kind: Literal["phone", "user_id"], value: str, *, by: str = "asha") -> bytes:
    """A PersonReadmitted of whoever is kept out by this phone or user id, signed."""
    person = Signer(SECRET).of_kept_out(kind, value).hex()
    return Signer(SECRET).message(
        source="/cli", id=f"readmit{next(_numbers)}", type="PersonReadmitted", time="2023-11-14T22:13:20Z",
        data=orjson.dumps({"person": person, "by": by, "reason": "wants to come back"}),
    )  # fmt: skip
