"""A deployment of the demo: its processes, and calls and commands as anybody can make them."""

import csv
import json
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from click import echo

OWNER = "Meera Shah"
"""Whose shop it is; the key by which most calls come."""

FIRST_KEY = "first key"
"""The one that a first start makes, with every right."""

_BOUNDARY = "a-file-of-the-demo"


class Deployment:
    """A ledger in a folder of its own, served on a port; `environ` is for its processes."""

    def __init__(self, folder: Path, port: int, environ: Mapping[str, str]) -> None:
        self._files, self._log = folder / "files", folder / "server.log"
        self._files.mkdir(parents=True, exist_ok=True)
        self.url = f"http://127.0.0.1:{port}"
        self._environ = os.environ | environ
        self._environ |= {"CONTACTS_DATA": str(folder / "data"), "CONTACTS_PORT": str(port)}
        self._environ |= {"CONTACTS_LOG_FORMAT": "json"}
        self._keys: dict[str, str] = {}

    def serve(self, *, is_first: bool) -> subprocess.Popen[str]:
        """Start the server; it is ready when this returns. The first start makes a key, which is kept.

        What it logs goes to a file. Raises SystemExit with the end of that, where the server does not start.
        """
        command = [sys.executable, "-m", "service", "serve"]
        with self._log.open("w", encoding="utf-8") as log:
            server = subprocess.Popen(command, env=self._environ, stdout=subprocess.PIPE, stderr=log, text=True)
        assert server.stdout is not None
        for line in server.stdout:
            if line.startswith("API key:"):
                self._keys[FIRST_KEY] = line.split()[-1]
            if line.startswith("Hub:"):
                echo(line, nl=False)
            if line.startswith("Try:" if is_first else "Hub:"):
                return server
        raise SystemExit(self._log.read_text(encoding="utf-8")[-2000:])

    def add_key(self, name: str, *scopes: str) -> None:
        """A program or person gets a key, by whose name the hub tells of what they do."""
        self._keys[name] = self.call("POST", "/v1/keys", {"name": name, "scopes": scopes}, by=FIRST_KEY)["key"]

    def call(self, method: str, path: str, body: Any = None, by: str = OWNER) -> Any:
        """One call with the key of that name; its JSON. Raises HTTPError."""
        return self._send(method, path, None if method == "GET" else json.dumps(body).encode(), "application/json", by)

    def batch(self, calls: Iterable[Mapping[str, Any]], by: str) -> None:
        """Track calls in one, seen by everybody when this returns."""
        lines = "\n".join(map(json.dumps, calls))
        if lines:
            self._send("POST", "/v1/contacts/batch", lines.encode(), "application/x-ndjson", by)

    def _send(self, method: str, path: str, body: bytes | None, kind: str, by: str, token: str = "") -> Any:
        request = Request(self.url + path, body, method=method)
        request.add_header("Authorization", "Basic " + b64encode(f"{self._keys[by]}:".encode()).decode())
        request.add_header("Content-Type", kind)
        if token:
            request.add_header("Consistency-Token", token)
        with urlopen(request, timeout=60) as answer:
            document, written = json.load(answer), answer.headers["Consistency-Token"]
        if written and method != "GET":
            self._see(written)
        return document

    def _see(self, token: str) -> None:
        """Wait until what was written shows, so that it is known on the day on which it was said."""

        def shows() -> bool:
            try:
                self._send("GET", "/v1/contacts?limit=1&total=false", None, "application/json", FIRST_KEY, token)
            except HTTPError as fault:
                return fault.code == 409  # it was rejected, and will not show
            return True

        self.wait(shows)

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so; a minute at most."""
        until = time.monotonic() + 60
        while not is_so():
            if time.monotonic() > until:
                raise SystemExit("the ledger did not come to it within a minute")
            time.sleep(0.02)

    def settle(self) -> None:
        """Wait until all that was published is in the state."""

        def is_settled() -> bool:
            status = self.call("GET", "/v1/audit/status")
            return bool(status["bus_lag"] == 0 and status["lag_events"] == 0)

        self.wait(is_settled)

    def upload(self, name: str, rows: Iterable[Mapping[str, Any]]) -> str:
        """A file as it is uploaded; the import's id."""
        path, rows = self._files / name, list(rows)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        part = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = part.encode() + path.read_bytes() + f"\r\n--{_BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        return str(self._send("POST", "/v1/imports", body, kind, OWNER)["id"])

    def bring(self, name: str, rows: Iterable[Mapping[str, Any]], *tags: str) -> str:
        """A file as the hub takes it in: uploaded, tagged, matched, checked, confirmed; the import's id."""
        id = self.upload(name, rows)
        born = {"column": "Birthday", "attribute": "Birthday", "type": "datetime"}
        self.call("PUT", f"/v1/imports/{id}/tags", {"tags": tags})
        self.call("PUT", f"/v1/imports/{id}/mapping", {"columns": [born]})
        self.call("POST", f"/v1/imports/{id}/check", {})
        self.confirm(f"/v1/imports/{id}")
        return id

    def confirm(self, address: str) -> None:
        """Have an import, or a change of many, done once it is checked; it shows when this returns."""
        for state in ("checked", "done"):
            self.wait(lambda state=state: self.call("GET", address)["state"] == state)
            if state == "checked":
                self.call("POST", f"{address}/confirm", {})
        self.settle()

    def id_of(self, phone: str) -> str:
        """The id of who has this phone, in digits."""
        found = self.call("GET", f"/v1/public/apis/users/phone_number/{phone}")
        return str(found["data"]["id"])

    def link(self) -> str:
        """A link by which the first person signs in, once: by the command line, which needs no key."""
        (person, *_) = self._command("people", "list")["people"]
        return str(self._command("people", "link", person["id"])["link"])

    def _command(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        command = [sys.executable, "-m", "service", *arguments, "--json"]
        return json.loads(subprocess.run(command, env=self._environ, stdout=subprocess.PIPE, check=True).stdout)
