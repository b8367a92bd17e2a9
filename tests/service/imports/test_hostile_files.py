"""Files that nobody should send: each is imported as far as it is good, or refused with a sentence (R24)."""

import io
import time
import zipfile

import pytest

from service.imports.table.dialect import MOST_COLUMNS, shape
from service.imports.table.refusal import FileRefused, MappingRefused
from tests.examples import ASHA, GAVIN, RAVI


def test_a_cell_of_ten_megabytes_rejects_its_row_alone(imports):
    document = imports.bring(f"Phone,Note\n{GAVIN},{'x' * 10_000_000}\n{ASHA},fine\n")
    assert (document["created"], [one["reason"] for one in document["rejects"]]) == (1, ["too_long"])


def test_a_cell_beyond_all_measure_refuses_the_file(imports):
    with pytest.raises(FileRefused, match="begins in line 3 is longer than"):
        imports.bring(f'Phone,Note\n{GAVIN},fine\n{ASHA},"{"x" * (17 << 20)}"\n')


def test_two_thousand_attributes_are_refused(imports):
    header = ",".join(["Phone", *(f"c{number}" for number in range(1_999))])
    with pytest.raises(MappingRefused, match="1999 columns would be attributes"):
        imports.bring(f"{header}\n{GAVIN}{',x' * 1_999}\n")


def test_a_row_with_more_content_than_a_message_may_have_is_rejected(imports):
    header = ",".join(["Phone", *(f"c{number}" for number in range(90))])
    document = imports.bring(f"{header}\n{GAVIN}{(',' + 'x' * 3_000) * 90}\n{ASHA}{',x' * 90}\n")
    assert (document["created"], [one["reason"] for one in document["rejects"]]) == (1, ["too_large"])


def test_which_of_two_columns_with_one_title_counts_has_to_be_said(imports):
    with pytest.raises(MappingRefused, match=r"'Plan \(column B\)' and 'Plan \(column C\)' are all Plan"):
        imports.bring(f"Phone,Plan,Plan\n{GAVIN},a,b\n")


@pytest.mark.parametrize("content", ["", "\n\n \n", "\ufeff"])
def test_an_empty_file_is_refused(imports, content):
    with pytest.raises(FileRefused, match="empty"):
        imports.bring(content)


@pytest.mark.parametrize("content", ["Phone,Name\n", "Phone,Name", "Phone,Name\n\n , \n"])
def test_a_header_without_rows_is_an_import_of_no_rows(imports, content):
    document = imports.bring(content)
    assert (document["state"], document["rows"], document["rejects"]) == ("done", 0, [])
    assert imports.rejects(document).splitlines()[1:] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_of_all_systems_are_read(imports, world, encoding, end):
    content = end.join(["sep=;", "Name;Phone", f"Ölwin;{GAVIN}", f"मीरा;{ASHA}", f"R2;{RAVI}"])
    document = imports.bring(content.encode(encoding))
    assert (document["created"], [one["line"] for one in document["rejects"]]) == (2, [5])
    assert world.contact(GAVIN)["traits"]["name"] == "Ölwin"


def test_letters_that_only_look_like_line_ends_part_no_rows(imports, world):
    document = imports.bring(f"Phone,Note\n{GAVIN},a\u2028b\x0bc\x85d\n")
    assert document["rows"] == 1
    assert world.contact(GAVIN)["traits"]["Note"] == "a\u2028b\x0bc\x85d"


def test_no_value_of_a_file_is_in_a_refusal_of_its_mapping(imports):
    with pytest.raises(MappingRefused) as refused:
        imports.bring("Name,City\nGavin Roberts,Pune\n")
    assert "Gavin" not in str(refused.value)


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("people.csv", f"Phone\n{GAVIN}\n")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(zipped(), "a zip archive, neither", id="zip"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture", id="png"),
        pytest.param(f"Phone\n{GAVIN}\0\n".encode(), "NUL bytes", id="NUL"),
        pytest.param(f'Phone,Note\n{GAVIN},"open\n{ASHA},x\n'.encode(), "opens in line 2 is never closed", id="quote"),
        pytest.param(f"{GAVIN},Asha\n{ASHA},Ravi\n".encode(), "has no header row", id="no header"),
        pytest.param(b"Name,Phone\nJos\xe9,+919967536783\n", "windows-1252", id="other encoding"),
    ],
)
def test_what_is_no_table_of_contacts_is_refused_whole_and_leaves_nothing(imports, world, content, told):
    with pytest.raises(FileRefused, match=told):
        imports.bring(content)
    world.settle()
    assert (world.entries(), imports.importer.results.all()) == ([], [])
    assert list((world.folder / "imports").iterdir()) == []


