"""What lists look things up in, held against the contacts: tags, blocks, the full-text index, and the file's parts."""

from collections.abc import Iterator
from itertools import chain

import msgspec

from ledger.log.fault import Fault
from projections.conditions.condition import IDENTITIES
from projections.state.indexes import FULL_TEXT, KINDS, SEARCH, SPELLINGS, TAGS, of_text, table_of
from projections.state.sqlite.blocks import SEARCHED_COLUMNS, SIZE, content_of, searched_lines
from projections.state.sqlite.full_text_partitions import (
    EARLIER,
    TABLES,
    declaration,
    kept,
    partitions,
    shadow_tables,
    table_of_partition,
)
from projections.state.sqlite.indexes import TRIGGERS_OF_TAGS
from projections.state.sqlite.proving.comparing import unequal
from projections.state.sqlite.proving.raw import RawStateFile

_BLOCKS = "blocks_by_"
_VERSION = 4
"""Of the format that FTS5 writes."""

_encode = msgspec.json.encode


_MAY_BE_MISSING = {"ledger"}
"""A state of an earlier version does not say whose it is until the projector opens it next."""


def part_faults(live: RawStateFile, anew: RawStateFile) -> Iterator[Fault]:
    """Tables, indexes and triggers of the file that are not as they are made."""
    found, made = live.parts(), anew.parts()
    has_tags, full_text = table_of(TAGS) in found, _full_text_tables(live)
    for name in sorted(made.keys() - found.keys() - _MAY_BE_MISSING):
        yield _not_as_made(name)
    for name, (kind, sql) in sorted(found.items()):
        if kind == "trigger":
            is_right = has_tags and TRIGGERS_OF_TAGS.get(name) == sql
        elif kind == "index":
            is_right = name in made or name.startswith("contacts_by_")
        elif kind == "table":
            is_known = name in made or name == table_of(TAGS) or name.startswith(_BLOCKS)
            is_right = is_known and (name not in made or live.layout(name) == anew.layout(name))
            is_right = is_right or (name in full_text and full_text[name] in (sql, None))
            is_right = is_right or (not full_text and name in EARLIER)
        else:
            is_right = False
        if not is_right:
            yield _not_as_made(name)
    for name in sorted(TRIGGERS_OF_TAGS.keys() - found.keys() if has_tags else ()):
        yield _not_as_made(name)
    for name in sorted(full_text.keys() - found.keys()):
        yield _not_as_made(name)


def _not_as_made(name: str) -> Fault:
    return Fault(0, f"{name}, a part of the state's file, is not as it was made")


def tag_faults(live: RawStateFile, anew: RawStateFile) -> Iterator[Fault]:
    """Rows of the table of tags that the contacts do not have; `anew` has one too."""
    dirty, query = live.dirty(), f"SELECT * FROM {table_of(TAGS)} ORDER BY tag, contact"
    for ours, theirs in unequal(live.rows(query, ()), anew.rows(query, ()), 2):
        number = (ours or theirs or ())[1]
        if number not in dirty:
            told = "leaves out a tag of" if ours is None else "has a tag that is not one of"
            yield Fault(number, f"contact_tags: the table {told} contact {number}")


def block_faults(live: RawStateFile, anew: RawStateFile) -> Iterator[Fault]:
    """Blocks that are not what the contacts' rows make. One that is missing is none: it is made when there is time."""
    tables = sorted(name for name in live.parts() if name.startswith(_BLOCKS))
    if not tables:
        return
    indexes = _indexes_of(tables, anew)
    stale = {contact // SIZE for contact in live.dirty()}
    for table in tables:
        for block, *content in live.rows(f"SELECT * FROM {table} ORDER BY block", ()):
            if block in stale:
                continue
            index = indexes.get(table)
            expected = content_of(anew.rows, index, block) if index else (_encode([]), b"")
            if tuple(content) != expected:
                first = block * SIZE
                yield Fault(first, f"{table}: the block of contacts {first} to {first + SIZE - 1} is not what they say")


def _full_text_tables(live: RawStateFile) -> dict[str, str | None]:
    """The tables that a file with a full-text index has for it, each with its SQL; None for one that FTS5 makes."""
    name = table_of(FULL_TEXT)
    if not live.keeps(FULL_TEXT):
        return {}
    tables: dict[str, str | None] = dict(TABLES)
    for first in partitions(live.rows) if live.parts()[name] == ("table", TABLES[name]) else ():
        table = table_of_partition(first)
        tables |= {table: declaration(first), **dict.fromkeys(shadow_tables(table))}
    return tables


def full_text_faults(live: RawStateFile, anew: RawStateFile) -> Iterator[Fault]:
    """Lines of the full-text index that are not what the contacts say; SQLite itself holds the index to its lines."""
    found, tables = live.parts(), _full_text_tables(live)
    if not tables or not all(name in found and sql in (found[name][1], None) for name, sql in tables.items()):
        return
    reached = [contact for (contact,) in live.rows("SELECT contact FROM full_text_reached", ())]
    if len(reached) != 1 or not isinstance(reached[0], int):
        yield _not_as_made("full_text_reached")
        return
    firsts = partitions(live.rows)
    for first, end in zip(firsts, [*firsts[1:], *reached], strict=True):
        table = table_of_partition(first)
        for (number,) in live.rows(f"SELECT id FROM {table}_content WHERE id < ? OR id >= ?", (first, end)):
            yield Fault(number, f"{table}: contact {number} is in it, and belongs elsewhere")
        if list(live.rows(f"SELECT k, v FROM {table}_config", ())) != [("version", _VERSION)]:
            yield _not_as_made(f"{table}_config")
    stale = {contact for (contact,) in live.rows("SELECT contact FROM full_text_stale", ())} | live.dirty()
    query = f"SELECT {SEARCHED_COLUMNS} FROM contacts WHERE contact < ? ORDER BY contact"
    expected = ((contact, kept(text)) for contact, text in searched_lines(anew.rows(query, reached)))
    query = "SELECT id, c0 FROM {}_content ORDER BY id"
    lines = chain.from_iterable(live.rows(query.format(table_of_partition(first)), ()) for first in firsts)
    for ours, theirs in unequal(lines, expected, 1):
        number = (ours or theirs or ())[0]
        if number not in stale:
            yield Fault(number, f"full_text: the index does not have contact {number} as it is")


def _indexes_of(tables: list[str], anew: RawStateFile) -> dict[str, str]:
    """The index that each of these tables keeps, as far as any contact has something in it."""
    known = {table_of(index): index for index in (KINDS, SPELLINGS, SEARCH, *map(of_text, IDENTITIES))}
    if not known.keys() >= set(tables):
        for (name,) in anew.rows("SELECT DISTINCT key FROM contacts, json_each(traits)", ()):
            known[table_of(of_text(name))] = of_text(name)
    return known
