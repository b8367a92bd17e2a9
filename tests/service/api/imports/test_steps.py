"""An import over HTTP, step by step: states, problems, polling (R16, R19-R22)."""

import pytest

from tests.examples import ASHA, GAVIN, RAVI
from tests.service.api.imports.calls import FILE, PATH, told
from tests.service.imports.test_counts import adds_up


def test_an_import_goes_its_whole_way(client, world, work, description):
    id = client.upload(FILE).json["id"]
    for answer, command in (
        (client.put(f"{PATH}/{id}/tags", {"tags": ["vip"]}), ("PUT", "tags")),
        (client.put(f"{PATH}/{id}/options", {"relaxed_names": True}), ("PUT", "options")),
        (client.put(f"{PATH}/{id}/mapping", {"columns": [{"column": "City", "attribute": None}]}), ("PUT", "mapping")),
        (client.post(f"{PATH}/{id}/check", raw=b""), ("POST", "check")),
    ):
        assert answer.status_code in (200, 202)
        description.assert_fits(command[0], f"{PATH}/{{id}}/{command[1]}", answer)
    assert (told(client, id)["state"], told(client, id)["progress"]["stage"]) == ("mapped", "waiting")
    work(id)
    found = told(client, id)
    assert (found["state"], found["created"], found["rejected"], found["check"]["new_tags"]) == (
        "checked",
        1,
        1,
        ["vip"],
    )
    answer = client.post(f"{PATH}/{id}/confirm", raw=b"")
    assert (answer.status_code, answer.json["state"], answer.json["pending"]) == (202, "running", 2)
    assert adds_up(answer.json)
    description.assert_fits("POST", f"{PATH}/{{id}}/confirm", answer)
    work(id)
    done = client.read(f"{PATH}/{id}")
    assert (done.json["state"], done.json["created"], done.json["rejected"]) == ("done", 1, 1)
    description.assert_fits("GET", f"{PATH}/{{id}}", done)
    assert (world.contact(GAVIN)["traits"], world.contact(GAVIN)["tags"]) == ({"name": "Gavin"}, ["vip"])


def test_a_poll_of_what_has_not_changed_is_304(client, uploaded, description):
    answer = client.read(f"{PATH}/{uploaded}")
    unchanged = {"If-None-Match": answer.headers["ETag"]}
    again = client.read(f"{PATH}/{uploaded}", headers=unchanged)
    assert (again.status_code, again.headers["ETag"]) == (304, answer.headers["ETag"])
    description.assert_fits("GET", f"{PATH}/{{id}}", again)
    client.put(f"{PATH}/{uploaded}/tags", {"tags": ["vip"]})
    assert client.read(f"{PATH}/{uploaded}", headers=unchanged).status_code == 200


@pytest.mark.parametrize("step", ["check", "confirm"])
def test_a_step_that_the_state_does_not_have_is_409_with_the_state_and_what_is_allowed(
    client, uploaded, description, step
):
    answer = client.post(f"{PATH}/{uploaded}/{step}", raw=b"")
    assert (answer.status_code, answer.json["state"]) == (409, "uploaded")
    assert answer.json["allowed"] == ["mapping", "tags", "options", "cancel"]
    assert "is uploaded, and its columns are not mapped yet" in answer.json["message"]
    description.assert_fits("POST", f"{PATH}/{{id}}/{step}", answer)


@pytest.mark.parametrize("said", ["yes", "true", "no", 1, 0, None])
@pytest.mark.parametrize("member", ["allow_opt_in", "again"])
def test_a_yes_is_true_and_nothing_that_only_looks_like_it(client, checked, member, said):
    id = checked()
    answer = client.post(f"{PATH}/{id}/confirm", {member: said})
    assert (answer.status_code, [fault["pointer"] for fault in answer.json["errors"]]) == (422, [f"/{member}"])
    assert told(client, id)["state"] == "checked"


@pytest.mark.parametrize("member", ["relaxed_names", "clean_phones"])
def test_an_option_that_is_on_or_off_is_true_or_false(client, uploaded, member):
    answer = client.put(f"{PATH}/{uploaded}/options", {member: "on"})
    assert (answer.status_code, [fault["pointer"] for fault in answer.json["errors"]]) == (422, [f"/{member}"])


def test_a_change_after_the_check_makes_the_confirmation_409(client, checked):
    id = checked()
    client.put(f"{PATH}/{id}/options", {"mode": "create"})
    answer = client.post(f"{PATH}/{id}/confirm", raw=b"")
    assert (answer.status_code, answer.json["state"]) == (409, "mapped")


def test_a_done_import_is_told_as_done_in_a_refusal(client, checked, work):
    id = checked()
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    answer = client.post(f"{PATH}/{id}/cancel", raw=b"")
    assert (answer.status_code, answer.json["state"], answer.json["allowed"]) == (409, "done", [])


