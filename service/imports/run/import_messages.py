"""What an import says on the bus: its start, one or two messages a row, and that all rows are out."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from ledger.bus.port import Message
from ledger.events import moments
from ledger.events.signing import Signer
from ledger.events.types import IMPORT_SPLIT, IMPORT_STARTED, IMPORTS, TAGS_ADDED, USER_TRACKED
from service.imports.ledger.sent import Sent
from service.imports.registry.registry import Import
from service.imports.rows.row import Row

_END = ',"rowend":true}'


class ImportMessages:
    """Makes the signed messages of one import, the same bytes each time. `time` is RFC 3339, the confirmation's."""

    def __init__(
        self,
        import_id: str,
        time: str,
        mode: str,
        tags: Sequence[str],
        signer: Signer,
        *,
        match: str = "phone",
        fill: bool = False,
        has_row_tags: bool = False,
    ) -> None:
        """`has_row_tags`: rows may have tags of their own (R19)."""
        self._id = import_id
        self._match = match
        self._mode = mode
        self._tags = list(tags)
        self._fill = '"fill":true,' if fill else ""
        self._has_row_tags = has_row_tags
        self._tags_json = orjson.dumps(self._tags).decode()
        self._signed = {
            type: signer.stream(source=f"{IMPORTS}{import_id}", type=type, time=time)
            for type in (USER_TRACKED, TAGS_ADDED, IMPORT_STARTED, IMPORT_SPLIT)
        }
        self._sign_user, self._sign_tags = self._signed[USER_TRACKED], self._signed[TAGS_ADDED]

    @property
    def per_row(self) -> int:
        """How many messages a row is."""
        return 2 if self._tags or self._has_row_tags else 1

    def started(self, data: Mapping[str, Any]) -> Message:
        """ImportStarted; `data` is what it says besides the import's id."""
        return self._own(f"{self._id}.started", IMPORT_STARTED, data)

    def split(self, data: Mapping[str, Any]) -> Message:
        """ImportSplit."""
        return self._own(f"{self._id}.split", IMPORT_SPLIT, data)

    def of_row(self, number: int, row: int, line: int, phone: str | None, content: Row) -> list[Message]:
        """The messages of an accepted row; `number` rises with the order of publishing and is no other row's.

        `row` and `line` are where it stands in the file.
        """
        user_id = "" if content.user_id is None else f'"userId":{orjson.dumps(content.user_id).decode()},'
        who, where = (
            f'{{"phone":"{phone}",{user_id}' if phone else f"{{{user_id}",
            f'"match":"{self._match}","mode":"{self._mode}","row":{row},"line":{line}',
        )
        key, name = (phone or content.user_id or "").encode(), f"{self._id}.{number:06d}"
        tags_json = self._tags_json if content.tags_json is None else content.tags_json
        has_tags = tags_json != "[]"
        told = f'{who}"traits":{content.traits_json},{self._fill}{where}{"}" if has_tags else _END}'
        messages = [Message(key, self._sign_user(f"{name}.u", told.encode()))]
        if has_tags:
            tagged = f'{who}{where},"tags":{tags_json}{_END}'
            messages.append(Message(key, self._sign_tags(f"{name}.t", tagged.encode())))
        return messages

    def rest_of_row(self, sent: Sent, tags: Sequence[str]) -> list[Message]:
        """The last message of a row whose first is out: the tags, for the contact that the first one was about."""
        told: dict[str, Any] = {"phone": sent.phone} if sent.phone else {}
        if sent.user_id is not None:
            told["userId"] = sent.user_id
        told |= {"match": self._match, "mode": self._mode, "row": sent.row, "line": sent.line, "tags": list(tags)}
        value = self._sign_tags(f"{sent.id.removesuffix('.u')}.t", orjson.dumps({**told, "rowend": True}))
        return [Message((sent.phone or sent.user_id or "").encode(), value)]

    def _own(self, id: str, type: str, data: Mapping[str, Any]) -> Message:
        return Message(self._id.encode(), self._signed[type](id, orjson.dumps({"import": self._id, **data})))


def messages_of(confirmed: Import, signer: Signer) -> ImportMessages:
    """Makes the messages of an import that was confirmed."""
    assert confirmed.confirmed_at is not None
    time, choices = moments.text(confirmed.confirmed_at), confirmed.choices
    return ImportMessages(
        confirmed.id,
        time,
        choices.mode,
        choices.tags,
        signer,
        match=choices.match,
        fill=choices.fill,
        has_row_tags=any(column.is_tags for column in confirmed.columns.columns),
    )
