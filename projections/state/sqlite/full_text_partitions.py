"""How the full-text index is laid out: in partitions by the contacts' numbers, each a table of FTS5's.

FTS5 leaves parts of a deleted line in its table until all of that is written anew. In partitions, an erasure has one of
them written anew, and not what all contacts have.
"""

from projections.conditions.searching import beginnings
from projections.state.sqlite.blocks import Rows

PARTITION = 50_000
"""Lines in each of the first partitions: some 0.15 s to write one anew."""

_OF_A_SIZE = 10
"""After so many they are twice as long: four million contacts have 32, since whoever opens the file reads of each."""

BEFORE_BEGINNING = "\x1e\x1e"
"""Stands before each beginning of a word."""

TABLES = {
    "full_text_partitions": "CREATE TABLE full_text_partitions (first INTEGER PRIMARY KEY) STRICT",
    "full_text_stale": "CREATE TABLE full_text_stale (contact INTEGER PRIMARY KEY) STRICT",
    "full_text_reached": "CREATE TABLE full_text_reached (contact INTEGER NOT NULL) STRICT",
    "full_text_erased": "CREATE TABLE full_text_erased (first INTEGER PRIMARY KEY) STRICT",
}
"""The tables beside the partitions, by name. `first` is the lowest number that a contact in a partition may have."""


def table_of_partition(first: int) -> str:
    """What the partition is called that begins with this number."""
    return f"full_text_{first}"


def declaration(first: int) -> str:
    """The SQL that makes a partition."""
    # without columnsize, since nothing is ranked
    options = "detail='none', columnsize=0, tokenize='trigram case_sensitive 1'"
    return f"CREATE VIRTUAL TABLE {table_of_partition(first)} USING fts5(line, {options})"


def shadow_tables(table: str) -> tuple[str, ...]:
    """The tables that FTS5 makes beside one of its own."""
    return tuple(f"{table}_{kind}" for kind in ("data", "idx", "content", "config"))


EARLIER = frozenset(
    {"full_text", *shadow_tables("full_text"), "full_text_docsize", *TABLES.keys() - {"full_text_partitions"}}
)
"""The tables of an index in one piece, as earlier versions made it: nobody reads it, and the projector removes it."""


def partitions(rows: Rows) -> list[int]:
    """The first numbers of the partitions, in their order."""
    return [first for (first,) in rows("SELECT first FROM full_text_partitions ORDER BY first", ())]


def size_of_partition(ordinal: int, size: int = PARTITION) -> int:
    """After how many lines a partition is full; `ordinal` is 0 for the first, which has `size`."""
    return size << ordinal // _OF_A_SIZE


def kept(text: str) -> str:
    """A line as the index keeps it: with the beginnings of its words, and without what would end it."""
    starts = BEFORE_BEGINNING.join(sorted(beginnings(text)))
    return f"{text}\x1d{BEFORE_BEGINNING}{starts}".replace("\0", "\x1d")
