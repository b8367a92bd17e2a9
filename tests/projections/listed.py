"""Random contacts, what lists ask of them, and a state file to ask; what a list must have is said without SQL.

`Condition.holds_for` and Python's own sorting, which share nothing with the SQL, say it.
"""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import orjson
from hypothesis import strategies as st

from ledger.events import tags as tag_rules
from projections.conditions.condition import IDENTITIES, Condition
from projections.conditions.wanted import Wanted
from projections.fold.evolve import VERSION
from projections.fold.growth import Growth
from projections.fold.state import ContactState
from projections.lists.pages import MOST_CANDIDATES, page
from projections.state.answers import Checkpoint
from projections.state.sqlite.blocks import SIZE
from projections.state.sqlite.full_text_partitions import PARTITION
from projections.state.sqlite.reader import reading
from projections.state.sqlite.writer import StateStore
from tests.matching import matching

TEXTS = [
    "Pune",
    "pune",
    "PUNE",
    "STRASSE",
    "Straße",
    "\u017f",
    "%",
    "_",
    "a\\b",
    "[",
    "[x",
    "5",
    "5.0",
    "true",
    "",
    "É",
    "é",
]
DATETIMES = [
    "2022-10-31",
    "2022-10-31T00:00:00Z",
    "2022-10-31T00:00:00.5Z",
    "2022-10-31T00:00:00.50Z",
    "2022-13-45",
    "2023",
]
SCALARS = [*TEXTS, *DATETIMES, 5, 5.0, -1, 1.5, 0, True, False, 2**53, 1e300]
ASKED = [*TEXTS, *DATETIMES, "1e0", "+9199", "u-1", "FALSE", "1e400", "null", "nan", "ss", "É"]
SEARCHES = ["99", "u-", "PUN", "strasse", "ß", "5", "%", "1", "+", "+9", "pu", "STR", "é", "a\\"]
OPERATORS = ["=", "!=", ">", ">=", "<", "<=", "~"]
scalars = st.sampled_from(SCALARS)
values = scalars | st.lists(scalars, max_size=3)
names = st.sampled_from(["city", "name", "it's", 'say "x"', "back\\slash", "a.b", "नाम"])
tag = st.sampled_from(["vip", "VIP", "Straße", "STRASSE", 'q"', "a%b", "ab", "new customer", "x\\y"])
operators = st.sampled_from(OPERATORS)
asked_names = names | st.sampled_from(["phone", "user_id", "nobody has this"])
asked_values = st.sampled_from(ASKED)
types = st.sampled_from([None, "string", "number", "boolean", "datetime", "list"])
conditions = st.builds(Condition, asked_names, operators, asked_values, types)
wanteds = st.builds(
    Wanted,
    st.lists(conditions, max_size=2).map(tuple),
    st.lists(tag, max_size=1).map(tuple),
    st.none() | st.sampled_from(SEARCHES),
)


@st.composite
def contact(draw, number, position):
    phone = f"+91{9_900_000_000 + number}" if draw(st.booleans()) else None
    tags = {tag_rules.fold(each): (each, position) for each in draw(st.lists(tag, max_size=2))}
    return ContactState(
        contact=number,
        id=number.to_bytes(16, "big"),
        phone=phone,
        user_id=f"u-{number}" if draw(st.booleans()) or phone is None else None,
        created=number,
        modified=draw(st.integers(position - position % 3, position)),
        position=position,
        traits=draw(st.dictionaries(names, values, max_size=4)),
        stamp=(1, 1),
        stamps={},
        tags=tags,
    )


@st.composite
def rounds(draw):
    """Three rounds of changes, each with the contacts that it makes or changes, by number."""
    made, position = [], 0
    for _ in range(3):
        changed = {}
        for number in draw(st.lists(st.sampled_from([1, 2, 3, 4, SIZE - 1, SIZE, SIZE + 1, 9 * SIZE]), max_size=6)):
            position += 1
            changed[number] = draw(contact(number, position))
        made.append(changed)
    return made


