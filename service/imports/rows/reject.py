"""A row that is not taken, with its faults."""

from dataclasses import dataclass
from typing import Any

from service.imports.rows.reasons import RowFault


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken, or a duplicate. `row` counts from 1, `line` is where its record starts."""

    row: int
    line: int
    faults: tuple[RowFault, ...]

    def to_json(self) -> list[dict[str, Any]]:
        """One object for each fault, as in the Import JSON; its hint is not worded yet."""
        return [
            {
                "line": self.line,
                "column": fault.column,
                "reason": fault.reason,
                "message": fault.message,
                "hint": fault.hint,
            }
            for fault in self.faults
        ]
