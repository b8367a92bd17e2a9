"""Whatever a file holds: it is refused with a sentence, or each of its rows is taken or rejected, once (R22, R24)."""

import codecs
import csv
import io
from collections import Counter
from dataclasses import replace

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.events.schema import check_data
from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_columns
from service.imports.columns.preview import look
from service.imports.record.folder import ImportFolder
from service.imports.record.rejects import rejects_csv
from service.imports.rows.judged_until import Progress
from service.imports.rows.reasons import REASONS
from service.imports.rows.rows import RowChecks
from service.imports.rows.scan import scan
from service.imports.rows.verdicts import SourceRows, Verdicts
from service.imports.table.dialect import shape
from service.imports.table.formula_guard import unguard
from service.imports.table.refusal import FileRefused
from service.imports.table.wording import OF_COMMAND
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.worlds import bounded, folder

MOST_BYTES, MOST_ROWS = 1 << 20, 40
KNOWN = {"points": "number", "Joined": "datetime"}


class Judged:
    """A file as the splitter judges it: its shape and mapping, the rows taken and those rejected, by row."""

    def __init__(self, path, content, choices, step):
        self.folder = ImportFolder(path / "import")
        self.folder.copy(io.BytesIO(content), choices, MOST_BYTES)
        self.shape = shape(self.folder.source)
        mapped = map_columns(self.shape.header, choices, KNOWN)
        self.columns = replace(mapped, is_sheet=self.shape.are_rows)
        checks = RowChecks(self.columns, choices)
        found = scan(self.folder.source, self.shape, checks, MOST_ROWS)
        self.taken, self.rejects, self.lines, self.phones = [], [], list(found.lines), list(found.phones)
        done = Progress()
        with SourceRows(self.folder.source, self.shape.delimiter, found) as rows:
            verdicts = Verdicts(found, rows, checks, frozenset([int(RAVI)]))
            while done.at < len(found):
                part = verdicts.part(done, step)
                self.taken += part.taken
                self.rejects += part.rejects
                done = part.progress
        self.rejects.sort(key=lambda one: one.row)
        self.counted = (len(found), done.rank, done.duplicate, done.rejected)

    def rejects_csv(self):
        written = "".join(rejects_csv(self.folder.source, self.shape, self.columns, self.rejects, OF_COMMAND))
        return list(csv.reader(io.StringIO(written, newline=""), delimiter=self.shape.delimiter))


def judged(content, choices=None, step=1000):
    """None for a refused file."""
    with folder() as path:
        try:
            found = Judged(path, content, choices or Choices(), step)
        except FileRefused:
            return None, None
        return found, found.rejects_csv()


