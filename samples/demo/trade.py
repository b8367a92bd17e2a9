"""What customers of the shop do from day to day: sign up, order, move house, change their minds."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import Any

from people import Town

TOWN = Town(7)
WEBSITE, KOCHI = "Website", "Till Kochi"
OPENS, KOCHI_OPENS = 729, 151
"""Days ago."""


class Arrivals:
    """Who comes, one after the other, from a day on: few at first, and unlike many from one day to the next."""

    def __init__(self, numbers: range, opens: int, growth: float) -> None:
        """`numbers` are those of the people, `opens` is how many days ago the first may come."""
        chance = Random(opens)
        weights = [
            ((day + 1) / opens) ** growth * chance.choice((0.2, 0.5, 0.8, 1, 1, 1.4, 2.5)) for day in range(opens + 1)
        ]
        self._numbers = numbers
        self._opens = opens
        self._passed = [round(len(numbers) * passed / sum(weights)) for passed in accumulate(weights)]

    def between(self, since: int, until: int) -> range:
        """The numbers of who comes after the one day and up to the end of the other, both so many days ago."""
        return self._numbers[self._until(since) : self._until(until)]

    def until(self, days_ago: int) -> range:
        """The numbers of all who have come by the end of a day."""
        return self._numbers[: self._until(days_ago)]

    def _until(self, days_ago: int) -> int:
        return self._passed[self._opens - days_ago] if days_ago <= self._opens else 0


ONLINE = Arrivals(range(1, 1101), OPENS, 0.5)
AT_KOCHI = Arrivals(range(2851, 2996), KOCHI_OPENS, 0.1)
"""A shop whose till reports them itself."""


def call(number: int, tags: tuple[str, ...] = (), **traits: Any) -> dict[str, Any]:
    """A person as a program reports them."""
    return {"phoneNumber": TOWN.person(number)["phone"], "countryCode": "+91", "traits": traits, "tags": list(tags)}


def sign_up(number: int) -> dict[str, Any]:
    """Somebody leaves name, email and city."""
    one = TOWN.person(number)
    said = {name: one[name] for name in ("name", "email", "city")}
    return call(number, whatsapp_opted=one["opted"], **said)


def website(since: int, until: int, known: Sequence[int]) -> Iterator[dict[str, Any]]:
    """What the website reports of the days from `since` to `until` days ago; those who are `known` order there too."""
    chance = Random(f"website {until}")
    orders = 0.003 * len(known) * (since - until)
    yield from map(sign_up, ONLINE.between(since, until))
    for number in _some(chance, known, orders):
        spent = TOWN.person(number)["spent"] * 2 * (OPENS - until) // OPENS + 450
        yield call(number, ("vip",) if spent > 25_000 else (), **{"Lifetime Value": spent})
    for number in _some(chance, known, orders / 10):
        city = chance.choice(("Mumbai", "Pune", "Bengaluru", "Kochi"))
        yield call(number, city=city, area=chance.choice(TOWN.areas(city)))
    for number in _some(chance, known, orders / 12):
        yield call(number, whatsapp_opted=False)


def till(since: int, until: int) -> Iterator[dict[str, Any]]:
    """What the till in Kochi reports of these days."""
    return map(sign_up, AT_KOCHI.between(since, until))


def _some(chance: Random, known: Sequence[int], count: float) -> list[int]:
    """About so many of those who are known, each once."""
    count = int(count) + (chance.random() < count % 1)
    return chance.sample(known, min(count, len(known)))
