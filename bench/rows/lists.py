"""Row 11: pages of 100 contacts over HTTP, filtered in four ways, after the indexes that were asked for are made."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from http.client import HTTPConnection
from random import Random
from statistics import median, quantiles
from urllib.parse import urlencode

import orjson

from bench.imports import file_of, run_import
from bench.people import Person, person
from bench.row import Figure, Result, Row, Run, Wrong, discard, head
from bench.running import Place
from bench.serving import Served, serving
from projections.state.indexes import is_kept_in_blocks, table_of
from projections.state.sqlite.blocks import missing
from projections.state.sqlite.reader import reading

PAGE = 100
TAG = "diwali"

Holds = Callable[[Person], bool]
Asked = tuple[tuple[str, str], Holds]
"""A parameter of the call, and which people it must find."""


def _asked(kind: str, chance: Random, people: int) -> Asked:
    one = person(chance.randrange(people))
    match kind:
        case "a default attribute":
            return ("where", f"city={one.city}"), lambda other: other.city == one.city
        case "a custom trait":
            return ("where", f"Points={one.points}"), lambda other: other.points == one.points
        case "a tag":
            return ("tag", chance.choice([TAG, TAG.upper(), "nobody has it"])), lambda _: True
    part = one.email.split("@")[0][-6:]
    return ("where", f"email~{part.upper()}"), lambda other: part in other.email


KINDS = ("a default attribute", "a custom trait", "a tag", "contains")


def _call(
    connection: HTTPConnection, served: Served, what: str, *parameters: tuple[str, str]
) -> tuple[float, dict[str, object]]:
    """Milliseconds and the answer."""
    began = time.perf_counter()
    connection.request("GET", f"/v1/{what}?{urlencode(parameters)}", headers={"Authorization": f"Bearer {served.key}"})
    answer = connection.getresponse()
    printed = answer.read()
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise Wrong(f"a list was answered {answer.status}: {printed.decode()}")
    document: dict[str, object] = orjson.loads(printed)
    return took, document


def _wait_for_indexes(served: Served, place: Place) -> None:
    generations = place.drivers.generations()

    def are_made() -> bool:
        with reading(generations.current_path()) as state:
            asked = generations.asked().all()
            return {table_of(index) for index in asked} <= state.names() and all(
                not missing(state.rows, index) for index in asked if is_kept_in_blocks(index)
            )

    place.wait_until(served.process, are_made, every=0.05)


def _pages(connection: HTTPConnection, served: Served, kind: str, people: Sequence[Person], calls: int) -> list[float]:
    chance, took = Random(kind), []
    for number in range(calls):
        parameter, holds = _asked(kind, chance, len(people))
        milliseconds, document = _call(
            connection, served, "contacts", parameter, ("limit", str(PAGE)), ("total", "false")
        )
        took.append(milliseconds)
        found = document["contacts"]
        assert isinstance(found, list)
        if number < 5:  # to look at everybody takes longer than the call
            expected = 0 if parameter[1].startswith("nobody") else sum(map(holds, people))
            if len(found) != min(PAGE, expected):
                raise Wrong(f"{parameter} gave {len(found)} contacts, {min(PAGE, expected)} expected")
    return took


def _totals(connection: HTTPConnection, served: Served, people: Sequence[Person], calls: int) -> list[float]:
    chance, took = Random("totals"), []
    for number in range(calls):
        parameter, holds = _asked(KINDS[number % 2], chance, len(people))
        milliseconds, document = _call(connection, served, "contacts", parameter, ("limit", "1"))
        took.append(milliseconds)
        if document["total"] != sum(map(holds, people)):
            raise Wrong(f"{parameter} has a total of {document['total']}")
    return took


def _attributes(connection: HTTPConnection, served: Served, place: Place, people: int, calls: int) -> list[float]:
    """Each after a change, so that no earlier answer will do."""
    took = []
    for number in range(calls):
        place.run("track", "--user-id", f"newcomer {number}", "--trait", "Points=1", "--json")
        served.wait_until_settled(head(place))
        milliseconds, document = _call(connection, served, "attributes")
        took.append(milliseconds)
        found = document["attributes"]
        assert isinstance(found, list)
        points = next(each["contacts"] for each in found if each["name"] == "Points")
        if points != people + number + 1:
            raise Wrong(f"{points} contacts have Points, {people + number + 1} expected")
    return took


def _measure(run: Run) -> Result:
    place, count = run.place("lists"), run.sizes.rows
    people = [person(index) for index in range(count)]
    with serving(place) as served:
        run_import(served, file_of(run, 0, count), count, tags=[TAG])
        with closing(HTTPConnection("127.0.0.1", place.port, timeout=60)) as connection:
            for kind in KINDS:
                _pages(connection, served, kind, people, 20)  # asks for the indexes
            _call(connection, served, "attributes")
            _wait_for_indexes(served, place)
            pages = {kind: _pages(connection, served, kind, people, run.sizes.lone_calls) for kind in KINDS}
            totals = _totals(connection, served, people, 40)
            attributes = _attributes(connection, served, place, count, 20)
    discard(place)
    figures = [
        Figure(quantiles(took, n=20)[18], "ms", 50, 20, is_less_better=True, what=f"    p95 by {kind}")
        for kind, took in pages.items()
    ]
    figures.append(Figure(quantiles(totals, n=20)[18], "ms", 200, 100, is_less_better=True, what="    p95 of a total"))
    figures.append(Figure(median(attributes), "ms", 200, 100, is_less_better=True, what="    the attributes, median"))
    return Result(
        tuple(figures),
        f"{run.sizes.lone_calls} pages of each kind, one at a time, of {count:,} contacts",
        {"milliseconds": pages, "totals": totals, "attributes": attributes},
    )


ROW = Row(11, "lists", "a page of 100 contacts over HTTP:", _measure)
