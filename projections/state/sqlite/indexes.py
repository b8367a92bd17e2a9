"""The indexes of a state file, owned by the projector: one by newest change, others where somebody filters.

SQLite keeps an index on an attribute by itself, triggers keep the table of tags, and
`projections.state.sqlite.blocks` what is kept in blocks.
"""

from collections.abc import Iterable

from ledger import sqlite
from ledger.events import tags as tag_rules
from projections.state.indexes import CREATED, TAGS, attribute_of, is_kept_in_blocks, is_of_sort, table_of
from projections.state.sqlite.predicates import order_key, place_of

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
        elif index == CREATED:
            connection.execute(f"CREATE INDEX {table} ON contacts (created)")
        elif is_of_sort(index):
            key = order_key(attribute_of(index) or "")
            if key is not None:
                connection.execute(f"CREATE INDEX {table} ON contacts ({key} COLLATE NOCASE)")
        elif (name := attribute_of(index)) is not None and (place := place_of(name)):
            # with the type, so that who counts reads the index alone
            connection.execute(f"CREATE INDEX {table} ON contacts ({place[1]}, {place[0]})")


def names(connection: sqlite.Connection) -> set[str]:
    """The indexes and tables that a file has."""
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
