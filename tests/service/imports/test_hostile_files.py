"""Files that nobody should send: each is imported as far as it is good, or refused with a sentence (R24)."""

import pytest

from service.imports.refusal import FileRefused, MappingRefused
from tests.examples import ASHA, GAVIN, RAVI


def test_a_cell_of_ten_megabytes_rejects_its_row_alone(desk):
    document = desk.bring(f"Phone,Note\n{GAVIN},{'x' * 10_000_000}\n{ASHA},fine\n")
    assert (document["created"], [one["reason"] for one in document["rejects"]]) == (1, ["too_long"])


def test_a_cell_beyond_all_measure_refuses_the_file(desk):
    with pytest.raises(FileRefused, match="begins in line 3 is longer than"):
        desk.bring(f'Phone,Note\n{GAVIN},fine\n{ASHA},"{"x" * (17 << 20)}"\n')


def test_five_thousand_columns_are_refused(desk):
    header = ",".join(["Phone", *(f"c{number}" for number in range(4_999))])
    with pytest.raises(MappingRefused, match="4999 columns would be attributes"):
        desk.bring(f"{header}\n{GAVIN}{',x' * 4_999}\n")


def test_a_row_with_more_content_than_a_message_may_have_is_rejected(desk):
    header = ",".join(["Phone", *(f"c{number}" for number in range(90))])
    document = desk.bring(f"{header}\n{GAVIN}{(',' + 'x' * 3_000) * 90}\n{ASHA}{',x' * 90}\n")
    assert (document["created"], [one["reason"] for one in document["rejects"]]) == (1, ["too_large"])


def test_two_columns_of_one_name_are_refused(desk):
    with pytest.raises(MappingRefused, match="Two columns are called 'Plan'"):
        desk.bring(f"Phone,Plan,Plan\n{GAVIN},a,b\n")


@pytest.mark.parametrize("content", ["", "\n\n \n", "\ufeff"])
def test_an_empty_file_is_refused(desk, content):
    with pytest.raises(FileRefused, match="empty"):
        desk.bring(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_of_all_systems_are_read(desk, world, encoding, end):
    content = end.join(["sep=;", "Name;Phone", f"Ölwin;{GAVIN}", f"मीरा;{ASHA}", f"R2;{RAVI}"])
    document = desk.bring(content.encode(encoding))
    assert (document["created"], [one["line"] for one in document["rejects"]]) == (2, [5])
    assert world.contact(GAVIN)["traits"]["name"] == "Ölwin"


def test_letters_that_only_look_like_line_ends_part_no_rows(desk, world):
    document = desk.bring(f"Phone,Note\n{GAVIN},a\u2028b\x0bc\x85d\n")
    assert document["rows"] == 1
    assert world.contact(GAVIN)["traits"]["Note"] == "a\u2028b\x0bc\x85d"


def test_no_value_of_a_file_is_in_a_refusal_of_its_mapping(desk):
    with pytest.raises(MappingRefused) as refused:
        desk.bring("Name,City\nGavin Roberts,Pune\n")
    assert "Gavin" not in str(refused.value)
