"""What a message's data says: read from raw bytes, in either mode, by functions that never raise (R35).

The append accepts only what these read: what it has parsed itself, or what `Signed` decodes, which is stricter. What
cannot be read says nothing, and so folds to nothing.
"""

import re
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

import msgspec

from ledger.events import types
from ledger.events.envelope import Headers, Unreadable, decode, is_binary
from ledger.events.identity import Mode
from ledger.events.traits import LARGEST_INTEGER

_Integer = Annotated[int, msgspec.Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_INTEGER)]
_Scalar = None | bool | _Integer | float | str
Traits = dict[str, _Scalar | list[_Scalar]]


class Data(msgspec.Struct, gc=False):
    """The members that a projection reads."""

    traits: Traits | None = None
    tags: list[str] | None = None
    event: str | None = None
    row: _Count | None = None
    line: _Count | None = None
    rowend: bool = False
    fill: bool = False
    by: str | None = None


class Command(msgspec.Struct, gc=False):
    """What a message of the ledger's own says that is about no contact (R33).

    `published`: how many rows of an import are on the bus.
    """

    by: str | None = None
    reason: str | None = None
    published: _Count | None = None


class Settling(Command, gc=False):
    """What is to become of the rejected message at a position, who says so and why.

    `type`: as what it is taken again, in a message that retries it. `digest`: that of the rejected message, in hex, so
    that the order is about no other one that ever stands there; orders of earlier versions lack it.
    """

    position: _Count = 0
    type: str | None = None
    digest: str | None = None


class ErasureOrder(Command, gc=False):
    """Whose data is to go, by its public id, who says so and why; `keeps_out`: nobody brings the person back.

    `based_on` is the position of the log after which the contact must have no event, where that is the reason to erase
    it; None for whom it is erased whatever happened. After `no_merge_after` nobody may have been merged with it, for
    whoever gave the order would not have meant them.
    """

    contact: str = ""
    keeps_out: bool = msgspec.field(name="keepOut", default=False)
    based_on: _Count | None = msgspec.field(name="basedOn", default=None)
    no_merge_after: _Count | None = msgspec.field(name="noMergeAfter", default=None)


class Readmission(Command, gc=False):
    """Who may come in again, who says so and why: `person` is the keyed hash, in hex, of a phone or a user id."""

    person: str = ""


class MergeOrder(Command, gc=False):
    """Which contacts, by their public ids, are to become one, who says so and why.

    `survivor` keeps its id, its phone and its user id, and `absorbed` is merged into it. In a split `absorbed` alone is
    read: the contact that is to be itself again. `based_on` is the position of the log that it was planned by: it holds
    as long as neither has an event after that; orders of earlier versions lack it.
    """

    survivor: str = ""
    absorbed: str = ""
    based_on: _Count | None = msgspec.field(name="basedOn", default=None)


class NumberChange(Command, gc=False):
    """Which contact, by its public id, has another phone from now on (E.164), who says so and why.

    `absorbed` is the id of the contact that had the phone when this was planned, None where nobody else had it; where
    it is not said, whoever has it is meant. `based_on` is the position it was planned by. What the order says of
    consent are traits like any message's. `old_begins_anew`: whoever comes by the phone before is a new contact.
    """

    contact: str = ""
    phone: str = ""
    absorbed: str | msgspec.UnsetType | None = msgspec.UNSET
    based_on: _Count | None = msgspec.field(name="basedOn", default=None)
    traits: Traits | None = None
    old_begins_anew: bool = msgspec.field(name="oldBeginsAnew", default=False)


class _Retrying(msgspec.Struct, gc=False):
    retry: Settling


class Signed(Data, gc=False):
    """The data of a signed message as the append reads it: its terms, and as proof all that a projection reads."""

    phone: str | None = None
    user_id: str | None = msgspec.field(name="userId", default=None)
    match: str | None = None
    mode: Mode = "upsert"
    based_on: int | None = msgspec.field(name="basedOn", default=None)
    follows: str | None = None


class _SignedEvent(Signed, gc=False):
    traits: dict[str, Any] | None = None


class _Structured(msgspec.Struct, gc=False):
    data: Data | None = None
    data_base64: str | None = None


BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)
"""What decoders raise for bytes that are not what they should be: UTF-8, numbers and depth among them."""

structured = msgspec.json.Decoder(_Structured).decode
"""Reads a message in structured mode, as most are. Raises what `BROKEN` has; `data_of` then knows what it says."""

anything = msgspec.json.Decoder().decode
"""Reads JSON; integers stay exact. Raises what `BROKEN` has."""

_signed = msgspec.json.Decoder(Signed).decode
_SIGNED_OTHERWISE = {types.EVENT_TRACKED: msgspec.json.Decoder(_SignedEvent).decode}
"""Decoders for types a member of which is another thing than `Data` has under its name."""

_data = msgspec.json.Decoder(Data).decode
_command = msgspec.json.Decoder(Command).decode
_merging = msgspec.json.Decoder(MergeOrder).decode
_renumbering = msgspec.json.Decoder(NumberChange).decode
_dropping = msgspec.json.Decoder(Settling).decode
_retrying = msgspec.json.Decoder(_Retrying).decode
_erasing = msgspec.json.Decoder(ErasureOrder).decode
_readmitting = msgspec.json.Decoder(Readmission).decode
_is_usual_id = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_grammar = msgspec.json.Decoder(msgspec.Raw).decode
_NOTHING = Data()
_MEMBERS = msgspec.structs.fields(Data)


