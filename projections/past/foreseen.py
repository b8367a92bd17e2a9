"""What a merge or a split by hand would make of two contacts, folded by the fold itself, before anybody orders it."""

from ledger.events import types
from ledger.events.traits import WHATSAPP_OPTED
from ledger.log.port import LogReader
from projections.fold.component import States, steps
from projections.fold.event import Event
from projections.fold.page import ImportIds, event_in
from projections.fold.replay import last_words
from projections.fold.state import ContactState


class Foreseen:
    """Two contacts as they are at `position`, `before`, and what there would be of them, `after`; both by number.

    `opts_in`: somebody would have opted in to WhatsApp by it who had opted out (R16).
    """

    def __init__(
        self, position: int, before: dict[int, ContactState], after: dict[int, ContactState], opts_in: bool
    ) -> None:
        self.position = position
        self.before = before
        self.after = after
        self.opts_in = opts_in


def merged(log: LogReader, survivor: int, absorbed: int) -> Foreseen:
    """What a merge of two contacts, which no other is merged into, would leave."""
    return _foreseen(log, types.CONTACTS_MERGED, survivor, absorbed)


def split(log: LogReader, contact: int, absorbed: int) -> Foreseen:
    """What a split of `absorbed` from the contact that it is merged into would leave."""
    return _foreseen(log, types.CONTACTS_SPLIT, contact, absorbed)


def _foreseen(log: LogReader, type: str, contact: int, absorbed: int) -> Foreseen:
    head, ids = log.head(), ImportIds(log)
    members = log.components([contact, absorbed])
    rows = log.fold_rows_about(members, head.position)
    events = [event for row in rows if (event := event_in(row, ids)) is not None]
    undoings = log.undoings(head.position)
    before, after = States(), States()
    for _ in steps(events, undoings, before):
        pass
    for _ in steps([*events, _order(head.position + 1, head.recorded, type, contact, absorbed)], undoings, after):
        pass
    both = contact, absorbed
    words = last_words(log, both, WHATSAPP_OPTED, head.position)
    is_out = any(word is not True for word in words.values())
    then = {number: after[number] for number in both if number in after}
    opts_in = is_out and any(state.traits.get(WHATSAPP_OPTED) is True for state in then.values())
    now = {number: before[number] for number in both if number in before}
    return Foreseen(head.position, now, then, opts_in)


def _order(position: int, recorded: int, type: str, contact: int, absorbed: int) -> Event:
    return Event(
        position, recorded, (recorded, position), type, contact, None, absorbed, False, None, None, None, False, None,
        None, None, None, False,
    )  # fmt: skip