class File:
    """A state file and what is in it; `save` makes a round of changes."""

    def __init__(self, folder, partition=PARTITION):
        self.path, self.partition = Path(folder) / "state.db", partition
        self.store = StateStore(self.path, partition=partition)
        self.states = {}

    def reopen(self):
        self.store.close()
        self.store = StateStore(self.path, partition=self.partition)

    def save(self, changed, gone=()):
        self.states |= changed
        position = max((state.position for state in self.states.values()), default=0)
        new, checkpoint = self.store.new_contacts(None, Growth()), Checkpoint(position, bytes(32), VERSION)
        self.store.save(changed.values(), new, gone, (), {}, {}, checkpoint, {})
        for number in gone:
            del self.states[number]

    def expected(self, wanted, sort):
        found = [
            state
            for state in matching(self.states.values(), wanted.conditions, wanted.tags)
            if wanted.text is None or any(_is_found(wanted.text, text) for text in _searched(state))
        ]
        name, is_down = sort.removeprefix("-"), sort.startswith("-")
        if name in ("modified", "created"):
            keys = {"modified": lambda one: (one.modified, one.contact), "created": lambda one: one.contact}
            return sorted(found, key=keys[name], reverse=is_down)
        values = {one.contact: getattr(one, name) if name in IDENTITIES else one.traits.get(name) for one in found}
        there = [one for one in found if values[one.contact] is not None]
        nobody = [one for one in found if values[one.contact] is None]
        there.sort(key=lambda one: (_rank(values[one.contact]), one.contact), reverse=is_down)
        return there + sorted(nobody, key=lambda one: one.contact, reverse=is_down)


def _searched(state):
    """The texts that a search looks at."""
    for value in (state.traits.get("name"), state.traits.get("email"), state.phone, state.user_id):
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield item if isinstance(item, str) else orjson.dumps(item).decode()


def _is_found(text, value):
    """One or two characters where a word begins, more of them anywhere."""
    text, value = text.casefold(), value.casefold()
    if len(text) not in (1, 2):
        return text in value
    places = [place for place in range(len(value)) if value.startswith(text, place)]
    return any(place == 0 or _is_between_words(value[place - 1]) or "一" <= text[0] <= "鿿" for place in places)


def _is_between_words(sign):
    return sign.isspace() or (sign.isascii() and not sign.isalnum()) or sign in "\xa0\xb7\u200b—"


def _rank(value):
    """Numbers before texts, letters whatever their case; a list is its JSON."""
    if isinstance(value, bool | int | float):
        return 0, float(value), b""
    text = value[:64] if isinstance(value, str) else orjson.dumps(value).decode()
    return 1, 0.0, text.encode().lower()


@contextmanager
def state_file(partition=PARTITION):
    with tempfile.TemporaryDirectory() as folder:
        file = File(folder, partition)
        try:
            yield file
        finally:
            file.store.close()


def pages_back(file, wanted, sort, limit, most=MOST_CANDIDATES):
    """The last page, and those before it, each found from the one behind it."""
    shown, place = [], None
    with reading(file.path) as state:
        state.freeze()
        found = page(state, wanted, sort, place, limit, most)
        while found.following is not None:
            found = page(state, wanted, sort, found.following, limit, most)
        shown.append(found.contacts)
        while found.previous is not None:
            found = page(state, wanted, sort, found.previous, limit, most)
            shown.append(found.contacts)
    return shown


def pages(file, wanted, sort, limit, between=lambda: None, most=MOST_CANDIDATES):
    """All pages of a list, with `between` called after each."""
    shown, place, is_first = [], None, True
    while is_first or place is not None:
        is_first = False
        with reading(file.path) as state:
            state.freeze()
            found = page(state, wanted, sort, place, limit, most)
        assert len(found.contacts) <= limit
        shown.append(found.contacts)
        place = found.following
        between()
    return shown
