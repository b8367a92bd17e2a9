"""Invented people by number: the same ones in every run, no two alike, in no order that a B-tree would like."""

import re
from functools import cache
from typing import Any, NamedTuple

from phonenumbers import PhoneMetadata


def _words(text: str) -> list[str]:
    return text.split()


_NAMES = _words(
    "Aarav Asha Bhavna Chetan Deepa Divya Farhan Gauri Harish Isha Jaya Kabir Kavya Lakshmi Manish Meera "
    "Nikhil Ojas Pooja Priya Rahul Ravi Rohan Sana Shreya Sunil Tara Uma Varun Vikram Yash Zoya"
)
_FAMILIES = _words(
    "Agarwal Bhat Chopra Desai Dutta Fernandes Gill Gupta Iyer Jain Joshi Kapoor Khan Kulkarni Kumar "
    "Malhotra Mehta Menon Mishra Nair Patel Pillai Rao Reddy Roy Shah Sharma Singh Sinha Thomas Varma "
    "Yadav"
)
_CITIES = _words("Pune Mumbai Delhi Chennai Kolkata Jaipur Indore Nagpur Surat Kochi Bhopal Patna")
_AREAS = _words("Kothrud Baner Andheri Saket Adyar Alipore Mansarovar Sitabuldi Adajan Fort Arera Kankarbagh")


class Person(NamedTuple):
    """One contact's data. `number` is ten digits, valid in India."""

    number: str
    user_id: str
    name: str
    email: str
    opted: bool
    city: str
    area: str
    points: str

    @property
    def phone(self) -> str:
        """E.164."""
        return f"+91{self.number}"


def person(index: int) -> Person:
    """The person with this number, from 0 to some hundred million."""
    bits = _shuffled(index, 48)
    name = f"{_NAMES[bits & 31]} {_FAMILIES[bits >> 5 & 31]}"
    return Person(
        number=_number(index),
        user_id=f"{bits:012x}",
        name=name,
        email=f"{name.replace(' ', '.').lower()}{index % 9973}@example.com",
        opted=(bits >> 10 & 3) != 0,
        city=_CITIES[(bits >> 12) % len(_CITIES)],
        area=_AREAS[(bits >> 18) % len(_AREAS)],
        points=str(bits >> 24 & 4095),
    )


def _number(index: int) -> str:
    prefixes = _prefixes()
    place = index
    while (place := _shuffled(place, 32)) >= len(prefixes) * 100_000:
        pass
    return f"{prefixes[place // 100_000]}{place % 100_000:05d}"


@cache
def _prefixes() -> tuple[str, ...]:
    """First five digits after which any other five make a valid Indian mobile number."""
    india: Any = PhoneMetadata.metadata_for_region("IN", None)
    valid = re.compile(india.mobile.national_number_pattern).fullmatch
    found = (str(prefix) for prefix in range(60_000, 100_000))
    return tuple(p for p in found if all(valid(p + rest) for rest in ("00000", "12345", "58293", "99999")))


def _shuffled(index: int, bits: int) -> int:
    """A fixed permutation of the numbers below 2^bits: odd factors and shifts, each of which can be undone."""
    mask, shift = (1 << bits) - 1, bits // 2
    mixed = (index * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & mask
    mixed = (mixed ^ mixed >> shift) * 0xBF58476D1CE4E5B9 & mask
    mixed = (mixed ^ mixed >> shift) * 0x94D049BB133111EB & mask
    return mixed ^ mixed >> shift
