"""The list of contacts: what is shown, found, chosen and gone on with (R25)."""

import re
from html import unescape

import pytest

from service.deployment.locks import holding
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.shipped import eventually

SCOPES_WITHOUT_READ = ("track", "import", "export", "audit", "erase", "admin")


@pytest.fixture
def known(world):
    """Three people, and a fourth of whom only a user id is known."""
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune", points=7)
    world.track(phone=ASHA, name="Asha Kulkarni", city="Mumbai", whatsapp_opted=True)
    world.track(phone=RAVI, name="Ravi Rao", city="Pune")
    world.track(user_id="u-77", city="Goa")
    world.tag("vip", phone=RAVI)
    world.settle()
    return world


@pytest.fixture
def reader(known, browser):  # noqa: ARG001
    """A browser, signed in where these people are known."""
    return browser


def eventually_open(browser, address):
    """The page once the state of then has been worked out."""
    pages = []
    eventually(lambda: pages.append(browser.open(address)) or pages[-1].status == 200, "the state of then is there")
    return pages[-1]


def _names(page):
    return [text for text in page.texts if text in {"Gavin Roberts", "Asha Kulkarni", "Ravi Rao", "u-77"}]


def test_the_newest_change_comes_first(known, browser):
    known.track(phone=ASHA, city="Agra")
    known.settle()
    assert _names(browser.open("/contacts"))[0] == "Asha Kulkarni"


def test_the_number_of_contacts_is_said(reader):
    assert "4 contacts" in reader.open("/contacts").text
    assert "2 match" in reader.open("/contacts?where=city%3DPune").text


def test_the_search_finds_a_part_of_a_name(reader):
    assert _names(reader.open("/contacts?q=kulk")) == ["Asha Kulkarni"]


def test_filters_must_all_hold(reader):
    assert _names(reader.open("/contacts?where=city%3DPune&tag=vip")) == ["Ravi Rao"]


def test_a_filters_form_leads_to_an_address_that_stands_for_the_list(reader):
    answer = reader.get("/contacts/filter?where=city%3DPune&filter=name&how=contains&value=rav")
    assert answer.headers["Location"] == "/contacts?where=city%3DPune&where=name~rav"
    assert _names(reader.open(answer.headers["Location"])) == ["Ravi Rao"]


def test_each_filter_can_be_taken_away_by_itself(reader):
    page = reader.open("/contacts?where=city%3DPune&tag=vip&q=r")
    for left in ("/contacts?q=r&tag=vip", "/contacts?q=r&where=city%3DPune", "/contacts?where=city%3DPune&tag=vip"):
        assert left in page.links


def test_a_filter_is_said_in_words(reader):
    page = reader.open("/contacts?where=whatsapp_opted%3Dtrue")
    assert "WhatsApp is opted in" in page.text
    assert _names(page) == ["Asha Kulkarni"]


def test_a_filter_that_is_not_possible_says_why_and_shows_nobody(reader):
    page = reader.open("/contacts?where=whatsapp_opted%3Dmaybe")
    assert page.status == 200
    assert "This filter is not possible" in page.text
    assert _names(page) == []


def test_nobody_found_names_the_filters(reader):
    page = reader.open("/contacts?where=city%3DDelhi")
    assert "No contact fits" in page.text
    assert "City is Delhi" in page.text


def test_the_choice_of_columns_stays(reader):
    assert "Gavin Roberts" in reader.open("/contacts").text
    assert reader.send("/contacts/columns", {"column": ["phone", "points"]}).status_code == 303
    page = reader.open("/contacts")
    assert "points" in page.text
    assert "Gavin Roberts" not in page.text


def test_the_columns_are_each_persons_own(reader, make_browser, keys):
    reader.send("/contacts/columns", {"column": ["phone"]})
    other = make_browser()
    other.sign_in(keys.create("ravi", ["read"], by="tests")[1])
    assert "Gavin Roberts" in other.open("/contacts").text


