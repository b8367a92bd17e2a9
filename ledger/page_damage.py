"""What SQLite finds wrong with the pages of a file."""

import re

from ledger.sqlite import Connection


def damage(connection: Connection) -> list[str]:
    """What SQLite finds wrong with the pages of a file, each with the table or index it is in; nothing in a sound one.

    The contents of rows and indexes are not looked at.
    """
    roots = dict(connection.execute("SELECT rootpage, name FROM sqlite_schema WHERE rootpage > 0"))
    found = [line for (said,) in connection.execute("PRAGMA quick_check(10)") for line in str(said).splitlines()]
    return [_named(line, roots) for line in found if line != "ok" and not line.startswith("***")]


def _named(line: str, roots: dict[int, str]) -> str:
    """What SQLite says of the tree with some number, with the name of the table or index that it is."""
    told = re.match(r"Tree (\d+) ", line)
    name = roots.get(int(told[1])) if told else None
    return line if name is None else f"in {name}: {line}"
