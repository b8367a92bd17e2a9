"""A contact's page: each value with where it comes from, the timeline, and any past moment (R26, R27, R30)."""

import pytest

from tests.examples import ASHA, GAVIN
from tests.world import SHOP


@pytest.fixture
def gavin(world):
    world.track(phone=GAVIN, name="Gavin", city="Pune")
    world.track(phone=GAVIN, name="Gavin Roberts", city="Mumbai")
    world.tag("vip", phone=GAVIN)
    world.settle()
    return f"/contacts/{world.contact(GAVIN)['id']}"


def test_each_value_stands_over_where_it_comes_from(gavin, browser):
    page = browser.open(gavin)
    assert "+91 99675 36783" in page.text
    shop = SHOP.removeprefix("https://")
    assert f"City Mumbai {shop}" in page.text
    assert f"Name Gavin Roberts {shop}" in page.text


def test_why_a_value_is_so_names_what_it_replaced(gavin, browser):
    page = browser.open(gavin)
    assert "Pune" in page.text
    assert "replaced it" in page.text


def test_the_timeline_is_newest_first_with_from_and_to(gavin, browser):
    text = browser.open(gavin).text
    timeline = text[text.index("Timeline") :]
    assert timeline.index("Tags added") < timeline.index("2 fields changed") < timeline.index("3 fields set")
    assert "was Pune → now Mumbai" in timeline


def test_times_are_the_businesss(gavin, browser):
    assert "IST" in browser.open(gavin).text


def test_the_contact_is_shown_as_it_was_and_cannot_be_taken_for_now(gavin, browser):
    page = browser.open(f"{gavin}?as_of=1")
    details = page.text[: page.text.index("Timeline")]
    assert "Pune" in details
    assert "City Mumbai" not in details
    assert "(position 1): 3 values are different now" in details
    assert gavin in page.links


def test_every_event_leads_to_the_contact_as_of_then(gavin, browser):
    links = browser.open(gavin).links
    assert [f"{gavin}?as_of={position}" in links for position in (1, 2, 3)] == [True] * 3


def test_what_is_different_now_is_marked_in_the_past(world, gavin, browser):
    world.track(phone=GAVIN, area="Bandra", whatsapp_opted=True)
    world.settle()
    page = browser.open(f"{gavin}?as_of=2")
    assert "3 values are different now" in page.text
    for text in (
        "Area no value now: it is now Bandra",
        "WhatsApp no value now: it is now Opted in",
        "only later: + vip",
    ):
        assert text in page.text.replace("— ", "")
    assert "City Mumbai Tags" in page.text.replace(" — no value", "")
    page = browser.open(f"{gavin}?as_of=1")
    assert "City Pune now: it is now Mumbai" in page.text
    assert "just as it is now" in browser.open(f"{gavin}?as_of=4").text
    assert "it is now" not in browser.open(gavin).text


def test_a_tag_that_is_gone_is_marked_in_the_past(world, browser):
    row = {"phone": GAVIN, "match": "phone", "row": 1, "line": 2, "rowend": True}
    world.track(phone=GAVIN, city="Pune")
    world.send_signed("/imports/i1", "ImportStarted", "i1.started", {"import": "i1"})
    world.send_signed("/imports/i1", "TagsAdded", "i1.000001.t", {**row, "tags": ["vip"]})
    world.send_signed("/imports/i1", "ImportSplit", "i1.split", {"import": "i1", "rows": 1, "published": 1})
    world.send_signed("/imports/i1", "ImportUndone", "i1.undo", {"import": "i1", "by": "asha"})
    world.settle()
    page = browser.open(f"/contacts/{world.contact(GAVIN)['id']}?as_of=3")
    assert "not any more: vip" in page.text


def test_before_it_was_there_the_page_says_so(gavin, browser):
    assert "was not there yet" in browser.open(f"{gavin}?as_of=0").text


