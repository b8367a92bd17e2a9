"""A file's way through the hub: uploaded, tagged, matched, checked, run, undone, redone (R10-R24, R32)."""

import re

import pytest

from tests.examples import ASHA, GAVIN
from tests.service.hub.conftest import Page
from tests.service.hub.uploads import FILE, Desk


def test_a_file_goes_its_whole_way_and_is_undone_and_redone(desk, world):
    path = desk.uploaded()
    assert "Which tags does everybody in this file get?" in desk.page(path).text
    assert desk.send(f"{path}/tags", {"tag": ["vip"], "more": "diwali 2026, "}).status_code == 303
    assert "october.csv" in desk.page(f"{path}?step=columns").text
    desk.matched(path)
    assert "Waiting for its turn" in desk.page(path).text
    desk.work(path)
    page = desk.page(path)
    assert "2 rows = 1 new + 0 updated + 0 unchanged + 0 duplicate + 1 rejected" in page.text
    assert "digits or symbols in a name" in page.text
    assert "Import 1 row" in page.text
    desk.run(path)
    assert (world.contact(GAVIN)["traits"]["city"], world.contact(GAVIN)["tags"]) == ("Pune", ["vip", "diwali 2026"])
    assert "What happened 2 rows = 1 new" in desk.page(path).text
    ordered = desk.send(f"{path}/undo", {"reason": "the wrong file"}).headers["Location"]
    assert "The order is given" in desk.page(ordered).text
    world.settle()
    assert world.contacts() == []
    assert "Undone by asha : the wrong file" in desk.page(ordered).text
    desk.send(f"{path}/redo")
    world.settle()
    assert world.contact(GAVIN)["tags"] == ["vip", "diwali 2026"]
    assert "Done" in desk.page(path).text


def test_a_messy_file_can_be_tried_where_nothing_was_imported_yet(desk):
    assert "Try a messy file" in desk.page("/imports").text
    path = desk.send("/imports/example").headers["Location"]
    answer = desk.matched(path, format5="DD/MM/YYYY", null_value="NA", clean_phones="on", relaxed_names="on")
    assert answer.status_code == 303
    desk.work(path)
    text = desk.page(path).text
    assert "9 rows = 3 new + 0 updated + 0 unchanged + 1 duplicate + 5 rejected" in text
    assert "a spreadsheet turned the number" in text


def test_the_list_shows_who_brought_what_and_is_filtered(desk):
    assert "No file was imported yet" in desk.page("/imports").text
    desk.run(desk.checked())
    desk.uploaded("Phone\n", "november.csv")
    text = desk.page("/imports").text
    assert "november.csv Being prepared" in text.replace("◌ ", "")
    assert re.search(r"october\.csv \S+ Done asha just now 2 1 0 1", text)
    assert "october.csv" not in desk.page("/imports?state=uploaded").text
    assert "No import fits" in desk.page("/imports?by=nobody").text
    assert "No import fits" in desk.page("/imports?day=2020-01-01").text
    assert "is not possible" in desk.page("/imports?day=yesterday").text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b"", "empty"),
        (b'Phone,Note\n1,"open\n', "never closed"),
    ],
)
def test_what_is_no_table_is_refused_on_the_page_and_not_kept(desk, world, content, said):
    answer = desk.upload(content)
    assert answer.status_code == 422
    assert said in answer.text
    assert "--" not in Page(answer).text
    assert list((world.folder / "imports").iterdir()) == []


def test_a_form_without_a_file_is_told_so(desk):
    answer = desk.send("/imports")
    assert answer.status_code == 422
    assert "No file came with the form" in answer.text


def test_an_upload_without_the_sessions_token_is_not_kept(desk, world):
    assert desk.upload(FILE, token="0" * 64).status_code == 403
    assert list((world.folder / "imports").iterdir()) == []


def test_who_may_not_upload_is_told_the_right_that_it_needs(make_browser, keys, world):
    browser = make_browser()
    browser.sign_in(keys.create("reader", ["read"], by="tests")[1])
    assert "needs the right “Upload and undo”" in browser.open("/imports").text
    assert Desk(browser, world).upload(FILE).status_code == 403


def test_the_same_file_again_shows_the_earlier_import_and_is_imported_all_the_same(desk):
    first = desk.checked()
    desk.run(first)
    second = desk.checked()
    page = desk.page(second)
    assert "This file was imported before" in page.text
    assert first in page.links
    desk.send(f"{second}/confirm")
    assert "Nothing was imported" in desk.page(second).text
    desk.run(second, again="1")
    assert "What happened 2 rows = 0 new + 0 updated + 1 unchanged" in desk.page(second).text


def test_a_step_that_came_too_late_leads_to_the_page_that_says_so(desk):
    path = desk.checked()
    desk.run(path)
    assert desk.send(f"{path}/confirm").headers["Location"] == path
    assert "This was not done: the import is written whole by now" in desk.page(path).text
    desk.send(f"{path}/redo")
    assert "This import is not undone" in desk.page(path).text


def test_cancelling_before_it_runs_removes_the_file(desk, world):
    path = desk.uploaded()
    desk.send(f"{path}/cancel")
    assert "Cancelled" in desk.page("/imports").text
    assert "its file was removed" in desk.page(path).text
    assert list((world.folder / "imports").iterdir()) == []


def test_what_was_not_taken_is_downloaded_under_the_files_name(desk):
    path = desk.checked()
    answer = desk.browser.get(f"{path}/rejects.csv")
    assert answer.data.startswith(b"\xef\xbb\xbfFull Name,Mobile,City,rejected:line")
    assert "october rejected.csv" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("step", ["tags", "columns", "reading", "check", "confirm", "cancel", "undo", "redo"])
