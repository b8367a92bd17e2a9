"""What the hub, calls and `contacts status` say of the rule that erases contacts without an event (R31)."""

from contextlib import closing

import pytest

from service.deployment.tables.bulk_erasure_table import BulkErasure, BulkErasureTable, RetentionFound
from service.wiring.ledger import ledger_status
from tests.clock import SECOND
from tests.examples import GAVIN
from tests.service.api.test_bulk_erasing import everything_running
from tests.shipped import eventually
from tests.world import World


@pytest.fixture
def world(tmp_path):
    with closing(World(tmp_path / "data", forget_after="3 years")) as made:
        made.track(phone=GAVIN)
        made.settle()
        yield made


def test_the_list_of_erasures_says_the_rule_and_how_many_were_due(browser, world):
    assert "It has not been looked yet how many are due" in browser.open("/erasures").text
    with everything_running(world):
        eventually(lambda: "0 were due" in browser.open("/erasures").text, "the rule has looked")
    page = browser.open("/erasures")
    assert ("Contacts without an event for 3 years" in page.text, page.running) == (True, [])


def test_what_waits_for_a_yes_is_a_link_on_the_page_and_in_the_status(browser, world):
    id = "0199c0de-4b1d-7c3a-9d2e-8f6a5b4c3d2f"
    with closing(world.drivers.store()) as store:
        table = BulkErasureTable(store)
        new = BulkErasure(id, "counting", "/cli", "retention", 1, None, "no event", keep_out=False, idle_since=SECOND)
        table.add(new)
        table.move(id, "counting", state="counted", contacts=12, position=40)
        table.note_retention(RetentionFound("3 years", 2, 12, 40))
    assert f"/erasures/{id}" in browser.open("/erasures").links
    page = browser.open("/contacts")
    assert (f"/erasures/{id}" in page.links, "12 contacts have had no event for 3 years" in page.text) == (True, True)
    assert "more than the rule erases by itself" in browser.open(f"/erasures/{id}").text
    told = ledger_status(world.deployment).now().retention
    assert (told["after"], told["due"], told["waits_for_yes"]) == ("3 years", 12, id)


def test_what_another_rule_found_is_not_told(world):
    with closing(world.drivers.store()) as store:
        BulkErasureTable(store).note_retention(RetentionFound("1 year", 2, 12, 40))
    assert ledger_status(world.deployment).now().retention["due"] is None
