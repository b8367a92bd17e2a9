"""Days of an overview put together by month."""

from datetime import date, timedelta

from service.hub.contacts.months import by_month
from service.hub.frame import words

SHOP = {"kind": "call", "name": "Shop"}
FILE = {"kind": "file", "name": "october.csv", "import": "01a2"}


def days(first, count, sources=()):
    """So many days on each of which one contact came."""
    return [
        {
            "day": (first + timedelta(days=number)).isoformat(),
            "contacts": number + 1,
            "opted_in": 2 * number,
            "new": 1,
            "merged": 0,
            "undone": 0,
            "redone": 0,
            "erased": 0,
            "events": 3,
            "sources": [dict(one) for one in sources],
        }
        for number in range(count)
    ]


def test_the_first_and_the_last_month_are_the_part_that_was_asked_for():
    months = by_month(days(date(2026, 1, 30), 32))
    assert [(one["day"], one["until"]) for one in months] == [
        ("2026-01-30", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2026-03-01", "2026-03-02"),
    ]


def test_what_happened_is_summed_and_how_many_there_are_is_that_of_the_last_day():
    (_, february, _) = by_month(days(date(2026, 1, 30), 32))
    assert (february["new"], february["events"], february["contacts"], february["opted_in"]) == (28, 84, 30, 58)


def test_a_source_of_several_days_is_told_once_and_the_most_productive_one_is_first():
    told = days(date(2026, 10, 1), 1, [{**SHOP, "new": 1, "undone": 0, "redone": 0}])
    told += days(date(2026, 10, 2), 1, [{**FILE, "new": 9, "undone": 2, "redone": 0}])
    told += days(date(2026, 10, 3), 1, [{**SHOP, "new": 2, "undone": 0, "redone": 1}])
    (october,) = by_month(told)
    assert october["sources"] == [
        {**FILE, "new": 9, "undone": 2, "redone": 0},
        {**SHOP, "new": 3, "undone": 0, "redone": 1},
    ]


def test_the_names_of_a_day_a_month_and_a_time_between():
    assert words.days("2026-10-12", "2026-10-12") == "12 Oct 2026"
    assert words.days("2028-02-01", "2028-02-29") == "February 2028"
    assert words.days("2027-02-01", "2027-02-27") == "1 Feb 2027 to 27 Feb 2027"
    assert words.days("2026-12-01", "2026-12-31") == "December 2026"