@pytest.mark.parametrize("yes", [True, False])
def test_opting_in_takes_a_second_yes(client, world, checked, work, yes):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    id = checked(f"Phone,WhatsApp Opted\n{GAVIN},TRUE\n{RAVI},TRUE\n")
    assert told(client, id)["check"]["opt_ins"] == 1
    client.post(f"{PATH}/{id}/confirm", {"allow_opt_in": yes})
    work(id)
    assert [one["reason"] for one in told(client, id)["rejects"]] == ([] if yes else ["opt_in_not_allowed"])
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is yes


def test_an_import_that_does_not_run_is_cancelled_at_once(client, uploaded, description):
    answer = client.post(f"{PATH}/{uploaded}/cancel", raw=b"")
    assert (answer.status_code, answer.json["state"], answer.json["preview"]) == (202, "cancelled", None)
    description.assert_fits("POST", f"{PATH}/{{id}}/cancel", answer)


def test_rejects_are_a_csv_that_can_be_corrected_and_uploaded_again(client, checked, work, description, world):
    id = checked()
    answer = client.read(f"{PATH}/{id}/rejects.csv")
    assert answer.text.splitlines()[1].startswith(f"R2,{ASHA},Goa,3,Name,name_not_letters,")
    description.assert_fits("GET", f"{PATH}/{{id}}/rejects.csv", answer)
    again = checked(answer.data.replace(b"R2", b"Asha"))
    client.post(f"{PATH}/{again}/confirm", raw=b"")
    work(again)
    assert world.contact(ASHA)["traits"] == {"name": "Asha", "city": "Goa"}


def test_before_a_check_there_are_no_rejects(client, uploaded, description):
    answer = client.read(f"{PATH}/{uploaded}/rejects.csv")
    assert answer.status_code == 409
    description.assert_fits("GET", f"{PATH}/{{id}}/rejects.csv", answer)


def test_the_template_has_every_attribute_and_its_rows_are_taken_as_they_are(client, world, checked):
    world.track(phone=RAVI, Plan="gold", Score=5, phoneNumber="12", **{"=run": 1, "Member since": "2020-01-01"})
    world.settle()
    template = client.read(f"{PATH}/template.csv")
    assert template.text.splitlines()[0].endswith(",City,Member since,Plan,Score")
    found = told(client, checked(template.data))
    assert (found["rows"], found["created"], found["rejects"]) == (2, 2, [])


def test_imports_are_listed_newest_first_in_pages(client, description):
    ids = [client.upload(FILE).json["id"] for _ in range(3)]
    first = client.read(f"{PATH}?limit=2")
    second = client.read(f"{PATH}?limit=2&cursor={first.json['next_cursor']}")
    assert [one["id"] for one in first.json["imports"] + second.json["imports"]] == ids[::-1]
    assert second.json["next_cursor"] is None
    description.assert_fits("GET", PATH, first)


@pytest.mark.parametrize(
    ("method", "step"),
    [
        ("GET", ""),
        ("PUT", "/mapping"),
        ("PUT", "/tags"),
        ("PUT", "/options"),
        ("POST", "/check"),
        ("POST", "/confirm"),
        ("POST", "/cancel"),
        ("GET", "/rejects.csv"),
    ],
)
def test_an_unknown_import_is_404(client, description, method, step):
    body = b"{}" if method == "PUT" else b""
    headers = {"Authorization": client.authorization}
    answer = client.open(f"{PATH}/nope{step}", method=method, data=body, headers=headers)
    assert (answer.status_code, "No import has the id 'nope'" in answer.json["message"]) == (404, True)
    description.assert_fits(method, f"{PATH}/{{id}}{step}", answer)


