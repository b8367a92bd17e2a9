"""What holders of a key and people may do: scopes, which people call rights."""

from collections.abc import Collection, Iterable
from typing import Literal, get_args

Scope = Literal["track", "read", "import", "export", "audit", "erase", "admin"]

SCOPES: tuple[Scope, ...] = get_args(Scope)
"""All of them; `admin` is keys, people and devices. Whoever has a scope has no other by it."""


class ScopeUnknown(ValueError):
    """A scope that does not exist."""


def known(scopes: Iterable[str], called: str = "scopes") -> frozenset[str]:
    """The scopes that somebody is to have. Raises ScopeUnknown for one outside SCOPES, or none at all."""
    wanted = frozenset(scopes)
    unknown = wanted.difference(SCOPES)
    if unknown or not wanted:
        raise ScopeUnknown(f"{called} are {', '.join(SCOPES)}; given: {', '.join(sorted(unknown)) or 'none'}")
    return wanted


def in_order(scopes: Collection[str]) -> list[str]:
    """The scopes as they are shown: in the order of SCOPES."""
    return [scope for scope in SCOPES if scope in scopes]


def text(scopes: Collection[str]) -> str:
    """The scopes as they are kept, with a blank between two."""
    return " ".join(in_order(scopes))