def test_columns_can_be_as_they_were_before_anybody_chose(reader):
    reader.send("/contacts/columns", {"column": ["phone"]})
    reader.send("/contacts/columns", {"column": ["phone"], "reset": "1"})
    assert "Gavin Roberts" in reader.open("/contacts").text


def test_choosing_columns_keeps_the_filters(reader):
    answer = reader.send("/contacts/columns?where=city%3DPune", {"column": ["phone"]})
    assert answer.headers["Location"] == "/contacts?where=city%3DPune"


def test_pages_lead_to_everybody_once(world, browser):
    for number in range(120):
        world.track(user_id=f"u-{number:03}", name=f"Person {number:03}")
    world.settle()
    seen, page = [], browser.open("/contacts")
    for _ in range(3):
        seen += [text for text in page.texts if text.startswith("Person ")]
        following = [link for link in page.links if link and "cursor=" in link]
        if following:
            page = browser.open(following[-1])
    assert len(seen) == len(set(seen)) == 120


def test_a_cursor_of_another_list_leads_to_the_beginning(reader):
    answer = reader.get("/contacts?where=city%3DPune&cursor=nonsense")
    assert answer.headers["Location"] == "/contacts?where=city%3DPune"


def test_the_list_can_be_had_as_it_was(known, browser):
    known.track(phone=GAVIN, city="Agra")
    known.track(phone=MEERA, name="Meera")
    known.settle()
    page = eventually_open(browser, "/contacts?as_of=1")
    assert "1 contact " in page.text
    assert "Pune" in page.text
    assert "Agra" not in page.text
    assert "Back to now" in page.text


def test_a_moment_of_the_list_is_said_in_words(known, browser):
    known.track(phone=GAVIN, city="Agra")
    known.settle()
    moment = known.contact(GAVIN)["modified_at"]
    band = eventually_open(browser, f"/contacts?as_of={moment}").text.partition("as of")[2][:60]
    assert "IST (position" in band
    assert moment not in band


@pytest.mark.parametrize("moment", ["yesterday", "999999", "2026-13-01", "2999-01-01"])
def test_a_moment_that_is_not_possible_says_why(reader, moment):
    page = reader.open(f"/contacts?as_of={moment}")
    assert page.status == 200
    assert "This moment is not possible" in page.text


def test_while_a_past_is_worked_out_the_page_says_how_far_it_is_and_looks_again(known, browser):
    folder = known.deployment.past
    folder.mkdir()
    (folder / "asked.err").write_text("progress 1 2\n")
    with holding(folder / "asked.lock"):
        page = browser.open("/contacts?as_of=2")
    assert page.status == 503
    assert "1 of 2 entries are done" in page.text
    assert 'http-equiv="refresh"' in page.html


def test_an_empty_ledger_says_how_to_begin(world, browser):
    world.settle()
    assert "Import a file" in browser.open("/contacts").text
    answer = browser.send("/imports/example")  # the form there
    assert "/imports/example" in browser.open("/contacts").html
    assert browser.open(answer.headers["Location"]).status == 200


def test_before_the_first_start_of_the_projector_a_page_says_to_wait(browser):
    answer = browser.get("/contacts")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_whoever_may_not_see_contacts_is_told_which_right_it_takes(make_browser, keys):
    browser = make_browser()
    browser.sign_in(keys.create("blind", SCOPES_WITHOUT_READ, by="tests")[1])
    page = browser.open("/contacts")
    assert page.status == 403
    assert "“See”" in page.text
    assert "blind" in page.text


def test_a_header_sorts_by_its_column_and_once_more_the_other_way(reader):
    page = reader.open("/contacts?sort=city")
    assert _names(page) == ["u-77", "Asha Kulkarni", "Gavin Roberts", "Ravi Rao"]
    assert "/contacts?sort=-city" in page.links
    assert _names(reader.open("/contacts?sort=-city"))[0] == "Ravi Rao"
    assert 'aria-sort="ascending"' in page.html


