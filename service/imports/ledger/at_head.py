"""The ledger as it is at its newest entry, for a check: identities from the log, states from state and log together."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from ledger.events import tags, types
from ledger.events.identity import Known
from ledger.events.signing import Signer
from ledger.events.traits import WHATSAPP_OPTED
from ledger.log.head import Head
from ledger.log.identities import Identities
from ledger.log.keeping_out import NOBODY, KeptOut
from ledger.log.port import LogReader, StoredLog
from ledger.log.questions import ABSORBED, CONTACT, POSITION
from ledger.log.undo import Undoing, Undoings
from projections.fold.page import FoldPage, ImportIds
from projections.fold.replay import last_words, replayed
from projections.fold.state import ContactState
from projections.state.generations import Generations
from projections.state.port import StateReader
from service.imports.ledger.opted_out_person import OptedOutPerson

_PAGE = 10_000
_SAMPLE = 20_000
"""Contacts, the newest: where most attributes of a file are found at once, when they are known at all."""
_CONTACTS_ASKED = 5_000
_EMPTY = Head(0, bytes(32), 0)


@contextmanager
def at_head(log: StoredLog, generations: Generations) -> Iterator["LedgerHead"]:
    """The ledger as it is now, whatever is appended and folded before the block ends.

    Both files are held as they are for that long, so their WALs grow meanwhile: a file's limits bound how long.
    """
    with ExitStack() as opened:
        # state first: it then is never ahead of the log
        state = opened.enter_context(generations.in_use().reading()) if generations.current() else None
        if state is not None:
            state.freeze()
        entries = opened.enter_context(log.reading()) if log.exists() else None
        yield LedgerHead(entries, state)


class LedgerHead:
    """Answers as of `head`. What the state has not folded yet is folded in memory, by the fold of the projector."""

    def __init__(self, log: LogReader | None, state: StateReader | None) -> None:
        self._log = log
        self._state = state
        self.head = _EMPTY if log is None else log.freeze()
        self._undone: set[int] = set()
        self._newer: dict[int, ContactState] = {} if log is None else self._fold_rest(log)

    def identities(self, phones: Iterable[str], user_ids: Iterable[str]) -> Identities:
        """Who holds these phones (E.164) and user ids."""
        return Identities() if self._log is None else self._log.known(phones, user_ids)

    def kept_out(self, signer: Signer, phones: Collection[str], user_ids: Collection[str]) -> KeptOut:
        """Those of the phones (E.164) and user ids whose person was erased and is kept out."""
        return NOBODY if self._log is None else self._log.kept_out(signer, phones, user_ids)

    def keeps_anybody_out(self) -> bool:
        """Whether anybody at all is kept out."""
        return self._log is not None and self._log.keeps_anybody_out()

    def with_aliases(self) -> set[int]:
        """The contacts that more than one phone or user id may find."""
        return set() if self._log is None else self._log.with_aliases()

    def states(self, contacts: Iterable[int]) -> dict[int, ContactState]:
        """These contacts, by number."""
        wanted = set(contacts)
        found = {number: state for number in wanted if (state := self._newer.get(number)) is not None}
        undone = (wanted & self._undone) - found.keys()
        return found | self._replayed(undone, self.head.position) | self._loaded(wanted - undone - found.keys())

    def opted_out(self, phones: Iterable[str]) -> set[str]:
        """Those of the phones (E.164) whose contact a file must not opt in without a second yes (R3, R16).

        Its last word on WhatsApp Opted is another than TRUE, whether that has been cleared since or not.
        """
        if self.head.position == 0:
            return set()  # the first import asks about every phone of its file
        asked = list(phones)
        holders = self.identities(asked, ())
        return self._whose_opted_out({phone: holders.by_phone(phone) for phone in asked})

    def ids_opted_out(self, user_ids: Iterable[str]) -> set[str]:
        """As `opted_out`, of user ids."""
        asked = list(user_ids)
        holders = self.identities((), asked)
        return self._whose_opted_out({user_id: holders.by_user_id(user_id) for user_id in asked})

    def found_by_others(self, phones: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Those of the phones (E.164) whose contact is found by more, each with all of these."""
        merged = self.with_aliases()
        if not merged or self._log is None:
            return {}
        asked = list(phones)
        holders = self.identities(asked, ())
        found: dict[str, Sequence[str]] = {}
        for phone in asked:
            holder = holders.by_phone(phone)
            if holder is not None and holder.contact in merged:
                found[phone] = [*filter(None, [holder.phone]), *self._log.aliases(holder.contact)[0]]
        return {phone: others for phone, others in found.items() if len(others) > 1}

    def opted_in_by(self, import_id: str, *, is_redo: bool) -> list[OptedOutPerson]:
        """The people who have opted out and whom an undo of an import, or a redo, would opt in if it came now (R16).

        At most these: a redo leaves out rows whose phone or user id is another contact's by then.
        """
        log, position = self._log, self.head.position
        source = None if log is None else log.source_number(f"{types.IMPORTS}{import_id}")
        if log is None or source is None:
            return []
        touched = log.touched(source, position + 1)
        order = Undoing(position + 1, self.head.recorded, source, is_redo, frozenset())
        undoings = Undoings([*log.undoings(position).after(0), order])
        found: list[OptedOutPerson] = []
        for start in range(0, len(touched), _CONTACTS_ASKED):
            out = self._opted_out(set(touched[start : start + _CONTACTS_ASKED]))
            then = replayed(log, undoings, out, position + 1, ImportIds(log)) if out else {}
            opted_in = (state for state in then.values() if state.traits.get(WHATSAPP_OPTED) is True)
            found += [OptedOutPerson(state.phone, state.user_id) for state in opted_in]
        return found

    def _whose_opted_out(self, holders: Mapping[str, Known | None]) -> set[str]:
        known = {name: holder.contact for name, holder in holders.items() if holder is not None}
        out = self._opted_out(set(known.values()))
        return {name for name, contact in known.items() if contact in out}

    def _opted_out(self, contacts: set[int]) -> set[int]:
        unsettled = contacts & (self._newer.keys() | self._undone)
        out: set[int] = set()
        cleared: set[int] = set()
        if self._state is not None:
            unsettled |= self._state.dirty_among(contacts)
            out, cleared = self._state.where_not_true(WHATSAPP_OPTED, contacts - unsettled)
        for number, state in self.states(unsettled).items():
            value = state.traits.get(WHATSAPP_OPTED)
            if value is None:
                cleared.add(number)
            elif value is not True:
                out.add(number)
        if cleared and self._log is not None:
            words = last_words(self._log, cleared, WHATSAPP_OPTED, self.head.position)
            out.update(number for number, word in words.items() if word is not True)
        return out

    def without_value(self, attributes: set[str]) -> set[str]:
        """Those of the attributes that no contact has a value of."""
        missing = attributes.difference(*(state.traits for state in self._newer.values()))
        if missing and self._state is not None:
            missing -= self._state.trait_types(_SAMPLE).keys()
        if missing and self._state is not None:
            missing.difference_update(kind.name for kind in self._state.kinds())
        return missing

    def without_contact(self, chosen: Iterable[str]) -> list[str]:
        """Those of the tags that no contact has, in whatever spelling (R5)."""
        used = {folded for state in self._newer.values() for folded in state.tags}
        if self._state is not None:
            used.update(tags.fold(one.tag) for one in self._state.spellings())
        return [spelling for spelling in chosen if tags.fold(spelling) not in used]

    def _fold_rest(self, log: LogReader) -> dict[int, ContactState]:
        """The contacts that the entries behind the state's checkpoint changed, as these left them."""
        position = 0 if self._state is None else self._state.checkpoint().position
        undoing = log.next_revision(position)
        if undoing is not None and undoing <= self.head.position:
            return self._replay_rest(log, position)
        states: dict[int, ContactState] = {}
        import_ids = ImportIds(log)
        while rows := log.fold_page(position, _PAGE, self.head.position):
            touched = {number for row in rows for number in (row[CONTACT], row[ABSORBED]) if number is not None}
            states |= self._loaded(touched - states.keys())
            FoldPage(states, import_ids).fold(rows)
            position = rows[-1][POSITION]
        return states

    def _replay_rest(self, log: LogReader, position: int) -> dict[int, ContactState]:
        """As `_fold_rest`, when an import was undone or redone since: contacts are folded from their beginning."""
        self._undone = {
            contact
            for undoing in log.undoings(self.head.position).after(position)
            for contact in log.touched(undoing.source, undoing.position)
        }
        touched: set[int] = set()
        while rows := log.fold_page(position, _PAGE, self.head.position):
            touched.update(number for row in rows for number in (row[CONTACT], row[ABSORBED]) if number is not None)
            position = rows[-1][POSITION]
        return self._replayed(touched, self.head.position)

    def _loaded(self, contacts: set[int]) -> dict[int, ContactState]:
        if self._state is None or not contacts:
            return {}
        found = self._state.contacts(contacts)
        dirty = self._state.dirty_among(contacts) if self._log is not None else set()
        settled = {number: state for number, state in found.items() if number not in dirty}
        return settled | self._replayed(dirty, self._state.checkpoint().position)

    def _replayed(self, contacts: set[int], until: int) -> dict[int, ContactState]:
        if not contacts or self._log is None:
            return {}
        return replayed(self._log, self._log.undoings(until), contacts, until, ImportIds(self._log))
