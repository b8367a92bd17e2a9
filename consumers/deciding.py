"""What becomes of each message of a batch: accepted, as whose event, or rejected for which reason (decisions 1-7)."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from consumers.messages import About, Condition, Incoming, Refusal
from ledger.bus.port import Record
from ledger.events import identity, types
from ledger.events.data import command_of
from ledger.events.envelope import Envelope
from ledger.log.entry import Headers, NewEntry, pack_headers, phone_number, unpack_headers
from ledger.log.sqlite.batch import Batch, Taken

Name = tuple[str, str]
"""(source, id) of a message."""

_FIRST, _SECOND = ".u", ".t"
"""How the ids of an import row's two messages end."""


class BatchDecision:
    """Decides the messages of one batch in order; later ones see what earlier ones bound."""

    def __init__(
        self,
        batch: Batch,
        incoming: Sequence[Incoming],
        may_merge: bool,
        new_contact_id: Callable[[], bytes],
        digest: Callable[[Record], bytes],
        signature: Callable[[Headers, bytes | None], str | None],
    ) -> None:
        """`signature` gives that of a message which this deployment has signed, None of any other."""
        self._batch = batch
        self._may_merge = may_merge
        self._new_contact_id = new_contact_id
        self._digest = digest
        self._signature = signature
        ids: dict[str, list[str]] = defaultdict(list)
        for message in incoming:
            if message.envelope is not None:
                ids[message.envelope.source].append(message.envelope.id)
        self._rejected_now: set[bytes] = set()
        self._signed_now: dict[Name, set[str]] = defaultdict(set)
        self._rejected_names = batch.rejected_names(ids)
        self._undone = batch.undone({source for source in ids if source.startswith(types.IMPORTS)})
        abouts = [message.about for message in incoming if message.about is not None]
        if any(about.mode != "upsert" or about.condition is not None for about in abouts):
            for message in incoming:
                for source, first in filter(None, (_first_of_row(message), _followed(message))):
                    ids[source].append(first)
        self._taken = batch.taken(ids)
        self._phones = {about.phone for about in abouts if about.phone is not None}
        self._user_ids = {about.user_id for about in abouts if about.user_id is not None}
        self._identities = batch.load_identities(self._phones, self._user_ids)

    def __call__(self, message: Incoming) -> None:
        envelope, about = message.envelope, message.about
        if envelope is None:
            self._reject(message, message.refusal or Refusal("unreadable", ""))
            return
        name = (envelope.source, envelope.id)
        taken = self._taken.get(name)
        if taken is not None and _is_same(taken, message.record):
            return
        if message.is_signed and (taken is not None or name in self._rejected_names):
            signed = self._signed(name, taken)
            if envelope.ledgersig in signed:
                return
            if signed:
                self._reject(message, Refusal("id_reused", "source and id name another message that is signed"))
                return
        if message.refusal is not None:
            self._reject(message, message.refusal)
        elif taken is not None:
            detail = f"source and id name the message at position {taken.position}, which says something else"
            self._reject(message, Refusal("id_reused", detail))
        elif name in self._rejected_names and self._was_rejected(self._digest(message.record)):
            return
        elif about is None:
            self._command(message, envelope)
        elif envelope.source in self._undone:  # none of ours, as an undo waits for all of them
            self._reject(message, Refusal("import_undone", "the import is undone; redo it before more of it is taken"))
        else:
            self._decide(message, about)

    def _signed(self, name: Name, taken: Taken | None) -> set[str]:
        """The signatures of those messages under this name that were decided and that this deployment signed.

        A signature covers what a message says: whatever bytes come around it again, the decision stands, also where it
        was a rejection (R33). What strangers sent under the name is none of these.
        """
        entries = self._batch.rejected_under(*name)
        if taken is not None:
            entries.append((unpack_headers(taken.headers), taken.value))
        found = {self._signature(headers, value) for headers, value in entries}
        return self._signed_now[name] | {signature for signature in found if signature is not None}

    def _was_rejected(self, raw_digest: bytes) -> bool:
        return raw_digest in self._rejected_now or self._batch.has_rejected(raw_digest)

    def _command(self, message: Incoming, envelope: Envelope) -> None:
        """A message of the ledger's own that is about no single contact."""
        if envelope.type not in (types.IMPORT_UNDONE, types.IMPORT_REDONE):
            self._accept(message, contact=None)
            return
        source, is_undo = envelope.source, envelope.type == types.IMPORT_UNDONE
        self._batch.write()
        if not self._batch.has_events_of(source):
            self._reject(message, Refusal("wrong_state", "the log has no message of this import"))
        elif (source in self._undone) == is_undo:
            state = "undone already" if is_undo else "not undone"
            self._reject(message, Refusal("wrong_state", f"the import is {state}"))
        elif is_undo and (left := self._left(message, source)):
            self._reject(message, Refusal("wrong_state", left))
        elif is_undo:
            self._batch.undo(source)
            self._accept(message, contact=None)
            self._undone.add(source)
        else:
            refused = self._batch.redo(source)
            self._accept(message, contact=None, detail=msgspec.json.encode(refused).decode())
            self._undone.remove(source)
        self._batch.write()  # the order is an event of the contacts that it touches, for the next message already
        self._identities = self._batch.load_identities(self._phones, self._user_ids)

    def _left(self, message: Incoming, source: str) -> str | None:
        """What of an import is still to come, None when nothing is: an undo never overtakes a row.

        With several partitions it could, and a row that is refused then could never be taken again.
        """
        undecided = self._batch.undecided_rows(source, command_of(message.record.headers, message.record.value))
        if undecided is None:
            return "the import is not whole on the bus: undo it when it is done, or cancel it and undo it then"
        if undecided:
            return f"{undecided} rows of the import are on the bus and not in the log: undo it again when they are"
        return None

    def _decide(self, message: Incoming, about: About) -> None:
        by_phone = self._identities.by_phone(about.phone)
        by_user_id = self._identities.by_user_id(about.user_id)
        decision = identity.resolve(
            about.phone,
            about.user_id,
            by_phone,
            by_user_id,
            by_phone_alone=about.by_phone_alone,
            may_merge=self._may_merge and about.may_merge,
        )
        position = self._batch.position + 1
        if isinstance(decision, identity.Conflict):
            self._reject(message, Refusal("identity_conflict", decision.message))
        elif about.condition is not None and (broken := self._broken(message, about.condition, decision)):
            self._reject(message, broken)
        elif self._is_skipped(message, about, decision):
            contact = decision.contact if isinstance(decision, identity.Attach) else None
            self._accept(message, contact=contact, skipped=1)
        elif isinstance(decision, identity.Create):
            contact_id = self._new_contact_id()
            self._identities.create(position, about.phone, about.user_id)
            self._accept(message, contact=position, contact_id=contact_id)
        elif isinstance(decision, identity.Attach):
            holder = by_phone or by_user_id
            assert holder is not None
            self._identities.attach(holder, position, about.phone, about.user_id)
            self._accept(message, contact=decision.contact)
        else:
            assert by_phone is not None
            assert by_user_id is not None
            survivor, absorbed = sorted((by_phone, by_user_id), key=lambda known: known.contact)
            self._identities.merge(survivor, absorbed, position)
            self._accept(message, contact=decision.survivor, absorbed=decision.absorbed)

    def _broken(self, message: Incoming, condition: Condition, decision: identity.Decision) -> Refusal | None:
        followed = _followed(message)
        is_followed = followed is None or followed in self._taken
        return broken(condition, [self._batch.newest(one) for one in _concerned(decision)], is_followed=is_followed)

    def _is_skipped(self, message: Incoming, about: About, decision: identity.Decision) -> bool:
        """R18: by whether the contact was known before the row's first message, which decides for the second."""
        if about.mode == "upsert":
            return False
        first = _first_of_row(message)
        if first is not None and (taken := self._taken.get(first)) is not None:
            return taken.skipped
        return identity.is_left_out(decision, about.mode)

    def _accept(
        self,
        message: Incoming,
        *,
        contact: int | None,
        contact_id: bytes | None = None,
        absorbed: int | None = None,
        skipped: int = 0,
        detail: str | None = None,
    ) -> None:
        record, envelope, about = message.record, message.envelope, message.about
        assert envelope is not None
        headers = pack_headers(record.headers)
        position = self._batch.add(
            NewEntry(
                stated=min(message.stated or 0, self._batch.recorded),
                bus_time=min(record.time, self._batch.recorded),
                type=envelope.type,
                contact=contact,
                contact_id=contact_id,
                absorbed=absorbed,
                skipped=skipped,
                source=envelope.source,
                message_id=envelope.id,
                key=record.key,
                headers=headers,
                value=record.value,
                phone=phone_number(about.phone) if about else None,
                user_id=about.user_id if about else None,
                detail=detail,
            )
        )
        self._taken[envelope.source, envelope.id] = Taken(position, headers, record.value, bool(skipped))

    def _reject(self, message: Incoming, refusal: Refusal) -> None:
        record, envelope = message.record, message.envelope
        raw_digest = self._digest(record)
        if self._was_rejected(raw_digest):
            return
        self._rejected_now.add(raw_digest)
        if envelope is not None:
            name = (envelope.source, envelope.id)
            self._rejected_names.add(name)
            if message.is_signed and envelope.ledgersig is not None:
                self._signed_now[name].add(envelope.ledgersig)
        self._batch.add(
            NewEntry(
                bus_time=min(record.time, self._batch.recorded),
                type=envelope.type if envelope else None,
                reason=refusal.reason,
                raw_digest=raw_digest,
                source=envelope.source if envelope else None,
                message_id=envelope.id if envelope else None,
                key=record.key,
                headers=pack_headers(record.headers),
                value=record.value,
                detail=refusal.detail[:2000],
            )
        )


