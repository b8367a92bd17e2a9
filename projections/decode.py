"""From a log row to what the fold and the outcomes need of it."""

import base64
from typing import Any

import msgspec

from ledger.events import types
from ledger.events.traits import clean_name
from ledger.log.entry import Entry, Headers
from projections.fold import Event


class Data(msgspec.Struct, gc=False):
    """The members of a message's data that a projection reads."""

    traits: dict[str, Any] | None = None
    tags: list[str] | None = None
    event: str | None = None
    row: int | None = None
    line: int | None = None
    rowend: bool = False
    fill: bool = False


class Order(msgspec.Struct, gc=False):
    """What a command to the ledger says of itself (R33)."""

    by: str | None = None
    reason: str | None = None


class _Ordered(msgspec.Struct, gc=False):
    data: Order


class _Structured(msgspec.Struct, gc=False):
    data: Data | None = None
    data_base64: str | None = None


message_of = msgspec.json.Decoder(_Structured).decode
"""Reads a message in structured mode. Raises msgspec.ValidationError where a member has another type than ours."""

_data = msgspec.json.Decoder(Data).decode
_ordered = msgspec.json.Decoder(_Ordered).decode
_anything = msgspec.json.Decoder().decode
_NOTHING = Data()
_BINARY: Headers = (("ce_specversion", b"1.0"),)
_KINDS = {"traits": dict, "tags": list, "event": str, "row": int, "line": int, "rowend": bool, "fill": bool}


def data_of(headers: Headers, value: bytes | None) -> Data:
    """The data of an accepted message in either mode; nothing when it was erased."""
    if value is None:
        return _NOTHING
    is_binary = headers and any(name.lower() == "ce_specversion" for name, _ in headers)
    try:
        if is_binary:
            return _data(value)
        message = message_of(value)
        if message.data_base64 is None:
            return message.data or _NOTHING
    except msgspec.ValidationError:
        whole = _anything(value)
        return _members_that_fit(whole if is_binary else whole.get("data"))
    return data_of(_BINARY, base64.b64decode(message.data_base64))


def _members_that_fit(data: Any) -> Data:
    """Members that the message's type does not have may be anything: one that is no use is as if it were not there."""
    if not isinstance(data, dict):
        return _NOTHING
    fitting = {name: data[name] for name, kind in _KINDS.items() if type(data.get(name)) is kind}
    if not all(type(tag) is str for tag in fitting.get("tags", ())):
        del fitting["tags"]
    return Data(**fitting)


def order_of(entry: Entry) -> Order:
    """Who gave a command and why; nothing when it was erased."""
    return Order() if entry.value is None else _ordered(entry.value).data


def event_of(
    position: int,
    recorded: int,
    stated: int | None,
    type: str | None,
    contact: int,
    contact_id: bytes | None,
    phone: str | None,
    user_id: str | None,
    data: Data,
    *,
    is_import: bool,
) -> Event:
    """The event of an accepted entry about a contact, from the entry's columns and its data.

    `is_import`: it is an import's own; `fill` means nothing in anybody else's (R18).
    """
    return Event(
        position,
        recorded,
        recorded if stated is None else stated,
        contact,
        contact_id,
        phone,
        user_id,
        cleanly_named(data.traits) if type == types.USER_TRACKED and data.traits else None,
        data.tags if type == types.TAGS_ADDED else None,
        is_import and data.fill,
    )


_clean_names: set[str] = set()
_MOST_CLEAN_NAMES = 4096


def cleanly_named(traits: dict[str, Any]) -> dict[str, Any]:
    """The traits by their attributes' names (R2), which senders may write in another Unicode form or with spaces."""
    if _clean_names.issuperset(traits):
        return traits
    cleaned = {clean_name(name): value for name, value in traits.items()}
    if len(_clean_names) < _MOST_CLEAN_NAMES:
        _clean_names.update(cleaned)
    return cleaned
