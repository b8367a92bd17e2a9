"""Files as products export them go through the wizard with nothing but clicks on Next (R19)."""

import csv
import io

import pytest

from tests.service.hub.uploads import Desk
from tests.service.imports.columns import test_exports as headers

PHONE = "+919820012001"
CELLS = {
    "Name": "Gavin Roberts",
    "Given Name": "Gavin",
    "Family Name": "Roberts",
    "First Name": "Gavin",
    "Last Name": "Roberts",
    "E-mail 1 - Value": "gavin@example.com",
    "E-mail Address": "gavin@example.com",
    "Email (home)": "gavin@example.com",
    "Email": "gavin@example.com",
    "Email Address": "gavin@example.com",
    "Address 1 - City": "Pune",
    "Home City": "Pune",
    "Default Address City": "Pune",
    "City": "Pune",
    "Tags": "vip",
    "TAGS": "vip",
    "Phone 1 - Value": PHONE,
    "Mobile Phone": PHONE,
    "Phone (mobile)": PHONE,
    "Phone": PHONE,
    "Phone Number": PHONE,
}


@pytest.fixture
def desk(browser, world):
    return Desk(browser, world)


@pytest.mark.parametrize(
    "header",
    [
        headers.GOOGLE_OLD,
        headers.GOOGLE,
        headers.OUTLOOK,
        headers.IPHONE,
        headers.SHOPIFY,
        headers.HUBSPOT,
        headers.MAILCHIMP,
    ],
    ids=["google, older", "google", "outlook", "iphone", "shopify", "hubspot", "mailchimp"],
)
def test_an_export_is_taken_as_it_is(desk, world, header):
    names, text = header.split(","), io.StringIO()
    csv.writer(text).writerows([names, [CELLS.get(name, "") for name in names]])
    path = desk.checked(text.getvalue())
    assert "1 row = 1 new" in desk.page(path).text
    desk.run(path)
    contact = world.contact(PHONE)
    assert (contact["traits"]["name"], contact["traits"]["email"]) == ("Gavin Roberts", "gavin@example.com")
