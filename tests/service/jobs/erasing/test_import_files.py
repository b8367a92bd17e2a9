"""A person taken out of the files of imports: whole records, at their lines, and nobody else's (R31)."""

import csv
import io
from contextlib import closing

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events.mentions import Mentions
from ledger.events.phone import PhoneFault, normalise
from service.imports.columns.phone_cells import number_reader
from service.imports.record.folder import ImportFolder
from service.imports.record.person_records import PersonInFiles, person_records
from service.imports.registry.registry import ImportUnknown, Registry
from service.jobs.erasing.import_files import GONE, forget_in_imports
from service.jobs.erasing.places import NotYet
from service.wiring.drivers import now
from service.wiring.imports import importing, uploads
from tests.examples import ASHA, GAVIN
from tests.world import World

PERSON = PersonInFiles(Mentions([GAVIN], ["gavin-7731"]), [GAVIN])


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path)) as made:
        made.settle()
        yield made


def upload(world, text):
    """An upload that waits for its columns; its id."""
    with uploads(world.deployment) as prepared:

        def fill(incoming):
            incoming.write(text.encode())
            return "people.csv"

        return prepared.receive(fill)


def imported(world, text):
    """An import whose rows are all published; its id."""
    id = upload(world, text)
    with uploads(world.deployment) as prepared, importing(world.deployment) as importer:
        prepared.map(id, [])
        prepared.check(id)
        importer.checks.run(id, lambda *_: None)
        prepared.confirm(id, allow_opt_in=False, again=False, by="asha")
        importer.see_out(id, lambda *_: None)
    world.settle()
    return id


def forget(world, person=PERSON, at=None):
    with closing(world.drivers.store()) as store:
        ordered = now() if at is None else at
        forget_in_imports(
            world.folder / "imports", Registry(store, now), lambda came, _: person if came <= ordered else None
        )


def folder(world, id):
    return ImportFolder(world.folder / "imports" / id)


HEADER = "Name,Country Code,Phone Number,City\n"


def test_lines_of_the_person_are_blanked_and_all_others_stay_where_they_are(world):
    id = imported(world, f"{HEADER}Asha,91,{ASHA[3:]},Pune\nGavin,91,{GAVIN[3:]},Goa\nRavi,91,9833098330,Agra\n")
    forget(world)
    assert folder(world, id).source.read_text() == f"{HEADER}Asha,91,{ASHA[3:]},Pune\n,,,\nRavi,91,9833098330,Agra\n"


def test_a_record_of_several_lines_goes_whole_and_its_quotes_stay(world):
    text = f'{HEADER}Gavin,91,{GAVIN[3:]},"Hidden\nstreet, Goa"\nAsha,91,{ASHA[3:]},Pune\n'
    id = imported(world, text)
    forget(world)
    assert folder(world, id).source.read_text() == f'{HEADER},,,"\n,"\nAsha,91,{ASHA[3:]},Pune\n'


def test_a_rejected_row_keeps_its_line_and_reason_and_no_word_of_what_stood_there(world):
    id = imported(world, f"{HEADER}Gav1n,91,{GAVIN[3:]},Goa\nAsha,91,{ASHA[3:]},Pune\n")
    forget(world)
    (line,) = folder(world, id).rejects.read_bytes().splitlines()
    assert orjson.loads(line) == [1, 2, [["Name", "name_not_letters", GONE, ""]]]


@pytest.mark.parametrize("left", [b"hello\n", b"\xff\xfe\x00\n", b'[1, 2, [["Name"', b"", b'{"a": 1}\n'])
def test_a_damaged_file_of_rejected_rows_holds_no_erasure_up(world, left):
    id = imported(world, f"{HEADER}Gav1n,91,{GAVIN[3:]},Goa\nAsha,91,{ASHA[3:]},Pune\n")
    rejects = folder(world, id).rejects
    rejects.write_bytes(left + GAVIN[3:].encode() + b"\n" + rejects.read_bytes())
    forget(world)
    assert GAVIN[3:].encode() not in rejects.read_bytes()
    assert GAVIN[3:].encode() not in folder(world, id).source.read_bytes()


