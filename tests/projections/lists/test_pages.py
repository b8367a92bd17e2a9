"""Lists in pages: exactly the contacts that meet the conditions, in order, with and without indexes, while all changes.

What a list must have is said by `Condition.holds_for` and Python's own sorting, which share nothing with the SQL.
"""

import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events import tags as tag_rules
from projections.conditions.condition import Condition
from projections.conditions.wanted import SEARCHED, SORTS, Wanted
from projections.fold.evolve import VERSION
from projections.fold.state import ContactState
from projections.lists.pages import MOST_CANDIDATES, page, total
from projections.projector.rebuild import build_generation
from projections.state.answers import Checkpoint
from projections.state.indexes import KINDS, MOST, SPELLINGS, TAGS, Asked, needed, of_attribute, of_text
from projections.state.sqlite.blocks import SIZE
from projections.state.sqlite.candidates import candidates
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
    st.none() | st.sampled_from(["99", "u-", "PUN", "strasse", "ß", "5", "%"]),
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

    def __init__(self, folder):
        self.path = Path(folder) / "state.db"
        self.store = StateStore(self.path)
        self.states = {}

    def reopen(self):
        self.store.close()
        self.store = StateStore(self.path)

    def save(self, changed, gone=()):
        self.states |= changed
        position = max((state.position for state in self.states.values()), default=0)
        new, checkpoint = self.store.new_contacts(None), Checkpoint(position, bytes(32), VERSION)
        self.store.save(changed.values(), new, gone, (), {}, {}, checkpoint)
        for number in gone:
            del self.states[number]

    def expected(self, wanted, sort):
        found = [
            state
            for state in matching(self.states.values(), wanted.conditions, wanted.tags)
            if wanted.text is None or any(Condition(name, "~", wanted.text).holds_for(state) for name in SEARCHED)
        ]
        keys = {"modified": lambda one: (one.modified, one.contact), "created": lambda one: one.contact}
        return sorted(found, key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))


@contextmanager
def state_file():
    with tempfile.TemporaryDirectory() as folder:
        file = File(folder)
        try:
            yield file
        finally:
            file.store.close()


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


EVERY_VALUE = {
    number: ContactState(number, bytes(16), None, f"u-{number}", 1, number, number, {"city": value}, (1, 1), {}, {})
    for number, value in enumerate([*SCALARS, [], *([each] for each in SCALARS), [5, "Straße", True]], 1)
} | {999: ContactState(999, bytes(16), None, "u-999", 1, 999, 999, {}, (1, 1), {}, {})}


@pytest.mark.parametrize("type", [None, "string", "number", "boolean", "datetime", "list"])
@pytest.mark.parametrize("is_indexed", [False, True])
@pytest.mark.parametrize("operator", OPERATORS)
def test_a_condition_holds_for_just_the_values_that_meet_it(operator, is_indexed, type):
    with state_file() as file:
        file.save(EVERY_VALUE)
        for asked in ASKED:
            wanted = Wanted((Condition("city", operator, asked, type),))
            if is_indexed:
                file.store.index(needed(wanted))
                assert (file.store.make_blocks(10) > 0) is (operator == "~" and asked == ASKED[0])
            (shown,) = pages(file, wanted, "created", 1000)
            assert [one.traits for one in shown] == [one.traits for one in file.expected(wanted, "created")], asked


@given(rounds(), wanteds, st.sampled_from(SORTS), st.integers(1, 4))
def test_the_pages_together_are_the_contacts_that_are_wanted_in_order(changes, wanted, sort, limit):
    with state_file() as file:
        for changed in changes:
            file.save(changed)
        shown = pages(file, wanted, sort, limit)
        assert [one for each in shown for one in each] == file.expected(wanted, sort)
        with reading(file.path) as state:
            assert total(state, wanted) == len(file.expected(wanted, sort))


@given(rounds(), wanteds, st.sampled_from(SORTS), st.lists(st.integers(0, 3), min_size=3, max_size=3))
@settings(max_examples=200)
def test_indexes_change_nothing_of_what_is_shown(changes, wanted, sort, blocks_made):
    with state_file() as file:
        file.save(changes[0])
        file.store.index(needed(wanted))
        file.store.make_blocks(blocks_made[0])
        file.save(changes[1])
        file.store.make_blocks(blocks_made[1])
        file.reopen()  # also without a word of which indexes were asked for
        file.save(changes[2], gone=list(file.states)[:1])
        file.store.index(needed(wanted))
        file.store.make_blocks(blocks_made[2])
        (shown,) = pages(file, wanted, sort, 100)
        assert shown == file.expected(wanted, sort)
        with reading(file.path) as state:
            assert total(state, wanted) == len(shown)
            few = candidates(state.rows, state.names(), wanted, 100)
            assert few is None or set(few) >= {one.contact for one in shown}