def test_a_contact_that_an_undo_took_away_keeps_its_timeline(world, browser):
    source = "/imports/i1"
    world.send_signed(
        source,
        "UserTracked",
        "i1.1.u",
        {"phone": ASHA, "match": "phone", "row": 1, "rowend": True, "traits": {"name": "Asha"}},
    )
    world.settle()
    id = world.contact(ASHA)["id"]
    world.send_signed(
        source, "ImportUndone", "i1.undo.1", {"import": "i1", "by": "meera", "reason": "wrong file", "published": 1}
    )
    world.settle()
    page = browser.open(f"/contacts/{id}")
    assert page.status == 200
    assert "This contact is gone" in page.text
    assert "by meera : wrong file" in page.text
    for text in (
        f"{ASHA[3:8]}%20{ASHA[8:]}",
        f"%2B{ASHA[1:]}",
    ):  # as somebody asks to be forgotten who is in no list any more
        page = browser.open(f"/contacts?q={text}")
        assert "A contact had it last, until an import was undone" in page.text
        assert f"/contacts/{id}" in page.links


def test_a_contact_that_was_merged_leads_to_the_one_that_is_left(world, browser):
    world.track(phone=ASHA, name="Asha")
    world.track(user_id="u-9", city="Goa")
    world.settle()
    gone = world.contact("u-9")["id"]
    world.track(phone=ASHA, user_id="u-9")
    world.settle()
    left = world.contact(ASHA)["id"]
    answer = browser.get(f"/contacts/{gone}")
    assert answer.headers["Location"] == f"/contacts/{left}"


def test_nobody_is_found_by_an_id_that_never_was(world, browser):
    world.settle()
    assert browser.open("/contacts/nobody").status == 404


@pytest.mark.parametrize(
    ("event", "stop"),
    [("1", "?as_of=1"), ("2", "?as_of=3"), ("3", ""), ("9", ""), ("0", "?as_of=1"), ("-4", "?as_of=1"), ("x", "")],
)
def test_an_address_names_a_contacts_event_by_its_number(world, browser, event, stop):
    for phone, city in ((GAVIN, "Pune"), (ASHA, "Goa"), (GAVIN, "Agra"), (GAVIN, "Kochi")):
        world.track(phone=phone, city=city)
    world.settle()
    address = f"/contacts/{world.contact(GAVIN)['id']}"
    assert browser.get(f"{address}?event={event}").headers["Location"] == f"{address}{stop}#moment"
    page = browser.open(address)
    assert ('type="range" min="1" max="3" value="3"' in page.html, page.running) == (True, [])


def test_a_contact_of_one_event_has_no_slider(world, browser):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    assert 'type="range"' not in browser.open(f"/contacts/{world.contact(GAVIN)['id']}").html


def test_a_long_timeline_is_shown_in_parts(world, browser):
    for number in range(130):
        world.track(phone=GAVIN, city=f"City {number}")
    world.settle()
    address = f"/contacts/{world.contact(GAVIN)['id']}"
    first = browser.open(address)
    assert first.html.count('class="event ') == 50
    (more,) = [link for link in first.links if "before=" in link]
    second = browser.open(more)
    assert "Earlier events (80)" in first.text
    assert "Earlier events (30)" in second.text
    assert f"{address}?#timeline" in second.links


def test_the_timeline_can_be_that_of_one_field_or_of_one_kind_of_origin(gavin, browser):
    assert browser.open(f"{gavin}?field=city").html.count('class="event ') == 2
    assert browser.open(f"{gavin}?field=tags").html.count('class="event ') == 1
    assert "From everywhere" in browser.open(f"{gavin}?origin=hub").text
    assert browser.open(f"{gavin}?origin=hub").html.count('class="event ') == 0


def test_a_long_text_is_cut_and_can_be_read_whole(world, browser):
    world.track(phone=GAVIN, note="x" * 5000)
    world.settle()
    page = browser.open(f"/contacts/{world.contact(GAVIN)['id']}")
    assert "Show all (5,000 characters)" in page.text
    assert "x" * 5000 in page.text


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("as_of=2026-11-21", "was not there yet"),
        ("as_of=2999-01-01&time=10:30", "Mumbai"),
        ("as_of=2026-02-30", "not possible"),
    ],
)
def test_a_moment_can_be_picked_by_day_and_time_of_the_business(gavin, browser, moment, shown):
    assert shown in browser.open(f"{gavin}?{moment}").text