def signed_data(type: str, data: msgspec.Raw | bytes) -> Signed:
    """The data of a signed message about a contact. Raises what `BROKEN` has, where `data_of` would read less."""
    return _SIGNED_OTHERWISE.get(type, _signed)(data)


def check_command(data: msgspec.Raw | bytes) -> None:
    """See that `command_of` reads the data of a signed message that is about no contact. Raises what `BROKEN` has."""
    _command(data)


def settling(type: str, data: msgspec.Raw | bytes) -> Settling:
    """What a message that retries or drops a rejected one says of it. Raises what `BROKEN` has."""
    return _retrying(data).retry if type == types.MESSAGE_RETRIED else _dropping(data)


def erasing(data: msgspec.Raw | bytes) -> ErasureOrder:
    """What a ContactErased orders, of a contact by an id that can be one. Raises what `BROKEN` has."""
    order = _erasing(data)
    if _is_usual_id(order.contact) is None:
        UUID(order.contact)
    return order


def readmitting(data: msgspec.Raw | bytes) -> bytes:
    """The keyed hash of the phone or user id that a PersonReadmitted lets in. Raises what `BROKEN` has."""
    return bytes.fromhex(_readmitting(data).person)


def merge_order(data: msgspec.Raw | bytes) -> MergeOrder:
    """What a message that merges or splits contacts says of them. Raises what `BROKEN` has."""
    return _merging(data)


def number_change(data: msgspec.Raw | bytes) -> NumberChange:
    """What a message says that gives a contact another phone. Raises what `BROKEN` has."""
    return _renumbering(data)


def data_of(headers: Headers, value: bytes | None) -> Data:
    """The data of a message in either mode; nothing when it was erased, or cannot be read."""
    if value is None:
        return _NOTHING
    try:
        if headers and is_binary(headers):
            return _data(value)
        message = structured(value)
        if message.data_base64 is None:
            return message.data or _NOTHING
    except BROKEN:
        pass  # perhaps for a member that nobody reads, or that another of the same name replaces
    return _members_that_fit(_content(headers, value))


def _content(headers: Headers, value: bytes) -> object:
    try:
        return anything(decode(headers, value).data)
    except (Unreadable, *BROKEN):
        return None


def _members_that_fit(data: object) -> Data:
    """Members that the message's type does not have may be anything: one that is no use is as if it were not there."""
    if not isinstance(data, dict):
        return _NOTHING
    traits = data.get("traits")
    if type(traits) is dict:
        data = {**data, "traits": {name: value for name, value in traits.items() if _is_value(value)}}
    fitting = {}
    for member in _MEMBERS:
        if member.name in data:
            with suppress(msgspec.ValidationError):
                fitting[member.name] = msgspec.convert(data[member.name], member.type)
    return Data(**fitting)


def _is_value(value: object) -> bool:
    return all(map(_is_scalar, value)) if type(value) is list else _is_scalar(value)


def _is_scalar(value: object) -> bool:
    if type(value) is int:
        return -LARGEST_INTEGER <= value <= LARGEST_INTEGER
    return value is None or type(value) in (str, bool, float)


def command_of(headers: Headers, value: bytes | None) -> Command:
    """Who gave a command and why, and what it counts; nothing when it was erased, or cannot be read."""
    try:
        return _command(json_of(headers, value) or b"{}")
    except BROKEN:
        return Command()


def merge_order_of(headers: Headers, value: bytes | None) -> MergeOrder:
    """What a message in either mode says of contacts that it merges or splits; nothing where it cannot be read."""
    try:
        return _merging(json_of(headers, value) or b"{}")
    except BROKEN:
        return MergeOrder()


def number_change_of(headers: Headers, value: bytes | None) -> NumberChange:
    """What a message in either mode says of a contact's new phone; nothing where it cannot be read."""
    try:
        return _renumbering(json_of(headers, value) or b"{}")
    except BROKEN:
        return NumberChange()


def erasure_order_of(headers: Headers, value: bytes | None) -> ErasureOrder:
    """What a message in either mode says of the contact that it erases; nothing where it cannot be read."""
    try:
        return _erasing(json_of(headers, value) or b"{}")
    except BROKEN:
        return ErasureOrder()


def settling_of(headers: Headers, value: bytes | None) -> Settling | None:
    """What a message in either mode says of the rejected one that it retries or drops; None for any other message."""
    if value is None:
        return None
    try:
        envelope = decode(headers, value)
        return settling(envelope.type, envelope.data) if envelope.type in types.ABOUT_MESSAGES else None
    except (Unreadable, *BROKEN):
        return None


def json_of(headers: Headers, value: bytes | None) -> msgspec.Raw | None:
    """The data of a message as the JSON that was sent; None when it was erased, or is none."""
    if value is None:
        return None
    try:
        data = decode(headers, value).data
        _grammar(data)
        bytes(data).decode()
    except (Unreadable, *BROKEN):
        return None
    return data
