"""What a record says, before any look at the log: its envelope, who sent it, whom it is about, or why it is refused."""

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from ledger.bus.port import Record
from ledger.events import moments, types
from ledger.events.data import (
    BROKEN,
    ErasureOrder,
    Settling,
    anything,
    check_command,
    erasing,
    merge_order,
    number_change,
    readmitting,
    settling,
    signed_data,
)
from ledger.events.envelope import Envelope, Unreadable, check_depth, decode
from ledger.events.identity import Mode
from ledger.events.signing import Signer

MAX_BYTES = 256 * 1024
"""The largest message the ledger takes, in bytes of its value."""

_MOST_AROUND = 1024
"""Bytes that we put around the data of a message we sign, at most: a signature does not cover what else is there."""

Name = tuple[str, str]
"""(source, id) of a message."""


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """Why a message is rejected: a stable code, and a sentence for a person."""

    reason: str
    detail: str


class Precondition(msgspec.Struct, frozen=True, gc=False):
    """What must hold for a message to be accepted.

    `based_on`: the contact has no event after this position. `follows`: the message of this id, from the same source,
    was accepted.
    """

    based_on: int | None
    follows: str | None


class About(msgspec.Struct, frozen=True, gc=False):
    """Whom a message is about and on which terms (R7, R17, R18).

    `row` is the import's row that it is of, `row_end` is 1 in the last message of that row.
    """

    phone: str | None
    user_id: str | None
    by_phone_alone: bool
    mode: Mode
    condition: Precondition | None = None
    may_merge: bool = True
    row: int | None = None
    row_end: int = 0


NOBODY = About(None, None, by_phone_alone=False, mode="upsert")
"""Of a message that is about no contact."""


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """A record read as far as it goes without the log. `is_signed`: by this deployment.

    `settles`: the rejected message that it retries or drops. `erases`: whose data it has go, and on which terms.
    `readmits`: the keyed hash of who may come in again.
    `is_emptied`: it is what an erasure has left of another on the bus, and is nothing.
    """

    record: Record
    envelope: Envelope | None
    is_signed: bool
    stated: int | None
    about: About | None
    refusal: Refusal | None
    settles: Settling | None = None
    erases: ErasureOrder | None = None
    is_emptied: bool = False
    readmits: bytes | None = None

    def followed(self) -> Name | None:
        """The name of the message that this one follows."""
        envelope, about = self.envelope, self.about
        if envelope is None or about is None or about.condition is None or about.condition.follows is None:
            return None
        return envelope.source, about.condition.follows

    def decided_with(self) -> Name | None:
        """The name of the other message of a row whose mode is not upsert, where that was perhaps decided before.

        For the second message it is the first one; for the first, where it is taken again, the second.
        """
        envelope, about = self.envelope, self.about
        if envelope is None or about is None or about.mode == "upsert":
            return None
        if envelope.id.endswith(SECOND):
            return envelope.source, envelope.id.removesuffix(SECOND) + _FIRST
        if self.settles is not None and envelope.id.endswith(_FIRST):
            return envelope.source, envelope.id.removesuffix(_FIRST) + SECOND
        return None


_NOT_E164 = Refusal("invalid", "phone must be in E.164, such as +919967536783")
_FIRST, SECOND = ".u", ".t"
"""How the ids of an import row's two messages end."""

_e164 = re.compile(r"\+[0-9]{1,15}").fullmatch
_moment = lru_cache(maxsize=64)(moments.parse)
_READ_FOR_MORE = ("contact", "message", "erasure", "readmission")
_CHECKS: dict[str, Callable[[msgspec.Raw | bytes], object]] = types.complete(
    {
        **dict.fromkeys(types.ABOUT_IMPORTS, check_command),
        types.CONTACTS_MERGED: merge_order,
        types.CONTACTS_SPLIT: merge_order,
    },
    {name for name in types.TAKEN if types.RULES[name].kind not in _READ_FOR_MORE} - {types.NUMBER_CHANGED},
    "consumers/incoming",
)
"""What the data of a message must be readable by, where nothing in it is needed before the log is looked at."""


