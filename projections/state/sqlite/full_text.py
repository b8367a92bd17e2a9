"""The full-text index: where in the lines that a search looks at a text is, by the three characters at each place.

It is FTS5's, with the lines themselves, behind each of which stand the beginnings of its words. It lags: a page only
notes which of the contacts in it have changed (`full_text_stale`), and those from `full_text_reached` on have yet to
come. The projector puts them in when little else is to be done. Whoever reads looks at these contacts themselves, so
the answer is the same at any time.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from projections.conditions.searching import SHORT, folded, is_short, pattern
from projections.state.indexes import FULL_TEXT, SEARCH, table_of
from projections.state.sqlite.blocks import SIZE, Rows, containing, numbers_of, texts
from projections.state.sqlite.full_text_partitions import BEFORE_BEGINNING, partitions, table_of_partition

STALE = 2_000
"""With more contacts that have changed since, all are looked for in the blocks of SEARCH."""

_MOST_COUNTED = 20_000
_MOST_SHARE = 20
"""With more of them, and more than one line in so many, it is quicker to look at all lines than to look these up."""

_LOOKED_UP = 3
"""Windows of a text that are looked up, rare ones: each costs as much as there are contacts that have it."""

_TOO_COMMON = 16
"""A window that is so many times as common as the rarest costs more than the lines that it saves to look at."""

_PROBED = 24
_SAMPLED = 2
_SAMPLE = 250
"""How common so many windows are, so many partitions tell, each by so many of the lines that have one."""

_WINDOW = 3

_listed = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Late:
    """The contacts that are not in the index as they are: by number, and those from `reached` on if they are many."""

    contacts: list[int]
    reached: int
    has_many: bool

    @property
    def listed(self) -> str:
        return _listed(self.contacts).decode()


def can_search(text: str, there: Container[str]) -> bool:
    """Whether the index, or the lines in blocks, tell exactly where the text is found.

    What cannot be printed may be between two lines, or between two parts of one.
    """
    return bool(text) and text.isprintable() and table_of(SEARCH) in there


def found(rows: Rows, there: Container[str], text: str, most: int, stale: int = STALE) -> list[int] | None:
    """The contacts that a search finds, and maybe others; None where they are more than `most`."""
    with _at_one_moment(rows):
        late = _late(rows, stale) if table_of(FULL_TEXT) in there else None
        if late is None:
            return _found_in_blocks(rows, text, most, 0)
        numbers = _found_in_index(rows, text, most)
        if numbers is None:
            return None
        behind = _found_in_blocks(rows, text, most, late.reached) if late.has_many else []
    if behind is None or len(numbers) + len(late.contacts) + len(behind) > most:
        return None
    return sorted({*numbers, *late.contacts, *behind})


def count(
    rows: Rows, there: Container[str], text: str, clause: str, parameters: Sequence[object], stale: int = STALE
) -> int:
    """How many contacts a search finds. `clause` and its parameters are the list's SQL."""
    with _at_one_moment(rows):
        late = _late(rows, stale) if table_of(FULL_TEXT) in there else None
        in_index = None if late is None else _count_in_index(rows, text)
        if late is None or in_index is None:
            return _count_in_blocks(rows, text, 0)
        of_late = f"SELECT count(*) FROM contacts WHERE contact IN (SELECT value FROM json_each(?)) AND {clause}"
        ((late_ones,),) = rows(of_late, [late.listed, *parameters])
        behind = _count_in_blocks(rows, text, late.reached) if late.has_many else 0
    return in_index + int(late_ones) + behind


@contextmanager
def _at_one_moment(rows: Rows) -> Iterator[None]:
    """What is asked within sees the file as it is at one moment, whoever goes on with the index meanwhile."""
    rows("SAVEPOINT search", ())
    try:
        yield
    finally:
        rows("RELEASE search", ())


def _late(rows: Rows, most: int) -> _Late | None:
    """None where so many have changed that the index is of no use."""
    stale = [contact for (contact,) in rows(f"SELECT contact FROM full_text_stale LIMIT {most + 1}", ())]
    if len(stale) > most:
        return None
    ((reached,),) = rows("SELECT contact FROM full_text_reached", ())
    query = f"SELECT contact FROM contacts WHERE contact >= ? LIMIT {most + 1}"
    behind = [contact for (contact,) in rows(query, (reached,))]
    has_many = len(behind) > most
    return _Late(stale if has_many else stale + behind, reached, has_many)


@dataclass(frozen=True, slots=True)
class _LookUp:
    """A query of FTS5's, and the text that must be in a line too, where the query alone does not say it."""

    match: str
    within: str | None = None

    def of(self, first: int) -> tuple[str, list[object]]:
        """The lines of one partition that it finds, but those that are stale, as the rest of a SELECT."""
        query = f"FROM {table_of_partition(first)}(?) WHERE rowid NOT IN (SELECT contact FROM full_text_stale)"
        if self.within is None:
            return query, [self.match]
        return f"{query} AND instr(line, ?) > 0", [self.match, self.within]


