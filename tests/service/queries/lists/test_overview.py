"""The overview: how many contacts there were on any day, and which source brought how many (R25, R32)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.log.entry import public_id
from service.imports.registry.file_names import file_names
from service.queries.business_days import BusinessDays
from service.queries.lists.overview import BadDays, Overviews
from tests.clock import SECOND
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.service.imports.imported import WorldImports
from tests.service.imports.test_undo import REDO, UNDO, order

NOW = datetime.now(UTC)


@pytest.fixture
def imports(world):
    made = WorldImports(world)
    yield made
    made.close()


def overviews(world, zone="UTC"):
    days = BusinessDays(ZoneInfo(zone), lambda: int(NOW.timestamp()) * SECOND)
    return Overviews(world.drivers.readers(), days, file_names(world.drivers.store))


def changes(document):
    (day,) = [day for day in document["days"] if day["events"]]
    return {
        name: day[name] for name in ("contacts", "opted_in", "new", "merged", "undone", "redone", "erased") if day[name]
    }


def test_sources_are_told_by_name_and_add_up(world, imports):
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.settle()
    brought = imports.bring(f"Phone\n{ASHA}\n{RAVI}\n{GAVIN}\n", name="october.csv")
    document = overviews(world).of_last(2)
    assert [(one["kind"], one["name"], one["new"]) for one in document["sources"]] == [
        ("file", "october.csv", 2),
        ("upstream", "https://shop.example/orders", 1),
    ]
    assert document["sources"][0]["import"] == brought["id"]
    assert (document["contacts"], document["opted_in"], document["before"]["contacts"]) == (3, 1, 0)
    assert changes(document) == {"contacts": 3, "opted_in": 1, "new": 3}


def test_an_undo_and_a_redo_are_told_and_the_sum_stays_right(world, imports):
    brought = imports.bring(f"Phone\n{ASHA}\n{RAVI}\n")
    order(imports, brought, UNDO)
    document = overviews(world).of_last(2)
    assert changes(document) == {"new": 2, "undone": 2}
    order(imports, brought, REDO)
    assert changes(overviews(world).of_last(2))["contacts"] == 2


def test_contacts_that_become_one_are_told(world):
    world.track(phone=GAVIN)
    world.track(user_id="u-1")
    world.track(phone=GAVIN, user_id="u-1")
    world.settle()
    assert changes(overviews(world).of_last(1)) == {"contacts": 1, "new": 2, "merged": 1}


def test_who_was_erased_is_told_and_the_sum_stays_right(world):
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.track(phone=ASHA)
    world.settle()
    order = {"contact": world.contact(GAVIN)["id"], "by": "asha", "reason": "asked to be forgotten"}
    world.send_signed("/cli", "ContactErased", "erase1", order)
    world.settle()
    assert changes(overviews(world).of_last(1)) == {"contacts": 1, "new": 2, "erased": 1}


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Asia/Kolkata", "America/St_Johns"])
def test_days_are_those_of_the_business(world, zone):
    world.track(phone=MEERA)
    world.settle()
    made = datetime.fromisoformat(world.contact(MEERA)["created_at"]).astimezone(ZoneInfo(zone)).date()
    document = overviews(world, zone).between(made - timedelta(days=1), made + timedelta(days=1))
    assert [day["contacts"] for day in document["days"]] == [0, 1, 1]
    assert [day["new"] for day in document["days"]] == [0, 1, 0]
    assert document["zone"] == zone


def test_the_past_is_told_as_it_was(world):
    world.track(phone=MEERA)
    world.settle()
    document = overviews(world).between(date(2020, 1, 1), date(2020, 1, 3))
    assert [day["contacts"] for day in document["days"]] == [0, 0, 0]
    assert document["contacts"] == 1


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 2), date(2026, 1, 1)),
        (date(1900, 1, 1), date(1900, 1, 2)),
        (date(2000, 1, 1), date(2026, 1, 1)),
        (date(9999, 12, 30), date(9999, 12, 31)),
    ],
)
def test_days_that_are_no_range_are_refused(world, first, last):
    with pytest.raises(BadDays):
        overviews(world).between(first, last)


def test_a_split_gives_back_what_its_merge_took_from_the_count(world):
    """R33: contacts of a day are those made on it, less those that were merged and not split again."""
    for phone in (GAVIN, ASHA):
        world.track(phone=phone)
    world.settle()
    ids = [world.contact(phone)["id"] for phone in (GAVIN, ASHA)]
    world.send_signed("/cli", "ContactsMerged", "o1", {"survivor": ids[0], "absorbed": ids[1]})
    world.settle()
    assert changes(overviews(world).of_last(1)) == {"contacts": 1, "new": 2, "merged": 1}
    world.send_signed("/cli", "ContactsSplit", "o2", {"absorbed": ids[1]})
    world.settle()
    assert changes(overviews(world).of_last(1)) == {"contacts": 2, "new": 2}


def test_whoever_came_by_a_changed_number_is_new_once_it_is_taken_back(world):
    world.track(phone=GAVIN)
    world.settle()
    id = world.contact(GAVIN)["id"]
    world.send_signed("/cli", "NumberChanged", "o1", {"contact": id, "phone": ASHA})
    world.track(phone=ASHA)
    world.settle()
    assert changes(overviews(world).of_last(1)) == {"contacts": 1, "new": 1}
    with world.drivers.log_reader() as log:
        (other,) = log.ids(log.merged_into(1)).values()
    world.send_signed("/cli", "ContactsSplit", "o2", {"absorbed": public_id(other)})
    world.settle()
    assert changes(overviews(world).of_last(1)) == {"contacts": 2, "new": 2}
    world.rebuild()
    assert changes(overviews(world).of_last(1)) == {"contacts": 2, "new": 2}