@pytest.mark.parametrize("phone", ["9.19967E+11", "+9.19967e11", "919967E+6"])
def test_a_phone_that_a_spreadsheet_damaged_is_rejected_for_that_reason(imports, phone):
    document = imports.bring(f"Phone\n{phone}\n{ASHA}\n")
    assert (document["created"], document["rejected"]) == (1, 1)
    assert [(one["line"], one["reason"]) for one in document["rejects"]] == [(2, "phone_scientific")]


def test_formulas_are_values_like_others_and_run_in_no_file_of_ours(imports, world):
    content = f"Phone,Name,Note\n{GAVIN},Asha,=1+1\n{ASHA},R2,@SUM(A1)\n{RAVI},=cmd|x,-1\n"
    document = imports.bring(content)
    assert (document["created"], document["rejected"]) == (1, 2)
    assert world.contact(GAVIN)["traits"]["Note"] == "=1+1"
    second, third = imports.rejects(document).splitlines()[1:]
    assert second.startswith(f"{ASHA},R2,'@SUM(A1),")
    assert third.startswith(f"{RAVI},'=cmd|x,'-1,")


@pytest.mark.parametrize(
    "name",
    ["\u0645\u062d\u0645\u062f", "\u05d3\u05d5\u05d3", "\u092e\u0940\u0930\u093e", "Zoe\u0308", "\u0d15\u0d4d\u0d37"],
)
def test_names_from_right_to_left_and_with_combining_marks_are_kept_as_they_are(imports, world, name):
    document = imports.bring(f"Name,Phone\n{name},{GAVIN}\n")
    assert (document["created"], document["rejected"]) == (1, 0)
    assert world.contact(GAVIN)["traits"]["name"] == name


def test_a_name_with_a_mark_that_turns_the_direction_of_writing_is_rejected(imports):
    document = imports.bring(f"Name,Phone\nAsha\u202eoaR,{GAVIN}\n")
    assert [one["reason"] for one in document["rejects"]] == ["name_not_letters"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_at_the_limit_of_columns_a_file_is_read_and_beyond_it_refused(tmp_path, delimiter):
    path = tmp_path / "wide.csv"
    path.write_text(delimiter.join(f"c{number}" for number in range(MOST_COLUMNS)) + "\n")
    assert len(shape(path).header) == MOST_COLUMNS
    path.write_text(delimiter.join(f"c{number}" for number in range(MOST_COLUMNS + 1)) + "\n")
    with pytest.raises(FileRefused, match="2,001 columns; 2,000"):
        shape(path)


@pytest.mark.parametrize(
    "content",
    [
        ",".join(f"c{number}" for number in range(300_000)) + "\n",
        "," * 2_000_000,
        "," * 2_000_000 + "\nPhone\n",
        "\n" + "," * 300_000 + "\nPhone\n",
        '"a",' * 300_000 + "\n",
        '"' + "," * 300_000 + '"' + ",x" * 3_000 + "\n",
    ],
    ids=["300,000 names", "commas", "commas before", "blank before", "quoted", "commas in quotes"],
)
def test_a_file_of_very_many_columns_is_refused_before_they_are_looked_at(tmp_path, content):
    path = tmp_path / "wide.csv"
    path.write_text(content)
    began = time.process_time()
    with pytest.raises(FileRefused, match="2,000 columns are allowed"):
        shape(path)
    assert time.process_time() - began < 2


def test_an_upload_and_a_command_are_refused_alike(imports):
    content = ",".join(["Phone", *(f"c{number}" for number in range(MOST_COLUMNS))]) + f"\n{GAVIN}\n"
    for take in (imports.upload, imports.bring):
        with pytest.raises(FileRefused, match="2,001 columns"):
            take(content)