def text_of(content):
    """The file's text, by its byte order mark."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return content[len(mark) :].decode(name).lstrip("\ufeff")
    return content.decode()


def records_of(content, delimiter):
    """The records below the header as Python reads the whole text at once; blank ones are none (R11)."""
    text = text_of(content)
    first = io.StringIO(text, newline="").readline().rstrip("\r\n")
    if first.strip('"').lower() == f"sep={delimiter}":
        text = text[len(first) :].removeprefix("\r").removeprefix("\n")
    every = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    return [cells for cells in every if any(cell.strip() for cell in cells)][1:]


def hold(content, choices=None):
    """Every row is judged once, none is lost, and the rejects CSV has those that were not taken, whole."""
    found, written = judged(content, choices)
    if found is None:
        return
    rows = records_of(content, found.shape.delimiter)
    judgements = Counter([index + 1 for index, _ in found.taken] + [one.row for one in found.rejects])
    assert judgements == Counter(range(1, len(rows) + 1))
    assert found.counted[0] == len(rows) == sum(found.counted[1:])
    assert {fault.reason for one in found.rejects for fault in one.faults} <= REASONS.keys()
    assert all(fault.message and fault.hint for one in found.rejects for fault in one.faults)
    taken_phones = [found.phones[index] for index, _ in found.taken]
    assert all(taken_phones)
    assert len(set(taken_phones)) == len(taken_phones)
    for index, row in found.taken:
        said = {"phone": f"+{found.phones[index]}", "traits": row.traits, "match": "phone"}
        said |= {} if row.user_id is None else {"userId": row.user_id}
        assert check_data("UserTracked", orjson.loads(orjson.dumps(said))) == ()
        if row.tags_json not in (None, "[]"):
            told = {"phone": f"+{found.phones[index]}", "tags": orjson.loads(row.tags_json)}
            assert check_data("TagsAdded", told) == ()
    assert len(written) == len(found.rejects) + 1
    own = [place for place, column in enumerate(found.columns.columns) if not column.header.startswith("rejected:")]
    for one, cells in zip(found.rejects, written[1:], strict=True):
        source = rows[one.row - 1]
        if found.columns.is_guarded:
            source = list(map(unguard, source))
        kept = [source[at] if at < len(source) else "" for at in own] + source[len(found.columns.columns) :]
        assert list(map(unguard, cells[: len(own)] + cells[len(own) + 4 :])) == kept


FITTING = {
    "Phone": [GAVIN, GAVIN, ASHA, RAVI, MEERA, GAVIN[3:]],
    "Country Code": ["91", "91", "+91", ""],
    "Name": ["Asha Rao", "", "Ölwin", "مریم"],
    "First Name": ["Asha", "", "मीरा"],
    "Last Name": ["Rao", ""],
    "Opt In": ["TRUE", "false", ""],
    "User ID": ["u1", "u2", "u3", ""],
    "points": ["12.5", "-0", "1e3", ""],
    "Joined": ["2022-10-31", "2022-10-31T10:00:00Z", ""],
    "Score": ["1", "2.5", "1e3", ""],
    "Langs": ["en;hi", "en;", "hi", ""],
    "Note": ["=1+1", "line\nbreak", 'a "quote"', "'=1", "'", "x" * 300, ""],
    "Tags": ["vip", "vip;VIP, gold", '"a,b"', ",", ""],
    "": ["", " "],
    "rejected:line": ["7"],
    "'=Odd": ["a;b"],
    "\u202e é\n": ["", "z"],
}
"""Headers, and cells that are good below them."""

ODD = [
    *(
        "9.19967E+11",
        "0" + GAVIN[3:],
        "+9112",
        "999",
        "yes",
        "R2",
        "O'Neil",
        "-",
        "1e400",
        "tomorrow",
        ";",
        ",",
        "\t",
        "|",
    ),
    *(
        '"',
        '""',
        "\u00a0",
        "\u2028",
        "\x85",
        "\x0b",
        "\x1c",
        "\ufeff",
        "\r",
        "\r\n",
        "e\u0308",
        "\U0001d4b3",
        "u" * 300,
    ),
]
CHOICES = st.builds(
    Choices,
    country_code=st.sampled_from([None, "91", "+44"]),
    relaxed_names=st.booleans(),
    clean_phones=st.booleans(),
    blank=st.sampled_from(["keep", "clear"]),
    null_values=st.sampled_from([(), (), ("Asha", "1", "u1", "R2")]),
)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def cells_below(title):
    """Four of five are good."""
    good = FITTING[title] * (4 * len(ODD) // len(FITTING[title]))
    return st.sampled_from([*good, *ODD, None]).flatmap(lambda cell: TEXTS if cell is None else st.just(cell))


@st.composite
def tables(draw):
    """A table as a program writes it, most of its cells good; some rows are shorter or longer than its header."""
    left_out = draw(st.sampled_from(["Name", "First Name", "Last Name"]))
    unfit = {"Phone", left_out, *(["First Name", "Last Name"] if left_out != "Name" else [])}
    others = draw(st.lists(st.sampled_from(sorted(FITTING.keys() - unfit)), max_size=4, unique=True))
    header = draw(st.permutations(["Phone", *others]))
    row = st.tuples(*map(cells_below, header)).map(list)
    uneven = st.one_of(row, row.map(lambda cells: cells[:-1]), st.tuples(row, st.sampled_from(["", "more"])).map(flat))
    out = io.StringIO(newline="")
    delimiter, end = draw(st.sampled_from([",", ",", ";", "\t", "|"])), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([header, *draw(st.lists(st.one_of(row, row, uneven), min_size=1, max_size=8))])
    return draw(st.sampled_from(["", "", f"sep={delimiter}{end}"])) + out.getvalue()


def flat(row_and_more):
    cells, more = row_and_more
    return [*cells, more]


@st.composite
def damaged_tables(draw):
    """The same, with some characters put in and taken out somewhere."""
    text = draw(tables())
    for _ in range(draw(st.integers(1, 3))):
        at, size = draw(st.integers(0, len(text))), draw(st.integers(0, 2))
        text = text[:at] + draw(st.sampled_from(["", *ODD])) + text[at + size :]
    return text


ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
FILES = st.builds(str.encode, st.one_of(tables(), damaged_tables()), ENCODINGS)
DAMAGED_BYTES = st.builds(
    lambda content, share, some: content[: int(share * len(content))] + some + content[int(share * len(content)) :],
    FILES,
    st.floats(0, 1),
    st.binary(max_size=3),
)


@bounded(300)
@given(content=FILES, choices=CHOICES)
@example(content=f"Phone\n{GAVIN}\n\n \n,\n{GAVIN}\n".encode(), choices=Choices())
def test_no_row_of_a_file_is_lost(content, choices):
    hold(content, choices)


@bounded(150)
@given(content=st.one_of(st.binary(max_size=200), DAMAGED_BYTES, DAMAGED_BYTES))
def test_bytes_of_any_kind_are_refused_with_a_sentence_or_judged_row_by_row(content):
    hold(content)


@bounded(100)
@given(content=FILES, choices=CHOICES, step=st.integers(1, 4))
def test_the_verdicts_do_not_depend_on_how_many_rows_are_judged_at_once(content, choices, step):
    whole, _ = judged(content, choices)
    parted, _ = judged(content, choices, step)
    if whole is None or parted is None:
        assert whole is parted is None
    else:
        assert (parted.taken, parted.rejects, parted.counted) == (whole.taken, whole.rejects, whole.counted)


@bounded(200)
@given(content=FILES)
def test_a_first_look_shows_the_first_rows_and_its_proposal_rejects_no_value_that_it_says_fits(content):
    with folder() as path:
        upload = ImportFolder(path / "import")
        try:
            upload.copy(io.BytesIO(content), Choices(), MOST_BYTES)
            seen = look(upload.source, None, KNOWN)
        except FileRefused:
            return
    rows = records_of(content, seen.delimiter)
    assert [cells for _, cells in seen.rows] == rows[:20]
    assert len(seen.proposed) == len(seen.header)
    if seen.faults:
        return
    typed = [one for one in seen.proposed if one.reason == "new"]
    maps = tuple(f"{one.column}={one.attribute}:{one.type}" for one in typed)
    found, _ = judged(content, Choices(maps=maps))
    unfit = Counter(
        fault.column for one in found.rejects for fault in one.faults if fault.reason in ("type_mismatch", "too_long")
    )
    for one in typed:
        assert unfit[one.column] <= round(one.values * (1 - (1 if one.fits is None else one.fits)))