@pytest.mark.parametrize("before", [b"\xff\xfe\n", b'x,"\n', b"\x00\n"])
def test_a_damaged_copy_of_the_file_holds_no_erasure_up(world, before):
    id = imported(world, f"{HEADER}Gavin,91,{GAVIN[3:]},Goa\nAsha,91,{ASHA[3:]},Pune\n")
    source = folder(world, id).source
    source.write_bytes(source.read_bytes()[:10] + before + source.read_bytes()[10:])
    forget(world)
    assert GAVIN[3:].encode() not in source.read_bytes()


def test_an_upload_that_nobody_confirmed_is_cancelled_and_its_file_removed(world):
    id = upload(world, f"{HEADER}Gavin,91,{GAVIN[3:]},Goa\n")
    kept = upload(world, f"{HEADER}Asha,91,{ASHA[3:]},Pune\n")
    forget(world)
    assert not folder(world, id).path.exists()
    assert folder(world, kept).source.exists()
    with closing(world.drivers.store()) as store:
        assert Registry(store, now).get(id).state == "cancelled"


def test_what_an_upload_left_that_came_to_nothing_goes_too(world):
    left = ImportFolder(world.folder / "imports" / "01a22b5f-d2c4-7ebd-8719-49d1ef6dd153")
    left.path.mkdir(parents=True)
    left.upload.write_text(f"Gavin,{GAVIN}\n")
    with closing(world.drivers.store()) as store, pytest.raises(ImportUnknown):
        Registry(store, now).get(left.path.name)
    forget(world)
    assert not left.path.exists()


def test_an_import_that_is_worked_on_is_waited_for(world):
    id = imported(world, f"{HEADER}Gavin,91,{GAVIN[3:]},Goa\n")
    with folder(world, id).held(), pytest.raises(NotYet):
        forget(world)
    forget(world)
    assert GAVIN[3:] not in folder(world, id).source.read_text()


TWO = f"{HEADER}Asha,91,{ASHA[3:]},Pune\nGavin,91,{GAVIN[3:]},Goa\nRavi,91,9833098330,Agra\n"


def by_rows(id, *rows):
    return PersonInFiles(Mentions([], []), [], rows={id: set(rows)})


def test_a_row_is_blanked_by_the_event_that_came_of_it_however_its_phone_is_written(world):
    id = imported(world, TWO)
    forget(world, by_rows(id, 2))
    assert folder(world, id).source.read_text() == TWO.replace(f"Gavin,91,{GAVIN[3:]},Goa", ",,,")


def test_rows_are_counted_as_before_where_others_were_blanked(world):
    id = imported(world, TWO)
    forget(world, by_rows(id, 1))
    forget(world, by_rows(id, 3))
    assert folder(world, id).source.read_text() == f"{HEADER},,,\nGavin,91,{GAVIN[3:]},Goa\n,,,\n"


@pytest.mark.parametrize(
    "written",
    [f"{GAVIN[3:8]} - {GAVIN[8:]}", f"{GAVIN[3:8]}\u200b{GAVIN[8:]}", f"+91 ({GAVIN[3:8]}) - {GAVIN[8:]}",
     f"{GAVIN[3:8]}/{GAVIN[8:]}", "".join(chr(0x966 + int(digit)) for digit in GAVIN[3:]),
     f"  {' '.join(GAVIN[3:])} ", f"{GAVIN[3:]}.0"],
)  # fmt: skip
def test_a_row_is_found_in_every_form_in_which_it_was_taken_twice_or_rejected(world, written):
    id = imported(world, f"{HEADER}Gavin,91,{written},Goa\nGavin,91,{written},Goa\nAsha,91,{ASHA[3:]},Pune\n")
    forget(world)
    assert folder(world, id).source.read_text() == f"{HEADER},,,\n,,,\nAsha,91,{ASHA[3:]},Pune\n"


