"""Whom a file would opt in against their word, whoever said it: the ledger, or another row of the file (R16)."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, groupby
from typing import Protocol

from service.imports.columns.choices import Choices
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import Scan
from service.imports.rows.verdicts import SourceRows

_PHONES_ASKED = 5_000


class OptedOut(Protocol):
    """Knows whose contact has opted out, and by which phones one is found."""

    def opted_out(self, phones: Iterable[str]) -> set[str]:
        """Those of some phones (E.164)."""

    def ids_opted_out(self, user_ids: Iterable[str]) -> set[str]:
        """Those of some user ids."""

    def found_by_others(self, phones: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Those of some phones (E.164) whose contact has more, each with all phones that find it."""


def opted_out(found: Scan, choices: Choices, checks: RowChecks, rows: SourceRows, known: OptedOut) -> list[int]:
    """The phones (digits of E.164) of rows that would opt somebody in who has opted out (R16).

    Where rows match by either, it may be whoever has the row's user id (R17). A row of the file has opted somebody out
    too: of a contact that several phones find, since others were merged into it, each may have its row.
    """
    if choices.mode == "create":
        return []  # whoever is known is skipped
    phones = _opting_in(found)
    out: set[int] = set()
    for start in range(0, len(phones), _PHONES_ASKED):
        asked = [f"+{phone}" for phone in phones[start : start + _PHONES_ASKED]]
        out.update(_against_another_row(known.found_by_others(asked), found, checks, rows))
        if not choices.fill:  # which keeps what was said
            out.update(map(int, known.opted_out(asked)))
    if checks.matches_either and checks.user_id_of is not None and not choices.fill:
        out.update(_by_user_id(found, checks.user_id_of, rows, known))
    return sorted(out)


def _against_another_row(
    found_by: Mapping[str, Sequence[str]], found: Scan, checks: RowChecks, rows: SourceRows
) -> Iterator[int]:
    for phone, others in found_by.items():
        says_no = checks.says_opted_out
        indexes = [index for other in others if other != phone for index in _rows_of(int(other), found)]
        if indexes and says_no is not None and any(map(says_no, rows.read(indexes))):
            yield int(phone)


def _rows_of(phone: int, found: Scan) -> Iterator[int]:
    """The indexes of the rows with a phone."""
    place = bisect_left(found.order, phone, key=found.phones.__getitem__)
    while place < len(found.order) and found.phones[found.order[place]] == phone:
        yield found.order[place]
        place += 1


def _by_user_id(
    found: Scan, user_id_of: Callable[[Sequence[str]], str], rows: SourceRows, known: OptedOut
) -> Iterator[int]:
    opting_in = [index for index in found.opt_ins if found.phones[index]]
    for start in range(0, len(opting_in), _PHONES_ASKED):
        some = opting_in[start : start + _PHONES_ASKED]
        user_ids = list(map(user_id_of, rows.read(some)))
        out = known.ids_opted_out(filter(None, user_ids))
        yield from (found.phones[index] for index, user_id in zip(some, user_ids, strict=True) if user_id in out)


def _opting_in(found: Scan) -> list[int]:
    """The phones of rows that say TRUE for WhatsApp Opted, each once, rising."""
    says = bytearray(len(found))
    for index in found.opt_ins:
        says[index] = 1
    phones = map(found.phones.__getitem__, compress(found.order, map(says.__getitem__, found.order)))
    return [phone for phone, _ in groupby(phones) if phone]
