"""Rejected rows that are corrected: in place, or in a file that is uploaded again; what is still open is said (R22)."""

import random
import re

import pytest

from tests.examples import ASHA, GAVIN

THREE = f"Mobile,Name\n{GAVIN},R2 D2\n{ASHA},C3\n+919820098209,D4\n"


def test_rejected_rows_are_corrected_in_place_and_checked_again_with_the_same_tags(desk, world):
    path = desk.uploaded(f"Mobile,Name,City\n{GAVIN},R2 D2,Pune\n12,Asha,Goa\n{ASHA},C3,Agra\n")
    desk.send(f"{path}/tags", {"tag": ["vip"]})
    desk.matched(path)
    desk.work(path)
    desk.run(path)
    html = desk.page(f"{path}/rejected").html
    names = re.findall(r'name="(cell[\d.]+)" value="([^"]*)"', html)
    assert names == [("cell1.1", "R2 D2"), ("cell3.1", "C3"), ("cell2.0", "12")]
    assert desk.send(f"{path}/rejected", dict(names)).status_code == 422
    again = desk.send(f"{path}/rejected", dict(names) | {"cell1.1": "Gavin", "cell2.0": "13"}).headers["Location"]
    desk.work(again)
    assert "october, corrected.csv" in desk.page(again).text
    assert "2 rows = 1 new + 0 updated + 0 unchanged + 0 duplicate + 1 rejected" in desk.page(again).text
    desk.run(again)
    assert world.contact(GAVIN)["traits"] == {"name": "Gavin", "city": "Pune"}
    assert world.contact(GAVIN)["tags"] == ["vip"]


def test_a_row_that_has_to_be_corrected_in_the_file_is_not_taken_by_the_page(desk):
    path = desk.checked(f"Mobile,Name\n{GAVIN},R2 D2\n{ASHA},Asha,lost\n")
    desk.run(path)
    page = desk.page(f"{path}/rejected")
    assert "More cells than the header has names; one is 'lost'. This has to be corrected in the file." in page.text
    again = desk.send(f"{path}/rejected", {"cell1.1": "Gavin"}).headers["Location"]
    desk.work(again)
    assert "1 row = 1 new" in desk.page(again).text
    desk.run(again)
    assert "Asha" not in desk.page("/contacts").text
    assert "1 is still open" in desk.page(path).text
    assert "Nothing is corrected yet" in desk.send(f"{path}/rejected", {}).get_data(as_text=True)


ROWS = (
    "{phone},R2 D2,1",
    "{phone},Asha,one",
    "{phone},Asha,1,more",
    "{phone},R2 D2,1,more",
    "12,Asha,1",
    "{phone},Asha,1",
)


@pytest.mark.parametrize("seed", range(4))
def test_those_rows_are_checked_again_in_which_something_changes_and_no_others(desk, seed):
    chance = random.Random(seed)
    rows = [chance.choice(ROWS).format(phone=f"+9198200{at:05}") for at in range(78810, 78822)]
    path = desk.checked("Mobile,Name,Points\n+919820078809,R1,1\n" + "\n".join(rows) + "\n", type2="number")
    desk.run(path)
    shown = dict(re.findall(r'name="(cell[\d.]+)" value="([^"]*)"', desk.page(f"{path}/rejected").html))
    changed = {"cell1.1": "R0"} | {name: f"{text}9" for name, text in shown.items() if chance.random() < 0.5}
    again = desk.send(f"{path}/rejected", shown | changed).headers["Location"]
    desk.work(again)
    found = int(re.search(r"([\d,]+) rows? =", desk.page(again).text)[1])
    assert found == len({name.partition(".")[0] for name in changed})


def test_a_file_and_the_rows_of_it_that_were_corrected_lead_to_each_other(desk):
    path = desk.checked(f"Mobile,Name\n{GAVIN},R2 D2\n{ASHA},Asha\n")
    desk.run(path)
    again = desk.send(f"{path}/rejected", {"cell1.1": "Gavin"}).headers["Location"]
    desk.work(again)
    assert "Corrected rows of october.csv" in desk.page(again).text
    assert path in desk.page(again).links
    assert "Some are corrected, and not imported yet: october, corrected.csv" in desk.page(path).text
    desk.run(again)
    assert "1 was corrected and imported" in desk.page(path).text
    assert again in desk.page(path).links
    assert path in desk.page(again).links
    assert "All of them were corrected since" in desk.page(path).text
    assert "they are an import of their own, october, corrected.csv" in desk.page(path).text


