"""show, history, explain and diff: JSON exactly as the interface has it, and exit codes 0, 1 and 2."""

import re

import pytest

from tests.examples import ASHA, EMMA, GAVIN

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.mark.usefixtures("filled")
def test_show_has_the_shape_of_a_contact(told):
    contact = told("show", GAVIN)
    assert ID.fullmatch(contact.pop("id"))
    assert MOMENT.fullmatch(contact.pop("created_at"))
    assert MOMENT.fullmatch(contact.pop("modified_at"))
    assert contact == {
        "phone": GAVIN,
        "country_code": "+91",
        "phone_number": "9967536783",
        "user_id": "u1",
        "traits": {"name": "Gavin Roberts", "city": "Agra", "visits": 5, "whatsapp_opted": True},
        "tags": ["VIP", "new customer"],
        "position": 4,
    }


@pytest.mark.usefixtures("filled")
def test_identities_that_are_absent_are_null(told):
    contact = told("show", "emma")
    assert [contact[name] for name in ("phone", "country_code", "phone_number")] == [None, None, None]


@pytest.mark.usefixtures("filled")
def test_show_finds_one_contact_by_id_phone_and_user_id(told):
    contact = told("show", GAVIN)
    assert told("show", contact["id"]) == told("show", "u1") == contact


def test_a_merged_away_id_leads_to_the_survivor(told, filled):
    """R7."""
    filled.track(phone=EMMA)
    filled.settle()
    survivor, absorbed = told("show", "emma")["id"], told("show", EMMA)["id"]
    filled.track(phone=EMMA, user_id="emma")
    filled.settle()
    assert told("show", absorbed) == told("show", survivor)
    assert told("show", absorbed)["id"] == survivor
    assert told("history", absorbed)["contact"] == survivor


@pytest.mark.usefixtures("filled")
def test_show_as_of_a_position_names_the_position_used(told):
    """R29."""
    contact = told("show", GAVIN, "--as-of", "1")
    assert (contact["as_of"], contact["position"], contact["tags"]) == (1, 1, [])
    assert contact["traits"] == {"name": "Gavin Roberts", "city": "Pune", "visits": 5}


@pytest.mark.usefixtures("filled")
def test_show_as_of_a_moment_is_what_was_known_then_inclusive(told):
    """R29."""
    recorded = told("history", GAVIN)["events"][-1]["recorded_at"]
    assert told("show", GAVIN, "--as-of", recorded)["as_of"] == 5


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("as_of", ["0", "2000-01-01", "2000-01-01T00:00:00Z"])
def test_a_contact_that_did_not_exist_yet_is_exit_code_1(contacts, as_of):
    code, out, err = contacts("show", GAVIN, "--as-of", as_of)
    assert (code, out) == (1, "")
    assert "did not exist yet at position 0" in err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("as_of", ["99", "9" * 5000, "yesterday", "2026-11-22T10:00:00", "-1", ""])
def test_an_as_of_that_is_no_position_of_the_log_and_no_moment_is_exit_code_2(contacts, as_of):
    code, out, err = contacts("show", GAVIN, f"--as-of={as_of}")
    assert (code, out) == (2, "")
    assert "--as-of" in err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("command", [("show",), ("history",), ("explain",), ("diff", "1", "2")])
@pytest.mark.parametrize("who", [ASHA, "nobody", "", "+"])
def test_somebody_unknown_is_exit_code_1(contacts, command, who):
    name, *rest = command
    code, out, err = contacts(name, who, *rest)
    assert (code, out) == (1, "")
    assert err.startswith("Error: no contact is found by")


@pytest.mark.usefixtures("filled")
def test_history_has_the_shape_of_a_history(told):
    history = told("history", GAVIN)
    assert history["contact"] == told("show", GAVIN)["id"]
    first, second, third = history["events"]
    assert {"position", "id", "type", "source", "stated_at", "recorded_at", "changes"} <= first.keys()
    assert [event["position"] for event in (first, second, third)] == [1, 2, 4]
    assert second["changes"] == [
        {"attribute": "tags", "from": None, "to": "VIP"},
        {"attribute": "tags", "from": None, "to": "new customer"},
    ]
    assert third["changes"] == [
        {"attribute": "city", "from": "Pune", "to": "Agra"},
        {"attribute": "whatsapp_opted", "from": None, "to": True},
    ]
    assert MOMENT.fullmatch(first["stated_at"])
    assert MOMENT.fullmatch(first["recorded_at"])


@pytest.mark.usefixtures("filled")
def test_explain_has_the_shape_of_an_explanation(told):
    explained = told("explain", GAVIN)
    assert explained["contact"] == told("show", GAVIN)["id"]
    city = explained["values"]["city"]
    assert {"value", "position", "event", "source", "stated_at", "lost"} <= city.keys()
    assert (city["value"], city["position"]) == ("Agra", 4)
    assert [(lost["value"], lost["position"]) for lost in city["lost"]] == [("Pune", 1)]
    assert [tag["value"] for tag in explained["tags"]] == ["VIP", "new customer"]
    assert set(explained["tags"][0]) == {"value", "position", "event", "source", "stated_at", "origin"}


@pytest.mark.usefixtures("filled")
def test_explain_of_one_trait_is_that_one_alone(told):
    assert set(told("explain", GAVIN, "city")["values"]) == {"city"}


@pytest.mark.usefixtures("filled")
def test_explain_of_a_trait_nobody_set_is_exit_code_1(contacts):
    code, _, err = contacts("explain", GAVIN, "shoe size")
    assert code == 1
    assert "shoe size" in err


@pytest.mark.usefixtures("filled")
def test_diff_tells_what_is_different_between_two_positions(told):
    difference = told("diff", GAVIN, "1", "4")
    assert (difference["from"], difference["to"]) == (1, 4)
    assert {"attribute": "city", "from": "Pune", "to": "Agra"} in difference["changes"]
    assert {"attribute": "tags", "from": None, "to": "VIP"} in difference["changes"]


@pytest.mark.usefixtures("filled")
def test_diff_from_before_the_contact_is_everything(told):
    changes = told("diff", GAVIN, "0", "1")["changes"]
    assert [change["attribute"] for change in changes] == ["phone", "user_id", "name", "city", "visits"]
