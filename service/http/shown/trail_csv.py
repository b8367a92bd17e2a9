"""The audit trail as a CSV that a spreadsheet shows right, and runs nothing of."""

import csv
import io
import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from service.imports.table.formula_guard import guard

COLUMNS = ("at", "who", "name", "what", "why", "detail")

_LINES_AT_ONCE = 500


def trail_csv(acts: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The acts (`service.queries.ledger.trail`) as a CSV with a header and a byte order mark; `detail` is JSON."""
    yield BOM_UTF8 + _lines([COLUMNS])
    rows = ([_cell(act[name]) for name in COLUMNS] for act in acts)
    while piece := _lines(islice(rows, _LINES_AT_ONCE)):
        yield piece


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return guard(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))
