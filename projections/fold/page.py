"""Folding rows of the log, in log order, into the states of their contacts: what the live state and a rebuild share."""

from collections.abc import Iterable, Iterator

import msgspec

from ledger.events import types
from ledger.events.data import BROKEN, command_of, data_of, json_of
from ledger.log.entry import Headers, unpack_headers
from ledger.log.keeping_out import KEPT_OUT
from ledger.log.port import FoldRow, LogReader
from ledger.log.questions import IMPORT, SOURCE, VALUE
from ledger.log.undo import Undoings
from projections.fold.component import States, steps, take
from projections.fold.event import Event, event_of
from projections.fold.growth import Growth, Since
from projections.fold.outcomes import Outcome, RowMessage, row_message

_IMPORT_COLUMNS = types.complete(
    {
        types.IMPORT_STARTED: "started",
        types.IMPORT_SPLIT: "split",
        types.IMPORT_UNDONE: "undoing",
        types.IMPORT_REDONE: "undoing",
    },
    types.ABOUT_IMPORTS,
    "projections/fold/page",
)
"""Which column of the state's `imports` keeps what each type that is about an import says."""

_REUSED = "id_reused"
_NEVER = 2**63
_ABOUT_ROWS = frozenset({"identity_conflict", "invalid", "phone_invalid", "import_undone", KEPT_OUT, _REUSED})
"""Reasons that an import's own message can have: others may come from anybody who uses its name."""


class ImportIds(dict[int | None, str | None]):
    """The import whose messages have a source, by the source's number in the log; None for any other source."""

    def __init__(self, log: LogReader) -> None:
        super().__init__({None: None})
        self._log = log
        self._ours: dict[int | None, bool] = {None: False}

    def __missing__(self, source: int | None) -> str | None:
        assert source is not None
        name = self._log.source_name(source)
        self[source] = name.removeprefix(types.IMPORTS) if name.startswith(types.IMPORTS) else None
        return self[source]

    def sender(self, by: str | None, source: int | None) -> str | None:
        """Whom a message of a source names as its sender; None where anybody could have written that, unsigned."""
        if by is None:
            return None
        if source not in self._ours:
            assert source is not None
            self._ours[source] = types.is_ours(self._log.source_name(source))
        return by if self._ours[source] else None

    def made_by_number(self, contact: int) -> bytes | None:
        """The id of a contact that a changed number made; None for any other."""
        maker = self._log.entry(contact)
        if maker is None or maker.type != types.NUMBER_CHANGED or maker.absorbed != contact:
            return None
        return maker.contact_id

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


