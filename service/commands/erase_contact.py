"""The order to erase a contact: whom it is about, why, and the message that gives it (R31, R33)."""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from ledger.events import moments, types
from ledger.events.digits import in_ascii_digits
from ledger.events.mentions import Mentions
from ledger.events.signing import Signer
from ledger.log.entry import public_id, unpack_headers
from ledger.log.erasure import naming_values
from ledger.log.port import FoldRow, LogReader
from ledger.log.questions import HEADERS, PHONE, POSITION, SKIPPED, USER_ID, VALUE
from ledger.log.whose import theirs, told_in
from service.queries.contact.find import FoundContact

MOST_REASON = 500
"""Characters."""


_LEAST_OF_NAME = 4
"""Letters of a part of a name that is looked for in a reason: a shorter one is in many sentences."""

_word = re.compile(r"\w+")
_digit = re.compile(r"[0-9]")


class ReasonUnfit(ValueError):
    """The reason is missing, too long, or names the person; the message says which."""


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """A contact that is to be erased: its public id, all it was ever found by, and how many entries are about it.

    `names` are the names and email addresses that were ever said of it.
    """

    contact: str
    phones: Sequence[str]
    user_ids: Sequence[str]
    names: Sequence[str]
    entries: int


def person_of(log: LogReader, found: FoundContact) -> ErasedPerson:
    """Whom an erasure is about: a contact with all that are one with it now, and what an undone import said of it."""
    rows, others = _split_up(log, found)
    phones = {row[PHONE] for row in rows if row[PHONE] is not None} - {row[PHONE] for row in others}
    user_ids = {row[USER_ID] for row in rows if row[USER_ID] is not None} - {row[USER_ID] for row in others}
    (contact,) = log.ids([found.contact]).values()
    names = _names_said(rows)
    found_by = sorted(f"+{phone}" for phone in phones), sorted(user_ids)
    return ErasedPerson(public_id(contact), *found_by, sorted(names), len(rows))


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """All that some people were ever found by, and the names and email addresses that were ever said of them."""

    phones: Collection[str] = ()
    user_ids: Collection[str] = ()
    names: Collection[str] = ()


def names_of(log: LogReader, contacts: Collection[int]) -> NamedPeople:
    """All that `person_of` says of each of these contacts, by their numbers; none of them is erased.

    Most people were never merged with anybody, and are read together.
    """
    roots = log.components(contacts)
    sizes = Counter(roots.values())
    alone = [number for number in contacts if sizes[roots[number]] == 1]
    rows = _rows_about(log, [*alone, *log.undone_with(alone)])
    phones = {f"+{row[PHONE]}" for row in rows if row[PHONE] is not None}
    user_ids = {row[USER_ID] for row in rows if row[USER_ID] is not None}
    names = _names_said(rows)
    for number in set(contacts).difference(alone):
        one = person_of(log, FoundContact(log.component(number), number, None, None))
        phones.update(one.phones)
        user_ids.update(one.user_ids)
        names.update(one.names)
    return NamedPeople(phones, user_ids, names)


def _split_up(log: LogReader, found: FoundContact) -> tuple[list[FoldRow], list[FoldRow]]:
    """The rows that an erasure would empty, and those that it would leave, of whoever was split from the person."""
    rows = _rows_about(log, found.component)
    into = log.survivors(found.component)
    contacts = {contact for contact, survivor in into.items() if survivor == found.contact}
    undone = _rows_about(log, log.undone_with(contacts))
    if len(contacts) == len(into):
        return [*rows, *undone], []
    positions = theirs([told_in(row) for row in rows if not row[SKIPPED]], contacts)
    own = [row for row in rows if row[POSITION] in positions]
    return [*own, *undone], [row for row in rows if row[POSITION] not in positions]


def _rows_about(log: LogReader, contacts: Collection[int]) -> list[FoldRow]:
    """The accepted entries about these contacts that are not empty."""
    return [row for row in log.fold_rows_about(contacts, log.head().position) if row[VALUE] is not None]


def reason_for(reason: str, named: NamedPeople | ErasedPerson) -> str:
    """Why something is done with these people, as it is kept in the log for good. Raises ReasonUnfit."""
    text = " ".join(reason.split())
    if not text or len(text) > MOST_REASON:
        raise ReasonUnfit(f"say why in 1 to {MOST_REASON} characters: it stays in the log")
    phones = named.phones if _digit.search(in_ascii_digits(text)) else ()  # of many people it takes time to know them
    if Mentions(phones, named.user_ids).in_line(text) is not None:
        raise ReasonUnfit("the reason names the person, and would stay in the log: say it without phone and user id")
    if said := _named_in(text, named.names):
        raise ReasonUnfit(f"the reason has {said} of the person, and would stay in the log: say it without")
    return text


@dataclass(frozen=True, slots=True)
class ErasureTerms:
    """By whom and why somebody is erased; `keep_out`: nobody brings the person back.

    `based_on`: the log refuses the order where the contact has an event after this position. The reason is a rule's
    then, and nobody's words. `no_merge_after`: it refuses the order where anybody was merged with the contact after it.
    """

    by: str
    reason: str
    keep_out: bool = False
    based_on: int | None = None
    no_merge_after: int | None = None

    def fit_for(self, named: NamedPeople | ErasedPerson) -> "ErasureTerms":
        """The same, with the reason as it is kept for these. Raises ReasonUnfit where it names one of them."""
        return replace(self, reason=reason_for(self.reason, named))


def erasure_messages(terms: ErasureTerms, *, source: str, at: int, signer: Signer) -> Callable[[str, str], bytes]:
    """Makes the order for each contact from an id of its own and the contact's public id, signed.

    `at` is microseconds since the epoch, and the reason of `terms` is fit for the people.
    """
    said: dict[str, str | bool | int] = {"by": terms.by, "reason": terms.reason}
    if terms.keep_out:
        said["keepOut"] = True
    if terms.based_on is not None:
        said["basedOn"] = terms.based_on
    if terms.no_merge_after is not None:
        said["noMergeAfter"] = terms.no_merge_after
    signed = signer.stream(source=source, type=types.CONTACT_ERASED, time=moments.text(at))
    rest = json.dumps(said, ensure_ascii=False).removeprefix("{")

    def message(id: str, contact: str) -> bytes:
        return signed(id, f'{{"contact": "{contact}", {rest}'.encode())

    return message


def _names_said(rows: Iterable[FoldRow]) -> set[str]:
    """The names and email addresses that the messages of some rows say."""
    found = set[str]()
    for row in rows:
        found |= naming_values(unpack_headers(row[HEADERS]), row[VALUE])
    return found


def _named_in(text: str, names: Collection[str]) -> str | None:
    """What of a person stands in a text: an email address, or a part of a name that is no short word."""
    folded = text.casefold()
    if "@" in folded and any("@" in name and name.casefold() in folded for name in names):
        return "the email address"
    said = "\n".join(names).casefold()
    words = {word for word in _word.findall(folded) if len(word) >= _LEAST_OF_NAME and word in said}
    if words and not words.isdisjoint(_word.findall(said)):
        return "the name"
    return None
