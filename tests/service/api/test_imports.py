"""Imports over HTTP, from the upload to the rejects: states, limits, problems, polling (R10, R11, R16, R19-R24)."""

import io
import json
from errno import ENOSPC

import pytest

from service.api.http.errors import problem_of
from service.wiring.imports import importing
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import silent
from tests.service.imports.table.test_workbook import workbook
from tests.service.imports.test_counts import adds_up

PATH = "/v1/imports"
FILE = f"Name,Phone,City\nGavin,{GAVIN},Pune\nR2,{ASHA},Goa\n"


@pytest.fixture
def work(world):
    """What the importer does for an import, and then consumer and projector."""

    def work(id):
        with importing(world.deployment) as importer:
            importer.go_on(id, silent)
        world.settle()

    return work


@pytest.fixture
def uploaded(client):
    return client.upload(FILE).json["id"]


@pytest.fixture
def checked(client, work):
    def make(content=FILE):
        id = client.upload(content).json["id"]
        assert client.put(f"{PATH}/{id}/mapping", {}).status_code == 200
        assert client.post(f"{PATH}/{id}/check", raw=b"").status_code == 202
        work(id)
        return id

    return make


def told(client, id):
    return client.read(f"{PATH}/{id}").json


def test_an_upload_is_201_with_its_address_and_its_first_rows(client, description):
    answer = client.upload(FILE, name="files/people.csv")
    assert answer.status_code == 201
    assert (answer.json["state"], answer.json["file_name"]) == ("uploaded", "people.csv")
    assert client.read(answer.headers["Location"]).json == answer.json
    description.assert_fits("POST", PATH, answer)


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


def test_an_import_is_undone_and_redone(client, world, checked, work, description):
    """R32."""
    id = checked()
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    before = [one["id"] for one in world.contacts()]
    for command, state, contacts in (("undo", "undone", []), ("redo", "done", before)):
        answer = client.post(f"{PATH}/{id}/{command}", {"reason": "the wrong file"})
        assert answer.status_code == 202
        description.assert_fits("POST", f"{PATH}/{{id}}/{command}", answer)
        world.settle()
        shown = client.read(f"{PATH}/{id}")
        assert (shown.json["state"], shown.json["undoing"]["reason"]) == (state, "the wrong file")
        assert [one["id"] for one in world.contacts()] == contacts
        description.assert_fits("GET", f"{PATH}/{{id}}", shown)


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_an_order_about_what_was_never_confirmed_is_409(client, uploaded, description, command):
    answer = client.post(f"{PATH}/{uploaded}/{command}", raw=b"")
    assert (answer.status_code, answer.json["reason"], answer.json["state"]) == (409, "state", "uploaded")
    assert "was never confirmed" in answer.json["message"]
    description.assert_fits("POST", f"{PATH}/{{id}}/{command}", answer)


def test_an_undo_of_an_undone_import_is_409_and_says_that_a_redo_is_allowed(client, world, checked, work):
    id = checked()
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    client.post(f"{PATH}/{id}/undo", raw=b"")
    world.settle()
    answer = client.post(f"{PATH}/{id}/undo", raw=b"")
    assert (answer.status_code, answer.json["state"], answer.json["allowed"]) == (409, "undone", ["redo"])


def test_the_same_file_and_choices_again_are_409_and_name_the_import_unless_again(client, checked, work):
    first, second = checked(), checked()
    client.post(f"{PATH}/{first}/confirm", raw=b"")
    work(first)
    assert told(client, second)["imported_before"] == first
    answer = client.post(f"{PATH}/{second}/confirm", {})
    assert (answer.status_code, answer.json["reason"], answer.json["imported_before"]) == (
        409,
        "already_imported",
        first,
    )
    assert client.post(f"{PATH}/{second}/confirm", {"again": True}).status_code == 202
    work(second)
    assert told(client, second)["unchanged"] == 1


def test_of_an_import_that_was_undone_the_same_file_again_offers_the_redo(client, checked, work):
    first, second = checked(), checked()
    client.post(f"{PATH}/{first}/confirm", raw=b"")
    work(first)
    assert client.post(f"{PATH}/{first}/undo", {}).status_code == 202
    work(first)
    assert told(client, first)["state"] == "undone"
    answer = client.post(f"{PATH}/{second}/confirm", raw=b"")
    assert (answer.status_code, answer.json["imported_before"]) == (409, first)
    assert answer.json["redo"] == f"{PATH}/{first}/redo"
    assert "was undone" in answer.json["message"]
    assert client.post(answer.json["redo"], {}).status_code == 202


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


def test_a_file_of_another_encoding_is_shown_and_its_encoding_confirmed(client):
    answer = client.upload(f"Name,Phone\nJosé,{GAVIN}\n".encode("windows-1252"))
    assert (answer.status_code, answer.json["unreadable"]) == (201, [f"José,{GAVIN}"])
    path = f"{PATH}/{answer.json['id']}"
    refused = client.put(f"{path}/mapping", {})
    assert (refused.status_code, refused.json["reason"]) == (409, "encoding_needed")
    shown = client.put(f"{path}/options", {"encoding": "windows-1252"}).json
    assert shown["preview"]["rows"][0]["cells"][0] == "José"
    assert client.put(f"{path}/mapping", {}).status_code == 200


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


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04", "Excel workbook"),
        (b"", "empty"),
        (b"Phone\n\0", "NUL"),
        (b'Phone,Note\n1,"open\n', "never closed"),
    ],
)
def test_a_file_that_is_no_table_is_422_and_not_kept(client, world, description, content, told):
    answer = client.upload(content)
    assert (answer.status_code, told in answer.json["message"]) == (422, True)
    description.assert_fits("POST", PATH, answer)
    assert client.read(PATH).json["imports"] == []
    assert list((world.folder / "imports").iterdir()) == []


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        (b"Phone\n", "text/csv", 400),
        (b"", "", 400),
        (b"x", "multipart/form-data", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 400),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nPhone\n', "x", 400),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nPhone\r\n--x--\r\n', "x", 422),
        (b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nPhone\r\n--x--\r\n', "x", 422),
    ],
)
def test_a_body_that_is_not_one_file_is_told_how_to_send_one(client, world, description, raw, content_type, status):
    kind = "multipart/form-data; boundary=x" if content_type == "x" else content_type
    answer = client.post(PATH, raw=raw, headers={"Content-Type": kind})
    assert (answer.status_code, "curl -F file=@" in answer.json["message"]) == (status, True)
    description.assert_fits("POST", PATH, answer)
    assert list((world.folder / "imports").iterdir()) == []


