"""Sentences, names of files and filters in `service.db` that name somebody who was erased (R31)."""

import json
import re
from collections.abc import Callable
from typing import Any

from ledger.sqlite import Connection, transaction

ERASED = "erased"
"""What is left of a file's name, or of the value of a condition, that named somebody who was erased."""

_TEXTS = (
    ("imports", "failure", "UPDATE imports SET failure = 'it named somebody who has been erased since'"),
    ("imports", "file_name", f"UPDATE imports SET file_name = '{ERASED}'"),
    ("views", "query", "DELETE FROM views"),
    ("bulk_erasures", "selection", "UPDATE bulk_erasures SET selection = NULL"),
)
"""Table, column, and what is done with a row whose text is meant."""

_up_to_operator = re.compile(r"[^=~<>!]*[=~<>!]+")


def forget_texts(connection: Connection, is_meant: Callable[[str], bool]) -> None:
    """Sentences and file names that are meant make way for others, saved filters go, and selections of edits say less.

    `is_meant` may be asked for JSON.
    """
    with transaction(connection):
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        for table, column, left in _TEXTS:
            if table not in there:  # it is made by whoever first keeps something in it
                continue
            rows = connection.execute(f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
            meant = [(row,) for row, text in rows if is_meant(text)]
            connection.executemany(f"{left} WHERE rowid = ?", meant)
        if "imports" in there:
            rows = connection.execute("SELECT id, choices FROM imports WHERE choices LIKE '%\"edit\"%'").fetchall()
            choices = [
                (json.dumps(_choices_left(json.loads(text), is_meant)), id) for id, text in rows if is_meant(text)
            ]
            connection.executemany("UPDATE imports SET choices = ? WHERE id = ?", choices)


def _choices_left(choices: dict[str, Any], is_meant: Callable[[str], bool]) -> dict[str, Any]:
    """An edit's conditions keep the attribute and lose the value; what was looked for goes whole."""
    edit = choices["edit"]
    where = [_condition_left(one) if is_meant(one) else one for one in edit["where"]]
    found = ERASED if edit["q"] is not None and is_meant(edit["q"]) else edit["q"]
    return choices | {"edit": edit | {"where": where, "q": found}}


def _condition_left(condition: str) -> str:
    begun = _up_to_operator.match(condition)
    return f"{begun[0]}{ERASED}" if begun else ERASED
