"""What a look at all contacts needs, block by block: the texts of an attribute, which attributes and tags there are.

A block is the contacts whose numbers lie in one range of SIZE. A page that changes a contact drops its block, in the
page's own transaction, so a block that is there is always right. The projector makes the missing ones when it has time
for it and nobody changes them, and whoever reads meanwhile works them out. So a change costs one DELETE a block, and no
index of all words is kept up with it: a trigram index of one attribute took 15 seconds for half a million contacts.
"""

import re
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import chain, islice, takewhile
from typing import Any

import msgspec
import orjson

from ledger import sqlite
from ledger.events.traits import type_of
from projections.conditions.condition import text_of
from projections.conditions.searching import APART, SEARCHED_TRAITS, folded
from projections.state.answers import AttributeKind, Spelling
from projections.state.indexes import KINDS, SEARCH, SPELLINGS, attribute_of, is_kept_in_blocks, table_of
from projections.state.sqlite.predicates import decoded, place_of

SIZE = 512
_ALL = (0, 2**62)

Rows = Callable[[str, Sequence[object]], Iterable[tuple[Any, ...]]]
"""Runs a query over a state file."""

Content = tuple[bytes, bytes]
"""Of texts: the contacts as JSON, and the line of each. Of kinds and spellings: nothing, and JSON."""

_encode = msgspec.json.Encoder().encode
SEARCHED_COLUMNS = "contact, traits, phone, user_id"
_SEARCHED_IN = f"SELECT {SEARCHED_COLUMNS} FROM contacts WHERE contact >= ? AND contact < ? ORDER BY contact"
_TRAITS_IN = "SELECT contact, traits FROM contacts WHERE contact >= ? AND contact < ? ORDER BY contact"
_traits = orjson.loads
_like_a_datetime = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").match
numbers_of = msgspec.json.Decoder(list[int]).decode
"""The contacts of a Content of texts, one for each line."""


_decode_kinds = msgspec.json.Decoder(list[AttributeKind]).decode
_decode_spellings = msgspec.json.Decoder(list[Spelling]).decode


def _kind(value: object) -> str:
    """What SQLite calls the JSON type of a value."""
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return "array"
    return "integer" if isinstance(value, int) else "real"


def line(text: str) -> str:
    """A text as it is searched: whatever the case, and in one line."""
    return text.casefold().replace("\n", " ")


def _texts_in(rows: Rows, name: str, bounds: tuple[int, int]) -> Content:
    place = place_of(name)
    assert place is not None
    kind, value = place
    contacts, lines = [], []
    query = f"SELECT contact, {kind}, {value} FROM contacts WHERE contact >= ? AND contact < ? AND {kind} IS NOT NULL"
    for contact, json_type, raw in rows(query, bounds):
        found = decoded(json_type, raw)
        for item in found if isinstance(found, list) else [found]:
            contacts.append(contact)
            lines.append(f"{line(text_of(item))}\n")
    return _encode(contacts), "".join(lines).encode()


def _searched_in(rows: Rows, bounds: tuple[int, int]) -> Content:
    """A line a contact: a search looks at one block in place of one for each of SEARCHED."""
    found = list(searched_lines(rows(_SEARCHED_IN, bounds)))
    return _encode([contact for contact, _ in found]), "".join([f"{text}\n" for _, text in found]).encode()