FILE_PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nPhone\n\r\n'
TEXT_PART = b'--x\r\nContent-Disposition: form-data; name="tags"\r\n\r\n%b\r\n'


@pytest.mark.parametrize(
    "raw",
    [
        FILE_PART + FILE_PART + b"--x--\r\n",
        FILE_PART + TEXT_PART % b"vip" + b"--x--\r\n",
        TEXT_PART % b"vip" + FILE_PART + b"--x--\r\n",
        TEXT_PART % (b"v" * 600_000) + FILE_PART + b"--x--\r\n",
        FILE_PART + TEXT_PART % b"vip" * 100 + b"--x--\r\n",
    ],
)
def test_what_comes_beside_the_one_file_is_refused_for_that(client, world, raw):
    answer = client.post(PATH, raw=raw, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert (answer.status_code, "must have one part" in answer.json["message"]) == (422, True)
    assert list((world.folder / "imports").iterdir()) == []


def form(content):
    return b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + content + b"\r\n--x--\r\n"


class Watched(io.BytesIO):
    """A body that comes in; remembers how much of it was asked for at once."""

    most = 0

    def read(self, size=-1):
        self.most = max(self.most, len(self.getvalue()) if size is None or size < 0 else size)
        return super().read(size)


@pytest.mark.parametrize("is_chunked", [True, False])
@pytest.mark.parametrize(("size", "status"), [(1 << 20, 201), ((1 << 20) + 1, 413), (5 << 20, 413)])
def test_the_limit_of_bytes_is_kept_while_the_body_is_read_piece_by_piece(
    start_client, tmp_path, is_chunked, size, status
):
    client = start_client(tmp_path / "small", max_upload_mib="1")
    head = b"Phone,Name\n"
    body = Watched(form(head + b"x" * (size - len(head))))
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "" if is_chunked else str(len(body.getvalue()))}
    if is_chunked:
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    headers = {"Authorization": client.authorization, "Content-Type": "multipart/form-data; boundary=x"}
    answer = client.open(PATH, method="POST", input_stream=body, environ_overrides=environ, headers=headers)
    assert answer.status_code == status
    assert body.most <= 256 * 1024
    if status == 413:
        assert "larger than 1 MiB" in answer.json["message"]
        # some is passed over, so that who still sends gets the answer, but not for ever
        assert (1 << 20) < body.tell() < (4 << 20)
        assert list((tmp_path / "small" / "imports").iterdir()) == []


def test_a_full_disk_is_a_passing_fault():
    problem = problem_of(OSError(ENOSPC, "No space left on device"))
    assert (problem.status, "Retry-After" in problem.headers) == (503, True)


def test_no_problem_tells_a_value_of_the_file(client):
    answer = client.upload('Name,Phone\n"Gavin Roberts,+919967536783\n')
    assert (answer.status_code, "Gavin" in json.dumps(answer.json)) == (422, False)


@pytest.mark.parametrize(("raw", "kind"), [(b"[]", "a list"), (b'"x"', "a string"), (b"null", "null")])
def test_a_body_that_is_no_object_is_told_what_it_is(client, uploaded, raw, kind):
    answer = client.put(f"{PATH}/{uploaded}/mapping", raw=raw)
    assert (answer.status_code, answer.json["message"]) == (400, f"the body is {kind}: it must be a JSON object")


def test_a_workbook_is_uploaded_like_a_csv_and_its_advice_is_in_words_of_the_api(client, work, description):
    content = workbook([["Name", "Phone"], ["Asha", "+91 98200-98200"], [None, None], ["Gavin", GAVIN]], [["Phone"]])
    answer = client.upload(content, name="people.xlsx")
    assert (answer.status_code, answer.json["sheets"]) == (201, ["People", "People 2"])
    description.assert_fits("POST", PATH, answer)
    id = answer.json["id"]
    assert client.put(f"{PATH}/{id}/options", {"sheet": "Leads"}).status_code == 422
    assert client.put(f"{PATH}/{id}/mapping", {}).status_code == 200
    assert client.post(f"{PATH}/{id}/check", raw=b"").status_code == 202
    work(id)
    found = told(client, id)
    assert (found["rows"], found["created"], [one["line"] for one in found["rejects"]]) == (2, 1, [2])
    assert found["rejects"][0]["hint"] == "Use digits only, or import with the option `clean_phones`."
    written = client.read(f"{PATH}/{id}/rejects.csv").data
    assert written.startswith(b"\xef\xbb\xbfName,Phone,")
    assert b"--" not in written


@pytest.mark.parametrize("content", ["BEGIN:VCARD\r\nEND:VCARD\r\n", FILE.encode("utf-16")[2:], b"PK\x03\x04"])
def test_no_refusal_names_an_option_of_the_command_line(client, content):
    answer = client.upload(content)
    assert answer.status_code == 422
    assert "--" not in answer.json["detail"]