def test_an_address_of_no_import_is_404(desk, step):
    assert desk.browser.get("/imports/nope").status_code == 404
    assert desk.send(f"/imports/nope/{step}").status_code == 404


def test_what_stands_in_a_file_cannot_run_on_any_page(desk):
    nasty = '"><script>alert(1)</script>\u202e'
    content = f"Mobile,{nasty}\n{GAVIN},{nasty}\nx{nasty},1\n".replace('"', "")
    path = desk.checked(content)
    for address in (path, f"{path}?step=columns", f"{path}?step=tags", "/imports"):
        page = desk.page(address)
        assert page.status == 200
        assert page.running == []
        assert "\u202e" not in page.html


def test_opting_people_in_is_a_second_yes_with_both_sums(desk, world):
    """R16."""
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    path = desk.checked(f"Mobile,WhatsApp Opted,City\n{GAVIN},TRUE,Pune\n{ASHA},TRUE,Goa\n")
    text = desk.page(path).text
    assert "1 person said FALSE to WhatsApp and would become TRUE" in text
    assert "1 new · 0 updated · 1 rejected Import 1 row" in text
    assert "No value of a known person changes" not in text
    assert "If they have agreed since line 2 · see this contact WhatsApp was Opted out → now Opted in" in text
    assert "1 new · 1 updated · 0 rejected Import 2 rows , and opt 1 in" in text.replace("rows,", "rows ,")
    desk.run(path, opt_in="consent")
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is True


def test_whoever_has_no_consent_is_left_out(desk, world):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    desk.run(desk.checked(f"Mobile,WhatsApp Opted\n{GAVIN},TRUE\n{ASHA},TRUE\n"))
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is False


def test_whoever_has_agreed_since_is_checked_again_as_they_are_and_asked_for_once_more(desk, world):
    """R16."""
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    path = desk.checked(f"Mobile,WhatsApp Opted\n{GAVIN},TRUE\n{ASHA},maybe\n")
    desk.run(path)
    page = desk.page(f"{path}/rejected")
    assert "1 said FALSE before, or in another row of the file They have agreed to messages since" in page.text
    again = desk.send(f"{path}/rejected", {"agreed": "1"}).headers["Location"]
    desk.work(again)
    assert "1 person said FALSE to WhatsApp and would become TRUE" in desk.page(again).text
    desk.run(again, opt_in="consent")
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is True


def test_a_switch_says_what_it_would_bring_and_brings_it(desk):
    path = desk.checked(f"Mobile,Name\n+91 98200-98200,Asha\n{GAVIN},O'Neil\n")
    assert "Clean phone numbers up to 1 row more" in desk.page(path).text
    desk.send(f"{path}/check", {"clean_phones": "1"})
    desk.work(path)
    text = desk.page(path).text
    assert "2 rows = 1 new" in text
    assert "Clean phone numbers" not in text


def test_an_undo_that_would_opt_somebody_in_again_asks_for_their_consent(desk, world):
    """R16."""
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.settle()
    path = desk.checked(f"Mobile,WhatsApp Opted\n{GAVIN},FALSE\n")
    desk.run(path)
    asked = desk.send(f"{path}/undo", {"reason": "the wrong file"})
    assert asked.status_code == 409
    assert "1 person has opted out of WhatsApp messages" in Page(asked).text
    assert 'value="the wrong file"' in asked.text
    desk.send(f"{path}/undo", {"opt_in": "consent"})
    world.settle()
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is True


def test_an_undo_can_leave_those_opted_out_whom_it_would_opt_in_again(desk, world):
    """R16."""
    world.track(phone=GAVIN, whatsapp_opted=True, city="Pune")
    world.settle()
    path = desk.checked(f"Mobile,WhatsApp Opted,City\n{GAVIN},FALSE,Goa\n")
    desk.run(path)
    assert "Undo, but leave this person opted out" in Page(desk.send(f"{path}/undo", {})).text
    assert desk.send(f"{path}/undo", {"leave": "1", "reason": "the wrong file"}).status_code == 303
    world.settle()
    assert "who would be stays opted out" in desk.page(path).text
    assert world.contact(GAVIN)["traits"] == {"whatsapp_opted": False, "city": "Pune"}
    assert "Stays opted out of WhatsApp" in desk.page(f"/contacts/{world.contact(GAVIN)['id']}").text


def test_a_value_leads_to_the_file_that_brought_it_and_names_who_did(desk, world):
    path = desk.checked(f"Mobile,City,WhatsApp Opted\n{GAVIN},Goa,FALSE\n")
    desk.run(path)
    page = desk.page(f"/contacts/{world.contact(GAVIN)['id']}")
    assert page.links.count(path) > 2
    assert "City Goa october.csv, line 2 Set by october.csv, line 2 , brought by asha" in page.text
    assert "october.csv, line 2 brought by asha" in page.text[page.text.index("Timeline") :]
    assert "WhatsApp now Opted out" in page.text


def test_who_may_not_see_imports_is_led_to_none(desk, world, make_browser, people):
    desk.run(desk.checked(f"Mobile,City\n{GAVIN},Goa\n"))
    reader = make_browser()
    reader.send(f"/sign-in/{people.link(people.add('Meera', ['read'], by='tests').id, by='tests')}", token=False)
    page = reader.open(f"/contacts/{world.contact(GAVIN)['id']}")
    assert not [link for link in page.links if link.startswith("/imports")]
    assert "Editing needs the right “Change”" in page.text
    assert "Edit City" not in page.text


def test_a_file_of_which_no_row_can_be_taken_has_no_button_to_import_it(desk):
    page = desk.page(desk.checked(f"Mobile,Name\n{GAVIN},R2 D2\n"))
    assert "No row can be taken as it is" in page.text
    assert "/confirm" not in page.html