def searched_lines(found: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    """What a search looks at of each contact, from rows of SEARCHED_COLUMNS."""
    for contact, traits, phone, user_id in found:
        had, parts = _traits(traits), [user_id or "", "" if phone is None else f"+{phone}"]
        for name in SEARCHED_TRAITS:
            value = had.get(name, [])
            parts += map(text_of, value if isinstance(value, list) else [value])
        yield contact, folded(APART.join(parts))


def _kinds_in(rows: Rows, bounds: tuple[int, int]) -> list[AttributeKind]:
    found: dict[tuple[str, str], AttributeKind] = {}
    # read by Python: SQLite's json_each takes eight times as long
    for contact, traits in rows(_TRAITS_IN, bounds):
        for name, value in _traits(traits).items():
            kind = "text" if type(value) is str else _kind(value)
            known = found.get((name, kind))
            if known is None:
                known = found[name, kind] = AttributeKind(name, kind, 0, 0, contact, type_of(value))
            known.contacts += 1
            if kind == "text" and value[4:5] == "-" and _like_a_datetime(value):
                known.datetimes += 1
    return [found[each] for each in sorted(found)]


def _spellings_in(rows: Rows, bounds: tuple[int, int]) -> list[Spelling]:
    query = (
        "SELECT json_extract(value, '$[0]'), min(json_extract(value, '$[1]')), count(*)"
        " FROM contacts, json_each(tags) WHERE contact >= ? AND contact < ? GROUP BY 1"
    )
    return [Spelling(*found) for found in rows(query, bounds)]


def matching(content: Content, part: bytes) -> Iterator[int]:
    """The contacts one of whose lines has this part, which is in UTF-8 and of one line; one for each such line."""
    contacts, lines = content
    at = lines.find(part)
    if at < 0:
        return
    numbers, place, begun = numbers_of(contacts), 0, 0
    while 0 <= at < len(lines):
        place += lines.count(b"\n", begun, at)
        yield numbers[place]
        begun = lines.index(b"\n", at + len(part)) + 1
        place += 1
        at = lines.find(part, begun)


def texts(rows: Rows, index: str, first: int = 0) -> Iterator[Content]:
    """The texts that an index keeps, SEARCH or one of `of_text`, from the block `first` on."""
    return _contents(rows, index, first)


def containing(rows: Rows, index: str, part: bytes, most: int, reached: int = 0) -> list[int] | None:
    """The contacts from `reached` on that have this part in a line of an index of texts; None where over `most` do."""
    numbers = set[int]()
    for content in texts(rows, index, reached // SIZE):
        numbers.update(contact for contact in matching(content, part) if contact >= reached)
        if len(numbers) > most:
            return None
    return sorted(numbers)


def kinds(rows: Rows, there: Container[str]) -> Iterator[AttributeKind]:
    """What kinds of values the contacts have; an attribute's may come in several parts. `there`: the file's tables."""
    if table_of(KINDS) not in there:
        return iter(_kinds_in(rows, _ALL))
    return chain.from_iterable(_decode_kinds(content) for _, content in _contents(rows, KINDS))


def spellings(rows: Rows, there: Container[str]) -> Iterator[Spelling]:
    """How tags are spelled; a spelling may come in several parts. `there`: the file's tables."""
    if table_of(SPELLINGS) not in there:
        return iter(_spellings_in(rows, _ALL))
    return chain.from_iterable(_decode_spellings(content) for _, content in _contents(rows, SPELLINGS))


def _contents(rows: Rows, index: str, first: int = 0) -> Iterator[Content]:
    yield from rows(f"SELECT contacts, content FROM {table_of(index)} WHERE block >= ?", (first,))
    for block in missing(rows, index, first):
        yield content_of(rows, index, block)


def missing(rows: Rows, index: str, first: int = 0) -> list[int]:
    """The blocks of an index that may have contacts and are not made, from the block `first` on."""
    ((last,),) = rows("SELECT max(contact) FROM contacts", ())
    kept = {block for (block,) in rows(f"SELECT block FROM {table_of(index)} WHERE block >= ?", (first,))}
    return [] if last is None else sorted(set(range(first, last // SIZE + 1)) - kept)


def content_of(rows: Rows, index: str, block: int) -> Content:
    """What the contacts' rows make a block of an index."""
    bounds = (block * SIZE, (block + 1) * SIZE)
    if index == KINDS:
        return b"", _encode(_kinds_in(rows, bounds))
    if index == SEARCH:
        return _searched_in(rows, bounds)
    if index == SPELLINGS:
        return b"", _encode(_spellings_in(rows, bounds))
    name = attribute_of(index)
    assert name is not None
    return _texts_in(rows, name, bounds)


class Blocks:
    """The blocks of a file that is written: dropped by whoever changes contacts, made when there is time."""

    def __init__(self, connection: sqlite.Connection) -> None:
        self._connection = connection
        self._tables = {
            name
            for (name,) in self._rows("SELECT name FROM sqlite_schema WHERE name GLOB 'blocks_*' AND type = 'table'")
        }
        self._missing: dict[str, dict[int, float]] = {}  # since when, the newest last
        self._last = self._last_of_all()  # no later block has a contact

    def keep(self, indexes: Iterable[str]) -> None:
        """From now on, keep blocks for those of these indexes that consist of them, and no others."""
        kept = list(filter(is_kept_in_blocks, indexes))
        for table in self._tables - set(map(table_of, kept)):
            self._connection.execute(f"DROP TABLE {table}")
            self._tables.remove(table)
        self._missing = {index: absent for index, absent in self._missing.items() if index in kept}
        self._last = max(self._last, self._last_of_all())
        for index in kept:
            if index in self._missing:
                continue
            table = table_of(index)
            self._connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table}"
                " (block INTEGER PRIMARY KEY, contacts BLOB NOT NULL, content BLOB NOT NULL) STRICT"
            )
            self._tables.add(table)
            self._missing[index] = dict.fromkeys(missing(self._rows, index), 0.0)

    def drop(self, contacts: Iterable[int]) -> None:
        """Forget the blocks of these contacts; inside the transaction that changes them."""
        blocks = {contact // SIZE for contact in contacts} if self._tables else ()
        if not blocks:
            return
        for table in self._tables:
            self._connection.executemany(f"DELETE FROM {table} WHERE block = ?", [(block,) for block in blocks])
        now = time.monotonic()
        passed = range(self._last + 1, max(blocks))  # nobody is in these, which is to be kept as well
        self._last = max(self._last, *blocks)
        for absent in self._missing.values():
            absent.update(dict.fromkeys(passed, now))
            for block in blocks:  # too many of them after a rollback, which does no harm
                absent.pop(block, None)
                absent[block] = now

    def make(self, most: int, unchanged_for: float = 0.0) -> int:
        """Make up to `most` of the blocks that are missing and whose contacts have not changed for so many seconds;
        gives how many it made.
        """
        until = time.monotonic() - unchanged_for
        for index, absent in self._missing.items():
            ready = takewhile(lambda one: one[1] <= until, absent.items())
            chosen = [block for block, _ in islice(ready, most)]
            if chosen:
                made = [(block, *content_of(self._rows, index, block)) for block in chosen]
                with sqlite.transaction(self._connection):
                    self._connection.executemany(f"INSERT OR REPLACE INTO {table_of(index)} VALUES (?, ?, ?)", made)
                for block in chosen:
                    del absent[block]
                return len(chosen)
        return 0

    def _last_of_all(self) -> int:
        ((contact,),) = self._rows("SELECT max(contact) FROM contacts")
        return -1 if contact is None else int(contact) // SIZE

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, parameters).fetchall()
