"""Match columns in the hub: how the file is read, what each column becomes, and the options (R14, R17-R19, R24)."""

import re
import time

import pytest

from tests.examples import ASHA, GAVIN
from tests.service.hub.uploads import FILE, chosen
from tests.service.imports.table.workbooks_made import workbook
from tests.world import World


def test_an_encoding_is_judged_by_lines_and_confirmed(desk, world):
    path = desk.uploaded(f"Name,Phone\nJosé,{GAVIN}\n".encode("windows-1252"))
    assert f"José,{GAVIN}" in desk.page(path).text
    assert desk.send(f"{path}/reading", {"encoding": "klingon"}).status_code == 422
    desk.send(f"{path}/reading", {"encoding": "windows-1252", "then": "tags"})
    desk.matched(path)
    desk.work(path)
    desk.run(path)
    assert world.contact(GAVIN)["traits"]["name"] == "José"


def test_a_sheet_is_chosen_among_those_of_a_workbook(desk):
    content = workbook([["Name", "Phone"], ["Gavin", GAVIN]], [["Phone", "City"], [GAVIN, "Pune"]])
    path = desk.uploaded(content, "people.xlsx")
    assert "of 2" in desk.page(f"{path}?step=columns").text
    desk.send(f"{path}/reading", {"sheet": "People 2"})
    assert "City" in desk.page(f"{path}?step=columns").text


def test_columns_become_what_was_chosen_and_the_page_shows_it_again(desk, world):
    path = desk.checked(
        f"Mobile,Grade,Born,Remark,Labels\n{GAVIN},7,03/04/1990,x,a;b\n",
        becomes1="new", name1="School Grade", type1="number", format2="MM/DD/YYYY", becomes3="", becomes4="=tags",
    )  # fmt: skip
    html = desk.page(f"{path}?step=columns").html
    assert 'value="School Grade"' in html
    assert re.search(r'value="MM/DD/YYYY" checked', html)
    desk.run(path)
    contact = world.contact(GAVIN)
    assert contact["traits"] == {"School Grade": 7, "Born": "1990-03-04"}
    assert contact["tags"] == ["a", "b"]


def test_a_day_that_can_be_read_in_two_ways_has_to_be_said(desk):
    html = desk.page(f"{desk.uploaded(f'Mobile,Born{chr(10)}{GAVIN},03/04/1990{chr(10)}')}?step=columns").html
    assert "how is this date written?" in html
    assert re.search(r'value="DD/MM/YYYY" required', html)


DATED = f"Mobile,Last Order\n{GAVIN},25/10/2026\n" + "".join(
    f"98200456{place},{day}\n" for place, day in enumerate(("03/11/2026", "14/09/2026", "30/08/2026", "31/02/2026"), 70)
)


def test_one_wrong_date_is_named_and_how_the_others_are_written_still_has_to_be_said(desk):
    page = desk.page(f"{desk.uploaded(DATED)}?step=columns")
    assert "1 of 5 values is no such date, such as 31/02/2026" in page.text
    assert re.search(r'value="DD/MM/YYYY" required', page.html)


def test_how_dates_are_written_can_be_said_of_any_column_of_dates(desk, world):
    path = desk.checked(f"Mobile,Born\n{GAVIN},soon\n{ASHA},2 Jan 1990\n",
        becomes1="new", name1="Born", type1="datetime", written1="D MMM YYYY")  # fmt: skip
    desk.run(path)
    assert world.contact(ASHA)["traits"] == {"Born": "1990-01-02"}


def test_how_dates_are_written_counts_for_columns_of_dates_alone(desk, world):
    path = desk.checked(f"Mobile,Plan\n{GAVIN},Gold\n",
        becomes1="new", name1="Plan", type1="string", written1="DD/MM/YYYY")  # fmt: skip
    desk.run(path)
    assert world.contact(GAVIN)["traits"] == {"Plan": "Gold"}


