"""The overview of the list: how many there are, a bar a day that leads to that day's contacts, growth between days."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.examples import ASHA, GAVIN, RAVI


@pytest.fixture
def reader(world, browser):
    for phone in (GAVIN, ASHA, RAVI):
        world.track(phone=phone, whatsapp_opted=phone == GAVIN)
    world.settle()
    return browser


def _bars(page):
    return [link for link in page.links if link and link.startswith("/contacts?where=created_at")]


def test_the_list_begins_with_how_many_there_are(reader):
    text = reader.open("/contacts").text
    assert "3 contacts +3 in 7 days 33 % opted in (1)" in text
    assert "3 contacts in all" in reader.open("/contacts?q=nobody").text


def test_a_bar_leads_to_the_contacts_of_its_day(reader):
    bars = _bars(reader.open("/contacts"))
    assert len(bars) == 30
    assert "3 match" in reader.open(bars[-1]).text
    assert "No contact fits" in reader.open(bars[0]).text


def test_growth_between_two_days_says_where_contacts_came_from(reader):
    page = reader.open("/contacts/growth")
    assert "3 at the end of" in page.text
    assert "https://shop.example/orders" in page.text
    assert "+3" in page.text


def test_both_figures_of_growth_lead_to_the_contacts_of_their_days(reader):
    page = reader.open("/contacts/growth")
    story = page.html.partition('class="story"')[2].partition("</p>")[0]
    before, now = re.findall(r'href="([^"]+)"', story)
    assert "Nobody was here then" in reader.open(before).text
    assert now == "/contacts"
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    past = reader.open(f"/contacts/growth?since={today - timedelta(days=9)}&until={today - timedelta(days=2)}")
    assert f"/contacts?as_of={today - timedelta(days=2)}" in past.links


def test_a_single_day_on_which_nobody_came_says_so(reader):
    yesterday = (datetime.now(ZoneInfo("Asia/Kolkata")) - timedelta(days=1)).date()
    page = reader.open(f"/contacts/growth?since={yesterday}&until={yesterday + timedelta(days=1)}")
    assert page.text.count("Nobody came or went.") == 1


def test_days_in_a_row_on_which_nothing_changed_are_one_row(reader):
    page = reader.open("/contacts/growth")
    assert page.text.count("Nobody came or went.") == 1
    assert len(_bars(page)) == 31  # a bar a day, and the row of the one day with somebody new


def test_days_that_are_not_possible_say_so(reader):
    assert "begins before it ends" in reader.open("/contacts/growth?since=2026-01-02&until=2026-01-01").text
    assert "These days are not possible" in reader.open("/contacts/growth?since=x&until=2026-01-01").text


def test_the_past_shows_no_figures_of_now(reader):
    assert "in 7 days" not in reader.open("/contacts?as_of=2020-01-01").text


def test_more_than_a_quarter_of_a_year_is_told_by_month(reader):
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    since = today - timedelta(days=400)
    page = reader.open(f"/contacts/growth?since={since}&until={today}")
    assert "Month by month" in page.text
    months = 12 * (today.year - since.year) + today.month - since.month + 1
    assert len(_bars(page)) == months + 1  # a bar for each month, and the row of this one
    assert "3 match" in reader.open(_bars(page)[-1]).text
