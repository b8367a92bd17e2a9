"""User ids: their one form, and what looks like one and is nobody's (R6, R14)."""

import re
import unicodedata

from ledger.events.traits import MOST_COMPOSED

MOST_CHARACTERS = 256

_NOTHING = frozenset({"undefined", "null", "none", "nan", "n/a", "#n/a", "-", "[object object]"})
_MARKS = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_ends = re.compile(rf"^[\s{_MARKS}]+|(?<![\s{_MARKS}])[\s{_MARKS}]+$").sub
_seen = re.compile(
    rf"[^\s\x00-\x1f\x7f-\x9f{_MARKS}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0]"
).search
_damaged = re.compile(r"^[+-]?\d(?:[.,]\d+[eE][+-]|[eE]\+)\d{2,3}$", re.ASCII | re.MULTILINE).search


def clean(text: str) -> str:
    """NFC, without blanks and invisible marks around it; "" where nothing of it can be seen.

    One that is too long for a user id is not composed, and is too long still.
    """
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    bare = _ends("", text) if _seen(text) else ""
    return bare if len(bare) > MOST_COMPOSED * MOST_CHARACTERS else unicodedata.normalize("NFC", bare)


def is_nobodys(cleaned: str) -> bool:
    """Whether this is what programs write for "nothing", in any letter case, so that many contacts would share it."""
    return cleaned.lower() in _NOTHING


def given(texts: list[str]) -> list[str]:
    """Trimmed user ids in their one form, "" for one that is nobody's; the very same list where all are so."""
    joined = "".join(texts)
    if joined.isascii() and joined.isprintable() and _NOTHING.isdisjoint(map(str.lower, texts)):
        return texts
    return ["" if is_nobodys(cleaned := clean(one)) else cleaned for one in texts]


def is_damaged(cleaned: str) -> bool:
    """Whether a spreadsheet has made a number such as 6.61E+12 of it; digits are lost then (R14).

    5e10 without its sign, and 7e-12, are ids. Of several, each in a line of its own: whether one is so.
    """
    return _damaged(cleaned) is not None
