"""What deciding the messages of a batch goes by: what the log has of them already, and what the batch itself adds."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import takewhile

from consumers.incoming import Incoming, Name
from ledger.bus.port import Record
from ledger.events import types
from ledger.events.envelope import Envelope
from ledger.log.entry import Headers, pack_headers, unpack_headers
from ledger.log.port import Batch, Rejection, Taken

_MOST_IN_RUN = 1_000
"""Orders that are looked up together: what is held of them in memory, and looked up in vain where one is rejected."""


class BatchContext:
    """Looks up together what the messages of a batch name, and is told of each decision, so that later ones see it.

    An order changes what the log has of messages behind it. These are looked up anew: the next alone, then twice as
    many each time until another order comes, so that a batch of orders costs no more for each than a batch of one.
    Behind a `run` of orders as many are looked up as were in it.

    `taken` has the accepted messages by name, `undone` the sources of the imports that are undone, `identities`
    who holds which phone and user id, `has_merge_orders` whether contacts were ever merged or split by hand, and
    `kept_out` those of the phones and user ids whose person was erased and is kept out.
    """

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
        self.batch = batch
        self.may_merge = may_merge
        self.new_contact_id = new_contact_id
        self._digest = digest
        self._signature = signature
        self._incoming = incoming
        self._next = 0
        self._most = 1
        self._run_from = self._run_until = 0
        self.run: Sequence[Incoming] = ()
        self._look_up(0, len(incoming))

    def turn_to_next(self) -> None:
        """The next message of the batch is to be decided: look up what it names, where that is not known."""
        if self.run and self._next == self._run_until:
            self.write_for_log()
            self._most, self.run = self._next - self._run_from, ()
        if self._next == self._known_until:
            self.batch.write()
            self._look_up(self._next, self._most)
            self._most *= 2
        self._next += 1

    def write(self) -> None:
        """Write what was decided so far, for whoever looks it up in the log, and look up the message at hand anew.

        What `identities` bound is stored, and whatever an order changes in the log is seen by the next message.
        """
        self.write_for_log()
        self._look_up(self._next - 1, 1)

    def write_for_log(self) -> None:
        """As `write`, for an order that goes by the log alone: nothing is looked up for itself, only for the next."""
        self.batch.write()
        self._most, self._known_until = 1, self._next

    def begins_run(self, is_alike: Callable[[Incoming], bool]) -> bool:
        """Whether the message at hand is the first of a `run`: those right behind each other of which the same holds.

        For orders that change nothing for each other, and are decided by what was looked up before the run. Whatever
        they change in the log is written when the run ends; so it does where one of them is rejected.
        """
        if self._next <= self._run_until:
            return False
        self._run_from = self._next - 1
        most = min(self._known_until, self._run_from + _MOST_IN_RUN)
        self.run = list(takewhile(is_alike, self._incoming[self._run_from : most]))
        self._run_until = self._run_from + len(self.run)
        return True

    def _look_up(self, begin: int, most: int) -> None:
        """Look up what so many messages at most name, from number `begin` on. All decisions before are in the log."""
        incoming = self._incoming[begin : begin + most]
        self._known_until = begin + len(incoming)
        self._rejected_now: set[bytes] = set()
        self._signed_now: dict[Name, set[str]] = defaultdict(set)
        self._settled_now: dict[bytes, int] = {}
        ids = defaultdict[str, list[str]](list)
        phones: set[str] = set()
        user_ids: set[str] = set()
        has_terms = False
        for message in incoming:
            envelope, about = message.envelope, message.about
            if envelope is not None:
                ids[envelope.source].append(envelope.id)
            if about is not None:
                if about.phone is not None:
                    phones.add(about.phone)
                if about.user_id is not None:
                    user_ids.add(about.user_id)
                if about.condition is not None or about.mode != "upsert":
                    has_terms = True
        batch = self.batch
        self._rejected_names = batch.rejected_names(ids)
        self.undone = batch.undone({source for source in ids if source.startswith(types.IMPORTS)})
        if has_terms:
            for message in incoming:
                for source, first in filter(None, (message.decided_with(), message.followed())):
                    ids[source].append(first)
        self.taken = batch.taken(ids)
        self.identities = batch.load_identities(phones, user_ids)
        self.has_merge_orders = batch.has_merge_orders()
        self.kept_out = batch.kept_out(phones, user_ids)
        self._has_readmitted = batch.has_readmitted()

    def knows(self, envelope: Envelope) -> bool:
        """Whether a message under this name was decided before, whatever it said."""
        name = (envelope.source, envelope.id)
        return name in self.taken or name in self._rejected_names

    def is_redelivery(self, message: Incoming, envelope: Envelope) -> bool:
        """Whether a message whose name is known was decided: these very bytes, or what this deployment signed.

        An order to merge, split or renumber is one by its name: a call that is sent again before the first one's order
        is decided gives it anew, as of what is known then.
        """
        name = (envelope.source, envelope.id)
        taken = self.taken.get(name)
        if taken is not None and _is_same(taken, message.record):
            return True
        if message.is_signed:
            signed = self._signatures(name, taken)
            if envelope.ledgersig in signed or (signed and envelope.type in types.ABOUT_MERGES):
                return True
        return self._was_rejected(self._digest(message.record))

    def was_kept_out(self, message: Incoming) -> bool:
        """Whether this very message, of a name that is not known, was rejected because its person was kept out then.

        Of what we did not sign the rejection has no name, so its digest alone tells. That matters once somebody was
        readmitted: whoever is kept out still is rejected anyway.
        """
        is_nameless = not message.is_signed and message.about is not None
        return is_nameless and self._has_readmitted and self._was_rejected(self._digest(message.record))

    def has_signed_another(self, envelope: Envelope) -> bool:
        """Whether a message under this name was decided that this deployment signed."""
        name = (envelope.source, envelope.id)
        return bool(self._signatures(name, self.taken.get(name)))

    def _signatures(self, name: Name, taken: Taken | None) -> set[str]:
        """The signatures of those messages under this name that were decided and that this deployment signed.

        A signature covers what a message says: whatever bytes come around it again, the decision stands, also where it
        was a rejection (R33). What strangers sent under the name is none of these.
        """
        entries = self.batch.rejected_under(*name)
        if taken is not None:
            entries.append((unpack_headers(taken.headers), taken.value))
        found = {self._signature(headers, value) for headers, value in entries}
        return self._signed_now[name] | {signature for signature in found if signature is not None}

    def has_signed(self, rejection: Rejection) -> bool:
        """Whether this deployment signed the message that was rejected."""
        return self._signature(unpack_headers(rejection.headers), rejection.value) is not None

    def taken_as(self, name: Name) -> Taken | None:
        """The accepted message of this name, which no message of the batch need have."""
        source, message_id = name
        return self.taken.get(name) or self.batch.taken({source: [message_id]}).get(name)

    def settled(self, raw_digest: bytes) -> int | None:
        """The position of the entry that says what becomes of the rejected message of this digest; None: none does."""
        return self._settled_now.get(raw_digest) or self.batch.settled(raw_digest)

    def settle(self, raw_digest: bytes, position: int) -> None:
        """Note that the entry at this position settles the rejected message of this digest."""
        self._settled_now[raw_digest] = position

    def reject(self, message: Incoming) -> bytes | None:
        """Note that a message is rejected; gives the digest that it is known again by, None where it was before."""
        raw_digest = self._digest(message.record)
        if self._was_rejected(raw_digest):
            return None
        self._rejected_now.add(raw_digest)
        self._run_until = min(self._run_until, self._next)
        envelope = message.envelope
        if envelope is not None:
            name = (envelope.source, envelope.id)
            self._rejected_names.add(name)
            if message.is_signed and envelope.ledgersig is not None:
                self._signed_now[name].add(envelope.ledgersig)
        return raw_digest

    def _was_rejected(self, raw_digest: bytes) -> bool:
        return raw_digest in self._rejected_now or self.batch.has_rejected(raw_digest)


def _is_same(taken: Taken, record: Record) -> bool:
    """Whether a redelivery carries the very bytes that were taken; an erased entry's can no longer be told."""
    if taken.value is None:
        return True
    return taken.value == record.value and taken.headers == pack_headers(record.headers)
