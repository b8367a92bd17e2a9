"""The audit trail over HTTP: pages, filters, and the file for a spreadsheet (R33)."""

import csv
import io
from contextlib import closing

import pytest

from service.deployment.tables.audit_trail import Act, record
from service.imports.registry.import_order import Order
from tests.examples import ASHA, GAVIN
from tests.service.imports.imported import WorldImports


@pytest.fixture
def tell(world):
    """Puts an act into the table."""

    def put(at, who="asha", what="state rebuilt", **detail):
        with closing(world.drivers.store()) as store:
            record(store, Act(at, who, what, detail))

    return put


def told(answer):
    return [(act["at"][17:19], act["name"], act["what"]) for act in answer.json["acts"]]


def test_acts_of_one_moment_are_told_once_on_whichever_page(client, tell):
    for number in range(5):
        tell(7_000_000, n=number)
    seen, cursor = [], ""
    while cursor is not None:
        page = client.read(f"/v1/audit/trail?what=state+rebuilt&limit=2{cursor and '&cursor=' + cursor}").json
        seen += [act["detail"]["n"] for act in page["acts"]]
        cursor = page["next_cursor"]
    assert seen == [4, 3, 2, 1, 0]


def test_the_trail_is_filtered_by_kind_and_by_actor(client, tell):
    tell(1_000_000, "asha")
    tell(2_000_000, "ravi")
    tell(3_000_000, "ravi", "denied")
    assert told(client.read("/v1/audit/trail?who=ravi")) == [
        ("03", "ravi", "denied"),
        ("02", "ravi", "state rebuilt"),
    ]
    assert told(client.read("/v1/audit/trail?who=ravi&what=denied")) == [("03", "ravi", "denied")]
    kinds = client.read("/v1/audit/trail?who=nobody").json["kinds"]
    assert kinds == [
        {"what": "denied", "count": 1}, {"what": "key created", "count": 1}, {"what": "state rebuilt", "count": 2},
    ]  # fmt: skip


def test_what_a_key_did_is_found_by_the_keys_name(client):
    made = client.post("/v1/keys", {"name": "shop", "scopes": ["read"]}).json
    (act,) = client.read("/v1/audit/trail?who=Website").json["acts"]
    assert act["who"].startswith("key ")
    assert (act["name"], act["detail"]["key"]) == ("Website", made["id"])


def test_an_undone_import_is_told_with_who_and_why_among_the_rest(client, world, tell):
    with closing(WorldImports(world)) as desk:
        id = desk.bring(f"Name,Phone\nGavin,{GAVIN}\nAsha,{ASHA}\n")["id"]
        desk.importer.order(id, Order(is_redo=False, by="asha", reason="the wrong file"))
    world.settle()
    tell(2**52)
    acts = client.read("/v1/audit/trail?limit=2").json["acts"]
    assert [act["what"] for act in acts] == ["state rebuilt", "import undone"]
    assert (acts[1]["name"], acts[1]["why"], acts[1]["detail"]["import"]) == ("asha", "the wrong file", id)
    (found,) = client.read("/v1/audit/trail?what=import+undone&who=asha").json["acts"]
    assert found == acts[1]
    assert client.read("/v1/audit/trail?what=import+redone").json["acts"] == []
    assert {"what": "import undone", "count": 1} in client.read("/v1/audit/trail").json["kinds"]


def test_who_confirmed_an_import_is_told_and_that_they_said_the_second_yes(client, world):
    said = f"Name,Phone,WhatsApp Opted\nGavin,{GAVIN},%s\nAsha,{ASHA},TRUE\n"
    with closing(WorldImports(world)) as desk:
        first = desk.run(desk.checked(said % "FALSE"))["id"]
        second = desk.run(desk.checked(said % "TRUE"), allow_opt_in=True)["id"]
    acts = client.read("/v1/audit/trail?what=import+confirmed").json["acts"]
    assert [(act["name"], act["detail"]) for act in acts] == [
        ("asha", {"import": second, "rows": 2, "allow_opt_in": True, "opt_ins": 1}),
        ("asha", {"import": first, "rows": 2}),
    ]


def test_who_cancelled_an_import_is_told_and_what_is_forgotten_by_itself_is_not(client, world):
    with closing(WorldImports(world)) as desk:
        id = desk.checked(f"Name,Phone\nGavin,{GAVIN}\n")
        desk.uploads.cancel(id, "meera")
    (act,) = client.read("/v1/audit/trail?what=import+cancelled").json["acts"]
    assert (act["name"], act["detail"]) == ("meera", {"import": id, "rows": 1})


def test_an_import_that_a_call_confirms_is_told_with_the_name_of_the_key(client, world):
    with closing(WorldImports(world)) as desk:
        id = desk.checked(f"Name,Phone\nGavin,{GAVIN}\n")
    assert client.post(f"/v1/imports/{id}/confirm", {}).status_code == 202
    (act,) = client.read("/v1/audit/trail?what=import+confirmed&who=Website").json["acts"]
    assert act["detail"]["import"] == id


def test_the_file_has_every_act_and_nothing_that_a_spreadsheet_runs(client, tell):
    for number in range(3):
        tell(number, "=HYPERLINK(1)", n=number)
    answer = client.read("/v1/audit/trail.csv?what=state+rebuilt")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-trail.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["who"], row["detail"]) for row in rows] == [("'=HYPERLINK(1)", f'{{"n": {n}}}') for n in (2, 1, 0)]


def test_a_trail_of_more_than_a_page_is_in_the_file_whole(client, world):
    with closing(world.drivers.store()) as store:
        for number in range(1_500):
            record(store, Act(number, "asha", "state rebuilt", {}))
    assert client.read("/v1/audit/trail.csv?what=state+rebuilt").data.count(b"\r\n") == 1_501


@pytest.mark.parametrize("cursor", ["x", "1.2", "1.2.3.4", "1.2.-3", "1.2.\u0663"])
def test_a_cursor_that_is_none_is_422(client, cursor):
    answer = client.read("/v1/audit/trail", query_string={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["parameter"] == "cursor"


def test_every_order_that_the_log_has_is_told_with_who_and_why(client, world):
    world.track(phone=GAVIN)
    world.track(user_id="u-2")
    world.track(phone=ASHA)
    world.settle()
    one, other, third = (world.contact(who)["id"] for who in (GAVIN, "u-2", ASHA))
    said = {"by": "asha", "reason": "the same person"}
    world.send_signed("/cli", "ContactsMerged", "o1", {"survivor": one, "absorbed": other, **said})
    world.consume()
    world.send_signed("/cli", "ContactsSplit", "o2", {"absorbed": other, **said})
    world.consume()
    world.send_signed("/cli", "ContactErased", "o3", {"contact": third, "by": "meera", "reason": "asked for it"})
    world.settle()
    acts = [act for act in client.read("/v1/audit/trail").json["acts"] if act["detail"].get("position")]
    assert [(act["what"], act["name"], act["why"]) for act in acts] == [
        ("contact erased", "meera", "asked for it"),
        ("contacts split", "asha", "the same person"),
        ("contacts merged", "asha", "the same person"),
    ]
    assert acts[0]["detail"] == {"contact": third, "position": 6}
    assert acts[2]["detail"] == {"contact": other, "survivor": one, "position": 4}
    assert told(client.read("/v1/audit/trail?what=contact+erased&who=meera"))
    assert not told(client.read("/v1/audit/trail?what=contact+erased&who=asha"))
