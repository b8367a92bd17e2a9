"""What a person does in the hub from beginning to end: a messy file through the wizard, and a contact kept by hand."""

import re

import pytest

from tests.journeys.windows import choose_file, result_of, text_of

MESSY = """Full Name,Mobile,City,Opt In,Joined,Labels
Tara Bose,+91 98200 78801,Pune,TRUE,31/10/1990,gold;north
Arun Nair,+91 98200 78802,Kochi,TRUE,30/11/1991,gold
R2 D2,+91 98200 78803,Goa,,29/12/1992,
Meena Das,98,Agra,,28/01/1993,
"""
ARUN = {"phoneNumber": "9820078802", "countryCode": "+91"}


@pytest.fixture(scope="module")
def told(served_alone):
    """Somebody who said no to WhatsApp is known before the file comes."""
    served_alone.track(
        ARUN | {"traits": {"name": "Arun N", "city": "Delhi", "whatsapp_opted": False}, "tags": ["reader"]}
    )
    served_alone.shipped.settle()
    return served_alone


def test_a_messy_file_is_taken_in_corrected_by_its_rejects_csv_taken_back_and_brought_again(open_hub, told):
    window = open_hub()
    page = window.page
    choose_file(page, told.url, "messy.csv", MESSY.encode())
    page.get_by_role("heading", name="Which tags").wait_for()
    page.get_by_label("vip").check()
    page.get_by_label("New tags").fill("diwali 2026")
    page.get_by_role("button", name="Next: match columns").click()

    page.locator("#columns").wait_for()
    assert "Full Name" in text_of(page)
    page.get_by_label("Opt In becomes").select_option(label="WhatsApp Opted")
    page.get_by_label("Labels becomes").select_option(label="Tags of the row")
    page.get_by_label("Clean phone numbers").check()
    page.locator("tr", has_text="Joined").get_by_label("DD/MM/YYYY").check()
    page.get_by_role("button", name="Next: check the file").click()

    page.get_by_role("heading", name="What would happen").wait_for()
    assert "4 rows = 1 new + 0 updated + 0 unchanged + 0 duplicate + 3 rejected" in text_of(page)
    assert "1 person said FALSE to WhatsApp and would become TRUE" in text_of(page)
    page.get_by_label("I have the consent of this person").check()
    page.get_by_role("button", name="Import 2 rows, and opt 1 in").click()
    assert "4 rows = 1 new + 1 updated + 0 unchanged + 0 duplicate + 2 rejected" in result_of(page)
    assert (
        page.locator(".examples p", has=page.locator("del", has_text="Delhi"))
        .locator("ins", has_text="Kochi")
        .is_visible()
    )
    address = page.url

    with page.expect_download() as download:
        page.get_by_role("link", name="Download these 2 rows as CSV").click()
    corrected = download.value.path().read_text(encoding="utf-8-sig").replace("R2 D2", "Ravi Das")
    choose_file(page, told.url, "messy rejected.csv", corrected.encode())
    page.get_by_text("Corrected rows of messy.csv").wait_for()
    page.get_by_role("button", name="Next: match columns").click()
    page.get_by_role("button", name=re.compile("Use those choices|Same columns")).first.click()
    page.get_by_role("heading", name="What would happen").wait_for()
    page.get_by_role("button", name="Import 1 row").click()
    assert "1 row of it is still open" in result_of(page)

    page.goto(address)
    assert "1 is still open." in text_of(page)
    page.locator("summary", has_text="Undo this import").click()
    page.get_by_role("button", name="Undo 2 rows").click()
    assert "Undone by first key" in result_of(page)
    page.locator("summary", has_text="Redo this import").click()
    page.get_by_role("button", name="Redo 2 rows").click()
    page.get_by_label("I have the consent of this person").check()
    page.get_by_role("button", name="Redo 2 rows").first.click()
    page.get_by_text("Undo this import").wait_for()
    assert [said for said in window.complaints if "409" not in said] == []  # the second yes was asked for


def test_a_contact_is_added_once_kept_by_hand_and_its_page_arranged(open_hub, told):
    window = open_hub()
    page = window.page
    page.get_by_role("link", name="Add contact").click()
    page.get_by_label("Phone number").fill("98200 78831")
    page.get_by_label("Name", exact=True).fill("Kavi Iyer")
    page.get_by_role("button", name="Add the contact").last.dblclick()
    page.get_by_role("heading", name="Kavi Iyer").wait_for()
    address = page.url
    page.locator("summary[aria-label='Why Phone cannot be changed']").click()
    page.get_by_text("identity and cannot be edited").wait_for()

    page.get_by_role("link", name="+ Add field").click()
    page.locator("#new-name").fill("Birthday")
    page.locator("#new-value").fill("1990-10-31")
    page.get_by_role("button", name="Add the field").click()
    page.get_by_text("31 Oct 1990").or_(page.get_by_text("1990-10-31")).first.wait_for()
    page.get_by_role("link", name="Arrange").click()
    page.get_by_label("Birthday", exact=True).check()
    page.get_by_role("button", name="Keep this order").click()
    page.locator("dl > .field", has_text="Birthday").first.wait_for()

    page.goto(f"{told.url}contacts/new")
    page.get_by_label("Phone number").fill("9820078831")
    page.get_by_label("Name", exact=True).fill("Somebody Else")
    page.get_by_role("button", name="Add the contact").last.click()
    page.wait_for_url(f"{address}**")
    assert "nothing was changed" in page.locator("body").inner_text()
    assert window.complaints == []


def test_those_who_opted_in_are_downloaded_in_the_hub_and_by_a_call(open_hub, told):
    told.track({"userId": "meera", "traits": {"name": "Meera", "whatsapp_opted": True}, "tags": ["fair", "vip"]})
    told.track({"userId": "zoya", "traits": {"name": "Zoya", "whatsapp_opted": False}, "tags": ["fair", "vip"]})
    told.shipped.settle()
    page = open_hub().page
    page.goto(f"{told.url}contacts?where=tags%3Dall%3Afair%2Cvip")
    page.get_by_role("link", name="Download").click()
    page.get_by_label("Leave out the 1 who have not opted in").check()
    page.get_by_role("button", name="Make the file").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file").click()
    by_hub = download.value.path().read_bytes()
    assert (b"Meera" in by_hub, b"Zoya" in by_hub) == (True, False)
    by_call = told.http.get(f"v1/exports/{page.url.rpartition('/')[2]}/file")
    assert (by_call.status_code, by_call.content) == (200, by_hub)