@pytest.mark.parametrize(
    ("command", "body", "told"),
    [
        ("mapping", {"columns": [{"column": "Nope", "attribute": "city"}]}, "no such column"),
        ("mapping", {"columns": [{"column": "City", "attribute": "city", "type": "number"}]}, "always of type string"),
        ("mapping", {"columns": [{"column": "City", "attribute": "x", "type": "integer"}]}, "must be one of string"),
        ("mapping", {"columns": [{"column": "Phone", "attribute": None}]}, "No column is the phone number"),
        ("mapping", {"columns": [{"column": "City"}]}, "columns.0.attribute is missing"),
        ("mapping", {"columns": {"City": "city"}}, 'columns is not a list: give a list of objects, each with "column"'),
        ("mapping", {"columns": ["City"]}, 'columns.0 is not an object: give a list of objects, each with "column"'),
        ("mapping", {"columns": [{"column": 1, "attribute": "city"}]}, "columns.0.column is not a string"),
        ("mapping", {"colums": []}, "colums is not known here"),
        ("mapping", {"City": "city"}, 'City is not known here: a mapping is such as {"columns": [{"column": '),
        ("mapping", {"columns": [{"column": "Nope", "attribute": "x"}]}, "Column 'Nope': no such column; the file has"),
        ("mapping", {"columns": [{"column": "City", "attribute": "x", "format": "DD/MM/YY"}]}, "century"),
        ("options", {"fill": True, "blank": "clear"}, "contradict each other"),
        ("options", {"match": "both"}, "match must be one of phone, either"),
        ("options", {"null_values": "NA"}, "null_values"),
        ("tags", {"tags": [""]}, "tags.0"),
        ("tags", {"tags": ["x" * 101]}, "tags.0"),
        ("tags", {"tags": "vip"}, "is a string: give a list"),
        ("tags", {"tags": [f"t{n}" for n in range(51)]}, "has 51 tags: 50 are allowed"),
        ("options", {"mode": "replace"}, "mode must be one of upsert, create, update"),
        ("options", {"country_code": "999"}, "country_code is not one"),
        ("options", {"encoding": "klingon"}, "No text encoding is called 'klingon'"),
        ("options", {"delimiter": "x"}, "delimiter must be one of"),
        ("options", {"relaxed_names": "perhaps"}, "relaxed_names is neither true nor false"),
    ],
)
def test_what_cannot_be_chosen_is_422_and_changes_nothing(client, uploaded, description, command, body, told):
    before = client.read(f"{PATH}/{uploaded}").json
    answer = client.put(f"{PATH}/{uploaded}/{command}", body)
    assert (answer.status_code, told in answer.json["message"]) == (422, True)
    assert client.read(f"{PATH}/{uploaded}").json == before
    description.assert_fits("PUT", f"{PATH}/{{id}}/{command}", answer)


@pytest.mark.parametrize(("raw", "kind"), [(b"[]", "a list"), (b'"x"', "a string"), (b"null", "null")])
def test_a_body_that_is_no_object_is_told_what_it_is(client, uploaded, raw, kind):
    answer = client.put(f"{PATH}/{uploaded}/mapping", raw=raw)
    assert (answer.status_code, answer.json["message"]) == (400, f"the body is {kind}: it must be a JSON object")


def test_a_rejected_row_is_corrected_and_checked_as_an_import_of_its_own(client, world, checked, work, description):
    id = checked()
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    answer = client.post(f"{PATH}/{id}/corrections", {"rows": [{"line": 3, "cells": {"Name": "Asha"}}]})
    description.assert_fits("POST", f"{PATH}/{{id}}/corrections", answer)
    new = answer.json["id"]
    assert (answer.status_code, answer.json["file_name"]) == (201, "contacts, corrected.csv")
    work(new)
    assert client.post(f"{PATH}/{new}/confirm", raw=b"").status_code == 202
    work(new)
    assert world.contact(ASHA)["traits"] == {"name": "Asha", "city": "Goa"}
    assert (told(client, new)["corrects"]["id"], told(client, id)["corrects"]) == (id, None)
    (again,) = told(client, id)["corrected_by"]
    assert (again["id"], again["file_name"], again["taken"]) == (new, "contacts, corrected.csv", 1)
    rows = [len(client.read(f"{PATH}/{id}/rejects.csv{asked}").text.splitlines()) for asked in ("", "?open=true")]
    assert rows[1] == rows[0] - 1


def test_a_rejected_row_without_cells_is_checked_again_as_it_is(client, checked, work):
    id = checked()
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    answer = client.post(f"{PATH}/{id}/corrections", {"rows": [{"line": 3, "cells": {}}]})
    assert answer.status_code == 201
    work(answer.json["id"])
    again = told(client, answer.json["id"])
    assert (again["state"], again["rejected"]) == ("checked", 1)


@pytest.mark.parametrize("rows", [[{"line": 3, "cells": {"Name": "R2"}}], [{"line": 2, "cells": {"Name": "Asha"}}]])
def test_where_no_rejected_row_changes_there_is_nothing_to_check_again(client, checked, rows):
    answer = client.post(f"{PATH}/{checked()}/corrections", {"rows": rows})
    assert (answer.status_code, "nothing to check again" in answer.json["message"]) == (422, True)


def test_imports_are_listed_by_state_person_and_time(client, description):
    first, second = (client.upload(FILE).json for _ in range(2))
    client.post(f"{PATH}/{first['id']}/cancel", raw=b"")

    def listed(query):
        answer = client.read(f"{PATH}?{query}")
        description.assert_fits("GET", PATH, answer)
        return [one["id"] for one in answer.json["imports"]]

    assert listed("state=cancelled") == [first["id"]]
    assert listed("by=Website") == [second["id"], first["id"]]
    assert listed("by=Shop") == []
    assert listed(f"since={second['made_at']}") == [second["id"]]
    assert listed(f"until={second['made_at']}") == [first["id"]]


@pytest.mark.parametrize("query", ["state=open", "since=yesterday", "until=2026-11-22T10:00:00"])
def test_a_filter_of_imports_that_is_none_is_422(client, description, query):
    answer = client.read(f"{PATH}?{query}")
    assert answer.status_code == 422
    description.assert_fits("GET", PATH, answer)