def test_an_order_that_there_is_not_says_so(reader):
    assert "This order is not possible: no contact ever had an attribute" in reader.open("/contacts?sort=citty").text


def _to_a_page(page):
    """The first link to the page before, else to the next."""
    return next(link for link in page.links if link and "cursor=" in link and "ticked=" not in link)


def test_a_page_leads_back_to_the_one_before(world, browser):
    for number in range(120):
        world.track(user_id=f"u-{number:03}", name=f"Person {number:03}")
    world.settle()
    first = browser.open("/contacts?sort=name")
    second = browser.open(_to_a_page(first))
    back = browser.open(_to_a_page(second))
    persons = [[text for text in page.texts if text.startswith("Person ")] for page in (first, second, back)]
    assert persons[0] == persons[2] == [f"Person {number:03}" for number in range(50)]
    assert persons[1] == [f"Person {number:03}" for number in range(50, 100)]


def _last_changes(browser, address):
    """What the list of this address asks for after its rows, and the answer."""
    html = browser.open(address).html
    (part,) = re.findall(r'hx-get="(/contacts/changes[^"]*)"', html)
    return browser.open(unescape(part))


def test_the_list_tells_what_changed_last_and_leads_to_it(known, browser):
    known.track(phone=RAVI, city="Goa")
    known.settle()
    page = _last_changes(browser, "/contacts")
    assert page.text.startswith("City was Pune → now Goa shop.example/orders")
    assert re.search(r"/contacts/[0-9a-f-]{36}#e-\d+$", page.links[0])
    assert len(page.links) == 4
    assert not page.running


def test_rows_come_without_what_changed_last_and_with_when_that_was(reader):
    page = reader.open("/contacts")
    assert "was Pune" not in page.text
    assert "just now" in page.text


def test_who_does_not_show_the_last_change_is_not_asked_to_wait_for_it(reader):
    reader.send("/contacts/columns", {"column": ["name", "phone"]})
    assert "/contacts/changes" not in reader.open("/contacts").html


def test_the_last_change_sorts_by_when_it_was(reader):
    assert "/contacts?sort=modified" in reader.open("/contacts").links


def _ids(page):
    return re.findall(r'id="c-([0-9a-f-]{36})"', page.html)


def test_ticked_rows_lead_to_a_change_of_just_them(reader):
    first, _, third, _ = _ids(reader.open("/contacts"))
    page = reader.open(f"/contacts/ticked?contact={first}&contact={third}&do=change")
    assert "Change 2 contacts" in page.text
    assert "is one of 2 chosen" in page.text
    assert sorted(_ids(reader.open(f"/contacts?where=contact%3Din%3A{first}%2C{third}"))) == sorted([first, third])


def test_ticked_rows_can_be_downloaded(reader):
    first, *_ = _ids(reader.open("/contacts"))
    page = reader.open(f"/contacts/ticked?contact={first}&do=download")
    assert "All 1 person" in page.text
    assert "is the one chosen" in page.text


def test_all_rows_of_a_page_are_ticked_by_a_link_too(reader):
    page = reader.open("/contacts")
    assert not re.search(r'name="contact"[^>]* checked', page.html)
    page = reader.open(next(link for link in page.links if link and "ticked=page" in link))
    assert len(re.findall(r'name="contact"[^>]* checked', page.html)) == 4


def test_nothing_ticked_is_said_where_it_was(reader):
    answer = reader.get("/contacts/ticked?where=city%3DPune&do=change")
    assert answer.headers["Location"] == "/contacts?where=city%3DPune"
    assert "No row is ticked" in reader.open("/contacts?where=city%3DPune").text


def test_who_can_do_nothing_with_ticked_rows_is_offered_none(known, make_browser, keys):  # noqa: ARG001
    other = make_browser()
    other.sign_in(keys.create("ravi", ["read"], by="tests")[1])
    assert 'name="contact"' not in other.open("/contacts").html