def test_of_two_columns_with_one_title_somebody_says_which_counts(desk, world):
    path = desk.uploaded(f"Mobile,City,City\n{GAVIN},Pune,Agra\n")
    assert (
        "'City (column B)' and 'City (column C)' are all City; leave out all but one"
        in desk.page(f"{path}?step=columns").text
    )
    desk.matched(path, becomes1="", becomes2="=city")
    desk.work(path)
    desk.run(path)
    assert world.contact(GAVIN)["traits"] == {"city": "Agra"}


def test_rows_of_a_file_with_twin_columns_are_corrected_as_it_was_matched(desk, world):
    path = desk.uploaded(f"Mobile,Name,Plan,Plan\n{GAVIN},R2,Gold,Free\n")
    desk.matched(path, becomes2="", becomes3="new", name3="Plan")
    desk.work(path)
    desk.run(path)
    again = desk.send(f"{path}/rejected", {"cell1.1": "Gavin"}).headers["Location"]
    desk.work(again)
    desk.run(again)
    assert world.contact(GAVIN)["traits"] == {"name": "Gavin", "Plan": "Free"}


def test_a_value_that_does_not_fit_is_shown_before_the_check(desk):
    rows = f"Mobile,WhatsApp Opted\n{GAVIN},TRUE\n{ASHA},yes\n"
    text = desk.page(f"{desk.uploaded(rows)}?step=columns").text
    assert "1 of 2 values does not fit, such as yes" in text


def test_what_looks_like_consent_and_would_be_another_field_is_pointed_out_first(desk):
    rows = f"Mobile,City,WhatsApp\n{GAVIN},Pune,TRUE\n{ASHA},Agra,FALSE\n"
    html = desk.page(f"{desk.uploaded(rows)}?step=columns").html
    assert "Then choose “WhatsApp Opted”" in html
    assert html.index('id="column2"') < html.index('id="column0"')
    opted = rows.replace("WhatsApp", "Opt in")
    assert "Then choose" not in desk.page(f"{desk.uploaded(opted)}?step=columns").text


@pytest.mark.parametrize(
    ("header", "cells", "is_asked"),
    [("WhatsApp?", "yes,TRUE", True), ("WhatsApp group", "readers,book club", False), ("Newsletter", "yes,no", False)],
)
def test_yes_and_no_may_be_consent_where_the_header_says_so(desk, header, cells, is_asked):
    one, other = cells.split(",")
    path = desk.uploaded(f"Phone,{header}\n{GAVIN},{one}\n{ASHA},{other}\n")
    assert ("only that field counts as consent" in desk.page(f"{path}?step=columns").text) == is_asked


@pytest.mark.parametrize(
    ("header", "cell", "is_asked"), [("Code", "91", True), ("ISD", "+1", True), ("Pin code", "411001", False)]
)
def test_what_looks_like_a_country_code_and_would_be_another_field_is_pointed_out(desk, header, cell, is_asked):
    path = desk.uploaded(f"Phone,{header}\n{GAVIN},{cell}\n")
    assert ("Is this the country code of the numbers?" in desk.page(f"{path}?step=columns").text) == is_asked


def test_phones_that_are_not_digits_alone_are_counted_before_the_check(desk):
    text = desk.page(f"{desk.uploaded(f'Phone{chr(10)}{GAVIN}{chr(10)}98200 45678{chr(10)}')}?step=columns").text
    assert "1 of 2 are not digits alone" in text


def test_texts_that_people_write_for_nothing_are_offered_as_empty(desk, world):
    path = desk.uploaded(f"Phone,City,Area\n{GAVIN},NA,Baner\n")
    assert 'name="null_value" value="NA"' in desk.page(f"{path}?step=columns").html
    desk.matched(path, null_value="NA")
    desk.work(path)
    desk.run(path)
    assert world.contact(GAVIN)["traits"] == {"area": "Baner"}


