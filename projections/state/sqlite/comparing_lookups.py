"""What lists look things up in, held against the contacts: the table of tags, blocks, and the file's parts."""

from collections.abc import Iterator

import msgspec

from ledger.log.fault import Fault
from projections.conditions.condition import IDENTITIES
from projections.state.indexes import KINDS, SEARCH, SPELLINGS, TAGS, of_text, table_of
from projections.state.sqlite.blocks import SIZE, content_of
from projections.state.sqlite.comparing import unequal
from projections.state.sqlite.indexes import TRIGGERS_OF_TAGS
from projections.state.sqlite.raw import RawStateFile

_BLOCKS = "blocks_by_"
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
            is_known = name in made or name == table_of(TAGS) or name.startswith(_BLOCKS)
            is_right = is_known and (name not in made or live.layout(name) == anew.layout(name))
        else:
            is_right = False
        if not is_right:
            yield _not_as_made(name)
    for name in sorted(TRIGGERS_OF_TAGS.keys() - found.keys() if has_tags else ()):
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


def _indexes_of(tables: list[str], anew: RawStateFile) -> dict[str, str]:
    """The index that each of these tables keeps, as far as any contact has something in it."""
    known = {table_of(index): index for index in (KINDS, SPELLINGS, SEARCH, *map(of_text, IDENTITIES))}
    if not known.keys() >= set(tables):
        for (name,) in anew.rows("SELECT DISTINCT key FROM contacts, json_each(traits)", ()):
            known[table_of(of_text(name))] = of_text(name)
    return known