def read(record: Record, signer: Signer) -> Incoming:
    """Read one record; faults become a refusal, never an exception: a poison message must not stop the rest."""
    if record.value == signer.emptied:
        return Incoming(record, None, True, None, None, None, is_emptied=True)
    if record.fault is not None:
        where = f"offset {record.offset} of partition {record.partition}"
        return _refused(record, "unreadable", f"{where}: {record.fault}")
    if record.value is not None and len(record.value) > MAX_BYTES:
        return _refused(record, "too_large", f"{len(record.value)} bytes; the limit is {MAX_BYTES}")
    try:
        envelope = decode(record.headers, record.value)
        is_signed = signer.has_signed(envelope)
        if not is_signed or len(record.value or b"") - len(envelope.data) > _MOST_AROUND:
            check_depth(record.value or b"")
    except Unreadable as fault:
        return _refused(record, "unreadable", str(fault))
    rule = types.RULES.get(envelope.type)
    if rule is None:
        detail = f"the type must be one of {', '.join(types.OPEN)}"
        return _refused(record, "unknown_type", detail, envelope, is_signed)
    if not is_signed and (rule.sender != "anybody" or types.is_ours(envelope.source)):
        return _refused(record, "reserved", "only the ledger itself sends this type, or from this source", envelope)
    if rule.sender == "nobody":
        detail = f"{envelope.type} has no effect in this version"
        return _refused(record, "unsupported_type", detail, envelope, is_signed)
    about: About | Refusal | None = None
    settles: Settling | None = None
    erases: ErasureOrder | None = None
    readmits: bytes | None = None
    try:
        stated = record.time
        if envelope.time is not None and (moment := _moment(envelope.time)) < stated:
            stated = moment
        if rule.kind == "contact":
            about = (_trusted if is_signed else _checked)(envelope, envelope.type)
        elif rule.kind == "message":
            settles = settling(envelope.type, envelope.data)
            about = _retried(envelope, settles) if envelope.type == types.MESSAGE_RETRIED else None
        elif rule.kind == "erasure":
            erases = erasing(envelope.data)
        elif rule.kind == "readmission":
            readmits = readmitting(envelope.data)
        elif envelope.type == types.NUMBER_CHANGED:
            about = _renumbered(envelope)
        else:
            _CHECKS[envelope.type](envelope.data)
    except BROKEN as fault:
        about = Refusal("invalid", str(fault))
    if isinstance(about, Refusal):
        return Incoming(record, envelope, is_signed, None, None, about)
    return Incoming(record, envelope, is_signed, stated, about, None, settles, erases, readmits=readmits)


def _refused(
    record: Record, reason: str, detail: str, envelope: Envelope | None = None, is_signed: bool = False
) -> Incoming:
    return Incoming(record, envelope, is_signed, None, None, Refusal(reason, detail))


def _retried(envelope: Envelope, settles: Settling) -> About | Refusal:
    """Whom a rejected message is about that is taken again, as what it is taken.

    Whoever signed the retry has checked what it says. What only an import's own messages may say counts in these alone.
    """
    if settles.type not in types.ABOUT_CONTACTS:
        return Refusal("invalid", f"only {', '.join(types.ABOUT_CONTACTS)} can be taken again")
    about = _trusted(envelope, settles.type)
    if isinstance(about, About) and not envelope.source.startswith(types.IMPORTS):
        return msgspec.structs.replace(about, mode="upsert")
    return about


def _renumbered(envelope: Envelope) -> About | Refusal:
    """Whom a changed number is about: whoever is found by the new one."""
    phone = number_change(envelope.data).phone
    if _e164(phone) is None:
        return _NOT_E164
    return About(phone, None, by_phone_alone=True, mode="upsert")


def _trusted(envelope: Envelope, type: str) -> About | Refusal:
    terms = signed_data(type, envelope.data)
    phone, user_id = terms.phone or None, terms.user_id or None
    if phone is None and user_id is None:
        return Refusal("invalid", "data needs phone or userId")
    if phone is not None and _e164(phone) is None:
        return _NOT_E164
    condition = _condition(terms.based_on, terms.follows)
    row = terms.row if envelope.source.startswith(types.IMPORTS) else None
    return About(
        phone, user_id, terms.match == "phone", terms.mode, condition, terms.match != "either", row,
        0 if row is None else int(terms.rowend),
    )  # fmt: skip


def _checked(envelope: Envelope, type: str) -> About | Refusal:
    from ledger.events.schema import check_data, identity_of  # slow to load, and messages of ours are not checked

    data = anything(envelope.data)
    faults = check_data(type, data)
    if faults:
        reason = "phone_invalid" if all(fault.reason == "phone_invalid" for fault in faults) else "invalid"
        return Refusal(reason, "; ".join(f"{fault.pointer}: {fault.message}".removeprefix(": ") for fault in faults))
    phone, user_id = identity_of(data)
    condition = _condition(data.get("basedOn"), data.get("follows"))
    match = data.get("match")
    return About(phone, user_id, match == "phone", "upsert", condition, match != "either")


def _condition(based_on: int | str | None, follows: str | None) -> Precondition | None:
    if not based_on and not follows:
        return None
    return Precondition(int(based_on) if based_on else None, follows or None)