def test_faults_of_the_mapping_stand_at_their_columns_and_keep_what_was_typed(desk):
    path = desk.uploaded(f"Mobile,Town,Place\n{GAVIN},Pune,Agra\n")
    answer = desk.matched(path, becomes1="=city", becomes2="=city", null_values="NA, nil")
    assert answer.status_code == 422
    assert "are all City; leave out all but one" in answer.text
    assert 'href="#column1"' in answer.text
    assert 'value="NA, nil"' in answer.text
    assert chosen(answer.text)["becomes2"] == "=city"


def test_no_country_code_is_assumed_unseen_and_the_chosen_one_holds(desk, world):
    path = desk.uploaded("Mobile,City\n9967536783,Pune\n")
    assert chosen(desk.page(f"{path}?step=columns").html)["country_code"] == "91"
    desk.matched(path)
    desk.work(path)
    desk.run(path)
    assert world.contact(GAVIN)["traits"] == {"city": "Pune"}


def test_options_are_kept_and_shown_again(desk):
    path = desk.checked(FILE, mode="update", blank="clear", match="either", relaxed_names="on", null_values="-, NA")
    said = chosen(desk.page(f"{path}?step=columns").html)
    expected = {"mode": "update", "blank": "clear", "match": "either", "relaxed_names": "on", "null_values": "-, NA"}
    assert said | expected == said
    assert "clean_phones" not in said
    assert "2 rows = 0 new + 0 updated + 0 unchanged + 1 skipped" in desk.page(path).text


def test_the_same_columns_again_are_matched_as_the_last_time(desk, world):
    desk.run(desk.checked(f"Mobile,Grade\n{GAVIN},7\n", becomes1="new", name1="School Grade", type1="number"))
    path = desk.uploaded(f"Mobile,Grade\n{ASHA},8\n", "november.csv")
    assert "Same columns as october.csv" in desk.page(f"{path}?step=columns").text
    earlier = re.search(r'name="earlier" value="([^"]*)"', desk.page(f"{path}?step=columns").html)[1]
    desk.send(f"{path}/like", {"earlier": earlier})
    desk.work(path)
    desk.run(path)
    assert world.contact(ASHA)["traits"] == {"School Grade": 8}


def test_other_columns_remind_of_nothing(desk):
    desk.run(desk.checked(f"Mobile,Grade\n{GAVIN},7\n"))
    path = desk.uploaded(f"Grade,Mobile\n8,{ASHA}\n")
    assert "Same columns as" not in desk.page(f"{path}?step=columns").text


def test_where_no_column_is_the_phone_the_page_says_what_to_choose(desk):
    path = desk.uploaded("Customer report\n")
    text = desk.page(f"{path}?step=columns").text
    assert "choose “Phone Number” for one" in text
    assert "phone_number" not in text


class TestWhereNoTimeZoneIsSet:
    @pytest.fixture
    def world(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        made = World(tmp_path / "data")
        yield made
        made.close()
        monkeypatch.undo()
        time.tzset()

    def test_a_time_without_a_zone_is_of_the_hosts(self, desk, world):
        desk.run(desk.checked(f"Mobile,Seen\n{GAVIN},1990-04-03 23:30\n"))
        assert world.contact(GAVIN)["traits"] == {"Seen": "1990-04-03T18:00:00Z"}


def test_the_page_begins_with_how_many_columns_are_recognised_new_left_out_and_need_somebody(desk):
    path = desk.uploaded(f"Name,Mobile,Joined,Shop,WhatsApp Opt In\nAsha,{ASHA},03/04/2026,Pune,yes\n")
    said = "2 of 5 columns recognised · 3 would be new fields · 2 need you. Each row is found by its phone number."
    assert said in desk.page(f"{path}?step=columns").text
    desk.matched(path, becomes3="", becomes4="=whatsapp_opted", match="either", format2="DD/MM/YYYY")
    desk.work(path)
    said = "3 of 5 columns recognised · 1 would be a new field · 1 left out · 1 needs you"
    text = desk.page(f"{path}?step=columns").text
    assert "Each row is found by its phone number or user ID." in text
    assert said in text
