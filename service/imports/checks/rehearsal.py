"""The check of an import: what would become of each row, by the append's decisions and the projector's fold (R21)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from ledger.events import identity, types
from ledger.events.data import Data, Traits
from ledger.events.identity import Known
from ledger.events.tags import fold
from ledger.events.traits import WHATSAPP_OPTED
from ledger.log.entry import public_id
from projections.fold.component import take
from projections.fold.event import event_of
from projections.fold.outcomes import RowMessage, SettledRows, closed, row_message
from projections.fold.state import ContactState, changes
from service.imports.columns.choices import Choices
from service.imports.ledger.at_head import LedgerHead
from service.imports.record.counts import AppendRejection, Outcomes
from service.imports.rows.row import Row, e164
from service.imports.rows.scan import Scan
from service.imports.rows.verdicts import JudgedRows

MOST_EXAMPLES = 100

_NEW_ID = bytes(16)
"""Of contacts that are not made."""


@dataclass(slots=True)
class CheckFindings:
    """What a check found so far.

    `rejections` are the rows that the append would reject; `attributes` those that some row gives a value; `tags` those
    that rows have, by what they compare by; `opt_ins` counts the rows that opt somebody in who has opted out (R16);
    `replaced` the contacts that have another value of an attribute afterwards, by attribute.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    rejections: list[AppendRejection] = field(default_factory=list)
    examples: list[dict[str, Any]] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)
    opt_ins: int = 0
    replaced: Counter[str] = field(default_factory=Counter)

    @property
    def settled(self) -> Outcomes:
        """The counts of published rows."""
        counts: dict[str, Any] = dict(self.outcomes)
        return Outcomes(**counts)


class Rehearsal:
    """Decides and folds the accepted rows of one import without publishing any.

    Rows of one import do not bear on each other: each phone and each user id is in one accepted row at most, and rows
    never merge. So each is decided by the ledger as it is; but a contact that several phones find, since others were
    merged into it by hand, is as the rows before left it. `stated` is the time they are stated
    for, in microseconds; `opted_out` are the phones (digits of E.164) of those whom a TRUE would opt in again.
    """

    def __init__(self, found: Scan, head: LedgerHead, choices: Choices, stated: int, opted_out: frozenset[int]) -> None:
        self._found = found
        self._head = head
        self._mode = choices.mode
        self._by_phone_alone = choices.match == "phone"
        self._fills = choices.fill
        self._tags = list(choices.tags)
        self._stated = stated
        self._opted_out = opted_out
        self._position = head.head.position
        self._with_aliases = head.with_aliases()
        self._left: dict[int, ContactState] = {}
        self.findings = CheckFindings()

    def take(self, part: JudgedRows) -> None:
        """Go on with the rows of this part."""
        phones = [e164(self._found.phones[index]) for index, _ in part.taken]
        known = self._head.identities(
            filter(None, phones), [row.user_id for _, row in part.taken if row.user_id is not None]
        )
        holders = [known.by_phone(phone) for phone in phones]
        others = [known.by_user_id(row.user_id) for _, row in part.taken]
        states = self._head.states({one.contact for one in (*holders, *others) if one is not None}) | self._left
        messages: list[RowMessage] = []
        for (index, row), phone, holder, other in zip(part.taken, phones, holders, others, strict=True):
            messages += self._messages(index, row, phone, self._now(holder), self._now(other), states)
            states |= self._left
        for message in closed(messages, {}, SettledRows(), {}):
            self.findings.outcomes[message.outcome] += 1
            if message.is_older:
                self.findings.outcomes["older"] += 1

    def _now(self, known: Known | None) -> Known | None:
        """Who it is after the rows before, which may have given a contact that several phones find its user id."""
        left = None if known is None else self._left.get(known.contact)
        return known if left is None else Known(left.contact, left.phone, left.user_id)

    def _messages(
        self,
        index: int,
        row: Row,
        phone: str | None,
        by_phone: Known | None,
        by_user_id: Known | None,
        states: dict[int, ContactState],
    ) -> Iterator[RowMessage]:
        decision = identity.resolve(
            phone, row.user_id, by_phone, by_user_id, by_phone_alone=self._by_phone_alone, may_merge=False
        )
        if isinstance(decision, identity.Conflict):
            line = self._found.lines[index]
            rejection = AppendRejection(index + 1, line, "identity_conflict", decision.quoting(phone, row.user_id))
            self.findings.rejections.append(rejection)
            yield RowMessage(0, "", index, True, "rejected", False)
        elif identity.is_left_out(decision, self._mode):
            yield RowMessage(0, "", index, True, "skipped", False)
        else:
            before = states[decision.contact] if isinstance(decision, identity.Attach) else None
            yield from self._folded(index, row, phone, before)

    def _folded(self, index: int, row: Row, phone: str | None, before: ContactState | None) -> Iterator[RowMessage]:
        own = self._tags if row.tags_json is None else list(orjson.loads(row.tags_json))
        said = [(types.USER_TRACKED, Data(traits=cast(Traits, row.traits), rowend=not own, fill=self._fills))]
        if own:
            said.append((types.TAGS_ADDED, Data(tags=own, rowend=True, fill=self._fills)))
        contact = self._position + 1 if before is None else before.contact
        states = {} if before is None else {contact: before}
        for type, data in said:
            self._position += 1
            event = event_of(
                self._position, self._stated, self._stated, type, contact, _NEW_ID, None, False, None, "", index,
                data.rowend, phone, row.user_id, data,
            )  # fmt: skip
            yield row_message(event, take(states, event))
        if contact in self._with_aliases:
            self._left[contact] = states[contact]
        self.findings.tags.update((fold(tag), tag) for tag in own if fold(tag) not in self.findings.tags)
        self._note(index, row, before, states[contact])

    def _note(self, index: int, row: Row, before: ContactState | None, after: ContactState) -> None:
        """What a person wants to know of a row besides its outcome."""
        findings, traits = self.findings, row.traits
        if not findings.attributes.issuperset(traits):
            findings.attributes.update(name for name, value in traits.items() if value is not None)
        if before is None:
            return
        if self._found.phones[index] in self._opted_out and after.traits.get(WHATSAPP_OPTED) is True:
            findings.opt_ins += 1
        for name in traits:
            was = before.traits.get(name)
            findings.replaced[name] += was is not None and after.traits.get(name) != was
        if len(findings.examples) < MOST_EXAMPLES:
            changed = [
                {"attribute": change.attribute, "from": change.before, "to": change.after}
                for change in changes(before, after)
            ]
            if changed:
                line = self._found.lines[index]
                findings.examples.append({"line": line, "contact": public_id(before.id), "changes": changed})
