"""People with twenty attributes, as a shop's database has them after some years: texts, numbers, dates, yes and no."""

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random

from bench.csv_files import HEADER
from bench.people import person

_EXTRA = (
    ("Last Order", "datetime"), ("Orders", "number"), ("Lifetime Value", "number"), ("Plan", "string"),
    ("Is Member", "boolean"), ("Birthday", "datetime"), ("Company", "string"), ("Job Title", "string"),
    ("Language", "string"), ("Pin Code", "string"), ("Shop", "string"), ("Referrer", "string"), ("Score", "number"),
    ("Notes", "string"),
)  # fmt: skip
"""Attributes beside those that `bench.people` has, and their types."""

_SHARES = (1.0, 1.0, 0.9, 1.0, 0.8, 0.4, 0.3, 0.3, 0.9, 0.7, 1.0, 0.2, 0.5, 0.15)
"""How many of the people have a value of each."""

TAGS = ("vip", "new customer", "diwali", "newsletter")
"""Each has a fifth of the people."""

_PLANS = ("free", "basic", "plus", "gold")
_FIRMS = ("Traders", "Stores", "Exports", "& Sons", "Textiles", "Foods", "Motors", "Agencies")
_JOBS = ("Owner", "Accountant", "Teacher", "Engineer", "Nurse", "Student", "Driver", "Designer")
_LANGUAGES = ("Hindi", "Marathi", "English", "Tamil", "Bengali", "Gujarati")
_SHOPS = tuple(f"{street} Road" for street in ("FC", "MG", "JM", "Link", "Station", "Temple", "Ring", "Canal"))
_WORDS = ("asked", "for", "a", "call", "about", "delivery", "returned", "two", "books", "prefers", "evenings", "gift")


def write(path: Path, first: int, count: int) -> Path:
    """Write a row for each of these people of `bench.people`, with all attributes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADER, *(name for name, _ in _EXTRA), "Tags"])
        for index in range(first, first + count):
            one, chance = person(index), Random(index)
            opted = "TRUE" if one.opted else "FALSE"
            known = (one.name, "91", one.number, one.email, opted, one.user_id, one.city, one.area, one.points)
            values = zip(_values(chance, one.name.split()[1]), _SHARES, strict=True)
            others = [value if chance.random() < share else "" for value, share in values]
            tag = chance.choice(TAGS) if chance.random() < 0.8 else ""
            writer.writerow([*known, *others, tag])
    return path


def typed_columns() -> list[tuple[str, str]]:
    """The columns that are no texts, and the type that an import is to give each."""
    return [(name, type) for name, type in _EXTRA if type != "string"]


def _values(chance: Random, family: str) -> Iterator[str]:
    yield f"20{chance.randrange(20, 27)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
    yield str(int(chance.expovariate(0.2)))
    yield str(round(chance.expovariate(0.0002), 2))
    yield chance.choice(_PLANS)
    yield chance.choice(("TRUE", "FALSE"))
    yield f"{chance.randrange(1950, 2006)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
    yield f"{family} {chance.choice(_FIRMS)}"
    yield chance.choice(_JOBS)
    yield chance.choice(_LANGUAGES)
    yield str(chance.randrange(400_001, 445_400))
    yield chance.choice(_SHOPS)
    yield f"R{chance.randrange(50_000):05d}"
    yield str(chance.randrange(1_000))
    yield " ".join(chance.choices(_WORDS, k=6))
