"""Row 17: the hub's pages of contacts with twenty attributes, by the calls that give the same, and the wizard's own."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from random import Random
from statistics import quantiles
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

import orjson

from bench import wide_people
from bench.people import person
from bench.row import Figure, Result, Row, Run, Wrong, discard, head
from bench.running import Place
from bench.serving import Served, serving
from projections.state.indexes import FULL_TEXT, is_kept_in_blocks, table_of
from projections.state.sqlite.blocks import missing
from projections.state.sqlite.reader import reading

_FILE_ROWS = 250_000
"""Rows of one file: with all columns, more would be over the limit of 50 MiB."""

_UPLOADED = 20_000
"""Rows of the file that waits in the wizard: these people are known, with the same values."""

_EVENTS = (1_000, 10_000)
"""Events of the contacts whose timelines are asked for."""

_BATCH = 1_000
_PAGE, _WRITE = 60.0, 150.0
"""Milliseconds that a page may take, and a write until it shows."""

_PLANS = ("free", "basic", "plus", "gold")

Paths = Iterator[str]


class _Browser:
    """Calls of one person, with a key, and pages once that person is signed in."""

    def __init__(self, served: Served, connection: HTTPConnection) -> None:
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}

    def timed(self, path: str) -> float:
        """Milliseconds of a call, from its first byte to the last one of its answer."""
        began = time.perf_counter()
        self.call("GET", path)
        return (time.perf_counter() - began) * 1000

    def call(self, method: str, path: str, body: object = None) -> bytes:
        """One call; its answer. Raises Wrong."""
        sent = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        self._connection.request(method, path, sent, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise Wrong(f"{method} {path} was answered {answer.status}: {content[:200]!r}")
        return content

    def sign_in(self, key: str) -> None:
        """Sign in to the hub, as its form does."""
        form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        self._connection.request("POST", "/sign-in", urlencode({"key": key}), form)
        answer = self._connection.getresponse()
        answer.read()
        cookies = [cookie.partition(";")[0] for cookie in answer.headers.get_all("Set-Cookie", [])]
        if answer.status != 303 or not cookies:
            raise Wrong(f"signing in was answered {answer.status}")
        self._headers["Cookie"] = "; ".join(cookies)

    def upload(self, name: str, content: bytes) -> str:
        """Upload a file; the id of its import."""
        mark = "bench"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        headers = self._headers | {"Content-Type": f"multipart/form-data; boundary={mark}"}
        self._connection.request(
            "POST", "/v1/imports", head.encode() + content + f"\r\n--{mark}--\r\n".encode(), headers
        )
        answer = self._connection.getresponse()
        if answer.status >= 300:
            raise Wrong(f"an upload was answered {answer.status}: {answer.read()[:200]!r}")
        return str(orjson.loads(answer.read())["id"])

    def status_of(self, path: str) -> int:
        """How a call is answered."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def until(self, path: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What a call answers, once it is so."""
        while not is_so(found := orjson.loads(self.call("GET", path))):
            time.sleep(0.1)
        return cast(dict[str, Any], found)


def _list(**asked: str) -> str:
    return f"/v1/contacts?{urlencode({'limit': '50'} | asked)}"


def _two_conditions(chance: Random, people: int) -> str:
    one = person(chance.randrange(people))
    where = urlencode([("where", f"city={one.city}"), ("where", f"Plan={chance.choice(_PLANS)}")])
    return f"/v1/contacts?limit=50&{where}"


def _searches(chance: Random, people: int) -> str:
    """What somebody types: beginnings of a name, names, e-mails, and parts of a phone."""
    one = person(chance.randrange(people))
    texts = (one.name[:1], one.name[:2], one.name[:3], one.name.split()[0], one.name, one.email, one.number[:5],
             one.number[3:8], one.phone)  # fmt: skip
    return _list(q=chance.choice(texts))


def _pages(
    people: int, ids: list[str], busy: dict[int, str], imports: "_Imports", past: int
) -> dict[str, Callable[[Random], str]]:
    """What is asked for, by name: the path of one call. `busy`: ids of contacts by how many events each has."""
    timelines = {
        f"the timeline of {events:,} events": f"/v1/contacts/{id}/history?order=newest&limit=50"
        for events, id in busy.items()
    }
    return {
        "the list": lambda _: _list(),
        "two conditions and the count": lambda chance: _two_conditions(chance, people),
        "a search": lambda chance: _searches(chance, people),
        "a tag": lambda chance: _list(tag=chance.choice(wide_people.TAGS)),
        "a contact": lambda chance: f"/v1/contacts/{chance.choice(ids)}",
        **{name: lambda _, path=path: path for name, path in timelines.items()},
        "values with counts": lambda chance: f"/v1/values?attribute={chance.choice(('city', 'Plan', 'Language'))}",
        "the attributes": lambda _: "/v1/attributes",
        "the imports": lambda _: "/v1/imports",
        "the wizard's page of tags": lambda _: f"/imports/{imports.waiting}?step=tags",
        "the wizard's page of columns": lambda _: f"/imports/{imports.waiting}?step=columns",
        "the wizard's check": lambda _: f"/imports/{imports.checked}",
        "the result of an import": lambda _: f"/imports/{imports.done}",
        "the overview": lambda _: "/v1/overview",
        "the list as it was": lambda _: _list(as_of=str(past)),
    }


class _Imports(NamedTuple):
    """Imports by the page that shows each: one that waits for its columns, one that is checked, one that is done."""

    waiting: str
    checked: str
    done: str


