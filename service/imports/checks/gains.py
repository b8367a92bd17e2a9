"""What a switch would bring: rows that are rejected now, and would be good by themselves with one more option on."""

from collections.abc import Sequence
from dataclasses import replace

from service.imports.columns.choices import Choices
from service.imports.columns.column_map import ColumnMap
from service.imports.rows.reject import Reject
from service.imports.rows.row import RowRejected
from service.imports.rows.rows import RowChecks
from service.imports.table.by_column import by_column

SWITCHES = {"clean_phones": "phone_not_digits", "relaxed_names": "name_not_letters"}
"""Each switch, and the reason that it may take away."""

_MOST_TRIED = 20_000
"""Rows that are judged again for one switch; what comes behind them is not counted."""


class Gains:
    """Judges rejected rows again, with a switch that is off. What it counts is an upper bound.

    A row may still be a duplicate of one that is taken, or conflict at the append.
    """

    def __init__(self, columns: ColumnMap, choices: Choices) -> None:
        self._off = {name: reason for name, reason in SWITCHES.items() if not getattr(choices, name)}
        switched = {
            "clean_phones": replace(choices, clean_phones=True),
            "relaxed_names": replace(choices, relaxed_names=True),
        }
        self._checks = {name: RowChecks(columns, switched[name]) for name in self._off}
        self._tried = dict.fromkeys(self._off, 0)
        self._phones: dict[str, set[int]] = {name: set() for name in self._off}

    def may_gain(self, reject: Reject) -> bool:
        """Whether `take` has anything to try."""
        reasons = {fault.reason for fault in reject.faults}
        return any(reason in reasons and self._tried[name] < _MOST_TRIED for name, reason in self._off.items())

    def take(self, reject: Reject, cells: Sequence[str]) -> None:
        """Try a rejected row."""
        reasons = {fault.reason for fault in reject.faults}
        for name, reason in self._off.items():
            if reason not in reasons or self._tried[name] >= _MOST_TRIED:
                continue
            self._tried[name] += 1
            checks = self._checks[name]
            (phone,) = checks.phones(by_column([list(cells)], checks.width))
            try:
                checks.check(list(cells), has_phone=phone != 0)
            except RowRejected:
                continue
            self._phones[name].add(phone)

    def to_json(self) -> dict[str, int]:
        """How many people more each switch would bring at most; those that bring nobody are left out."""
        return {name: len(phones) for name, phones in self._phones.items() if phones}
