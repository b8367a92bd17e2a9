"""The indexes that lists use, owned by the projector: one by newest change, others where somebody filters.

A reader that took long asks for an index by a small file beside the state; the projector makes it in the state in use,
and in every later generation. SQLite keeps an index on an attribute by itself, triggers keep the table of tags, and
`projections.state.sqlite.blocks` what is kept in blocks.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from ledger import sqlite
from ledger.events import tags as tag_rules
from projections.state.sqlite.predicates import place_of

MOST = 32
"""Indexes on attributes that can be asked for: each costs the projector a little for every contact."""

TAGS = "tags"
"""The name of the index on tags; those on an attribute's values and on its texts are named after it."""

KINDS = "kinds"
"""The name of the index of which attributes there are."""

SPELLINGS = "spellings"
"""The name of the index of which tags there are."""

_TRAIT = "trait "
_TEXT = "text "

_FOLDED = "tag_fold(json_extract(value, '$[0]'))"
_COME = f"INSERT OR IGNORE INTO contact_tags SELECT {_FOLDED}, new.contact FROM json_each(new.tags);"
_GO = f"DELETE FROM contact_tags WHERE contact = old.contact AND tag IN (SELECT {_FOLDED} FROM json_each(old.tags));"
TRIGGERS_OF_TAGS = {
    "contact_tags_come": f"CREATE TRIGGER contact_tags_come AFTER INSERT ON contacts BEGIN {_COME} END",
    "contact_tags_change": "CREATE TRIGGER contact_tags_change AFTER UPDATE OF tags ON contacts"
    f" WHEN old.tags IS NOT new.tags BEGIN {_GO} {_COME} END",
    "contact_tags_go": f"CREATE TRIGGER contact_tags_go AFTER DELETE ON contacts BEGIN {_GO} END",
}
"""What keeps the table of tags, by name."""

_TABLE_OF_TAGS = (
    "CREATE TABLE contact_tags (tag TEXT, contact INTEGER, PRIMARY KEY (tag, contact)) STRICT, WITHOUT ROWID",
    f"INSERT OR IGNORE INTO contact_tags SELECT {_FOLDED}, contact FROM contacts, json_each(tags) ORDER BY 1, 2",
    *TRIGGERS_OF_TAGS.values(),
)


def of_attribute(name: str) -> str:
    """The name of the index on an attribute."""
    return f"{_TRAIT}{name}"


def of_text(name: str) -> str:
    """The name of the index on what an attribute's values contain, which is kept in blocks."""
    return f"{_TEXT}{name}"


def attribute_of(index: str) -> str | None:
    """The attribute that an index is on; None for those on tags, and of what there is."""
    for kind in (_TRAIT, _TEXT):
        if index.startswith(kind):
            return index.removeprefix(kind)
    return None


def is_kept_in_blocks(index: str) -> bool:
    """Whether `projections.state.sqlite.blocks` keeps this index; SQLite has the others."""
    return index in (KINDS, SPELLINGS) or index.startswith(_TEXT)


def table_of(index: str) -> str:
    """What an index is called in the file."""
    if index == TAGS:
        return "contact_tags"
    return (
        f"{'blocks' if is_kept_in_blocks(index) else 'contacts'}_by_{hashlib.sha256(index.encode()).hexdigest()[:16]}"
    )


class Asked:
    """The indexes that readers asked for, each a file in this folder. Safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ask(self, indexes: Iterable[str]) -> None:
        """Have these made; over MOST of those on attributes, no more."""
        asked = self.all()
        missing = sorted(set(indexes) - asked)
        others = [index for index in missing if attribute_of(index) is None]
        left = MOST - sum(attribute_of(index) is not None for index in asked)
        for index in others + [index for index in missing if index not in others][: max(0, left)]:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._folder / f"{table_of(index)}.draft"
            draft.write_text(json.dumps(index), encoding="utf-8")
            draft.replace(draft.with_suffix(".asked"))

    def all(self) -> set[str]:
        """The names of all that were asked for."""
        return {json.loads(path.read_text(encoding="utf-8")) for path in self._folder.glob("*.asked")}


def let_write(connection: sqlite.Connection) -> None:
    """Give a connection that writes state the function that the triggers call."""
    connection.create_function("tag_fold", 1, tag_rules.fold, deterministic=True)


def make(connection: sqlite.Connection, indexes: Iterable[str]) -> None:
    """Make the index by newest change, and those of these that are missing, each in a transaction of its own."""
    there = names(connection)
    if "contacts_by_change" not in there:
        connection.execute("CREATE INDEX contacts_by_change ON contacts (modified, contact)")
    for index in sorted(indexes):
        table = table_of(index)
        if table in there or is_kept_in_blocks(index):
            continue
        if index == TAGS:
            with sqlite.transaction(connection):
                for statement in _TABLE_OF_TAGS:
                    connection.execute(statement)
        elif (name := attribute_of(index)) is not None and (place := place_of(name)):
            # with the type, so that who counts reads the index alone
            connection.execute(f"CREATE INDEX {table} ON contacts ({place[1]}, {place[0]})")


def names(connection: sqlite.Connection) -> set[str]:
    """The indexes and tables that a file has."""
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