def broken(condition: Condition, newest: Sequence[int], *, is_followed: bool) -> Refusal | None:
    """Why a message's condition does not hold, None when it does.

    `newest` are the positions of the newest events of the contacts it is about, none for one that is not known;
    `is_followed`: whether the message that it follows, if any, was accepted.
    """
    if not is_followed:
        return Refusal("precondition_failed", f"the message {condition.follows} that this one follows was not accepted")
    if condition.based_on is None:
        return None
    if not newest:
        return Refusal("precondition_failed", f"nobody is known by these, and it is based on {condition.based_on}")
    if max(newest) > condition.based_on:
        detail = f"it is based on position {condition.based_on}, and the contact has an event at {max(newest)}"
        return Refusal("precondition_failed", detail)
    return None


def _concerned(decision: identity.Decision) -> Sequence[int]:
    """The contacts that are known and that an accepted message would be about."""
    match decision:
        case identity.Attach():
            return (decision.contact,)
        case identity.Merge():
            return (decision.survivor, decision.absorbed)
    return ()


def _followed(message: Incoming) -> Name | None:
    """The name of the message that this one follows."""
    envelope, about = message.envelope, message.about
    if envelope is None or about is None or about.condition is None or about.condition.follows is None:
        return None
    return envelope.source, about.condition.follows


def _first_of_row(message: Incoming) -> Name | None:
    """The name of the row's first message, for the second one of a row whose mode is not upsert."""
    envelope, about = message.envelope, message.about
    if envelope is None or about is None or about.mode == "upsert" or not envelope.id.endswith(_SECOND):
        return None
    return envelope.source, envelope.id.removesuffix(_SECOND) + _FIRST


def _is_same(taken: Taken, record: Record) -> bool:
    """Whether a redelivery carries the very bytes that were taken; an erased entry's can no longer be told."""
    if taken.value is None:
        return True
    return taken.value == record.value and taken.headers == pack_headers(record.headers)
