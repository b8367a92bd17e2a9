"""Rows that are judged many at once are those that are judged one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.columns.column_map import ColumnMap
from service.imports.columns.mapping import map_columns
from service.imports.rows.row import RowRejected
from service.imports.rows.rows import RowChecks
from service.imports.table.by_column import by_column

TYPES = {"n": "number", "d": "datetime", "l": "list", "b": "boolean"}
TITLES = ["Phone", "Email", "WhatsApp Opted", "User ID", *TYPES, "s", "Tags", ""]
GOOD = [
    "",
    " ",
    "TRUE",
    "false",
    "Asha Rao",
    "मीरा",
    "2022-10-31",
    "1.5",
    "-0",
    "1e3",
    "a;b",
    "'=x",
    "x" * 256,
    "naïve",
]
ODD = ['say "x"', "a\\b", "a\nb", "u\u200d", "\u0308", "R2", "x" * 257, "é" * 20_000, "\u00a0x"]
CELLS = st.one_of(
    st.sampled_from(GOOD),
    st.sampled_from(GOOD),
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)


def one_by_one(checks, cells):
    try:
        return checks.check(cells, has_phone=True)
    except RowRejected:
        return None


@settings(max_examples=400, deadline=None)
@given(data=st.data(), relaxed=st.booleans(), blank=st.sampled_from(["keep", "clear"]), guarded=st.booleans())
def test_a_row_that_is_plainly_good_says_the_same_bytes_as_when_it_is_checked_by_itself(data, relaxed, blank, guarded):
    titles = data.draw(st.sampled_from([["Name"], ["First Name", "Last Name"], ["Last Name"], []])) + TITLES
    choices = Choices(
        maps=tuple(f"{name}={name}:{type}" for name, type in TYPES.items()),
        relaxed_names=relaxed,
        blank=blank,
        null_values=data.draw(st.sampled_from([(), ("Asha Rao", "R2", "1.5", "=x")])),
    )
    columns = ColumnMap(map_columns(titles, choices, {}).columns, is_guarded=guarded)
    records = data.draw(st.lists(st.lists(CELLS, min_size=1, max_size=len(titles) + 2), min_size=1, max_size=6))
    if data.draw(st.booleans()):
        records = [[*(cells * len(titles))[: len(titles) - 1], ""] for cells in records]
    checks = RowChecks(columns, choices)
    for cells, row in zip(records, checks.plain(by_column(records, checks.width)), strict=True):
        assert row is None or row == one_by_one(checks, cells)


def test_a_row_that_needs_a_closer_look_does_not_send_its_neighbours_there():
    titles, good = ["Phone", "Name", "User ID", "Email"], ["1", "Asha Rao", "u1", "asha@example.com"]
    odd = [
        ["1", "R2", "u2", ""],
        ["1", "Asha", "u\n2", ""],
        ["1", "Asha", "u3", "é" * 20_000],
        ["1", "Asha"],
        [*good, ""],
    ]
    quoted = ["1", "Asha", "u4", 'a"b']
    checks = RowChecks(map_columns(titles, Choices(), {}), Choices())
    rows = checks.plain(by_column([good, *odd, quoted, good], checks.width))
    assert [place for place, row in enumerate(rows) if row is None] == [1, 2, 3, 4, 5]
    assert [rows[0].traits, rows[-2].traits] == [
        {"name": "Asha Rao", "email": "asha@example.com"},
        {"name": "Asha", "email": 'a"b'},
    ]


def test_a_file_of_phones_alone_says_nothing_else():
    checks = RowChecks(map_columns(["Phone"], Choices(), {}), Choices())
    assert [(row.user_id, row.traits) for row in checks.plain(by_column([["1"], ["2"]], 1))] == [(None, {}), (None, {})]