CROWD = [f"+91983309{number:04}" for number in range(20)]
A_MOBILE, AS_DIALLED = "+5491123456789", "0111523456789"


@pytest.mark.parametrize("others", [[], CROWD])
def test_a_row_is_found_whose_phone_has_no_digits_in_a_row_as_it_is_dialled(world, others):
    person = PersonInFiles(Mentions([A_MOBILE, *others], []), [A_MOBILE, *others])
    text = f"{HEADER}Ana,54,1123456788,Salta\nEva,54,{AS_DIALLED},Lanus\nEva,54,{AS_DIALLED},Lanus\n"
    id = imported(world, text)
    forget(world, person)
    assert folder(world, id).source.read_text() == f"{HEADER}Ana,54,1123456788,Salta\n,,,\n,,,\n"


def test_an_import_that_was_confirmed_after_the_order_is_about_somebody_new(world):
    ordered = now()
    text = f"{HEADER}Gavin,91,{GAVIN[3:]},Goa\n"
    id, waiting = imported(world, text), upload(world, text)
    forget(world, at=ordered)
    assert folder(world, id).source.read_text() == folder(world, waiting).source.read_text() == text


CELLS = st.text(st.sampled_from('ab "\n1,'), max_size=6) | st.just(GAVIN[3:])


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1))
def test_just_the_records_with_the_person_are_found_whatever_line_breaks_are_in_cells(tmp_path_factory, table):
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["Name", "Phone"], *table])
    one = ImportFolder(tmp_path_factory.mktemp("import"))
    one.source.write_bytes(written.getvalue().encode())
    whole = one.source.read_bytes()
    found = [whole[record.start : record.end].decode() for record in person_records(one, None, PERSON)]
    rows = [row for text in found for row in csv.reader(io.StringIO(text, newline=""))]
    assert rows == [row for row in table if GAVIN[3:] in row]


FILLER = [["Nobody", str(number)] for number in range(1_100)]
"""More than are looked at together."""


@settings(max_examples=30)
@given(st.lists(st.lists(CELLS | st.sampled_from(["u-7", ASHA]), min_size=1, max_size=4), min_size=1), st.data())
def test_the_records_of_many_people_are_those_of_each_of_them(tmp_path_factory, table, data):
    table = [*table, *FILLER, *table]
    rows, lines = (set(data.draw(st.lists(st.integers(1, len(table)), max_size=3))) for _ in range(2))
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["Name", "Phone"], *table])
    one = ImportFolder(tmp_path_factory.mktemp("import"))
    one.source.write_bytes(written.getvalue().encode())
    of_events = {"rows": {one.path.name: rows}, "lines": {one.path.name: lines}}
    together = PersonInFiles(Mentions([GAVIN, ASHA, *CROWD], ["u-7"]), [GAVIN, ASHA, *CROWD], **of_events)
    alone = [PersonInFiles(Mentions([phone], []), [phone]) for phone in (GAVIN, ASHA)]
    alone += [PersonInFiles(Mentions([], ["u-7"]), []), PersonInFiles(Mentions([], []), [], **of_events)]
    expected = {(found.line, found.start, found.end) for each in alone for found in person_records(one, None, each)}
    found = person_records(one, None, together)
    assert [(each.line, each.start, each.end) for each in found] == sorted(expected)


MARKS = st.text(st.sampled_from(" \t.-()[]{}\u2010\u2212\u00a0\u200b\ufeff\u3164"), max_size=4)


@given(st.lists(MARKS, min_size=10, max_size=10), st.booleans())
def test_whatever_an_import_takes_for_the_phone_is_found_by_a_look_at_the_line(marks, clean):
    cell = "".join(mark + digit for mark, digit in zip(marks, GAVIN[3:], strict=True))
    try:
        phone = normalise("91", number_reader(clean=clean)(cell))
    except PhoneFault:
        return
    assert phone == GAVIN
    assert PERSON.mentions.in_line(f"Gavin,91,{cell},Goa") is not None
