"""A row of a file that is taken again opts nobody in against their word (R16)."""

from contextlib import closing

import orjson
import pytest

from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.service.api.test_rejected import settling
from tests.service.imports.imported import WorldImports


@pytest.fixture
def refused(world):
    """The position of a row that says TRUE, and whose user id is another contact's; Gavin said no."""
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.track(phone=ASHA, user_id="u1")
    world.settle()
    imports = WorldImports(world)
    imports.bring(f"Phone,User ID,City,WhatsApp Opted\n{RAVI},u1,Pune,TRUE\n")
    imports.close()
    return next(entry.position for entry in world.entries() if not entry.is_accepted)


def message(world, position, **data):
    with closing(world.log()) as log:
        sent = orjson.loads(log.entry(position).value)
    return {name: sent[name] for name in ("specversion", "id", "source", "type", "time")} | {"data": data}


@pytest.mark.parametrize("name", ["whatsapp_opted", " whatsapp_opted "])
@pytest.mark.parametrize("value", [True, "TRUE", 1])
def test_a_corrected_row_opts_nobody_in_who_said_no(client, world, refused, name, value):
    body = {"message": message(world, refused, phone=GAVIN, traits={name: value}), "reason": "the right number"}
    answer = client.post(f"/v1/rejected/{refused}/retry", body)
    assert (answer.status_code, answer.json["reason"]) == (422, "opt_in_not_allowed")
    world.settle()
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is False


def test_without_that_value_the_corrected_row_is_taken(client, world, refused):
    with settling(world):
        sent = message(world, refused, phone=GAVIN, traits={"city": "Pune"})
        answer = client.post(f"/v1/rejected/{refused}/retry", {"message": sent})
    assert answer.status_code == 200
    assert world.contact(GAVIN)["traits"] == {"city": "Pune", "whatsapp_opted": False}


@pytest.mark.parametrize("phone", [ASHA, MEERA])
def test_who_never_said_no_is_opted_in_by_a_corrected_row(client, world, refused, phone):
    with settling(world):
        sent = message(world, refused, phone=phone, traits={"whatsapp_opted": True})
        assert client.post(f"/v1/rejected/{refused}/retry", {"message": sent}).status_code == 200
    assert world.contact(phone)["traits"]["whatsapp_opted"] is True


def test_a_row_is_not_taken_as_it_stands_where_somebody_opted_out_since(client, world, refused):
    """The shop's word is of before the import, and came later."""
    world.track(phone=RAVI, time="2024-01-01T00:00:00Z", whatsapp_opted=False)
    world.settle()
    answer = client.post(f"/v1/rejected/{refused}/retry", {})
    assert (answer.status_code, answer.json["reason"]) == (422, "opt_in_not_allowed")


@pytest.mark.usefixtures("refused")
def test_many_that_are_taken_again_leave_out_whoever_said_no(client, world):
    world.track(phone=RAVI, whatsapp_opted=False)
    world.settle()
    plan = client.post("/v1/rejected/retry", {}).json
    assert (plan["count"], plan["ready"]) == (1, 0)
