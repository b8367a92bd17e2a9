"""Downloads in the hub: who and what first, then progress, then the file."""

import pytest

from service.deployment.locks import holding, is_held
from service.wiring.exports import export_folder
from tests.brokers import eventually
from tests.examples import ASHA, GAVIN, RAVI


@pytest.fixture
def some(world):
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune", whatsapp_opted=True)
    world.track(phone=ASHA, name="Asha Rao", city="Pune")
    world.track(phone=RAVI, city="Goa")
    world.settle()
    return world


@pytest.mark.usefixtures("some")
def test_the_list_leads_to_a_download_of_what_it_shows_with_the_number_of_people(browser):
    page = browser.open("/contacts?where=city%3DPune")
    assert "/exports/new?where=city%3DPune" in page.links
    form = browser.open("/exports/new?where=city%3DPune")
    assert "All 2 people" in form.text
    assert "Leave out the 1 who have not opted in to WhatsApp: 1 person" in form.text


@pytest.mark.usefixtures("some")
def test_nobody_is_offered_to_be_left_out_where_all_have_opted_in(browser):
    form = browser.open("/exports/new?where=city%3DPune&where=whatsapp_opted%3Dtrue")
    assert "All 1 person" in form.text
    assert "Leave out" not in form.text


def test_a_file_is_made_and_downloaded_with_the_columns_of_the_list(browser, some):
    asked = browser.send("/exports?where=city%3DPune", {"who": "opted_in", "columns": "shown", "format": "csv"})
    assert asked.status_code == 303
    address = asked.headers["Location"]
    assert "City is Pune opted in to WhatsApp" in browser.open(address).text
    eventually(lambda: "Download the file" in browser.open(address).text, 120, "the file is ready")
    file = browser.get(f"{address}/file")
    header, row, _ = file.get_data(as_text=True).split("\r\n")
    assert header == "\ufeffName,Country Code,Phone Number,City,Tags,exported:modified_at,exported:contact"
    assert row.startswith("Gavin Roberts,91,9967536783,Pune,,")
    assert "Ready" in browser.open("/exports").text
    eventually(lambda: not is_held(export_folder(some.deployment).lock), 60, "the process has ended")


def test_a_page_of_a_file_that_is_not_made_yet_asks_again_by_itself_and_gives_no_file(browser, some):
    with holding(export_folder(some.deployment).lock):  # so that nobody makes it
        address = browser.send("/exports", {"columns": "all"}).headers["Location"]
        page = browser.open(address)
        assert 'http-equiv="refresh"' in page.html
        assert "not ready yet" in browser.open(f"{address}/file").text


@pytest.mark.usefixtures("some")
def test_who_may_not_download_sees_the_button_off_and_a_page_that_says_which_right(make_browser, keys):
    browser = make_browser()
    browser.sign_in(keys.create("may see", ["read"], by="tests")[1])
    assert "/exports/new" not in browser.open("/contacts").links
    assert "“Download”" in browser.open("/exports/new").text
