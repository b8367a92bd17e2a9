"""One contact by the hub's own routes: by its phone in any form, or by its user id."""

import pytest

from tests.examples import EMMA

PHONE = "/v1/public/apis/users/phone_number/"


ID = "/v1/public/apis/users/id/"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("number", ["9967536783", "919967536783", "+919967536783", "%2B919967536783"])
def test_a_contact_is_found_by_its_phone_in_any_form(client, number):
    assert client.read(PHONE + number).json["data"]["traits"]["name"] == "Gavin Roberts"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("number", ["12", "996753678", "+9967536783", "phone", "9" * 40, "%00"])
def test_an_unknown_phone_is_404(client, number):
    assert client.read(PHONE + number).status_code == 404


def test_a_number_that_contacts_in_several_countries_have_is_409_and_can_be_decided(client, world, description):
    number = EMMA.removeprefix("+44")
    for code, name in (("+44", "Emma"), ("+91", "Isha")):
        world.track(phone=code + number, name=name)
    world.settle()
    answer = client.read(PHONE + number)
    assert (answer.status_code, answer.json["country_codes"]) == (409, ["+44", "+91"])
    description.assert_fits("GET", f"{PHONE}{{number}}", answer)
    for code, name in (("44", "Emma"), ("+91", "Isha")):
        found = client.read(PHONE + number, query_string={"country_code": code})
        assert found.json["data"]["traits"]["name"] == name
    assert client.read(PHONE + number, query_string={"country_code": "1"}).status_code == 404


@pytest.mark.usefixtures("three")
def test_an_unknown_user_id_is_404(client):
    assert client.read(f"{ID}nobody").status_code == 404
