"""What lists look things up in, held against the contacts: tags, blocks, the full-text index, and the file's parts."""

from collections.abc import Iterator

import msgspec

from ledger.log.fault import Fault
from projections.conditions.condition import IDENTITIES
from projections.state.indexes import KINDS, SEARCH, SPELLINGS, TAGS, of_text, table_of
from projections.state.sqlite.blocks import SEARCHED_COLUMNS, SIZE, content_of, searched_lines
from projections.state.sqlite.full_text import PARTS, TABLES, kept
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
    has_tags = table_of(TAGS) in found
    for name in sorted(made.keys() - found.keys() - _MAY_BE_MISSING):
        yield _not_as_made(name)
    for name, (kind, sql) in sorted(found.items()):
        if kind == "trigger":
            is_right = has_tags and TRIGGERS_OF_TAGS.get(name) == sql
        elif kind == "index":
            is_right = name in made or name.startswith("contacts_by_")
        elif kind == "table":
            is_known = name in made or name == table_of(TAGS) or name.startswith(_BLOCKS) or name in PARTS
            is_right = is_known and (name not in made or live.layout(name) == anew.layout(name))
            is_right = is_right or TABLES.get(name) == sql
        else:
            is_right = False
        if not is_right:
            yield _not_as_made(name)
    full_text = {*TABLES, *PARTS}
    for name in sorted(TRIGGERS_OF_TAGS.keys() - found.keys() if has_tags else ()):
        yield _not_as_made(name)
    for name in sorted(full_text - found.keys() if full_text & found.keys() else ()):
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


def full_text_faults(live: RawStateFile, anew: RawStateFile) -> Iterator[Fault]:
    """Lines of the full-text index that are not what the contacts say; SQLite itself holds the index to its lines."""
    if not {*TABLES, *PARTS} <= live.parts().keys():
        return
    reached = [contact for (contact,) in live.rows("SELECT contact FROM full_text_reached", ())]
    if len(reached) != 1 or not isinstance(reached[0], int):
        yield _not_as_made("full_text_reached")
        return
    if list(live.rows("SELECT k, v FROM full_text_config", ())) != [("version", _VERSION)]:
        yield _not_as_made("full_text_config")
    stale = {contact for (contact,) in live.rows("SELECT contact FROM full_text_stale", ())} | live.dirty()
    query = f"SELECT {SEARCHED_COLUMNS} FROM contacts WHERE contact < ? ORDER BY contact"
    expected = ((contact, kept(text)) for contact, text in searched_lines(anew.rows(query, reached)))
    for ours, theirs in unequal(live.rows("SELECT id, c0 FROM full_text_content ORDER BY id", ()), expected, 1):
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