def _bring(served: Served, run: Run) -> None:
    people, place = run.sizes.rows, served.place
    for first in range(0, people, _FILE_ROWS):
        count = min(_FILE_ROWS, people - first)
        file = wide_people.write(run.folder / f"wide-{first}.csv", first, count)
        types = [part for name, type in wide_people.typed_columns() for part in ("--map", f"{name}={name}:{type}")]
        brought = place.run("import", str(file), *types, "--map", "Tags=tags", "--json")
        file.unlink()
        if brought["created"] != count:
            raise Wrong(f"{brought['created']} contacts were made, {count} expected")


def _wizard(browser: _Browser, run: Run) -> _Imports:
    """An import for each of the wizard's pages."""
    file = wide_people.write(run.folder / "again.csv", 0, min(_UPLOADED, run.sizes.rows))
    content = file.read_bytes()
    file.unlink()
    (done,) = orjson.loads(browser.call("GET", "/v1/imports?state=done&limit=1"))["imports"]
    waiting, checked = (browser.upload(f"{name}.csv", content) for name in ("waiting", "checked"))
    for id in (waiting, checked):
        browser.until(f"/v1/imports/{id}", lambda found: found["preview"] is not None)
    typed = [{"column": name, "attribute": name, "type": type} for name, type in wide_people.typed_columns()]
    browser.call("PUT", f"/v1/imports/{checked}/mapping", {"columns": typed})
    browser.call("POST", f"/v1/imports/{checked}/check")
    browser.until(f"/v1/imports/{checked}", lambda found: bool(found["state"] == "checked"))
    return _Imports(waiting, checked, str(done["id"]))


def _make_past(browser: _Browser, position: int) -> None:
    """Have the list of a moment made: the first call of it waits, and is asked again."""
    path = _list(as_of=str(position))
    while browser.status_of(path) == _NOT_YET:
        time.sleep(0.5)


_NOT_YET = 503


def _busy_contact(browser: _Browser, served: Served, events: int) -> str:
    """Somebody with so many events; their id."""
    user = f"busy-{events}"
    found = orjson.loads(browser.call("POST", "/v1/contacts", {"user_id": user, "traits": {"city": "Pune"}}))
    for first in range(0, events, _BATCH):
        lines = [{"userId": user, "traits": {"Score": first + number}} for number in range(_BATCH)]
        browser.call("POST", "/v1/contacts/batch", b"\n".join(map(orjson.dumps, lines)))
    served.wait_until_settled(head(served.place))
    return str(found["id"])


def _wait_for_indexes(served: Served, place: Place) -> None:
    generations = place.drivers.generations()

    def are_made() -> bool:
        with reading(generations.current_path()) as state:
            asked, names = generations.asked().all(), state.names()
            if table_of(FULL_TEXT) not in names or not {table_of(index) for index in asked} <= names:
                return False
            late = "SELECT 1 FROM contacts WHERE contact >= (SELECT contact FROM full_text_reached) LIMIT 1"
            blocks = filter(is_kept_in_blocks, asked)
            return not any(state.rows(late, ())) and all(not missing(state.rows, index) for index in blocks)

    place.wait_until(served.process, are_made, every=0.2)


def _until_shown(browser: _Browser, ids: list[str], calls: int) -> list[float]:
    """Milliseconds of an edit until a list that is asked for has it."""
    took = []
    for number in range(calls):
        began = time.perf_counter()
        browser.call("PATCH", f"/v1/contacts/{ids[number % len(ids)]}", {"traits": {"Notes": f"edit {number}"}})
        shown = orjson.loads(browser.call("GET", _list(total="false", limit="1")))
        if shown["contacts"][0]["traits"]["Notes"] != f"edit {number}":
            raise Wrong(f"edit {number} does not show")
        took.append((time.perf_counter() - began) * 1000)
    return took


def _p95(took: list[float]) -> float:
    return quantiles(took, n=20)[18]


def _measure(run: Run) -> Result:
    place, people, calls = run.place("pages"), run.sizes.rows, run.sizes.lone_calls
    with serving(place) as served, closing(HTTPConnection("127.0.0.1", place.port, timeout=120)) as connection:
        _bring(served, run)
        browser = _Browser(served, connection)
        busy = {events: _busy_contact(browser, served, events) for events in _EVENTS}
        listed = orjson.loads(browser.call("GET", _list(sort="created")))
        ids = [one["id"] for one in listed["contacts"]]
        past = head(place) // 2
        _make_past(browser, past)
        browser.sign_in(served.key)
        asked = _pages(people, ids, busy, _wizard(browser, run), past)
        for path in asked.values():  # asks for the indexes
            for seed in range(10):
                browser.timed(path(Random(seed)))
        _wait_for_indexes(served, place)
        written = _until_shown(browser, ids, min(calls, 50))
        key = served.key
    with serving(place, key) as served, closing(HTTPConnection("127.0.0.1", place.port, timeout=120)) as connection:
        browser = _Browser(served, connection)
        browser.sign_in(served.key)
        first = {name: browser.timed(path(Random(name))) for name, path in asked.items()}
        chance = Random("pages")
        took = {name: [browser.timed(path(chance)) for _ in range(calls)] for name, path in asked.items()}
    discard(place)
    figures = [
        Figure(_p95(found), "ms", _PAGE, _PAGE / 2, is_less_better=True, what=f"    p95 of {name}")
        for name, found in took.items()
    ]
    figures.append(Figure(max(first.values()), "ms", 2 * _PAGE, _PAGE, is_less_better=True, what="    the first call"))
    figures.append(
        Figure(_p95(written), "ms", _WRITE, _WRITE / 2, is_less_better=True, what="    p95 until an edit shows")
    )
    return Result(
        tuple(figures),
        f"{calls} calls of each, one at a time, of {people:,} contacts with 20 attributes",
        {"milliseconds": took, "first": first, "until_shown": written},
    )


ROW = Row(17, "pages", "what the hub's pages ask for, over HTTP:", _measure)
