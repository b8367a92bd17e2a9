"""A file that is uploaded: read piece by piece, shown, and refused for what it is (R10, R11, R24)."""

import io
import json
from errno import ENOSPC

import pytest

from service.api.http.errors import problem_of
from tests.examples import GAVIN
from tests.service.api.imports.calls import FILE, PATH, told
from tests.service.imports.table.workbooks_made import workbook


def test_an_upload_is_201_with_its_address_and_its_first_rows(client, description):
    answer = client.upload(FILE, name="files/people.csv")
    assert answer.status_code == 201
    assert (answer.json["state"], answer.json["file_name"]) == ("uploaded", "people.csv")
    assert client.read(answer.headers["Location"]).json == answer.json
    description.assert_fits("POST", PATH, answer)


def test_a_file_of_another_encoding_is_shown_and_its_encoding_confirmed(client):
    answer = client.upload(f"Name,Phone\nJosé,{GAVIN}\n".encode("windows-1252"))
    assert (answer.status_code, answer.json["unreadable"]) == (201, [f"José,{GAVIN}"])
    path = f"{PATH}/{answer.json['id']}"
    refused = client.put(f"{path}/mapping", {})
    assert (refused.status_code, refused.json["reason"]) == (409, "encoding_needed")
    shown = client.put(f"{path}/options", {"encoding": "windows-1252"}).json
    assert shown["preview"]["rows"][0]["cells"][0] == "José"
    assert client.put(f"{path}/mapping", {}).status_code == 200


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
