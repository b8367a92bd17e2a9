"""A file goes its whole way over HTTP, on each bus: streamed in, mapped, checked, confirmed, counted."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import psutil

from tests.shipped import eventually

ROWS = 3_000
MIB = 1 << 20


def phone(number):
    return f"+9170{number:08d}"  # nobody else here has such a number


def content():
    return "Phone,Name,Score\n" + "".join(
        f"{phone(number)},{'R2' if number % 100 == 0 else 'Asha'},{number}\n" for number in range(ROWS)
    )


def form(pieces):
    """A form with one file, as it is sent without a Content-Length."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
    yield from pieces
    yield b"\r\n--x--\r\n"


CHUNKED = {"Content-Type": "multipart/form-data; boundary=x"}


def when(served, path, holds):
    """What is told of the import once `holds` says so."""

    def told():
        found = served.http.get(path).json()
        return found if holds(found) else None

    return eventually(told, "the import is there")


def folders(served):
    return {path.name for path in (served.shipped.data / "imports").glob("*")}


def test_a_chunked_upload_is_mapped_checked_confirmed_and_counted(served):
    pieces = (content()[start : start + 997].encode() for start in range(0, len(content()), 997))
    answer = served.http.post("/v1/imports", content=form(pieces), headers=CHUNKED)
    assert answer.status_code == 201
    path = answer.headers["Location"]
    wanted = [{"column": "Score", "attribute": "Upload score", "type": "number"}]
    assert served.http.put(f"{path}/mapping", json={"columns": wanted}).status_code == 200
    assert served.http.put(f"{path}/tags", json={"tags": ["uploaded"]}).status_code == 200
    assert served.http.post(f"{path}/check").status_code == 202
    checked = when(served, path, lambda one: one["progress"] is None)
    assert (checked["state"], checked["created"], checked["rejected"]) == ("checked", ROWS * 99 // 100, ROWS // 100)
    assert served.http.post(f"{path}/confirm").status_code == 202
    done = when(served, path, lambda one: one["state"] == "done")
    assert {name: done[name] for name in ("rows", "created", "rejected")} == {
        name: checked[name] for name in ("rows", "created", "rejected")
    }
    found = served.http.get("/v1/contacts", params={"where": f"phone={phone(7)}"}).json()["contacts"]
    assert [(one["traits"]["Upload score"], one["tags"]) for one in found] == [(7, ["uploaded"])]
    assert len(served.http.get(f"{path}/rejects.csv").text.splitlines()) == ROWS // 100 + 1


def test_a_file_over_the_limit_is_cut_off_and_costs_no_memory(served):
    workers = psutil.Process(served.child("api")).children(recursive=True)
    before = max(worker.memory_info().rss for worker in workers)
    kept = folders(served)
    sent = 0

    def pieces(most):
        nonlocal sent
        for _ in range(most):
            sent += MIB
            yield b"x" * MIB

    answer = served.http.post("/v1/imports", content=form(pieces(70)), headers=CHUNKED)
    assert (answer.status_code, sent) == (413, 70 * MIB)
    assert answer.json()["message"] == "The file is larger than 50 MiB; split it into smaller files."
    with suppress(httpx.TransportError):  # nobody reads on for ever
        assert served.http.post("/v1/imports", content=form(pieces(1000)), headers=CHUNKED).status_code == 413
    assert sent < 300 * MIB
    assert max(worker.memory_info().rss for worker in workers) - before < 30 * MIB
    assert folders(served) == kept


def test_an_upload_that_breaks_off_leaves_nothing(served):
    kept = folders(served)
    address = urlsplit(served.url)
    half = b"".join(form([b"Phone\n", b"+919967536783\n" * 20_000]))[:-50_000]
    with socket.create_connection((address.hostname, address.port)) as caller:
        caller.sendall(
            f"POST /v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.key}\r\n"
            f"Content-Type: {CHUNKED['Content-Type']}\r\nContent-Length: {len(half) + 50_000}\r\n\r\n".encode()
        )
        caller.sendall(half)
        eventually(lambda: folders(served) > kept, "the upload has begun")
    eventually(lambda: folders(served) == kept, "what came of it is removed")


def test_the_command_line_shows_and_cancels_what_was_uploaded(served):
    id = served.http.post("/v1/imports", files={"file": ("people.csv", "Phone\n+919967536783\n")}).json()["id"]
    assert f"{id}  people.csv  uploaded" in served.shipped.run("imports")
    told = served.shipped.run("imports", "resume", id, code=1)
    assert "is uploaded and was never confirmed: there is nothing to go on with" in told
    assert served.shipped.run("imports", "cancel", id, "--json")["state"] == "cancelled"
    assert id not in folders(served)
