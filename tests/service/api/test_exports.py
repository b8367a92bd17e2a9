"""Exports over HTTP: asked for, looked at, downloaded, and written down."""

from contextlib import closing

import pytest

from service.deployment.locks import holding, is_held
from service.deployment.tables.database import open_store
from service.wiring.exports import export_folder
from tests.acts import acts
from tests.brokers import eventually
from tests.examples import ASHA, GAVIN


@pytest.fixture
def some(world):
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune", whatsapp_opted=True)
    world.track(phone=ASHA, city="Goa")
    world.settle()
    return world


def test_an_export_is_asked_for_by_one_call_made_elsewhere_and_downloaded_by_another(client, some, description):
    asked = client.post("/v1/exports", {"where": ["city=Pune"], "columns": ["name", "phone"]})
    assert asked.status_code == 202
    description.assert_fits("POST", "/v1/exports", asked)
    address = asked.headers["Location"]
    eventually(lambda: client.read(address).json["state"] == "ready", 120, "the export is ready")
    description.assert_fits("GET", "/v1/exports/{id}", client.read(address))
    file = client.read(f"{address}/file")
    assert (file.status_code, file.content_type) == (200, "text/csv; charset=utf-8")
    header, row, end = file.get_data(as_text=True).split("\r\n")
    assert (header, end) == ("\ufeffName,Country Code,Phone Number,exported:contact", "")
    assert row.startswith("Gavin Roberts,91,9967536783,")
    assert "attachment; filename=contacts-" in file.headers["Content-Disposition"]
    description.assert_fits("GET", "/v1/exports", client.read("/v1/exports"))
    eventually(lambda: not is_held(export_folder(some.deployment).lock), 60, "the process has ended")


def test_who_asked_who_made_and_who_downloaded_is_in_the_audit_trail_without_what_was_looked_for(client, some):
    address = client.post("/v1/exports", {"where": [f"phone={GAVIN}"]}).headers["Location"]
    eventually(lambda: client.read(address).json["state"] == "ready", 120, "the export is ready")
    client.read(f"{address}/file").close()
    with closing(open_store(some.deployment.service_path)) as store:
        found = [act for act in acts(store) if act.what.startswith("export")]
    assert [act.what for act in found] == ["export asked for", "exported", "export downloaded"]
    assert found[1].detail["rows"] == 1
    assert GAVIN not in str(found)


def test_a_file_that_is_not_ready_is_409_and_an_unknown_export_404(client, some):
    with holding(export_folder(some.deployment).lock):  # so that nobody makes it
        id = client.post("/v1/exports", {}).json["id"]
        early = client.read(f"/v1/exports/{id}/file")
    assert (early.status_code, early.json["state"]) == (409, "waiting")
    assert client.read("/v1/exports/01a20d6c-6b39-7a51-93fa-0c27d1f4b3a1").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer", "told"),
    [
        ({"where": ["ciity=Pune"]}, "/where", "did you mean city"),
        ({"columns": ["Cty"]}, "/columns", "did you mean city"),
        ({"as_of": "yesterday"}, "/as_of", "is not possible"),
        ({"tag": ["a\u0000b"]}, "/tag", "control character"),
        ({"format": "xls"}, "/format", "must be one of csv, jsonl"),
    ],
)
@pytest.mark.usefixtures("some")
def test_what_cannot_be_made_is_said_at_once_with_its_member(client, body, pointer, told):
    answer = client.post("/v1/exports", body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert told in answer.json["message"]