def test_a_correction_that_was_given_up_before_its_start_is_not_told_of(desk):
    path = desk.checked(f"Mobile,Name\n{GAVIN},R2 D2\n{ASHA},Asha\n")
    desk.run(path)
    again = desk.send(f"{path}/rejected", {"cell1.1": "Gavin"}).headers["Location"]
    desk.send(f"{again}/cancel")
    assert again not in desk.page(path).links


def rejected(desk, path):
    """The rejects CSV that the import's page offers, by what is still open."""
    (link,) = [link for link in desk.page(path).links if "rejects.csv" in link]
    return desk.browser.client.get(link).data.decode("utf-8-sig")


def done(desk, path):
    """A file that was imported, and corrected in its second row."""
    desk.run(path)
    again = desk.send(f"{path}/rejected", {"cell1.1": "Gavin"}).headers["Location"]
    desk.work(again)
    desk.run(again)
    return again


def test_what_was_corrected_is_told_apart_from_what_is_still_open(desk):
    path = desk.checked(THREE)
    again = done(desk, path)
    page = desk.page(path)
    assert "1 was corrected and imported" in page.text
    assert page.text.count("✓ corrected") == 1
    assert "2 are still open." in page.text
    assert "Correct these 2 rows here" in page.text
    assert [row.split(",")[1] for row in rejected(desk, path).splitlines()[1:]] == ["C3", "D4"]
    page = desk.page(f"{path}/rejected")
    assert re.findall(r'name="cell(\d+)', page.html) == ["2", "3"]
    assert "1 row was corrected and taken" in page.text
    assert "line 2" in page.text
    assert again in page.links
    assert "2 rows of it are still open: correct them" in desk.page(again).text


def test_a_rejects_csv_that_is_uploaded_again_closes_the_rows_that_it_corrects(desk):
    path = desk.checked(THREE)
    desk.run(path)
    again = desk.uploaded(rejected(desk, path).replace("C3", "Asha"), name="october rejected.csv")
    assert "Corrected rows of october.csv" in desk.page(again).text
    desk.send(f"{again}/like", {"earlier": path.rpartition("/")[2]})
    desk.work(again)
    desk.run(again)
    assert "2 rows of it are still open" in desk.page(again).text
    assert re.findall(r'name="cell(\d+)', desk.page(f"{path}/rejected").html) == ["1", "3"]


def test_where_every_row_is_corrected_nothing_is_left_to_do(desk):
    path = desk.checked(f"Mobile,Name\n{GAVIN},R2 D2\n{ASHA},Asha\n")
    again = done(desk, path)
    assert "All of them were corrected since" in desk.page(path).text
    assert "Every row that was not taken is corrected" in desk.page(f"{path}/rejected").text
    assert "still open" not in desk.page(again).text
    desk.send(f"{again}/undo", {"reason": "not so"})
    desk.world.settle()
    assert "None counts now of those that were corrected" in desk.page(path).text
    assert "Correct this row here" in desk.page(path).text


def test_a_number_that_a_spreadsheet_damaged_is_typed_where_it_is_corrected(desk):
    path = desk.checked(f"Mobile,City\n{GAVIN},Pune\n9.82E+09,Goa\n9820098204.0,Agra\n")
    desk.run(path)
    text = desk.page(f"{path}/rejected").text
    assert "Type the whole number." in text
    assert "Type the number without it." in text
    assert "Format the column" not in text


def test_the_page_that_asks_for_a_second_yes_to_an_undo_still_tells_what_was_corrected(desk, world):
    world.track(phone=ASHA, whatsapp_opted=True)
    world.settle()
    path = desk.checked(f"Mobile,Name,WhatsApp Opted\n{GAVIN},R2 D2,\n{ASHA},Asha,FALSE\n+919820098209,D4,\n")
    done(desk, path)
    answer = desk.send(f"{path}/undo")
    assert answer.status_code == 409
    assert "✓ corrected" in answer.text
    assert "Correct this row here" in answer.text


def test_a_row_with_several_faults_stands_under_each_and_the_page_says_so(desk):
    path = desk.checked(f"Mobile,Name,Points\n12,R2 D2,1\n{ASHA},C3,1\n{GAVIN},Gavin,1\n")
    assert "2 rows: one with several faults stands under each." in desk.page(path).text
    assert "stands under each" not in desk.page(desk.checked(THREE)).text


def test_an_undone_file_that_opted_somebody_out_says_who_may_have_been_left_so(desk, world):
    world.track(phone=ASHA, whatsapp_opted=True)
    world.settle()
    path = desk.checked(f"Mobile,WhatsApp Opted\n{ASHA},FALSE\n")
    desk.run(path)
    desk.send(f"{path}/undo", {"leave": "1"})
    world.settle()
    assert "except where they were changed since or somebody was left opted out" in desk.page(path).text
    assert world.contact(ASHA)["traits"]["whatsapp_opted"] is False
