"""Which rows of a file are about people who were erased and are kept out (R31)."""

from collections.abc import Collection, Iterator
from typing import Protocol

from ledger.events.signing import Signer
from ledger.log.keeping_out import KeptOut
from service.imports.rows.row import e164
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import Scan
from service.imports.rows.verdicts import SourceRows

_ROWS_ASKED = 5_000


class KnowsKeptOut(Protocol):
    """Knows who is kept out."""

    def keeps_anybody_out(self) -> bool:
        """Whether anybody at all is."""

    def kept_out(self, signer: Signer, phones: Collection[str], user_ids: Collection[str]) -> KeptOut:
        """Those of some phones (E.164) and user ids."""


def kept_out_rows(found: Scan, checks: RowChecks, rows: SourceRows, known: KnowsKeptOut, signer: Signer) -> list[int]:
    """Indexes of the rows whose phone or user id is kept out, rising; while nobody is, no row is looked at."""
    return list(_kept_out(found, checks, rows, known, signer)) if known.keeps_anybody_out() else []


def _kept_out(found: Scan, checks: RowChecks, rows: SourceRows, known: KnowsKeptOut, signer: Signer) -> Iterator[int]:
    for start in range(0, len(found), _ROWS_ASKED):
        indexes = range(start, min(start + _ROWS_ASKED, len(found)))
        phones = [e164(found.phones[index]) for index in indexes]
        ids = [""] * len(indexes) if checks.user_id_of is None else list(map(checks.user_id_of, rows.read(indexes)))
        out = known.kept_out(signer, set(filter(None, phones)), set(filter(None, ids)))
        yield from (index for index, phone, id in zip(indexes, phones, ids, strict=True) if out.has(phone, id or None))
