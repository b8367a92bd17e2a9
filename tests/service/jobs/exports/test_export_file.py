"""What is in an export: the contacts asked for, as of one position, in a file that can be imported again."""

import csv
import io
from threading import Thread

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.columns.mapping import map_by_name
from service.imports.table.formula_guard import unguard
from service.jobs.exports.contact_table import ContactTable
from service.jobs.exports.export_file import write_export
from service.jobs.exports.wanted_export import BadColumns, ExportColumn, WantedExport
from service.queries.filters.selection import Selection
from service.wiring.exports import export_parts, state_as_of
from tests.examples import ASHA, EMMA, GAVIN, MEERA, RAVI
from tests.service.imports.imported import WorldImports, silent


def exported(world, position=None, progress=lambda *_: None, **asked):
    out = io.BytesIO()
    parts = export_parts(world.drivers)
    written = write_export(WantedExport(**asked), state_as_of(world.drivers, position), parts, out, progress)
    return written, out.getvalue()


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def phones(content):
    return [f"+{row['Country Code']}{row['Phone Number']}" for row in rows(content)]


def check(world, content):
    """What an import of the file would come to."""
    imports = WorldImports(world)
    try:
        return imports.importer.checks.dry_run(io.BytesIO(content), "export.csv", Choices(), silent)
    finally:
        imports.close()


def unchanged(world, content):
    found = check(world, content)
    return found["unchanged"] == found["rows"] == len(rows(content)), found["rejects"]


@pytest.fixture
def odd(world):
    """Contacts with whatever a file, a spreadsheet or an import could take for something else."""
    world.track(
        phone=GAVIN, user_id="=1+1", name="Gavin Roberts", whatsapp_opted=True, Points=12.5, Big=2**53, city="Pune, MH"
    )
    world.track(phone=ASHA, name="आशा कुलकर्णी", first_name="Asha", last_name="Rao", note='=HYPERLINK("x")\n"two"')
    world.track(phone=RAVI, city="'-quoted", area="@risky", mobile="not a phone", Loyal=True, born="1990-10-31")
    world.track(phone=EMMA, hobbies=["a", "=b"], Points=-3, whatsapp_opted=False, last="2026-10-31T14:00:00+05:30")
    world.tag("a,b", "vip", "=SUM(A1)", "+ plus", phone=EMMA)
    world.settle()
    return world


def test_a_csv_of_all_contacts_is_imported_again_without_changing_any(odd):
    written, content = exported(odd)
    assert (written.rows, unchanged(odd, content)) == (4, (True, []))


def test_no_cell_of_a_csv_runs_in_a_spreadsheet(odd):
    _, content = exported(odd)
    header, *cells = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    numbers = header.index("Points")
    assert not [
        cell
        for row in (header, *cells)
        for place, cell in enumerate(row)
        if cell.startswith(("=", "+", "@", "\t", "\r", "-")) and place != numbers
    ]


def test_country_code_and_phone_number_are_two_columns_of_digits_behind_a_byte_order_mark(odd):
    _, content = exported(odd, columns=("phone",))
    assert content.startswith(b"\xef\xbb\xbfCountry Code,Phone Number,exported:contact\r\n")
    assert sorted(phones(content)) == sorted([GAVIN, ASHA, RAVI, EMMA])


def test_columns_come_in_the_order_asked_for_by_title_or_name(odd):
    _, content = exported(odd, columns=("Points", "City", "phone", "tags", "modified_at"))
    assert list(rows(content)[0]) == [
        *("Points", "City", "Country Code", "Phone Number", "Tags", "exported:modified_at", "exported:contact")
    ]
    assert unchanged(odd, content) == (True, [])


def test_a_column_that_nobody_ever_had_is_refused_with_the_nearest_names(odd):
    with pytest.raises(BadColumns, match=r"no contact ever had an attribute 'Pints': did you mean Points"):
        exported(odd, columns=("Pints", "city"))


def test_an_attribute_that_a_header_would_say_otherwise_is_ignored_when_the_file_is_imported(odd):
    _, content = exported(odd)
    assert {"exported:mobile", "exported:first_name", "exported:last_name", "Name"} <= rows(content)[0].keys()


def test_only_those_that_are_asked_for_are_in_it_in_the_order_of_the_list(odd):
    _, content = exported(odd, selection=Selection(("Points=any:",)), sort="created")
    assert phones(content) == [GAVIN, EMMA]


def test_those_who_have_not_opted_in_can_be_left_out_whatever_is_asked_for(odd):
    selection = Selection(("Points=any:", "Loyal=true"), (), None, "any")
    _, content = exported(odd, selection=selection, is_opted_in_only=True)
    assert phones(content) == [GAVIN]


def test_json_lines_are_the_contacts_as_calls_show_them(odd):
    _, content = exported(odd, format="jsonl", sort="created")
    assert [orjson.loads(line) for line in content.splitlines()] == odd.contacts()


def test_an_export_can_be_of_any_past_position(odd):
    odd.track(phone=MEERA)
    odd.settle()
    assert [len(rows(exported(odd, at)[1])) for at in (1, 2, None)] == [1, 2, 5]


def test_an_export_of_several_pages_has_each_contact_once_and_says_how_far_it_is(world):
    imports, count = WorldImports(world), 4_100
    lines = "".join(f"91,98{number:08d}\n" for number in range(count))
    imports.bring(f"Country Code,Phone Number\n{lines}")
    imports.close()
    told = []
    written, content = exported(world, progress=lambda *said: told.append(said))
    assert len(set(phones(content))) == written.rows == count
    assert [done for _, done, _ in told] == [0, 2000, 4000, 4100]
    assert {(position, rows) for position, _, rows in told} == {(written.position, count)}


def test_what_changes_while_a_file_is_written_is_not_in_it(world):
    for number in range(3):
        world.track(phone=f"+9198200982{number:02d}", city="Pune")
    world.settle()

    def change(_position, done, _rows):
        if not done:
            world.track(phone="+919820098200", city="Goa")
            world.settle()

    _, content = exported(world, progress=change)
    assert [row["City"] for row in rows(content)] == ["Pune"] * 3


def test_an_export_waits_until_an_undo_has_reached_every_contact(world):
    imports = WorldImports(world)
    brought = imports.bring(f"Phone,City\n{GAVIN},Pune\n{ASHA},Pune\n")
    imports.close()
    world.track(phone=RAVI)
    world.settle()
    world.send_signed(f"/imports/{brought['id']}", "ImportUndone", "undo-1", {"import": brought["id"], "by": "asha"})
    world.consume()
    world.project_orders()
    came = []
    waiting = Thread(target=lambda: came.append(exported(world)[1]))
    waiting.start()
    waiting.join(0.5)
    assert came == []
    world.project()
    waiting.join(30)
    assert phones(came[0]) == [RAVI]


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda name: name.strip() == name
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NAMES, unique=True, max_size=4))
def test_a_header_is_read_by_an_import_as_the_attribute_it_stands_for_or_not_at_all(names):
    known = dict.fromkeys(names, "string")
    columns = [ExportColumn("phone", False), *(ExportColumn(name, True) for name in names)]
    header = ContactTable(columns, known).guarded_header()
    mapped, faults = map_by_name(header, Choices(), known)
    assert faults == ()
    became = [column.attribute for column in mapped.columns][2:-1]
    assert all(attribute in (None, name) for attribute, name in zip(became, names, strict=True))
    assert [unguard(one) for one in header][-1] == "exported:contact"
