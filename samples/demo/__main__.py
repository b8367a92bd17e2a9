"""`make demo`: a ledger with the story of Banyan Books, a bookseller with four shops, then the hub over it.

Everything is told through what anybody can use: calls over HTTP and the command line. What happened when is stated in
the calls, over two years; that it is known the ledger records as of today. The second start goes on with what is there.

    python samples/demo FOLDER PORT
"""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from click import echo
from people import Town

TOWN = Town(7)
TWO_YEARS = timedelta(days=730)
COLUMNS = ("Name", "Country Code", "Phone Number", "Email", "City", "Area", "WhatsApp Opted", "Birthday", "Plan")

ODD = (
    {"Phone Number": "98200-45678"},
    {"Name": "R2D2 Kumar"},
    {"Phone Number": "9.82005E+09"},
    {"WhatsApp Opted": "maybe"},
    {"Birthday": "NA"},
    {},
    {"Phone Number": "9820045678.0"},
    {"Name": "Asha D'Souza"},
    {"City": "NA"},
    {},
)
"""What is odd about the rows of a file that waits to be matched."""


class Demo:
    """A deployment in a folder of its own, served on a port."""

    def __init__(self, folder: Path, port: int) -> None:
        self.files = folder / "files"
        self.files.mkdir(parents=True, exist_ok=True)
        self._url = f"http://127.0.0.1:{port}"
        self._environ = os.environ | {
            "CONTACTS_DATA": str(folder / "data"),
            "CONTACTS_PORT": str(port),
            "CONTACTS_LOG_FORMAT": "json",
        }
        self._key = ""
        self._keys: dict[str, str] = {}

    def serve(self) -> subprocess.Popen[str]:
        """Start the server; what it says up to its first key is shown, and the key kept."""
        command = [sys.executable, "-m", "service", "serve"]
        server = subprocess.Popen(command, env=self._environ, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        for line in server.stdout:
            if line.startswith(("Hub:", "Sign in:")):
                echo(line, nl=False)
            if line.startswith("API key:"):
                self._key = line.split()[-1]
            if line.startswith(("Try:", "Hub:")) and (self._key or not self.is_new):
                break
        return server

    @property
    def is_new(self) -> bool:
        """Whether nothing was told yet."""
        return not (self.files / "told").exists()

    def call(
        self, method: str, path: str, body: Any = None, lines: Iterable[Any] | None = None, by: str = "Website"
    ) -> Any:
        """One call with the key of that name; `lines` are sent as JSON lines. Raises HTTPError."""
        text = json.dumps(body) if lines is None else "\n".join(map(json.dumps, lines))
        kind = "application/json" if lines is None else "application/x-ndjson"
        return self._send(method, path, None if method == "GET" else text.encode(), kind, by)

    def _send(self, method: str, path: str, body: bytes | None, kind: str, by: str) -> Any:
        request = Request(self._url + path, body, method=method)
        request.add_header("Authorization", "Basic " + b64encode(f"{self._keys[by]}:".encode()).decode())
        request.add_header("Content-Type", kind)
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def use_keys(self) -> None:
        """From now on programs and people have keys of their own, by whose names the hub calls them."""
        for name, scopes in (
            ("Website", ("track", "read")),
            ("Meera Shah", ("read", "track", "import", "export", "audit", "erase")),
        ):
            words = [word for scope in scopes for word in ("--scope", scope)]
            self._keys[name] = self.contacts("keys", "create", "--name", name, *words)["key"]

    def bring(self, path: str, *tags: str, is_confirmed: bool = True) -> str:
        """A file as the hub takes it in: uploaded, tagged, checked, confirmed; the import's id."""
        boundary, name = "a-file-of-the-demo", Path(path).name
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = part.encode() + Path(path).read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        id = str(self._send("POST", "/v1/imports", body, kind, "Meera Shah")["id"])
        address = f"/v1/imports/{id}"
        if is_confirmed:
            self.call("PUT", f"{address}/tags", {"tags": list(tags)}, by="Meera Shah")
            born = {"column": "Birthday", "attribute": "Birthday", "type": "datetime"}
            self.call("PUT", f"{address}/mapping", {"columns": [born]}, by="Meera Shah")
            self.call("POST", f"{address}/check", {}, by="Meera Shah")
            self._wait(lambda: self.call("GET", address, by="Meera Shah")["state"] == "checked")
            self.call("POST", f"{address}/confirm", {}, by="Meera Shah")
            self._wait(lambda: self.call("GET", address, by="Meera Shah")["state"] == "done")
        return id

    def _wait(self, is_so: Callable[[], bool]) -> None:
        for _ in range(600):
            if is_so():
                return
            time.sleep(0.1)
        raise SystemExit("the ledger did not come to it within a minute")

    def contacts(self, *words: str) -> Any:
        """One command of `contacts`; its JSON. Rows that were rejected are a part of the story."""
        done = subprocess.run(
            [sys.executable, "-m", "service", *words, "--json"], env=self._environ, capture_output=True, text=True
        )
        if done.returncode not in (0, 3):
            raise SystemExit(f"contacts {' '.join(words)}: {done.stderr}")
        return json.loads(done.stdout)

    def write(self, name: str, rows: Iterable[Mapping[str, Any]]) -> str:
        """A CSV file; its path."""
        path, rows = self.files / name, list(rows)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return str(path)

    def point_at(self, what: str, path: str) -> None:
        """Say what there is to be tried, and where; said again at each later start."""
        with (self.files / "told").open("a", encoding="utf-8") as file:
            file.write(f"{what}: {self._url}/{path}\n")

    def to_try(self) -> str:
        """What there is to be tried, a line each."""
        return (self.files / "told").read_text(encoding="utf-8").rstrip()

    def settle(self) -> None:
        """Wait until all that was published is in the state; a minute at most."""

        def is_settled() -> bool:
            status = self.call("GET", "/v1/audit/status", by="Meera Shah")
            return bool(status["bus_lag"] == 0 and status["lag_events"] == 0)

        self._wait(is_settled)


def row(number: int, **other: str) -> dict[str, Any]:
    """A person as the shops write them down."""
    one = TOWN.person(number)
    cells = (one["name"], "91", one["phone"], one["email"], one["city"], one["area"])
    said = ("TRUE" if one["opted"] else "FALSE", one["birthday"], one["plan"])
    return dict(zip(COLUMNS, (*cells, *said), strict=True)) | other


def call_of(number: int, days_ago: float, tags: tuple[str, ...] = (), **traits: Any) -> dict[str, Any]:
    """A person as the website reports them."""
    stated = datetime.now(UTC) - timedelta(days=days_ago)
    return {
        "phoneNumber": TOWN.person(number)["phone"],
        "countryCode": "+91",
        "traits": traits,
        "tags": list(tags),
        "createdAt": f"{stated:%Y-%m-%dT%H:%M:%SZ}",
    }


def tell(demo: Demo) -> None:
    """The story, from the first website visitors to last week's mistake."""

    def batch(calls: Iterable[dict[str, Any]]) -> None:
        demo.call("POST", "/v1/contacts/batch", lines=calls)

    demo.use_keys()
    echo("The website's first customers sign up …")
    batch(sign_up(number, 729 - number * 0.6) for number in range(1, 1101))
    demo.settle()

    echo("Four shops bring in their files …")
    faulty = {1130: {"Name": "R2D2 !!"}, 1141: {"Phone Number": "98200"}, 1163: {"Phone Number": "9.82E+09"}}
    demo.bring(demo.write("pune-shop.csv", (row(n, **faulty.get(n, {})) for n in range(900, 1700))), "pune shop")
    demo.bring(demo.write("mumbai-shop.csv", (row(n) for n in range(1600, 2300))), "mumbai shop")
    demo.bring(demo.write("book-fair.csv", (row(n) for n in range(2250, 3000))), "book fair", "new customer")
    demo.settle()

    echo("People order, move house, and change their minds …")
    batch(call_of(n, 300 - n * 0.09, **{"Lifetime Value": TOWN.person(n)["spent"]}) for n in range(1, 3000, 3))
    batch(call_of(n, 200 - n * 0.05, ("vip",), **{"Lifetime Value": 25_000 + n}) for n in range(5, 2500, 41))
    batch(call_of(n, 120 - n * 0.03, city="Mumbai", area="Bandra") for n in range(11, 3000, 37))
    batch(call_of(n, 60 - n * 0.01, whatsapp_opted=False) for n in range(17, 2900, 29))
    batch({"userId": f"web-{n}", "traits": {"Newsletter": n % 4 > 0}} for n in range(1, 400, 2))
    demo.settle()  # until then the reader of the newsletter and the customer are two; the next call knows better
    batch(call_of(n, 30) | {"userId": f"web-{n}"} for n in range(1, 400, 2))
    demo.settle()

    echo("Last week's file has every city wrong: it is taken back …")
    before = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    wrong = (row(n, City="Lucknow", Area="") for n in range(1, 900))
    id = demo.bring(demo.write("loyalty-2026.csv", wrong), "loyalty 2026")
    why = {"reason": "every city was Lucknow: wrong column"}
    demo.call("POST", f"/v1/imports/{id}/undo", why, by="Meera Shah")
    demo.settle()
    corrected = demo.bring(demo.write("loyalty-2026-corrected.csv", (row(n) for n in range(1, 900))), "loyalty 2026")
    demo.settle()
    for number, city in ((1, "Kochi"), (2, "Jaipur"), (2251, "Pune")):
        found = demo.contacts("show", f"+91{TOWN.person(number)['phone']}")
        demo.call(
            "PATCH",
            f"/v1/contacts/{found['id']}",
            {"traits": {"city": city, "area": None}, "tags": ["vip"]},
            by="Meera Shah",
        )
    demo.settle()
    work(demo)
    moved = demo.contacts("show", f"+91{TOWN.person(1)['phone']}")["id"]
    demo.point_at("Find out who changed the city of a reader", f"contacts/{moved}")
    demo.point_at("Take a file back", f"imports/{corrected}")
    demo.point_at("See the list as it was before that file", f"contacts?as_of={before}")


def work(demo: Demo) -> None:
    """What people do with it: a view, a change of many, a download, a check, a merge, an erasure, a messy file that
    waits.
    """
    echo("The office works with it …")
    vips = {"where": ["whatsapp_opted=true"], "tag": ["vip"]}
    demo.call("POST", "/v1/views", {"name": "VIPs to write to", "query": vips, "shared": True}, by="Meera Shah")
    demo.contacts("edit", "--where", "city=Ahmedabad", "--tag", "navratri 2026", "--reason", "Navratri sale", "--yes")
    demo.call("POST", "/v1/exports", {"tag": ["book fair"], "opted_in": True}, by="Meera Shah")
    demo.call("POST", "/v1/audit/verify", {}, by="Meera Shah")
    # two numbers, one user ID, in one breath: the ledger takes the first and refuses the second
    same = [call_of(n, 0) | {"userId": "till-7"} for n in (3001, 3002)]
    demo.call("POST", "/v1/contacts/batch", lines=same)
    others = {2: 3101, 260: 3102, 777: 3103}  # who gave another number at the till is another contact
    seconds = [(n, {name: TOWN.person(n)[name] for name in ("name", "email")}) for n in others]
    demo.call("POST", "/v1/contacts/batch", lines=[call_of(others[n], 0, **said) for n, said in seconds])
    demo.settle()
    first, second = (demo.contacts("show", f"+91{TOWN.person(n)['phone']}")["id"] for n in (2, others[2]))
    why = "one reader with two numbers"
    demo.call("POST", f"/v1/contacts/{first}/merge", {"absorbed": second, "reason": why}, by="Meera Shah")
    gone = demo.contacts("show", f"+91{TOWN.person(1234)['phone']}")["id"]
    demo.call("DELETE", f"/v1/contacts/{gone}", {"reason": "asked to be forgotten"}, by="Meera Shah")
    messy = [row(n, **odd) for n, odd in enumerate(ODD, 3010)]
    demo.bring(demo.write("fair-visitors.csv", messy), is_confirmed=False)
    demo.settle()


def sign_up(number: int, days_ago: float) -> dict[str, Any]:
    """Somebody leaves name, email and city on the website."""
    one = TOWN.person(number)
    said = {name: one[name] for name in ("name", "email", "city")} | {"whatsapp_opted": one["opted"]}
    return call_of(number, days_ago, **said)


def main(folder: Path, port: int) -> None:
    """Tell the story once, then serve it until Ctrl+C."""
    demo = Demo(folder, port)
    began, is_new = time.monotonic(), demo.is_new
    if is_new:
        shutil.rmtree(folder / "data", ignore_errors=True)  # of a first start that was broken off
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = demo.serve()
    try:
        if is_new:
            tell(demo)
            echo(f"Ready after {time.monotonic() - began:.0f} seconds. Open the link above; Ctrl+C ends it. Then try:")
        echo(demo.to_try())
        assert server.stdout is not None
        for _ in server.stdout:
            pass
    except KeyboardInterrupt:
        pass
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
