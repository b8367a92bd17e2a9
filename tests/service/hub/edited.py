"""What tests of edits on a contact's page do: save a field, follow an answer, look at what is there now."""

from tests.examples import GAVIN
from tests.service.api.test_new_contact import settling
from tests.service.hub.conftest import fields_of


def save(world, browser, address, field, **typed):
    """Open the field's form, type, and send it; gives the answer."""
    fields = fields_of(browser.open(f"{address}?edit={field}"), f"{address}/edit")
    with settling(world):
        return browser.send(f"{address}/edit", {**fields, **typed})


def follow(browser, answer):
    assert answer.status_code == 303, answer.text
    return browser.open(answer.headers["Location"])


def traits(world, who=GAVIN):
    return world.contact(who)["traits"]