@given(rounds(), wanteds, st.sampled_from(SORTS), st.integers(1, 2))
@settings(max_examples=200)
def test_who_is_wanted_all_the_time_is_shown_whatever_changes_meanwhile(changes, wanted, sort, limit):
    with state_file() as file:
        file.save(changes[0])
        always = {one.contact for one in file.expected(wanted, sort)}
        waiting = [changes[1], changes[2]]
        touched = changes[1].keys() | changes[2].keys()

        def change():
            if waiting:
                file.save(waiting.pop(0))
                always.intersection_update(one.contact for one in file.expected(wanted, sort))

        shown = [one.contact for each in pages(file, wanted, sort, limit, change) for one in each]
        assert always <= set(shown)
        assert all(number in touched for number in shown if shown.count(number) > 1)


def few(file, wanted, most=10):
    with reading(file.path) as state:
        return candidates(state.rows, state.names(), wanted, most)


PEOPLE = {
    number: ContactState(
        number, bytes(16), None, f"u-{number}", 1, number, number, {"city": f"City {number % 50}"}, (1, 1), {},
        {"vip": ("VIP", number)} if number % 100 == 0 else {},
    )
    for number in range(1, 1001)
}  # fmt: skip


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted((Condition("city", "=", "City 7"),)),
        Wanted((Condition("city", "~", "TY 33"),)),
        Wanted((Condition("city", ">", "City 8"), Condition("city", "<=", "City 9"))),
        Wanted((), ("Vip",)),
        Wanted((), (), "-77"),
        Wanted((Condition("city", "!=", "City 8"), Condition("city", "=", "City 7"))),
    ],
)
def test_an_index_leaves_few_contacts_to_look_at(wanted):
    with state_file() as file:
        file.save(PEOPLE)
        assert few(file, wanted, most=60) is None
        file.store.index(needed(wanted))
        file.store.make_blocks(1)
        assert len(few(file, wanted, most=60)) <= 60
        (shown,) = pages(file, wanted, "created", 1000)
        assert shown == file.expected(wanted, "created") != []


def test_where_an_index_leaves_many_the_list_walks_along_its_order():
    wanted = Wanted((Condition("city", "=", "City 7"),))
    with state_file() as file:
        file.save(PEOPLE)
        file.store.index(needed(wanted))
        found = [one for each in pages(file, wanted, "-modified", 7, most=5) for one in each]
        assert found == file.expected(wanted, "-modified")


def test_indexes_that_were_asked_for_are_remembered_and_limited(tmp_path):
    asked = Asked(tmp_path / "indexes")
    assert asked.all() == set()
    asked.ask(of_attribute(f"attribute {number}") for number in range(MOST + 5))
    asked.ask([of_attribute("one too many")])
    assert len(Asked(tmp_path / "indexes").all()) == MOST


def test_attributes_leave_room_for_the_indexes_of_tags_and_of_what_there_is(tmp_path):
    asked = Asked(tmp_path / "indexes")
    asked.ask(of_attribute(f"attribute {number}") for number in range(MOST))
    others = {TAGS, KINDS, SPELLINGS}
    asked.ask(others)
    assert asked.all() >= others
    asked.ask([of_text("one too many")])
    assert len(asked.all()) == MOST + len(others)


def test_the_projector_makes_what_was_asked_for_also_in_a_rebuilt_generation(world):
    world.track(phone="+919967536783", city="Pune")
    world.settle()
    wanted = Wanted((Condition("city", "=", "Pune"),))
    generations = world.drivers.generations()
    generations.asked().ask(needed(wanted))

    def found():
        with closing(world.state()) as state:
            return candidates(state.rows, state.names(), wanted, 10)

    assert found() is None
    world.project()
    assert found() == [1]
    with closing(world.log()) as log:
        build_generation(generations, log)
    world.project()
    assert generations.current() == 2
    assert found() == [1]