def _found_in_index(rows: Rows, text: str, most: int) -> list[int] | None:
    look_up, numbers = _look_up(rows, text), list[int]()
    for first in partitions(rows):
        query, parameters = look_up.of(first)
        limit = most + 1 - len(numbers)
        numbers += [contact for (contact,) in rows(f"SELECT rowid {query} LIMIT {limit}", parameters)]
        if len(numbers) > most:
            return None
    return numbers


def _count_in_index(rows: Rows, text: str) -> int | None:
    """None where it is quicker to look at all lines."""
    look_up, total = _look_up(rows, text), 0
    ((reached,),) = rows("SELECT contact FROM full_text_reached", ())
    most = max(_MOST_COUNTED, reached // _MOST_SHARE)
    for first in partitions(rows):
        query, parameters = look_up.of(first)
        limit = "" if look_up.within is None else f" LIMIT {most - total}"
        ((many,),) = rows(f"SELECT count(*) FROM (SELECT 1 {query}{limit})", parameters)
        total += int(many)
        if limit and total == most:
            return None
    return total


def _look_up(rows: Rows, text: str) -> _LookUp:
    """What finds the lines in which a search finds the text."""
    sought = folded(text)
    if is_short(text):
        return _LookUp(_quoted((BEFORE_BEGINNING + sought)[-_WINDOW:]))
    if len(sought) == _WINDOW:
        return _LookUp(_quoted(sought))
    windows = list(dict.fromkeys(sought[at : at + _WINDOW] for at in range(len(sought) - _WINDOW + 1)))
    if len(windows) > _LOOKED_UP:
        windows = _telling(sought, _shares(rows, windows[:_PROBED]))
    return _LookUp(" AND ".join(map(_quoted, windows)), sought)


def _telling(sought: str, shares: Mapping[str, float]) -> list[str]:
    """Those of the windows of a text to look up: rare ones, of different words before others, and apart before others.

    Windows side by side stand in much the same lines: "rao", " ra" and "a r" leave every Rao whose name before ends
    with an a, where "ash" beside them leaves Asha Rao.
    """
    rarest = sorted(shares, key=shares.__getitem__)
    starts = {window: sought.index(window) for window in rarest}
    words = {window: _words_at(sought, start) for window, start in starts.items()}
    few = [window for window in rarest if shares[window] <= _TOO_COMMON * shares[rarest[0]]]
    chosen: list[str] = []

    def is_of_other_words(window: str) -> bool:
        return not any(words[window] & words[one] for one in chosen)

    def is_apart(window: str) -> bool:
        return all(abs(starts[window] - starts[one]) >= _WINDOW for one in chosen)

    for is_wanted in (is_of_other_words, is_apart, lambda window: window not in chosen):
        for window in few:
            if len(chosen) < _LOOKED_UP and is_wanted(window):
                chosen.append(window)
    return chosen


def _words_at(sought: str, start: int) -> set[int]:
    """The words of a text that a window has a part of, by number."""
    return {sought.count(" ", 0, at) for at in range(start, start + _WINDOW) if sought[at] != " "}


def _quoted(window: str) -> str:
    return '"{}"'.format(window.replace('"', '""'))


def _shares(rows: Rows, windows: list[str]) -> Mapping[str, float]:
    """How common these are, to be compared: of a few partitions, spread over all, the shares that have one, added up.

    In a partition a window is taken to be as dense as among the first lines that have it.
    """
    firsts, by_query = partitions(rows), {_quoted(window): window for window in windows}
    shares = dict.fromkeys(windows, 0.0)
    ((reached,),) = rows("SELECT contact FROM full_text_reached", ())
    spans = list(zip(firsts, [*firsts[1:], reached], strict=True))
    for first, end in spans[:: -(-len(spans) // _SAMPLED)]:
        some = f"SELECT rowid FROM {table_of_partition(first)}(value) LIMIT {_SAMPLE}"
        share = f"1.0 * count(*) / max(1, iif(count(*) < {_SAMPLE}, {end}, max(rowid) + 1) - {first})"
        query = f"SELECT value, (SELECT {share} FROM ({some})) FROM json_each(?)"
        for value, part in rows(query, (_listed(list(by_query)).decode(),)):
            shares[by_query[value]] += part
    return shares


def _found_in_blocks(rows: Rows, text: str, most: int, reached: int) -> list[int] | None:
    """The same from the lines in blocks, of the contacts from `reached` on."""
    return containing(rows, SEARCH, folded(text).encode(), most, reached)


def _count_in_blocks(rows: Rows, text: str, reached: int) -> int:
    findall = pattern(text).findall
    total = 0
    for contacts, lines in texts(rows, SEARCH, reached // SIZE):
        numbers, many = numbers_of(contacts), lines.decode()
        if numbers and numbers[0] < reached:
            before = sum(number < reached for number in numbers)
            many = many.split("\n", before)[before]
        total += len(findall(many))
    return total


assert SHORT < _WINDOW