class FoldPage:
    """Rows of the log folded so far. `states` must have all contacts they touch, as they were just before, if at all.

    `growth` counts what they did. `changed` and `absorbed` are the numbers of contacts to save and to remove,
    `messages` those of import rows, and `imports` maps an import's id to columns of
    the state's `imports` to set (`started`, `split`, `undoing`: JSON).
    """

    __slots__ = ("_import_ids", "_of", "absorbed", "changed", "growth", "imports", "messages", "states")

    def __init__(self, states: States, import_ids: ImportIds, growth: Growth | None = None) -> None:
        self._import_ids = import_ids
        self._of: dict[int, int | None] = {}
        self.growth = growth or Growth()
        self.states = states
        self.changed: set[int] = set()
        self.absorbed: set[int] = set()
        self.messages: list[RowMessage] = []
        self.imports: dict[str, dict[str, str]] = {}

    def fold(self, rows: Iterable[FoldRow]) -> None:
        """Fold these rows too, in log order. Raises ValueError for an event about a contact that no entry created."""
        states, changed, messages, import_ids = self.states, self.changed, self.messages, self._import_ids
        count = self.growth.take
        for row in rows:
            event = event_in(row, import_ids)
            if event is None:
                self._note(row)
                continue
            step = take(states, event, import_ids.made_by_number)
            sender = None if event.by is None else import_ids.sender(event.by, row[SOURCE])
            count(step, event.recorded, row[IMPORT] if row[VALUE] is None else row[SOURCE], sender)
            changed.add(event.contact)
            if row[VALUE] is None:
                self._note(row)
            if event.absorbed is not None:
                self.absorbed.add(event.absorbed)
                changed.discard(event.absorbed)
            if event.row is not None:
                messages.append(row_message(event, step))

    def note_erased(self, rows: Iterable[FoldRow]) -> None:
        """Note that these rows of imports, whose entries are empty, are erased."""
        for row in rows:
            self._note(row)

    def fold_component(self, rows: Iterable[FoldRow], undoings: Undoings, uncounted: Since | None = None) -> None:
        """Fold all rows of one component, with the undos and redos of its imports at their places.

        With `uncounted`, all but the undos and redos that it says have been counted before.
        """
        states: States = {}
        self._of.clear()
        for step in steps(self._events(rows), undoings, states):
            if not isinstance(step.cause, Event):
                if uncounted is None or step.cause.position >= uncounted.get(step.contact, _NEVER):
                    self.growth.take_revision(step, step.cause)
                continue
            if uncounted is None:
                source = self._of[step.cause.position]
                sender = self._import_ids.sender(step.cause.by, source)
                self.growth.take(step, step.cause.recorded, source, sender)
            if step.cause.row is not None:
                self.messages.append(row_message(step.cause, step))
        self.states |= states

    def _events(self, rows: Iterable[FoldRow]) -> Iterator[Event]:
        for row in rows:
            event = event_in(row, self._import_ids)
            if event is None:
                self._note(row)
            else:
                self._of[event.position] = _counted_source(row)
                if row[VALUE] is None:
                    self._note(row)
                yield event

    def _note(self, row: FoldRow) -> None:
        """What there is to note of a row without an event: rejected, skipped and erased rows of imports, and orders."""
        (position, recorded, _, type, reason, contact, _, _, skipped, source, headers, value, _, _, import_row, row_end,
         _) = row  # fmt: skip
        import_id = self._import_ids[source]
        if import_id is None or (reason is not None and (reason not in _ABOUT_ROWS or type in types.ABOUT_MESSAGES)):
            return  # a refused retry is no message of its row: that one has its outcome, and keeps it
        if value is None and import_row is not None:
            erased = RowMessage(position, import_id, import_row, row_end == 1, "erased", False, contact or 0)
            self.messages.append(erased)
            return
        if reason is None and not skipped:
            if type in _IMPORT_COLUMNS:
                document = _document(unpack_headers(headers), value, position, recorded, type)
                self.imports.setdefault(import_id, {})[_IMPORT_COLUMNS[type]] = document
            return
        if import_row is None or (reason == _REUSED and self._import_ids.is_of_row(import_row, source, value)):
            return
        outcome: Outcome = "skipped" if reason is None else "rejected"
        self.messages.append(RowMessage(position, import_id, import_row, row_end == 1, outcome, False, contact or 0))


def _counted_source(row: FoldRow) -> int | None:
    """By which source an event is counted; an emptied one knows that of its import alone."""
    return row[IMPORT] if row[VALUE] is None else row[SOURCE]


def event_in(row: FoldRow, import_ids: ImportIds) -> Event | None:
    """The event that a row of the log is; None for one that folds to nothing in a contact.

    One that an erasure has emptied is an event that says nothing: whom it made, merged or was about is known (R31).
    """
    (position, recorded, stated, type, reason, contact, contact_id, absorbed, skipped, source, headers, value, phone,
     user_id, import_row, row_end, _) = row  # fmt: skip
    if reason is not None or contact is None or skipped or type == types.CONTACT_ERASED:
        return None
    if value is None:
        import_row = None  # its outcome is `erased`, whatever it did
    return event_of(
        position, recorded, stated, type, contact, contact_id, absorbed, False, source, import_ids[source], import_row,
        row_end == 1, None if phone is None else f"+{phone}", user_id,
        data_of(unpack_headers(headers) if headers else (), value),
    )  # fmt: skip


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
