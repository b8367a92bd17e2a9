"""The indexes that lists can use: their names, which one needs, and those that readers asked for.

A reader that took long asks for an index by a small file beside the state; the projector makes it in the state in use,
and in every later generation.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from projections.conditions.condition import trait_of
from projections.conditions.filters import Anniversary, Recorded
from projections.conditions.wanted import Sort, Wanted, order_of

MOST = 32
"""Indexes on attributes that can be asked for: each costs the projector a little for every contact."""

TAGS = "tags"
"""The name of the index on tags; those on an attribute's values and on its texts are named after it."""

CREATED = "created"
"""The name of the index on when contacts were made."""

KINDS = "kinds"
"""The name of the index of which attributes there are."""

SPELLINGS = "spellings"
"""The name of the index of which tags there are."""

SEARCH = "searched"
"""The name of the index of what a search without an attribute's name looks at: a line a contact."""

FULL_TEXT = "full text"
"""The name of the index of where in these lines a text is. It lags behind them while much comes in."""

_TRAIT = "trait "
_TEXT = "text "
_SORT = "sort "


def of_attribute(name: str) -> str:
    """The name of the index on an attribute."""
    return f"{_TRAIT}{name}"


def of_text(name: str) -> str:
    """The name of the index on what an attribute's values contain, which is kept in blocks."""
    return f"{_TEXT}{name}"


def of_sort(name: str) -> str:
    """The name of the index on the order of an attribute's values."""
    return f"{_SORT}{name}"


def is_of_sort(index: str) -> bool:
    """Whether an index is on the order of an attribute's values."""
    return index.startswith(_SORT)


def attribute_of(index: str) -> str | None:
    """The attribute that an index is on; None for those on tags, and of what there is."""
    for kind in (_TRAIT, _TEXT, _SORT):
        if index.startswith(kind):
            return index.removeprefix(kind)
    return None


ALWAYS = frozenset({KINDS, SPELLINGS, SEARCH, FULL_TEXT})
"""The indexes that the projector keeps before anybody asks: every page of a list needs what they say."""


def is_kept_in_blocks(index: str) -> bool:
    """Whether this index is kept in blocks (`projections.state.sqlite.blocks`); the database has the others."""
    return index in (KINDS, SPELLINGS, SEARCH) or index.startswith(_TEXT)


def table_of(index: str) -> str:
    """What an index is called in the file."""
    if index == TAGS:
        return "contact_tags"
    if index == FULL_TEXT:
        return "full_text_partitions"
    return (
        f"{'blocks' if is_kept_in_blocks(index) else 'contacts'}_by_{hashlib.sha256(index.encode()).hexdigest()[:16]}"
    )


def can_be_kept(name: str) -> bool:
    """Whether an index can be on an attribute of this name: one that a JSON path can say."""
    return name.isprintable() and not set('"\\').intersection(name)


def needed(wanted: Wanted, sort: Sort = "-modified") -> set[str]:
    """The indexes that could narrow a list down, and the one that has its order."""
    found = {
        of_text(one.name) if one.op == "~" else of_attribute(one.name)
        for one in wanted.conditions
        if one.op != "!=" and can_be_kept(trait_of(one.name))
    }
    tests = [test for one in wanted.filters for test in one.tests]
    if any(isinstance(test, Recorded) and test.column == "created" for test in tests):
        found.add(CREATED)
    found |= {of_attribute(test.name) for test in tests if isinstance(test, Anniversary) and can_be_kept(test.name)}
    if wanted.text is not None:
        found.add(SEARCH)
    order = order_of(sort)
    if order.by == "value":
        found.add(of_sort(order.name))
    return found | ({TAGS} if wanted.tags else set())


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
