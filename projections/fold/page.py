"""Folding rows of the log, in log order, into the states of their contacts: what the live state and a rebuild share."""

import msgspec

from ledger.events import types
from ledger.events.data import BROKEN, command_of, data_of, json_of
from ledger.log.entry import Headers, phone_text, unpack_headers
from ledger.log.sqlite.reader import FoldRow, LogReader
from projections.fold.decode import event_of
from projections.fold.evolve import ContactState, Event, effect
from projections.fold.outcomes import Outcome, RowMessage

_IMPORT_COLUMNS = {
    types.IMPORT_STARTED: "started",
    types.IMPORT_SPLIT: "split",
    types.IMPORT_UNDONE: "undoing",
    types.IMPORT_REDONE: "undoing",
}
_REUSED = "id_reused"
_ABOUT_ROWS = frozenset({"identity_conflict", "invalid", "phone_invalid", "import_undone", _REUSED})
"""Reasons that an import's own message can have: others may come from anybody who uses its name."""


class ImportIds(dict[int | None, str | None]):
    """The import whose messages have a source, by the source's number in the log; None for any other source."""

    def __init__(self, log: LogReader) -> None:
        super().__init__({None: None})
        self._log = log

    def __missing__(self, source: int | None) -> str | None:
        assert source is not None
        name = self._log.source_name(source)
        self[source] = name.removeprefix(types.IMPORTS) if name.startswith(types.IMPORTS) else None
        return self[source]

    def is_of_row(self, row: int | None, source: int | None, value: bytes | None) -> bool:
        """Whether the accepted message that has a rejected one's id is of the same row, and says what became of it.

        An import that a version before 4 of the fold resumed under other rules could give one id to two rows.
        """
        assert source is not None
        try:
            id = _named(value or b"").id
        except msgspec.MsgspecError:
            return True
        first = self._log.by_message_id(id, self._log.source_name(source))
        return first is not None and first.is_accepted and data_of(first.headers, first.value).row == row


class _Named(msgspec.Struct):
    id: str


_named = msgspec.json.Decoder(_Named).decode


class Told(msgspec.Struct, frozen=True, gc=False):
    """An event with what a replay needs beside it: the contact it merged into its own, and the number of its source."""

    event: Event
    absorbed: int | None
    source: int | None


class FoldPage:
    """Rows folded so far. All contacts they touch must be in `states`, as they were just before, if they existed.

    `changed` and `absorbed` are the numbers of contacts to save and to remove, `messages` those of import rows, and
    `imports` maps an import's id to columns of the state's `imports` to set (`started`, `split`, `undoing`: JSON).
    Events are kept in `told`, if it is given.
    """

    __slots__ = ("_import_ids", "_told", "absorbed", "changed", "imports", "messages", "states")

    def __init__(self, states: dict[int, ContactState], import_ids: ImportIds, told: list[Told] | None = None) -> None:
        self._import_ids = import_ids
        self._told = told
        self.states = states
        self.changed: set[int] = set()
        self.absorbed: set[int] = set()
        self.messages: list[RowMessage] = []
        self.imports: dict[str, dict[str, str]] = {}

    def fold(self, rows: list[FoldRow]) -> None:
        """Fold these rows too. Raises ValueError for an event about a contact that no entry before it created."""
        states, import_ids, told = self.states, self._import_ids, self._told
        for row in rows:
            (position, recorded, stated, type, reason, contact, contact_id, absorbed, skipped, source, headers, value,
             phone, user_id) = row  # fmt: skip
            import_id = import_ids[source]
            if reason is not None and (import_id is None or reason not in _ABOUT_ROWS):
                continue
            data = data_of(unpack_headers(headers) if headers else (), value)
            outcome: Outcome | None = None
            is_older = False
            if reason is not None:
                if reason == _REUSED and import_ids.is_of_row(data.row, source, value):
                    continue
                outcome = "rejected"
            elif skipped:
                outcome = "skipped"
            elif contact is not None:
                event = event_of(
                    position, recorded, stated, type, contact, contact_id, phone_text(phone), user_id, data,
                    is_import=import_id is not None,
                )  # fmt: skip
                if told is not None:
                    told.append(Told(event, absorbed, source))
                before = states.get(contact)
                after, has_changed, is_older = effect(before, event, None if absorbed is None else self._take(absorbed))
                states[contact] = after
                self.changed.add(contact)
                outcome = "created" if before is None else "updated" if has_changed else "unchanged"
            if import_id is None:
                continue
            if outcome is None:
                if type in _IMPORT_COLUMNS:
                    document = _document(unpack_headers(headers), value, position, recorded, type)
                    self.imports.setdefault(import_id, {})[_IMPORT_COLUMNS[type]] = document
            elif data.row is not None:
                self.messages.append(RowMessage(position, import_id, data.row, data.rowend, outcome, is_older))

    def _take(self, absorbed: int) -> ContactState:
        self.absorbed.add(absorbed)
        self.changed.discard(absorbed)
        return self.states.pop(absorbed)


_object = msgspec.json.Decoder(dict[str, object]).decode


def _document(headers: Headers, value: bytes | None, position: int, recorded: int, type: str) -> str:
    """The data of a ledger message of ours; of an undo with its place."""
    data = json_of(headers, value)
    try:
        said = _object(b"{}" if data is None else data)
    except BROKEN:
        data, said = None, {}
    if _IMPORT_COLUMNS[type] != "undoing":
        return "{}" if data is None else bytes(data).decode()
    command = command_of(headers, value)
    told = {"position": position, "recorded": recorded, "type": type}
    return msgspec.json.encode(told | said | told | {"by": command.by, "reason": command.reason}).decode()
